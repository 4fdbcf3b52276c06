// SPDX-License-Identifier: GPL-2.0-only
/* ONE_REG's views of system registers. Context: vCPU mutex held, sleepable. */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <asm/sysreg.h>
#include "../core/compat.h"
#include "../core/kick.h"
#include "../hyp/hyp.h"
#include "../nested/context.h"
#include "abi.h"
#include "cache.h"
#include "idlimits.h"
#include "idreg.h"
#include "sve.h"
#include "sysreg.h"

static int get_plain(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 *val)
{
	if (!keel_context_el1_read(vcpu, r->enc, val))
		*val = keel_sr_read(vcpu, r->reg);
	return 0;
}

static int set_plain(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 val)
{
	if (!keel_context_el1_write(vcpu, r->enc, val))
		keel_sr_write(vcpu, r->reg, val);
	return 0;
}

const struct keel_sysreg_user keel_sysreg_user_plain = { .get = get_plain, .set = set_plain };

static bool has_pauth(const struct keel_vcpu *vcpu)
{
	return vcpu->arch.features & BIT(KVM_ARM_VCPU_PTRAUTH_ADDRESS);
}

const struct keel_sysreg_user keel_sysreg_user_key = {
	.get = get_plain, .set = set_plain, .visible = has_pauth,
};

const struct keel_sysreg_user keel_sysreg_user_zcr = {
	.get = get_plain, .set = set_plain, .visible = keel_sve_has,
};

static unsigned int idx(const struct keel_sysreg *r)
{
	return KEEL_IDLIMITS_IDX(sys_reg_CRm(r->enc), sys_reg_Op2(r->enc));
}

static int get_idreg(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 *val)
{
	mutex_lock(&vcpu->vm->config_lock);
	*val = keel_idreg_read(vcpu->vm, idx(r));
	mutex_unlock(&vcpu->vm->config_lock);
	return 0;
}

static int set_idreg(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 val)
{
	return keel_idreg_write(vcpu, idx(r), val);
}

const struct keel_sysreg_user keel_sysreg_user_idreg = { .get = get_idreg, .set = set_idreg };

static int get_mpidr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 *val)
{
	*val = vcpu->ctx.sys[KEEL_MPIDR_EL1];
	return 0;
}

/* Any value, at any time, as in KVM: two vCPUs with one affinity harm only their own VM. */
static int set_mpidr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 val)
{
	/* read without a lock by lookups of other vCPUs */
	WRITE_ONCE(vcpu->ctx.sys[KEEL_MPIDR_EL1], val);
	keel_request(vcpu, KEEL_REQ_RELOAD);
	return 0;
}

const struct keel_sysreg_user keel_sysreg_user_mpidr = { .get = get_mpidr, .set = set_mpidr };

/* After the first run, or without the VMM's leave, user space may only confirm them. */
static int set_imp_id(struct keel_vm *vm, u64 *reg, u64 mask, u64 val)
{
	int err = 0;

	mutex_lock(&vm->config_lock);
	if (val == *reg)
		;
	else if (!vm->arch.imp_id_writable || (val & ~mask))
		err = -EINVAL;
	else if (vm->has_run)
		err = -EBUSY;
	else
		*reg = val;
	mutex_unlock(&vm->config_lock);
	return err;
}

#define IMP_ID(reg, mask) \
	static int get_##reg(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 *val) \
	{ \
		*val = vcpu->vm->arch.reg; \
		return 0; \
	} \
	static int set_##reg(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 val) \
	{ \
		return set_imp_id(vcpu->vm, &vcpu->vm->arch.reg, mask, val); \
	} \
	const struct keel_sysreg_user keel_sysreg_user_##reg = { .get = get_##reg, .set = set_##reg }

IMP_ID(midr, GENMASK_ULL(31, 0));
IMP_ID(revidr, ~0ULL);
IMP_ID(aidr, ~0ULL);

/*
 * In-tree KVM 6.12 lists these although no guest of its has them: the value is kept, for its
 * stream.
 */
static u64 *once_listed(struct keel_vcpu *vcpu, const struct keel_sysreg *r)
{
	switch (r->enc) {
	case SYS_TCR2_EL1:
		return &vcpu->arch.once_listed[0];
	case SYS_PIRE0_EL1:
		return &vcpu->arch.once_listed[1];
	default:
		return &vcpu->arch.once_listed[2];
	}
}

static int get_once(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 *val)
{
	*val = *once_listed(vcpu, r);
	return 0;
}

static int set_once(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 val)
{
	*once_listed(vcpu, r) = val;
	return 0;
}

static bool is_6_12(const struct keel_vcpu *vcpu)
{
	return vcpu->vm->arch.abi == KEEL_ABI_6_12;
}

const struct keel_sysreg_user keel_sysreg_user_once = {
	.get = get_once, .set = set_once, .visible = is_6_12,
};

static int get_clidr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 *val)
{
	*val = READ_ONCE(vcpu->vm->arch.clidr);
	return 0;
}

static int set_clidr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 val)
{
	return keel_cache_set_clidr(vcpu, val);
}

const struct keel_sysreg_user keel_sysreg_user_clidr = { .get = get_clidr, .set = set_clidr };

static int get_ctr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 *val)
{
	*val = READ_ONCE(vcpu->vm->arch.ctr);
	return 0;
}

static int set_ctr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 val)
{
	return keel_cache_set_ctr(vcpu, val);
}

const struct keel_sysreg_user keel_sysreg_user_ctr = { .get = get_ctr, .set = set_ctr };
