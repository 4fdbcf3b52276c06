/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EL2 vectors while a guest runs. One table for each way of keeping the
 * guest's branch history out of the host's speculation; the CPU's choice is
 * made when keel takes the CPU (vhe/cpu.c, nvhe/host/cpu.c).
 */
#include <linux/linkage.h>
#include <asm/assembler.h>
#include <asm/esr.h>
#include "context_bits.h"
#include "own_stack.h"

/* ARM_SMCCC_ARCH_WORKAROUND_1 and _3 */
#define WORKAROUND_1	0x80008000
#define WORKAROUND_3	0x80003fff

#define SPSR_IL		20

	.macro	firmware, id
	stp	x2, x3, [sp, #-16]!
	mov_q	x0, \id
	smc	#0
	ldp	x2, x3, [sp], #16
	.endm

	.macro	branches
	ldr_l	x0, keel_bhb_loops
881:	b	882f
882:	subs	x0, x0, #1
	b.ne	881b
	dsb	nsh
	isb
	.endm

	/* Clobbers x0 and x1, which are on the stack. */
	.macro	bhb, kind
	.if	\kind == KEEL_BHB_LOOP
	branches
	.elseif	\kind == KEEL_BHB_LOOP_FIRMWARE_1
	firmware WORKAROUND_1
	branches
	.elseif	\kind == KEEL_BHB_CLEAR
	hint	#22			/* CLRBHB */
	isb
	.elseif	\kind == KEEL_BHB_FIRMWARE
	firmware WORKAROUND_3
	.elseif	\kind == KEEL_BHB_FIRMWARE_1
	firmware WORKAROUND_1
	.endif
	.endm

	/* Exception from the guest. */
	.macro	guest, kind, code
	.align	7
	stp	x0, x1, [sp, #-16]!
	bhb	\kind
	mov	x0, #\code
	b	keel_guest_exit
	.endm

	/*
	 * Exception from EL2 itself. x0, x1 are saved first: what was interrupted goes on if it
	 * can.
	 */
	.macro	own, handler, overflow
	.align	7
	check_own_stack \overflow
	stp	x0, x1, [sp, #-16]!
	b	\handler
	.endm

	.macro	never
	.align	7
	b	keel_vector_bug
	.endm

	.macro	table, kind
	never				/* Synchronous, SP_EL0 */
	never				/* IRQ,         SP_EL0 */
	never				/* FIQ,         SP_EL0 */
	never				/* SError,      SP_EL0 */

	own	keel_own_sync, keel_host_overflow_4	/* Synchronous, EL2 */
	/* IRQ,         EL2: masked, but in an illegal return */
	own	keel_own_irq, keel_host_overflow_5
	own	keel_own_irq, keel_host_overflow_6	/* FIQ,         EL2: likewise */
	own	keel_own_serror, keel_host_overflow_7	/* SError,      EL2 */

	guest	\kind, KEEL_EXIT_SYNC_NR	/* Synchronous, lower EL AArch64 */
	guest	\kind, KEEL_EXIT_IRQ_NR		/* IRQ */
	guest	\kind, KEEL_EXIT_IRQ_NR		/* FIQ */
	guest	\kind, KEEL_EXIT_SERROR_NR	/* SError */

	guest	\kind, KEEL_EXIT_SYNC_NR	/* Synchronous, lower EL AArch32 */
	guest	\kind, KEEL_EXIT_IRQ_NR		/* IRQ */
	guest	\kind, KEEL_EXIT_IRQ_NR		/* FIQ */
	guest	\kind, KEEL_EXIT_SERROR_NR	/* SError */
	.endm

	.text
	.align	11
SYM_CODE_START(keel_vectors)
	table	KEEL_BHB_NONE
	.align	11
	table	KEEL_BHB_LOOP
	.align	11
	table	KEEL_BHB_CLEAR
	.align	11
	table	KEEL_BHB_FIRMWARE
	.align	11
	table	KEEL_BHB_FIRMWARE_1
	.align	11
	table	KEEL_BHB_LOOP_FIRMWARE_1
	.align	11
	/* fails to assemble if a table has the wrong size */
	.org	keel_vectors + 2048 * KEEL_NR_BHB
SYM_CODE_END(keel_vectors)

/*
 * Synchronous exception from EL2. A guest's state can cause two: the illegal
 * return, ERET to a PSTATE that this CPU does not allow; and an external abort on
 * the walk that keel_at_guest() and kin ask for, which goes on at its second label.
 */
SYM_CODE_START_LOCAL(keel_own_sync)
	mrs	x0, esr_el2
	lsr	x0, x0, #ESR_ELx_EC_SHIFT
	cmp	x0, #ESR_ELx_EC_DABT_CUR
	b.eq	1f
	cmp	x0, #ESR_ELx_EC_ILL
	b.ne	keel_vector_bug
	mov	x0, #KEEL_EXIT_ILLEGAL_NR
	b	keel_guest_exit
1:	mrs	x0, elr_el2
	adr_l	x1, keel_at_guest
	cmp	x0, x1
	b.lo	keel_vector_bug
	adr_l	x1, keel_at_guest_end
	cmp	x0, x1
	b.hs	keel_vector_bug
	adr_l	x1, keel_at_guest_aborted
	msr	elr_el2, x1
	ldp	x0, x1, [sp], #16
	eret
	dsb	nsh
	isb
SYM_CODE_END(keel_own_sync)

/*
 * Interrupt from EL2. An illegal return stays at EL2 but takes PSTATE.DAIF from
 * SPSR_EL2 (Arm ARM D1.4.4): what is pending may come before the Illegal
 * Execution state exception, with PSTATE.IL as a mark. It is left pending.
 */
SYM_CODE_START_LOCAL(keel_own_irq)
	mrs	x0, spsr_el2
	tbz	x0, #SPSR_IL, keel_vector_bug
	mov	x0, #KEEL_EXIT_ILLEGAL_NR
	b	keel_guest_exit
SYM_CODE_END(keel_own_irq)

/*
 * SError from EL2: expected only in the window of keel_serror_window(), which
 * gets 1 in w0; and as an interrupt above, in which case it is an exit by SError
 * and the next entry the illegal one.
 */
SYM_CODE_START_LOCAL(keel_own_serror)
	mrs	x0, spsr_el2
	tbnz	x0, #SPSR_IL, 1f
	mrs	x0, elr_el2
	adr_l	x1, keel_serror_window_begin
	cmp	x0, x1
	b.lo	keel_vector_bug
	adr_l	x1, keel_serror_window_end
	cmp	x0, x1
	b.hi	keel_vector_bug
	ldp	x0, x1, [sp], #16
	mov	w0, #1
	eret
	dsb	nsh
	isb
1:	mov	x0, #KEEL_EXIT_SERROR_IL_NR
	b	keel_guest_exit
SYM_CODE_END(keel_own_serror)

/*
 * keel's own bug. Hand the CPU's registers to C, which gives the host its vectors back and panics.
 */
SYM_CODE_START_LOCAL(keel_vector_bug)
	mrs	x0, esr_el2
	mrs	x1, elr_el2
	mrs	x2, far_el2
	mrs	x3, spsr_el2
	bl	keel_hyp_bug
	b	.
SYM_CODE_END(keel_vector_bug)
