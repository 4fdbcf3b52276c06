/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The EL2 image's way in, with the MMU off, and its way out. The stub's
 * HVC_SOFT_RESTART leads to keel_start, not HVC_SET_VECTORS, which would lose
 * the address of the stub's vectors: nobody but EL2 can read that, and they
 * have to be put back. What runs with the MMU off is in .text.off.
 */
#include <linux/linkage.h>
#include <asm/assembler.h>
#include <asm/sysreg.h>
#include "../el2_bits.h"
#include "offsets.h"

#define HCR_E2H_BIT	34
#define NOT_OURS	-19		/* -ENODEV */

	.section .text.off, "ax"
/*
 * x0: this CPU's struct keel_el2_cpu. At EL2 by the host's HVC, so that
 * ELR_EL2 and SPSR_EL2 lead back to it; DAIF masked. Answers as a host call.
 */
SYM_CODE_START(keel_start)
	mrs	x9, hcr_el2
	mrs	x11, sctlr_el2
	tbnz	x9, #HCR_E2H_BIT, 1f		/* another layout of nearly all that follows */
	tbnz	x11, #0, 1f			/* somebody lives here */
	mrs	x10, vbar_el2
	mrs	x12, tcr_el2
	mrs	x13, mair_el2
	mrs	x14, ttbr0_el2
	mrs	x15, tpidr_el2
	mov	x16, sp

	ldp	x1, x2, [x0, #CPU_MAIR]		/* ... and TCR_EL2 */
	ldp	x3, x4, [x0, #CPU_TTBR0]	/* ... and SCTLR_EL2 */
	msr	mair_el2, x1
	msr	tcr_el2, x2
	msr	ttbr0_el2, x3
	isb					/* the regime's registers before its first walk */
	tlbi	alle2				/* what an earlier stay here left */
	/* ... or another kernel, under the VMIDs of guests to come */
	tlbi	alle1
	ic	iallu
	dsb	nsh
	isb
	msr	sctlr_el2, x4
	/* MMU and caches on; same addresses (Arm ARM D8.2.12) */
	isb

	add	x5, x0, #CPU_FOUND
	stp	x10, x11, [x5]
	stp	x12, x13, [x5, #16]
	stp	x14, x15, [x5, #32]
	str	x16, [x5, #48]
	ldr	x6, [x0, #CPU_VECTORS]
	ldr	x7, [x0, #CPU_STACK]
	msr	vbar_el2, x6
	msr	tpidr_el2, x0
	mov	sp, x7
	isb					/* the vectors before anything that needs them */
	mov_q	x0, KEEL_CALL(0)		/* KEEL_CALL_VERSION */
	b	keel_host_call
1:	mov	x0, #NOT_OURS
	eret
	dsb	nsh
	isb
SYM_CODE_END(keel_start)

/*
 * EL2 as it was found: MMU off, the stub's vectors and stack. At EL2, DAIF
 * masked; nothing of keel's stack is needed any more. x9 to x17 are lost.
 */
SYM_CODE_START(keel_start_give)
	mrs	x9, tpidr_el2
	add	x9, x9, #CPU_FOUND
	ldp	x10, x11, [x9]
	ldp	x12, x13, [x9, #16]
	ldp	x14, x15, [x9, #32]
	ldr	x16, [x9, #48]
	isb					/* Falkor 1041: right before M is cleared */
	msr	sctlr_el2, x11
	isb					/* MMU off; same addresses */
	msr	vbar_el2, x10
	msr	tcr_el2, x12
	msr	mair_el2, x13
	msr	ttbr0_el2, x14
	msr	tpidr_el2, x15
	mov	sp, x16
	isb
	tlbi	alle2				/* no entry of keel's tables outlives them */
	tlbi	alle1				/* ... nor of its guests' */
	dsb	nsh
	isb
	ret
SYM_CODE_END(keel_start_give)
