/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Into the guest and back: general registers, SP_EL0, pointer-authentication
 * keys. Everything else is switched by C around it.
 */
#include <linux/linkage.h>
#include <asm/assembler.h>
#include <asm/sysreg.h>
#include "context_bits.h"
#include "host_pan.h"
#include "offsets.h"

/* Host frame on the stack while the guest runs; HOST_CTX is where the vectors look for the vCPU. */
#define HOST_CTX	0		/* ctx, host SP_EL0 */
#define HOST_REGS	16		/* x18..x29, x30 */
#define HOST_KEYS	128		/* five 128-bit keys */
#define HOST_FRAME	208

	.macro	key_pair, op, reg, base, off, lo, hi
	.ifc	\op, save
	mrs_s	x10, \lo
	mrs_s	x11, \hi
	stp	x10, x11, [\base, #\off]
	.else
	ldp	x10, x11, [\base, #\off]
	msr_s	\lo, x10
	msr_s	\hi, x11
	.endif
	.endm

	/* op: save or load. Clobbers x10, x11. */
	.macro	keys, op, base
	key_pair \op, 0, \base, 0,  SYS_APIAKEYLO_EL1, SYS_APIAKEYHI_EL1
	key_pair \op, 1, \base, 16, SYS_APIBKEYLO_EL1, SYS_APIBKEYHI_EL1
	key_pair \op, 2, \base, 32, SYS_APDAKEYLO_EL1, SYS_APDAKEYHI_EL1
	key_pair \op, 3, \base, 48, SYS_APDBKEYLO_EL1, SYS_APDBKEYHI_EL1
	key_pair \op, 4, \base, 64, SYS_APGAKEYLO_EL1, SYS_APGAKEYHI_EL1
	.endm

	/* op: stp or ldp, for x2..x29 of the context in \base (not x29 when \base is x29). */
	.macro	gprs, op, base
	\op	x2, x3,   [\base, #CTX_X + 8 * 2]
	\op	x4, x5,   [\base, #CTX_X + 8 * 4]
	\op	x6, x7,   [\base, #CTX_X + 8 * 6]
	\op	x8, x9,   [\base, #CTX_X + 8 * 8]
	\op	x10, x11, [\base, #CTX_X + 8 * 10]
	\op	x12, x13, [\base, #CTX_X + 8 * 12]
	\op	x14, x15, [\base, #CTX_X + 8 * 14]
	\op	x16, x17, [\base, #CTX_X + 8 * 16]
	\op	x18, x19, [\base, #CTX_X + 8 * 18]
	\op	x20, x21, [\base, #CTX_X + 8 * 20]
	\op	x22, x23, [\base, #CTX_X + 8 * 22]
	\op	x24, x25, [\base, #CTX_X + 8 * 24]
	\op	x26, x27, [\base, #CTX_X + 8 * 26]
	\op	x28, x29, [\base, #CTX_X + 8 * 28]
	.endm

	/* op: stp or ldp; the host registers that C expects kept. */
	.macro	host_regs, op
	\op	x18, x19, [sp, #HOST_REGS]
	\op	x20, x21, [sp, #HOST_REGS + 16]
	\op	x22, x23, [sp, #HOST_REGS + 32]
	\op	x24, x25, [sp, #HOST_REGS + 48]
	\op	x26, x27, [sp, #HOST_REGS + 64]
	\op	x28, x29, [sp, #HOST_REGS + 80]
	.endm

/*
 * int keel_guest_enter(struct keel_ctx *ctx)
 * x0: the vCPU's context. DAIF masked, guest control registers loaded.
 * Returns enum keel_exit_code; every callee-saved register, SP_EL0 and the
 * host's keys are as before.
 */
SYM_FUNC_START(keel_guest_enter)
	sub	sp, sp, #HOST_FRAME
	host_regs stp
	str	x30, [sp, #HOST_REGS + 96]
	mrs	x9, sp_el0
	stp	x0, x9, [sp, #HOST_CTX]

	ldr	x9, [x0, #CTX_SP_EL0]
	msr	sp_el0, x9
	ldr	w9, [x0, #CTX_FLAGS]
	tbz	w9, #KEEL_CTX_PAUTH_BIT, 1f
	add	x9, sp, #HOST_KEYS
	keys	save, x9
	add	x9, x0, #CTX_KEYS
	keys	load, x9
1:
	/* x0: context. The fast exits come back to here. */
SYM_INNER_LABEL(keel_guest_resume, SYM_L_LOCAL)
	ldp	x2, x3, [x0, #CTX_PC]
	msr	elr_el2, x2
	msr	spsr_el2, x3
	gprs	ldp, x0
	ldr	x30, [x0, #CTX_X + 8 * 30]
	ldp	x0, x1, [x0, #CTX_X]
	eret
	/* no speculation past the ERET; SB is an alternative, which the EL2 image cannot have */
	dsb	nsh
	isb
SYM_FUNC_END(keel_guest_enter)

/*
 * From the vectors. x0: exit code; guest's x0, x1 on the stack; all other
 * registers the guest's. The context pointer lies above them.
 */
SYM_CODE_START(keel_guest_exit)
	ldr	x1, [sp, #16 + HOST_CTX]
	gprs	stp, x1
	str	x30, [x1, #CTX_X + 8 * 30]
	ldp	x2, x3, [sp], #16
	stp	x2, x3, [x1, #CTX_X]

	/* An illegal return never left EL2: what was to be entered stays in the context. */
	cmp	x0, #KEEL_EXIT_ILLEGAL_NR
	b.hs	4f
	mrs	x2, elr_el2
	mrs	x3, spsr_el2
	stp	x2, x3, [x1, #CTX_PC]
	mrs	x2, sp_el0
	str	x2, [x1, #CTX_SP_EL0]

	mov	x19, x0
	mov	x20, x1
	mov	x0, x1
	mov	x1, x19
	/* bool (ctx, code); needs neither SP_EL0 nor keys */
	bl	keel_fast_exit
	and	w2, w0, #1
	mov	x0, x20
	cbnz	w2, keel_guest_resume
	mov	x1, x20
	mov	x0, x19
2:
	ldr	w9, [x1, #CTX_FLAGS]
	tbz	w9, #KEEL_CTX_PAUTH_BIT, 3f
	add	x9, x1, #CTX_KEYS
	keys	save, x9
	add	x9, sp, #HOST_KEYS
	keys	load, x9
	/* the host's keys before its signed returns (Arm ARM D8.10.1: context synchronisation) */
	isb
3:
	host_pan
	ldr	x9, [sp, #HOST_CTX + 8]
	msr	sp_el0, x9
	host_regs ldp
	ldr	x30, [sp, #HOST_REGS + 96]
	add	sp, sp, #HOST_FRAME
	ret
4:	b.eq	2b				/* the flags are the comparison's */
	mov	x0, #KEEL_EXIT_SERROR_NR
	b	2b
SYM_CODE_END(keel_guest_exit)

/*
 * void keel_host_frame_load(u64 end, bool keys)
 * A guest was abandoned: x0 is the stack pointer with which keel_guest_enter()
 * was called. The host's SP_EL0 out of its frame; and the keys, if the guest
 * had its own.
 */
SYM_FUNC_START(keel_host_frame_load)
	sub	x0, x0, #HOST_FRAME
	ldr	x9, [x0, #HOST_CTX + 8]
	msr	sp_el0, x9
	cbz	w1, 1f
	add	x0, x0, #HOST_KEYS
	keys	load, x0
	isb
1:	ret
SYM_FUNC_END(keel_host_frame_load)

/*
 * bool keel_at_guest(u64 va)
 * AT S1E1R with the guest's EL1 registers; the answer is in PAR_EL1. False: the
 * walk met memory that aborts, which is no answer but an exception to EL2 (Arm
 * ARM D8.12.1), and the vectors went on at the second label. Clobbers x1.
 */
SYM_FUNC_START(keel_at_guest)
	mov	x1, x0
	mov	w0, #1
	at	s1e1r, x1
	isb				/* PAR_EL1 after AT (Arm ARM C5.4) */
	ret
SYM_INNER_LABEL(keel_at_guest_aborted, SYM_L_GLOBAL)
	mov	w0, #0
	ret
SYM_FUNC_END(keel_at_guest)

/* The same with AT S1E1W, and with those for EL0 and with PSTATE.PAN (op0=1, op1=0, CRn=7). */
.macro AT_GUEST name, crm, op2
SYM_FUNC_START(\name)
	mov	x1, x0
	mov	w0, #1
	sys	#0, c7, c\crm, #\op2, x1
	isb				/* PAR_EL1 after AT (Arm ARM C5.4) */
	ret
SYM_FUNC_END(\name)
.endm
	AT_GUEST keel_at_guest_write, 8, 1
#ifndef __KEEL_NVHE__
	AT_GUEST keel_at_guest_el0, 8, 2
	AT_GUEST keel_at_guest_el0_write, 8, 3
	AT_GUEST keel_at_guest_pan, 9, 0
	AT_GUEST keel_at_guest_pan_write, 9, 1
#endif
SYM_INNER_LABEL(keel_at_guest_end, SYM_L_GLOBAL)

/*
 * bool keel_serror_window(void)
 * Without FEAT_RAS: let an SError that the guest caused be taken here, where
 * the vectors expect it. DAIF masked before and after. Returns in w0 whether
 * one came (the vector sets w0).
 */
SYM_FUNC_START(keel_serror_window)
	mov	w0, #0
	dsb	sy
	isb
	msr	daifclr, #4
SYM_INNER_LABEL(keel_serror_window_begin, SYM_L_GLOBAL)
	isb
SYM_INNER_LABEL(keel_serror_window_end, SYM_L_GLOBAL)
	msr	daifset, #4
	ret
SYM_FUNC_END(keel_serror_window)
