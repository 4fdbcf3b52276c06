// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_GET_ONE_REG, KVM_SET_ONE_REG and KVM_GET_REG_LIST: which part of keel an
 * id belongs to. The ids and error numbers are KVM's; user space restores
 * a vCPU by setting every listed register to what it read.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kvm.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <asm/sysreg.h>
#include "../core/compat.h"
#include "../core/objects.h"
#include "../nested/nv.h"
#include "../nested/table.h"
#include "../timer/timer.h"
#include "abi.h"
#include "arch.h"
#include "cache.h"
#include "idlimits.h"
#include "idreg.h"
#include "onereg.h"
#include "onereg_core.h"
#include "sve.h"
#include "sysreg.h"

static const u64 timer_ids[] = {
	KVM_REG_ARM_TIMER_CTL, KVM_REG_ARM_TIMER_CNT, KVM_REG_ARM_TIMER_CVAL,
	KVM_REG_ARM_PTIMER_CTL, KVM_REG_ARM_PTIMER_CNT, KVM_REG_ARM_PTIMER_CVAL,
};

#define DEMUX_BASE	(KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_DEMUX | KVM_REG_ARM_DEMUX_ID_CCSIDR)

static bool is_timer(u64 id)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(timer_ids); i++)
		if (id == timer_ids[i])
			return true;
	return false;
}

/* The CCSIDR of one value of CSSELR; -1: no such register. */
static int demux_index(u64 id)
{
	u64 val = id & KVM_REG_ARM_DEMUX_VAL_MASK;

	if ((id & ~(u64)KVM_REG_ARM_DEMUX_VAL_MASK) != DEMUX_BASE || val >= KEEL_CACHE_NR_CCSIDR)
		return -1;
	return val;
}

static int get_demux(struct keel_vcpu *vcpu, u64 id, u32 *val)
{
	int i = demux_index(id);

	if (i < 0)
		return -ENOENT;
	*val = keel_cache_ccsidr(vcpu, i);
	return 0;
}

static int set_demux(struct keel_vcpu *vcpu, u64 id, u32 val)
{
	int i = demux_index(id);

	return i < 0 ? -ENOENT : keel_cache_set_ccsidr(vcpu, i, val);
}

static u64 sys_id(u32 enc)
{
	return ARM64_SYS_REG(sys_reg_Op0(enc), sys_reg_Op1(enc), sys_reg_CRn(enc), sys_reg_CRm(enc),
			     sys_reg_Op2(enc));
}

static u32 sys_enc(u64 id)
{
	return sys_reg((id & KVM_REG_ARM64_SYSREG_OP0_MASK) >> KVM_REG_ARM64_SYSREG_OP0_SHIFT,
		       (id & KVM_REG_ARM64_SYSREG_OP1_MASK) >> KVM_REG_ARM64_SYSREG_OP1_SHIFT,
		       (id & KVM_REG_ARM64_SYSREG_CRN_MASK) >> KVM_REG_ARM64_SYSREG_CRN_SHIFT,
		       (id & KVM_REG_ARM64_SYSREG_CRM_MASK) >> KVM_REG_ARM64_SYSREG_CRM_SHIFT,
		       (id & KVM_REG_ARM64_SYSREG_OP2_MASK) >> KVM_REG_ARM64_SYSREG_OP2_SHIFT);
}

static bool is_visible(const struct keel_vcpu *vcpu, const struct keel_sysreg *r)
{
	return r->user && (!r->user->visible || r->user->visible(vcpu));
}

static bool is_listed(const struct keel_vcpu *vcpu, const struct keel_sysreg *r)
{
	return is_visible(vcpu, r) && (!r->user->listed || r->user->listed(vcpu));
}

/*
 * The row of a system register's id; NULL: unknown or not for this vCPU. Wrong sizes and stray bits
 * are unknown too.
 */
static const struct keel_sysreg *find_sys(const struct keel_vcpu *vcpu, u64 id)
{
	const struct keel_sysreg *r =
		keel_sysreg_find(keel_sysreg_table, keel_sysreg_nr, sys_enc(id));

	if (!r && keel_nv(vcpu))
		r = keel_nested_find(sys_enc(id));
	if (!r || sys_id(r->enc) != id || !is_visible(vcpu, r))
		return NULL;
	return r;
}

static int get_val(struct keel_vcpu *vcpu, u64 id, u64 *val)
{
	const struct keel_sysreg *r;

	switch (id & KVM_REG_ARM_COPROC_MASK) {
	case KVM_REG_ARM_FW:
	case KVM_REG_ARM_FW_FEAT_BMAP:
		return keel_smccc_get_fwreg(vcpu, id, val);
	case KVM_REG_ARM64_SYSREG:
		if (is_timer(id))
			return keel_timer_get_reg(vcpu, id, val);
		r = find_sys(vcpu, id);
		return r ? r->user->get(vcpu, r, val) : -ENOENT;
	default:
		return -ENOENT;
	}
}

static int set_val(struct keel_vcpu *vcpu, u64 id, u64 val)
{
	const struct keel_sysreg *r;

	switch (id & KVM_REG_ARM_COPROC_MASK) {
	case KVM_REG_ARM_FW:
	case KVM_REG_ARM_FW_FEAT_BMAP:
		return keel_smccc_set_fwreg(vcpu, id, val);
	case KVM_REG_ARM64_SYSREG:
		if (is_timer(id))
			return keel_timer_set_reg(vcpu, id, val);
		r = find_sys(vcpu, id);
		return r ? r->user->set(vcpu, r, val) : -ENOENT;
	default:
		return -ENOENT;
	}
}

static bool is_arm64(u64 id)
{
	return (id & ~KVM_REG_SIZE_MASK) >> 32 == KVM_REG_ARM64 >> 32;
}

/* A register of 64 bits, as all are that have no case of their own. */
static int check_wide(u64 id)
{
	return KVM_REG_SIZE(id) == sizeof(u64) ? 0 : -ENOENT;
}

int keel_onereg_read(struct keel_vcpu *vcpu, u64 id, void *buf)
{
	if (!is_arm64(id))
		return -EINVAL;
	switch (id & KVM_REG_ARM_COPROC_MASK) {
	case KVM_REG_ARM_CORE:
		return keel_onereg_core_get(vcpu, id, buf);
	case KVM_REG_ARM64_SVE:
		return keel_sve_get(vcpu, id, buf);
	case KVM_REG_ARM_DEMUX:
		return get_demux(vcpu, id, buf);
	default:
		return check_wide(id) ?: get_val(vcpu, id, buf);
	}
}

/*
 * What keel_onereg_write() would say before it looks at the value, where KVM says that before it
 * reads it.
 */
static int check_write(struct keel_vcpu *vcpu, u64 id)
{
	if (!is_arm64(id))
		return -EINVAL;
	switch (id & KVM_REG_ARM_COPROC_MASK) {
	case KVM_REG_ARM_CORE:
		return keel_onereg_core_check(vcpu, id);
	case KVM_REG_ARM64_SVE:
		return keel_sve_check(vcpu, id);
	case KVM_REG_ARM_DEMUX:
		return demux_index(id) < 0 ? -ENOENT : 0;
	default:
		return check_wide(id);
	}
}

int keel_onereg_write(struct keel_vcpu *vcpu, u64 id, const void *buf)
{
	int err = check_write(vcpu, id);

	if (err)
		return err;
	switch (id & KVM_REG_ARM_COPROC_MASK) {
	case KVM_REG_ARM_CORE:
		return keel_onereg_core_set(vcpu, id, buf);
	case KVM_REG_ARM64_SVE:
		return keel_sve_set(vcpu, id, buf);
	case KVM_REG_ARM_DEMUX:
		return set_demux(vcpu, id, *(const u32 *)buf);
	default:
		return set_val(vcpu, id, *(const u64 *)buf);
	}
}

int keel_onereg_get(struct keel_vcpu *vcpu, const struct kvm_one_reg *reg)
{
	u64 buf[KEEL_ONEREG_MAX / sizeof(u64)] __aligned(16);
	int err = keel_onereg_read(vcpu, reg->id, buf);

	if (err)
		return err;
	return copy_to_user(u64_to_user_ptr(reg->addr), buf, KVM_REG_SIZE(reg->id)) ? -EFAULT : 0;
}

/* Of a vector register only what the vCPU has of it is asked for. */
static size_t given(const struct keel_vcpu *vcpu, u64 id)
{
	return (id & KVM_REG_ARM_COPROC_MASK) == KVM_REG_ARM64_SVE ? keel_sve_given(vcpu, id)
								   : KVM_REG_SIZE(id);
}

int keel_onereg_set(struct keel_vcpu *vcpu, const struct kvm_one_reg *reg)
{
	u64 buf[KEEL_ONEREG_MAX / sizeof(u64)] __aligned(16);
	int err = check_write(vcpu, reg->id);

	if (err)
		return err;
	if (copy_from_user(buf, u64_to_user_ptr(reg->addr), given(vcpu, reg->id)))
		return -EFAULT;
	return keel_onereg_write(vcpu, reg->id, buf);
}

static void each_of_table(struct keel_vcpu *vcpu, keel_onereg_fn fn, void *arg,
			  const struct keel_sysreg *table, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (is_listed(vcpu, &table[i]))
			fn(vcpu, sys_id(table[i].enc), arg);
}

/* In the order in which a restore should set them. */
void keel_onereg_each(struct keel_vcpu *vcpu, keel_onereg_fn fn, void *arg)
{
	const struct keel_sysreg *table;
	unsigned int i, nr;

	for (i = 0; i < keel_onereg_core_nr(vcpu); i++)
		fn(vcpu, keel_onereg_core_id(vcpu, i), arg);
	for (i = 0; i < keel_sve_nr_regs(vcpu); i++)
		fn(vcpu, keel_sve_reg_id(i), arg);
	for (i = 0; i < keel_smccc_nr_fwregs(vcpu->vm); i++)
		fn(vcpu, keel_smccc_fwreg_id(i), arg);
	for (i = 0; i < ARRAY_SIZE(timer_ids); i++)
		fn(vcpu, timer_ids[i], arg);
	each_of_table(vcpu, fn, arg, keel_sysreg_table, keel_sysreg_nr);
	if (keel_nv(vcpu)) {
		table = keel_nested_table(&nr);
		each_of_table(vcpu, fn, arg, table, nr);
	}
	for (i = 0; i < KEEL_CACHE_NR_CCSIDR; i++)
		fn(vcpu, DEMUX_BASE | i, arg);
}

/* The list being written, or only counted (out is NULL). */
struct list {
	u64 __user *out;
	u64 n;
	int err;
};

static void emit(struct keel_vcpu *vcpu, u64 id, void *arg)
{
	struct list *l = arg;

	if (l->out && !l->err && copy_to_user(&l->out[l->n], &id, sizeof(id)))
		l->err = -EFAULT;
	l->n++;
}

int keel_onereg_list(struct keel_vcpu *vcpu, struct kvm_reg_list __user *list)
{
	struct list count = {}, l = { .out = list->reg };
	u64 room;

	if (copy_from_user(&room, &list->n, sizeof(room)))
		return -EFAULT;
	keel_onereg_each(vcpu, emit, &count);
	if (copy_to_user(&list->n, &count.n, sizeof(count.n)))
		return -EFAULT;
	if (room < count.n)
		return -E2BIG;
	keel_onereg_each(vcpu, emit, &l);
	return l.err;
}

/*
 * Place of a register in the feature ID range: op1 is 0, 1 or 3, CRm and op2 have 3 bits (KVM API
 * document, 4.140).
 */
static unsigned int range_index(u32 enc)
{
	unsigned int op1 = sys_reg_Op1(enc);

	return (op1 == 3 ? 2 : op1) << 6 | sys_reg_CRm(enc) << 3 | sys_reg_Op2(enc);
}

static int put_mask(u64 __user *masks, u32 enc, u64 mask)
{
	return copy_to_user(&masks[range_index(enc)], &mask, sizeof(mask)) ? -EFAULT : 0;
}

/* Whether or not this VM may: that is another capability's. */
static int put_imp_id_masks(const struct keel_vm *vm, u64 __user *masks)
{
	if (vm->arch.abi < KEEL_ABI_7_3)
		return 0;
	return put_mask(masks, SYS_MIDR_EL1, GENMASK_ULL(31, 0)) ?: put_mask(masks, SYS_REVIDR_EL1, ~0ULL) ?:
	       put_mask(masks, SYS_AIDR_EL1, ~0ULL);
}

int keel_onereg_writable_masks(struct keel_vm *vm, struct reg_mask_range *range)
{
	u64 __user *masks = u64_to_user_ptr(range->addr);
	unsigned int i;
	int err;

	if (range->range != KVM_ARM_FEATURE_ID_RANGE ||
	    memchr_inv(range->reserved, 0, sizeof(range->reserved)))
		return -EINVAL;
	if (clear_user(masks, KVM_ARM_FEATURE_ID_RANGE_SIZE * sizeof(u64)))
		return -EFAULT;
	for (i = 0; i < KEEL_IDLIMITS_NR; i++) {
		err = put_mask(masks, sys_reg(3, 0, 0, i / 8 + 1, i % 8),
			       keel_idreg_writable(vm, i));
		if (err)
			return err;
	}
	err = put_imp_id_masks(vm, masks);
	if (err)
		return err;
	err = put_mask(masks, SYS_CLIDR_EL1, keel_cache_clidr_writable());
	return err ? err : put_mask(masks, SYS_CTR_EL0, keel_cache_ctr_writable(vm->arch.abi));
}
