// SPDX-License-Identifier: GPL-2.0-only
/*
 * ONE_REG's core registers. Their ids are offsets into struct kvm_regs in
 * units of 32 bits; each register has one size. FP/SIMD registers are in
 * memory whenever an ioctl runs (core/run.c).
 */
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/ptrace.h>
#include "../core/objects.h"
#include "../core/compat.h"
#include "../hyp/hyp.h"
#include "../nested/context.h"
#include "../nested/nv.h"
#include "../nested/pstate.h"
#include "aarch32.h"
#include "aarch32_insn.h"
#include "arch.h"
#include "idreg.h"
#include "onereg_core.h"
#include "sve.h"

#define CORE(member)	KVM_REG_ARM_CORE_REG(member)
#define WORDS(type)	(sizeof(type) / sizeof(__u32))

#define NR_X	31

static_assert(CORE(regs.pstate) == 66);
static_assert(CORE(fp_regs.fpsr) - CORE(fp_regs.vregs) == 32 * WORDS(__uint128_t));

static u64 offset(u64 id)
{
	return id & ~(KVM_REG_ARCH_MASK | KVM_REG_SIZE_MASK | KVM_REG_ARM_COPROC_MASK);
}

static bool is_vreg(u64 off)
{
	return off >= CORE(fp_regs.vregs) && off < CORE(fp_regs.fpsr);
}

/* Size in bytes of the register at this offset; 0: none starts here. */
static unsigned int size_at(u64 off)
{
	if (off < CORE(spsr) + WORDS(__u64) * KVM_NR_SPSR)
		return off % WORDS(__u64) ? 0 : sizeof(__u64);
	if (is_vreg(off))
		return (off - CORE(fp_regs.vregs)) % WORDS(__uint128_t) ? 0 : sizeof(__uint128_t);
	if (off == CORE(fp_regs.fpsr) || off == CORE(fp_regs.fpcr))
		return sizeof(__u32);
	return 0;
}

/* With SVE the V registers are part of the Z registers, and to be had as those. */
int keel_onereg_core_check(const struct keel_vcpu *vcpu, u64 id)
{
	u64 nr = WORDS(struct kvm_regs), off = offset(id), size = KVM_REG_SIZE(id);

	if (off >= nr || off + size / sizeof(__u32) >= nr)
		return -ENOENT;
	return size_at(off) != size || (is_vreg(off) && keel_sve_has(vcpu)) ? -EINVAL : 0;
}

/* The vCPU's copy of a register that no CPU can hold, or NULL. */
static void *memory_at(struct keel_ctx *ctx, u64 off)
{
	if (off < CORE(regs.sp))
		return &ctx->x[off / WORDS(__u64)];
	if (off == CORE(regs.pc))
		return &ctx->pc;
	if (off == CORE(fp_regs.fpsr))
		return &ctx->fp.fpsr;
	if (off == CORE(fp_regs.fpcr))
		return &ctx->fp.fpcr;
	if (off >= CORE(fp_regs.vregs))
		return &ctx->fp.vregs[(off - CORE(fp_regs.vregs)) / WORDS(__uint128_t)];
	return NULL;
}

/* The system register at this offset, or -1. */
static int sys_at(u64 off)
{
	switch (off) {
	case CORE(regs.sp):
		return KEEL_SP_EL0;
	case CORE(sp_el1):
		return KEEL_SP_EL1;
	case CORE(elr_el1):
		return KEEL_ELR_EL1;
	case CORE(spsr[KVM_SPSR_EL1]):
		return KEEL_SPSR_EL1;
	default:
		return -1;
	}
}

/* Those of EL1 may be elsewhere. */
static u32 enc_at(u64 off)
{
	switch (off) {
	case CORE(sp_el1):
		return SYS_SP_EL1;
	case CORE(elr_el1):
		return SYS_ELR_EL1;
	case CORE(spsr[KVM_SPSR_EL1]):
		return SYS_SPSR_EL1;
	default:
		return 0;
	}
}

/* Those of AArch32 stay in the CPU with a resident vCPU that has it at EL1. */
static u32 *spsr32_at(struct keel_vcpu *vcpu, u64 off)
{
	if (keel_aarch32_el1(vcpu))
		keel_hyp_put(vcpu);
	return &vcpu->ctx.spsr32[(off - CORE(spsr)) / WORDS(__u64)];
}

static void read_reg(struct keel_vcpu *vcpu, u64 off, void *buf)
{
	void *mem = memory_at(&vcpu->ctx, off);
	int sys = sys_at(off);
	u64 val;

	if (mem) {
		memcpy(buf, mem, size_at(off));
		return;
	}
	if (off == CORE(regs.pstate))
		val = keel_context_spsr(vcpu, keel_debug_guest_pstate(vcpu));
	else if (!keel_context_el1_read(vcpu, enc_at(off), &val))
		val = sys >= 0 ? keel_sr_read(vcpu, sys) : *spsr32_at(vcpu, off);
	memcpy(buf, &val, sizeof(val));
}

static void write_reg(struct keel_vcpu *vcpu, u64 off, const void *buf)
{
	void *mem = memory_at(&vcpu->ctx, off);
	int sys = sys_at(off);
	u64 val;

	if (mem) {
		memcpy(mem, buf, size_at(off));
		return;
	}
	memcpy(&val, buf, sizeof(val));
	if (off == CORE(regs.pstate))
		keel_context_set_pstate(vcpu, keel_debug_take_pstate(vcpu, val));
	else if (keel_context_el1_write(vcpu, enc_at(off), val))
		;
	else if (sys >= 0)
		keel_sr_write(vcpu, sys, val);
	else
		*spsr32_at(vcpu, off) = val;
}

/* EL0 to EL2, in AArch64; and EL0 in AArch32, where what is below may go without being asked. */
static bool pstate_valid_el2(u64 pstate)
{
	u64 mode = pstate & (PSR_MODE32_BIT | PSR_MODE_MASK);

	return keel_pstate_is_el2(pstate) || keel_pstate_is_el1(pstate) || mode == PSR_MODE_EL0t ||
	       (mode == PSR_AA32_MODE_USR && keel_idreg_host_aa32());
}

/* EL0 and EL1 in the width of the vCPU's EL1; EL0 in AArch32 where the CPU has it. */
static int check_pstate(const struct keel_vcpu *vcpu, u64 pstate)
{
	if (keel_aarch32_el1(vcpu))
		return keel_aarch32_insn_mode_valid(pstate) ? 0 : -EINVAL;
	if (keel_nv(vcpu))
		return pstate_valid_el2(pstate) ? 0 : -EINVAL;
	switch (pstate & (PSR_MODE32_BIT | PSR_MODE_MASK)) {
	case PSR_MODE_EL0t:
	case PSR_MODE_EL1t:
	case PSR_MODE_EL1h:
		return 0;
	case PSR_AA32_MODE_USR:
		return keel_idreg_host_aa32() ? 0 : -EINVAL;
	default:
		return -EINVAL;
	}
}

/* AArch32 has registers of 32 bits: fifteen in User mode, the banked ones too in those of EL1. */
static void truncate_aa32(struct keel_ctx *ctx)
{
	unsigned int i, n = keel_aarch32_insn_mode_is_flat(ctx->pstate) ? 15 : NR_X;

	if (!(ctx->pstate & PSR_MODE32_BIT))
		return;
	for (i = 0; i < n; i++)
		ctx->x[i] = (u32)ctx->x[i];
	ctx->pc = (u32)ctx->pc;
}

/*
 * Bits 63:32 are of features that no guest has, and would be acted on by a CPU that has them. VMMs
 * that know PSTATE as 32 bits leave there what they find.
 */
static int set_pstate(struct keel_vcpu *vcpu, u64 val)
{
	u64 pstate = lower_32_bits(val);
	int err = check_pstate(vcpu, pstate);

	if (err)
		return err;
	write_reg(vcpu, CORE(regs.pstate), &pstate);
	return 0;
}

int keel_onereg_core_get(struct keel_vcpu *vcpu, u64 id, void *buf)
{
	int err = keel_onereg_core_check(vcpu, id);

	if (!err)
		read_reg(vcpu, offset(id), buf);
	return err;
}

int keel_onereg_core_set(struct keel_vcpu *vcpu, u64 id, const void *buf)
{
	u64 off = offset(id);
	int err = keel_onereg_core_check(vcpu, id);

	if (err)
		return err;
	if (off == CORE(regs.pstate))
		err = set_pstate(vcpu, *(const u64 *)buf);
	else
		write_reg(vcpu, off, buf);
	if (!err)
		truncate_aa32(&vcpu->ctx);
	return err;
}

/* x0-x30, sp, pc, pstate, sp_el1, elr_el1, spsr[5] are adjacent; then vregs; then fpsr, fpcr. */
#define NR_U64		(NR_X + 3 + 2 + KVM_NR_SPSR)
#define NR_VREGS	32

unsigned int keel_onereg_core_nr(const struct keel_vcpu *vcpu)
{
	return NR_U64 + (keel_sve_has(vcpu) ? 0 : NR_VREGS) + 2;
}

u64 keel_onereg_core_id(const struct keel_vcpu *vcpu, unsigned int i)
{
	u64 base = KVM_REG_ARM64 | KVM_REG_ARM_CORE;

	if (i < NR_U64)
		return base | KVM_REG_SIZE_U64 | i * WORDS(__u64);
	i -= NR_U64;
	if (keel_sve_has(vcpu))
		i += NR_VREGS;
	if (i < NR_VREGS)
		return base | KVM_REG_SIZE_U128 | (CORE(fp_regs.vregs) + i * WORDS(__uint128_t));
	i -= NR_VREGS;
	return base | KVM_REG_SIZE_U32 | (CORE(fp_regs.fpsr) + i);
}
