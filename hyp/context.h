/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What EL2 sees of a vCPU: flat, without pointers, so that the same C serves
 * VHE and a closed nVHE image. The assembly reaches it by generated offsets.
 *
 * All of it is [v], protected by the vCPU mutex (held over KVM_RUN and over
 * every vCPU ioctl), except where a line says otherwise.
 */
#ifndef KEEL_HYP_CONTEXT_H
#define KEEL_HYP_CONTEXT_H

#include <linux/types.h>
#include <asm/ptrace.h>
#include "context_bits.h"
#include "gic_state.h"
#include "post.h"

enum keel_reg {
#define EL1(name, cpu)	KEEL_##name,
#define KEY(name)	KEEL_##name,
#define RUN(name)	KEEL_##name,
#define MEM(name)	KEEL_##name,
#include "regs.def"
	KEEL_NR_REGS
};

/* AArch32 SPSRs as in struct kvm_regs; index 0 (SPSR_EL1) lives in the register list. */
#define KEEL_NR_SPSR	5

/* ID registers: op0=3 op1=0 CRn=0, CRm 1..7, op2 0..7. */
#define KEEL_NR_IDREGS	56
static inline unsigned int keel_idreg_index(unsigned int crm, unsigned int op2)
{
	return (crm - 1) * 8 + op2;
}

/* Calls whose presence SMCCC_ARCH_FEATURES tells, and that EL2 knows no answer of its own for. */
enum keel_smccc_feature {
	KEEL_FEATURE_WORKAROUND_1,
	KEEL_FEATURE_WORKAROUND_2,
	KEEL_FEATURE_WORKAROUND_3,
	KEEL_FEATURE_PV_TIME,
	KEEL_NR_SMCCC_FEATURES
};

/* Why the CPU came back from the guest. */
enum keel_exit_code {
	KEEL_EXIT_SYNC,		/* synchronous exception; esr/far/hpfar valid */
	KEEL_EXIT_IRQ,		/* physical interrupt (IRQ or FIQ) for the host */
	KEEL_EXIT_SERROR,	/* physical SError while the guest ran; esr valid */
	KEEL_EXIT_ILLEGAL,	/* illegal return: the vCPU's pstate was rejected by the CPU */
	/* nVHE: EL2 is not to be relied on any more; the vCPU's state may be lost */
	KEEL_EXIT_FAILED,
};

/*
 * A class of exceptions that no CPU reports: EL2 has done the guest's write of
 * ICC_SGI1R_EL1, but keel_vgic_collect() is to be called for the vCPU whose id is the ISS.
 */
#define KEEL_EC_POSTED	0x3f
/*
 * Another one: EL2 has done the guest's access to its GICv2's CPU interface, but the host is to
 * fill its list anew.
 */
#define KEEL_EC_REFILL	0x3e
/* Armv8.8's memory copies and sets; not in 6.1's header. */
#define KEEL_EC_MOPS	0x27

/* guest uses the PAuth keys: switch them */
#define KEEL_CTX_PAUTH		(1U << KEEL_CTX_PAUTH_BIT)
/* guest's FP/SIMD registers are in the CPU (set and cleared with IRQs off) */
#define KEEL_CTX_FP_GUEST	(1U << 1)
/* EL2 may answer the hypercalls that need no host */
#define KEEL_CTX_FAST_SMCCC	(1U << 2)
/* guest's (or VMM's) debug registers in use: switch them */
#define KEEL_CTX_DEBUG_GUEST	(1U << 3)
/* a physical SError was consumed at the exit: disr valid */
#define KEEL_CTX_SERROR		(1U << 4)
/* with DEBUG_GUEST: the registers to switch in are dbg_vmm */
#define KEEL_CTX_DEBUG_VMM	(1U << 5)
/* no host task's FP/SIMD state is in the CPU: EL2 may load the guest's */
#define KEEL_CTX_FP_FREE	(1U << 6)
/* may have APART or has SVE: what keel_fast_exit() asks of others, in one bit */
#define KEEL_CTX_FAST_MORE	(1U << 7)
/* nVHE: the guest took the virtual SError of KEEL_LINE_SERROR */
#define KEEL_CTX_VSE_TAKEN	(1U << 8)
/* FP registers are more than fp: SVE, or AArch32's FPEXC */
#define KEEL_CTX_FP_MORE	(1U << 9)
/* has NO_FAST or TIMED: what the first two tiers ask of others, in one bit */
#define KEEL_CTX_APART		(1U << 10)
/* with NO_FAST: FP/SIMD traps for virtual EL2, too */
#define KEEL_CTX_FP_BARRED	(1U << 11)
#define KEEL_CTX_SVE_BARRED	(1U << 12)	/* with NO_FAST: so does SVE */
/* every exit goes to the host (the VMM steps the guest) */
#define KEEL_CTX_NO_FAST	(1U << 13)
/* exits are timed that do not leave the guest's world (exit_times.h) */
#define KEEL_CTX_TIMED		(1U << 14)

/* Breakpoint and watchpoint registers of one owner (guest, VMM or host). */
struct keel_debug_regs {
	u64 bcr[16], bvr[16], wcr[16], wvr[16];
	/* the host's MDCCINT_EL1, where it is switched; the guest's is in keel_ctx.sys */
	u64 mdccint;
};

struct keel_ctx {
	/* its own address as EL2 has it (keel_hyp_share()), by which EL2 knows a context */
	u64 self;
	u64 vttbr, vtcr;	/* nVHE: what EL2 walks for it */

	u64 x[31];
	u64 pc;			/* ELR_EL2 */
	u64 pstate;		/* SPSR_EL2 */
	/* true copy only while not resident in a CPU: use keel_sr_read/write */
	u64 sys[KEEL_NR_REGS];

	/* Control of EL2 for this vCPU. */
	/*
	 * HCR_EL2 without VSE; VI and VF are gicc.c's, in the guest alone, or a guest
	 * hypervisor's, or in lines
	 */
	u64 hcr;
	u64 hcrx;
	u64 mdcr;		/* trap bits; HPMN is the host's */
	u64 vpidr;
	u64 vsesr;
	/* FEAT_FGT trap bits, in the hardware's polarity */
	u64 hfgrtr, hfgwtr, hfgitr, hdfgrtr, hdfgwtr;
	u64 cntvoff;		/* CNTVOFF_EL2 */
	/* nVHE: counters of the CPU's that count while the guest runs, as in PMCNTENSET_EL0 */
	u64 pmcnten;
	u64 pmcntclr;		/* nVHE: and that stand still meanwhile */
	bool pct_traps;		/* nVHE: CNTPCT_EL0 traps */
	u32 flags;		/* KEEL_CTX_* */
	u32 spsr32[KEEL_NR_SPSR];

	/* Interrupt lines: KEEL_LINE_*; [a] set by any CPU, read at entry. */
	unsigned long lines;

	/*
	 * SGIs that other vCPUs sent by a fast exit to this one while it was
	 * KEEL_OUTSIDE, a bit each. [a] set at EL2, collected by
	 * keel_vgic_collect(). mode is [a] enum keel_mode.
	 */
	unsigned long posted;
	int mode;
	/*
	 * EL2's address of its VM's struct keel_gic_share, 0: none; and the guest's of the
	 * distributor, or of the CPU interface if that is in software (gic.soft). Written
	 * before its first run.
	 */
	u64 gic_share, gic_dist;

	struct keel_ctx_gic gic;

	/* The exit. */
	u64 esr, far, hpfar, disr;

	struct user_fpsimd_state fp __aligned(16);
	struct keel_debug_regs dbg;	/* the guest's own */
	struct keel_debug_regs dbg_vmm;	/* set by KVM_SET_GUEST_DEBUG with USE_HW */

	u32 psci_version;	/* what EL2 answers to PSCI_VERSION ... */
	s8 smccc_feature[KEEL_NR_SMCCC_FEATURES];	/* ... to SMCCC_ARCH_FEATURES */
	u64 idregs[KEEL_NR_IDREGS];	/* what EL2 answers to a trapped ID register read */
	u64 ctr;		/* ... and to one of CTR_EL0 */

	/*
	 * SVE: EL2's address of the registers (hyp/sve.h) in the place of fp.vregs, and the
	 * vCPU's longest vector; 0: it has none. The host's are in the CPU's place while the
	 * guest's are (KEEL_CTX_FP_GUEST).
	 */
	u64 sve_state;
	u32 sve_vq;
	/* with NO_FAST: the guest's vectors are no longer than this, too; 0: as sve_vq says */
	u32 sve_bound;
	u64 host_zcr_el2, host_zcr_el1;

	u64 exit_times;		/* with TIMED: EL2's address of struct keel_exit_times */
};

static inline bool keel_hyp_is_context(const struct keel_ctx *ctx)
{
	return ctx->self == (u64)ctx;
}

/* Bits of keel_ctx.lines. */
enum keel_line { KEEL_LINE_IRQ, KEEL_LINE_FIQ, KEEL_LINE_SERROR };

#endif
