// SPDX-License-Identifier: GPL-2.0-only
/*
 * A load or store to no memory whose syndrome says nothing (ESR_EL2.ISV = 0): pairs,
 * write-back, FP and SIMD registers, lists. The instruction is read by way of the
 * guest's own tables and done in accesses of up to eight bytes; registers change when
 * the last of them is over.
 *
 * What is read may not be what the CPU executed: another vCPU may have changed it, or
 * the tables. So it has to agree with the syndrome: read or write, and the address by
 * the registers. If not the guest is entered again, which meets either the fault or
 * what is there now; but not for ever, as it may be an instruction that is not known here.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>
#include "aarch32.h"
#include "aarch32_insn.h"
#include "arch.h"
#include "ldst_data.h"
#include "mmio.h"
#include "undescribed.h"
#include "walk_regime.h"

#define MAX_TRIES	100
#define PAGE_BITS	GENMASK_ULL(11, 0)	/* the smallest page of either stage */
#define DCZID_BS	GENMASK(3, 0)		/* log2 of words */

static unsigned int decode_nisv;
module_param(decode_nisv, uint, 0644);
MODULE_PARM_DESC(decode_nisv, "loads and stores to devices that the CPU does not describe: 0 refused, 1 decoded "
		 "unless user space takes them, 2 decoded; for new VMs that do not choose");

void keel_undescribed_vm_init(struct keel_vm *vm)
{
	vm->arch.decode = min_t(unsigned int, READ_ONCE(decode_nisv), KEEL_DECODE_ON);
}

int keel_undescribed_enable(struct keel_vm *vm, u64 on)
{
	if (on > 1)
		return -EINVAL;
	mutex_lock(&vm->lock);
	WRITE_ONCE(vm->arch.decode, on ? KEEL_DECODE_ON : KEEL_DECODE_OFF);
	mutex_unlock(&vm->lock);
	return 0;
}

bool keel_undescribed_wanted(const struct keel_vcpu *vcpu)
{
	const struct keel_arch_vm *arch = &vcpu->vm->arch;
	enum keel_decode decode = READ_ONCE(arch->decode);

	return decode == KEEL_DECODE_DEFAULT ? !READ_ONCE(arch->nisv_to_user)
					     : decode == KEEL_DECODE_ON;
}

/* ---- the instruction ---- */

static int read_memory(void *vm, u64 addr, void *data, size_t len)
{
	return keel_guest_fetch(vm, ipa(addr), data, len);
}

static int fetch_bytes(struct keel_vcpu *vcpu, u64 pc, void *bytes, size_t len)
{
	struct keel_walk walk = keel_walk_regime(vcpu);
	u64 addr;
	int err;

	walk.read = read_memory;
	walk.ctx = vcpu->vm;
	err = keel_walk(&walk, pc, &addr) ?: keel_guest_fetch(vcpu->vm, ipa(addr), bytes, len);
	vcpu->arch.undescribed.no_memory = err == -ENOMEM;
	return err;
}

/* Instructions are little-endian whatever data is. */
static int fetch_word(struct keel_vcpu *vcpu, u32 *insn)
{
	__le32 word;
	int err = fetch_bytes(vcpu, vcpu->ctx.pc, &word, sizeof(word));

	*insn = err ? 0 : le32_to_cpu(word);
	return err;
}

/* Two halves may be on two pages. */
static int fetch_half(struct keel_vcpu *vcpu, u64 pc, u16 *insn)
{
	__le16 half;
	int err = fetch_bytes(vcpu, (u32)pc, &half, sizeof(half));

	*insn = err ? 0 : le16_to_cpu(half);
	return err;
}

static bool read_thumb(struct keel_vcpu *vcpu, struct keel_undescribed *u)
{
	u64 pc = vcpu->ctx.pc;
	u16 first, second;

	if (fetch_half(vcpu, pc, &first))
		return false;
	u->bytes = 2;
	if (!keel_ldst32_is_wide(first))
		return keel_ldst32_decode_t16(first, &u->insn);
	u->bytes = 4;
	return !fetch_half(vcpu, pc + 2, &second) &&
	       keel_ldst32_decode_t32((u32)first << 16 | second, &u->insn);
}

static unsigned int zero_block(void)
{
	return 4 << (read_sysreg(dczid_el0) & DCZID_BS);
}

static bool read_word(struct keel_vcpu *vcpu, struct keel_undescribed *u)
{
	u32 insn;

	u->bytes = 4;
	if (fetch_word(vcpu, &insn))
		return false;
	if (vcpu->ctx.pstate & PSR_MODE32_BIT)
		return keel_ldst32_decode_a32(insn, &u->insn);
	return keel_ldst_decode(insn, zero_block(), &u->insn);
}

/* r0 to r14 become those of the mode. */
static void name_registers(struct keel_ldst *d, u64 pstate)
{
	unsigned int i;

	if (!d->aarch32)
		return;
	for (i = 0; i < d->nr && !d->vector; i++)
		d->elem[i].reg = keel_aarch32_insn_reg(pstate, d->elem[i].reg);
	if (d->base != KEEL_LDST_PC)
		d->base = keel_aarch32_insn_reg(pstate, d->base);
	d->index.reg = keel_aarch32_insn_reg(pstate, d->index.reg);
}

static bool read_insn(struct keel_vcpu *vcpu, struct keel_undescribed *u)
{
	u64 pstate = vcpu->ctx.pstate;
	bool thumb = pstate & PSR_MODE32_BIT && pstate & PSR_AA32_T_BIT;

	if (!(thumb ? read_thumb(vcpu, u) : read_word(vcpu, u)))
		return false;
	name_registers(&u->insn, pstate);
	return true;
}

/* ---- what it comes to ---- */

static enum keel_reg stack_pointer(const struct keel_vcpu *vcpu)
{
	return (vcpu->ctx.pstate & PSR_MODE_MASK) == PSR_MODE_EL1h ? KEEL_SP_EL1 : KEEL_SP_EL0;
}

/* Of AArch32 the PC that an instruction reads is ahead of it. */
static u64 pc_value(const struct keel_vcpu *vcpu)
{
	u64 pstate = vcpu->ctx.pstate;

	if (!(pstate & PSR_MODE32_BIT))
		return vcpu->ctx.pc;
	return (vcpu->ctx.pc + (pstate & PSR_AA32_T_BIT ? 4 : 8)) & ~3ULL;
}

static u64 base_value(struct keel_vcpu *vcpu, const struct keel_ldst *d)
{
	if (d->base == KEEL_LDST_PC)
		return pc_value(vcpu);
	/* DC ZVA has a register like any other: 31 is zero */
	if (d->base == KEEL_LDST_SP)
		return d->zero ? 0 : keel_sr_read(vcpu, stack_pointer(vcpu));
	return vcpu->ctx.x[d->base];
}

static u64 index_value(const struct keel_vcpu *vcpu, const struct keel_ldst *d)
{
	return d->index.reg == KEEL_LDST_ZR ? 0 : vcpu->ctx.x[d->index.reg];
}

static bool is_store(const struct keel_ldst *d)
{
	return d->zero || !d->load;
}

/* The address that the CPU found wanting is one of those accessed. Of tags it may know or not. */
static bool agrees(const struct keel_ldst *d, u64 addr, const struct keel_exit *exit)
{
	u64 distance = (exit->far - addr) & (d->aarch32 ? U32_MAX : GENMASK_ULL(55, 0));

	return is_store(d) == exit->abort.write && distance < keel_ldst_bytes(d);
}

/* Beyond the page something else may be, memory for example. */
static bool is_within_page(const struct keel_ldst *d, u64 addr)
{
	return (addr & PAGE_BITS) + keel_ldst_bytes(d) <= PAGE_BITS + 1;
}

static bool plan(struct keel_vcpu *vcpu, struct keel_undescribed *u, const struct keel_exit *exit)
{
	const struct keel_ldst *d = &u->insn;
	u64 base = base_value(vcpu, d), index = index_value(vcpu, d);
	bool carry = vcpu->ctx.pstate & PSR_C_BIT;
	u64 addr = keel_ldst_address(d, base, index, carry);

	u->new_base = keel_ldst_new_base(d, base, index, carry);
	u->ipa = (exit->ipa.v & ~PAGE_BITS) | (addr & PAGE_BITS);
	u->big_endian = keel_mmio_is_big_endian(vcpu);
	u->done = 0;
	return agrees(d, addr, exit) && is_within_page(d, addr);
}

/* ---- doing it ---- */

static struct keel_ldst_regs registers(struct keel_vcpu *vcpu)
{
	struct keel_ctx *ctx = &vcpu->ctx;
	bool sve = vcpu->arch.sve_state;

	return (struct keel_ldst_regs) {
		.x = ctx->x,
		.v = sve ? vcpu->arch.sve_state : (void *)ctx->fp.vregs,
		.v_size = 16 * (sve ? ctx->sve_vq : 1),
	};
}

static void collect(struct keel_vcpu *vcpu, struct keel_undescribed *u)
{
	struct keel_ldst_regs regs = registers(vcpu);

	if (u->insn.zero)
		memset(u->data, 0, sizeof(u->data));
	else if (!u->insn.load)
		keel_ldst_data_store(&u->insn, u->big_endian, &regs, u->data);
}

static void write_back(struct keel_vcpu *vcpu, const struct keel_undescribed *u)
{
	if (!u->insn.write_back)
		return;
	if (u->insn.base == KEEL_LDST_SP)
		keel_sr_write(vcpu, stack_pointer(vcpu), u->new_base);
	else
		vcpu->ctx.x[u->insn.base] = u->new_base;
}

static void finish(struct keel_vcpu *vcpu, struct keel_undescribed *u)
{
	struct keel_ldst_regs regs = registers(vcpu);

	if (u->insn.load)
		keel_ldst_data_load(&u->insn, u->big_endian, &regs, u->data);
	write_back(vcpu, u);
	keel_exit_skip_bytes(&vcpu->ctx, u->bytes);
}

static unsigned int part_size(const struct keel_undescribed *u)
{
	return u->insn.zero ? 8 : min_t(unsigned int, u->insn.size, 8);
}

/* Of a block of zeroes any bytes are as good as the first. */
static u8 *part_data(struct keel_undescribed *u)
{
	return u->data + (u->insn.zero ? 0 : u->done);
}

static void note_part(struct keel_vcpu *vcpu, const struct keel_undescribed *u)
{
	vcpu->arch.mmio.ipa = u->ipa + u->done;
	vcpu->arch.mmio.len = part_size(u);
	vcpu->arch.mmio.write = is_store(&u->insn);
}

static void take_part(struct keel_undescribed *u, const u8 data[8])
{
	if (!is_store(&u->insn))
		memcpy(part_data(u), data, part_size(u));
	u->done += part_size(u);
}

/* The device has refused: the instruction faults at this part. */
static void refuse(struct keel_vcpu *vcpu, const struct keel_undescribed *u)
{
	keel_inject_dabt(vcpu, (vcpu->ctx.far & ~PAGE_BITS) | ((u->ipa + u->done) & PAGE_BITS));
}

static int go_on(struct keel_vcpu *vcpu, struct keel_undescribed *u)
{
	while (u->done < keel_ldst_bytes(&u->insn)) {
		u8 data[8] __aligned(8) = {};
		int ret;

		note_part(vcpu, u);
		if (is_store(&u->insn))
			memcpy(data, part_data(u), part_size(u));
		ret = keel_mmio_access(vcpu, data);
		if (ret == -EOPNOTSUPP)
			return keel_mmio_to_user(vcpu, data, KEEL_MMIO_PART);
		if (ret) {
			refuse(vcpu, u);
			return KEEL_RESUME;
		}
		take_part(u, data);
	}
	finish(vcpu, u);
	return KEEL_RESUME;
}

/* Again, unless that has come to nothing often enough. */
static int try_again(struct keel_vcpu *vcpu, struct keel_undescribed *u)
{
	u64 pc = vcpu->ctx.pc, far = vcpu->ctx.far;

	if (u->pc != pc || u->far != far)
		u->tries = 0;
	u->pc = pc;
	u->far = far;
	if (u->tries >= MAX_TRIES)
		return u->no_memory ? -ENOMEM : -ENOSYS;
	u->tries++;
	return KEEL_RESUME;
}

int keel_undescribed_access(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	struct keel_undescribed *u = &vcpu->arch.undescribed;

	if (!read_insn(vcpu, u) || !plan(vcpu, u, exit))
		return try_again(vcpu, u);
	u->tries = 0;
	collect(vcpu, u);
	return go_on(vcpu, u);
}

int keel_undescribed_complete(struct keel_vcpu *vcpu, const u8 data[8])
{
	struct keel_undescribed *u = &vcpu->arch.undescribed;

	take_part(u, data);
	return go_on(vcpu, u);
}
