/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EL2 vectors while the host runs: host calls, the stub's calls, and the
 * registers of whatever should not happen, for panic.c.
 */
#include <linux/linkage.h>
#include <asm/assembler.h>
#include <asm/esr.h>
#include <asm/sysreg.h>
#include <asm/virt.h>
#include "../../hyp/own_stack.h"
#include "../el2_bits.h"
#include "offsets.h"

/* A host call's frame, at the top of the stack: what a report needs to return to the host. */
#define FRAME_LINK	0		/* x29, x30 */
#define FRAME_REGS	16		/* x18..x28 */
#define FRAME_PC	112		/* ELR_EL2, SPSR_EL2 */
#define FRAME_VALUE	128		/* x1 for the host */
#define FRAME_SIZE	144

/* Registers of an unexpected exception, as panic.c reads them: x0..x30, vector. */
#define REGS_SIZE	256

	.macro	unexpected, vector
	.align	7
	check_own_stack keel_host_overflow_\vector
	sub	sp, sp, #REGS_SIZE
	stp	x0, x1, [sp]
	mov	x0, #\vector
	b	keel_host_unexpected
	.endm

	/*
	 * All registers as at the exception. CNTHP_CVAL_EL2 is used by nobody under nVHE: the EL2
	 * timer is off.
	 */
	.macro	overflow, vector
SYM_CODE_START(keel_host_overflow_\vector)
	msr	cnthp_cval_el2, x0
	mrs	x0, tpidr_el2
	add	x0, x0, #CPU_SPARE_STACK
	sub	x0, x0, #REGS_SIZE
	str	x1, [x0, #8]
	mov	x1, sp
	str	x1, [x0, #REGS_SIZE + 0]	/* where the stack pointer was */
	mov	sp, x0
	mrs	x0, cnthp_cval_el2
	str	x0, [sp]
	mov	x0, #\vector
	b	keel_host_unexpected
SYM_CODE_END(keel_host_overflow_\vector)
	.endm

	.macro	call
	.align	7
	stp	x0, x1, [sp, #-16]!
	mrs	x0, esr_el2
	lsr	x0, x0, #ESR_ELx_EC_SHIFT
	cmp	x0, #ESR_ELx_EC_HVC64
	ldp	x0, x1, [sp], #16
	b.ne	keel_host_trap
	cmp	x0, #HVC_STUB_HCALL_NR
	b.hs	keel_host_call
	b	keel_host_stub
	.endm

	.text
	.align	11
SYM_CODE_START(keel_host_vectors)
	unexpected 0				/* Synchronous, SP_EL0 */
	unexpected 1				/* IRQ */
	unexpected 2				/* FIQ */
	unexpected 3				/* SError */

	unexpected 4				/* Synchronous, EL2 */
	unexpected 5				/* IRQ: masked */
	unexpected 6				/* FIQ: masked */
	unexpected 7				/* SError: masked */

	call					/* Synchronous, lower EL AArch64 */
	unexpected 9				/* IRQ: goes to EL1 */
	unexpected 10				/* FIQ */
	unexpected 11				/* SError */

	unexpected 12				/* Synchronous, lower EL AArch32: nothing traps */
	unexpected 13				/* IRQ */
	unexpected 14				/* FIQ */
	unexpected 15				/* SError */
	/* fails to assemble if the table has the wrong size */
	.org	keel_host_vectors + 2048
SYM_CODE_END(keel_host_vectors)

	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15
	overflow \n
	.endr

/* Not an HVC: something of the host's trapped that must not. */
SYM_CODE_START_LOCAL(keel_host_trap)
	sub	sp, sp, #REGS_SIZE
	stp	x0, x1, [sp]
	mov	x0, #8
	b	keel_host_unexpected
SYM_CODE_END(keel_host_trap)

/* x0: function id, x1..x4: arguments. SP: the stack's top. */
SYM_CODE_START(keel_host_call)
	sub	sp, sp, #FRAME_SIZE
	stp	x29, x30, [sp, #FRAME_LINK]
	stp	x18, x19, [sp, #FRAME_REGS]
	stp	x20, x21, [sp, #FRAME_REGS + 16]
	stp	x22, x23, [sp, #FRAME_REGS + 32]
	stp	x24, x25, [sp, #FRAME_REGS + 48]
	stp	x26, x27, [sp, #FRAME_REGS + 64]
	str	x28, [sp, #FRAME_REGS + 80]
	mrs	x9, elr_el2
	mrs	x10, spsr_el2
	stp	x9, x10, [sp, #FRAME_PC]
	mrs	x11, tpidr_el2
	mov	x29, sp
	str	x29, [x11, #CPU_HOST_FRAME]
	add	x5, sp, #FRAME_VALUE
	str	xzr, [x5]
	bl	keel_calls_host			/* long (id, a1, a2, a3, a4, u64 *value) */
	ldp	x9, x10, [sp, #FRAME_PC]
	msr	elr_el2, x9
	msr	spsr_el2, x10
	ldr	x1, [sp, #FRAME_VALUE]
	ldp	x29, x30, [sp, #FRAME_LINK]
	add	sp, sp, #FRAME_SIZE
	eret
	dsb	nsh				/* no speculation past the ERET */
	isb
SYM_CODE_END(keel_host_call)

/*
 * The stub's calls, as Documentation/virt/kvm/arm/hyp-abi.rst wants them of a hypervisor.
 * x0 < HVC_STUB_HCALL_NR, which grows: a call without a name here gets an error.
 */
#define GET_ICH_VTR	4		/* HVC_GET_ICH_VTR_EL2, since 6.19 */
	.section .text.off, "ax"	/* behind keel_start_give() the MMU is off */
SYM_CODE_START_LOCAL(keel_host_stub)
	cmp	x0, #GET_ICH_VTR
	b.eq	4f
	cmp	x0, #HVC_FINALISE_EL2
	b.hs	3f
	mov	x8, x0
	mov	x7, x30
	bl	keel_start_give
	mov	x30, x7
	cmp	x8, #HVC_SOFT_RESTART
	b.eq	1f
	/* the next owner's; a crash kernel's way in asks for it */
	cmp	x8, #HVC_SET_VECTORS
	b.ne	2f
	msr	vbar_el2, x1
	isb
2:	mov	x0, xzr
	eret
	dsb	nsh
	isb
1:	mov	x0, x2
	mov	x2, x4
	mov	x4, x1
	mov	x1, x3
	br	x4
3:	mov_q	x0, HVC_STUB_ERR		/* the MMU is on: no upgrade to VHE */
	eret
	dsb	nsh
	isb
4:	mrs	x1, id_aa64pfr0_el1
	tst	x1, #(0xf << ID_AA64PFR0_EL1_GIC_SHIFT)
	b.eq	3b
	mrs_s	x1, SYS_ICC_SRE_EL2
	tbz	x1, #0, 3b			/* SRE: else UNDEFINED */
	mrs_s	x1, SYS_ICH_VTR_EL2
	mov	x0, xzr
	eret
	dsb	nsh
	isb
SYM_CODE_END(keel_host_stub)
	.text

/* x0: vector; x0, x1 in the registers' frame at SP, all others as they were. */
SYM_CODE_START_LOCAL(keel_host_unexpected)
	stp	x2, x3, [sp, #16]
	stp	x4, x5, [sp, #32]
	stp	x6, x7, [sp, #48]
	stp	x8, x9, [sp, #64]
	stp	x10, x11, [sp, #80]
	stp	x12, x13, [sp, #96]
	stp	x14, x15, [sp, #112]
	stp	x16, x17, [sp, #128]
	stp	x18, x19, [sp, #144]
	stp	x20, x21, [sp, #160]
	stp	x22, x23, [sp, #176]
	stp	x24, x25, [sp, #192]
	stp	x26, x27, [sp, #208]
	stp	x28, x29, [sp, #224]
	stp	x30, x0, [sp, #240]
	mov	x0, sp
	/* u64 frame (regs): the host call to end, or 0: go on at ELR_EL2 */
	bl	keel_panic_report
	cbz	x0, 1f

	/* The host call ends here, whatever was under way. */
	mov	sp, x0
	ldp	x18, x19, [sp, #FRAME_REGS]
	ldp	x20, x21, [sp, #FRAME_REGS + 16]
	ldp	x22, x23, [sp, #FRAME_REGS + 32]
	ldp	x24, x25, [sp, #FRAME_REGS + 48]
	ldp	x26, x27, [sp, #FRAME_REGS + 64]
	ldr	x28, [sp, #FRAME_REGS + 80]
	ldp	x9, x10, [sp, #FRAME_PC]
	msr	elr_el2, x9
	msr	spsr_el2, x10
	ldp	x29, x30, [sp, #FRAME_LINK]
	add	sp, sp, #FRAME_SIZE
	mov	x0, #KEEL_CALL_DIED
	eret
	dsb	nsh
	isb

	/* The host's own trap: with its registers to where panic.c sends it. */
1:	ldp	x2, x3, [sp, #16]
	ldp	x4, x5, [sp, #32]
	ldp	x6, x7, [sp, #48]
	ldp	x8, x9, [sp, #64]
	ldp	x10, x11, [sp, #80]
	ldp	x12, x13, [sp, #96]
	ldp	x14, x15, [sp, #112]
	ldp	x16, x17, [sp, #128]
	ldp	x18, x19, [sp, #144]
	ldp	x20, x21, [sp, #160]
	ldp	x22, x23, [sp, #176]
	ldp	x24, x25, [sp, #192]
	ldp	x26, x27, [sp, #208]
	ldp	x28, x29, [sp, #224]
	ldr	x30, [sp, #240]
	ldp	x0, x1, [sp], #REGS_SIZE
	eret
	dsb	nsh
	isb
SYM_CODE_END(keel_host_unexpected)

/* The guest's vectors (hyp/vectors.S) met what they must not. x0 to x3 are theirs. */
SYM_CODE_START(keel_hyp_bug)
	sub	sp, sp, #REGS_SIZE
	stp	x0, x1, [sp]
	mov	x0, #4
	b	keel_host_unexpected
SYM_CODE_END(keel_hyp_bug)
