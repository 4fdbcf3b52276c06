/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For the vectors that EL2's own exceptions take: is the stack still good?
 * Under nVHE a stack that overflows runs into an unmapped page, where a vector
 * that pushes would fault for ever.
 */
#ifndef KEEL_HYP_OWN_STACK_H
#define KEEL_HYP_OWN_STACK_H
#ifdef __ASSEMBLY__

#ifdef __KEEL_NVHE__
	/*
	 * To \overflow, with all registers as they are, unless SP is on the
	 * stack: that lies in the half of its block in which bit 13 of an address
	 * is set (nvhe/host/cpu.c). No register is free: x0 and SP carry each other.
	 */
	.macro	check_own_stack, overflow
	add	sp, sp, x0
	sub	x0, sp, x0
	tbnz	x0, #13, .Lsound\@
	sub	x0, sp, x0
	sub	sp, sp, x0
	b	\overflow
.Lsound\@:
	sub	x0, sp, x0
	sub	sp, sp, x0
	.endm
#else
	/* VHE: the stack is the kernel's. */
	.macro	check_own_stack, overflow
	.endm
#endif

#endif
#endif
