/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest exit, decoded from ESR_EL2, FAR_EL2 and HPFAR_EL2 (Arm ARM
 * D24.2, "ESR_EL2"). Handlers read this and never shift ESR.
 */
#ifndef KEEL_ARCH_EXIT_H
#define KEEL_ARCH_EXIT_H

#include <linux/types.h>
#include "../core/types.h"

struct keel_vcpu;
struct keel_ctx;

struct keel_sysreg_trap {
	u8 op0, op1, crn, crm, op2;
	u8 rt;			/* 31: XZR */
	bool write;
};

/* Coprocessor access of AArch32; the wide ones have no CRn and opc2. */
struct keel_cp_trap {
	u8 opc1, crn, crm, opc2;
	u8 rt, rt2;		/* in AArch64's numbering; 31: none */
	bool write;
};

struct keel_abort {
	bool exec;		/* instruction abort */
	/* WnR, false for cache maintenance and stage-1 walks (s1ptw) that only read */
	bool write;
	bool s1ptw;		/* fault on a stage-1 table walk: FAR is the VA being translated */
	bool cm;		/* cache maintenance or address translation instruction */
	u8 fsc;			/* fault status code, 6 bits */
	bool isv;		/* the access is described below */
	u8 size_log2;		/* 0..3 */
	bool sign_extend;
	bool reg64;		/* destination register is 64 bits wide */
	u8 rt;
};

struct keel_exit {
	u8 ec;			/* ESR_ELx_EC_* */
	bool il;		/* 32-bit instruction */
	u32 iss;		/* raw, for user space and tracing only */
	u64 esr;		/* raw */
	u64 far;
	ipa_t ipa;		/* faulting IPA: HPFAR page | FAR offset; aborts only */
	union {
		struct keel_abort abort;
		struct keel_sysreg_trap sysreg;
		struct keel_cp_trap cp;
		u16 imm;		/* HVC, SMC, BRK */
		/* rn: the virtual count that ends it */
		struct { bool wfe, timeout, rn_valid; u8 rn; } wfx;
	};
};

/* Pure. */
struct keel_exit keel_exit_decode(u64 esr, u64 far, u64 hpfar);

/*
 * The guest wants at this address what user space withholds, KEEL_MEMORY_NO_*:
 * KVM_EXIT_MEMORY_FAULT. -EFAULT.
 */
int keel_exit_refuse(struct keel_vcpu *vcpu, ipa_t at, u64 right);

/* An exit with KEEL_EXIT_IRQ is for nothing else: keel_exit_handle() would have nothing to do. */
bool keel_exit_is_interrupt(const struct keel_vcpu *vcpu);
/* Handle one exit of the vCPU. Sleepable, vCPU mutex held. Returns a verdict. */
int keel_exit_handle(struct keel_vcpu *vcpu, int code);

/*
 * Step over the trapped instruction: PC, and clear SPSR.SS and BTYPE as
 * completing it would. Called by whoever emulated the instruction.
 */
void keel_exit_skip(struct keel_ctx *ctx);
/* The same where the syndrome does not know the instruction's length. */
void keel_exit_skip_bytes(struct keel_ctx *ctx, unsigned int bytes);

#endif
