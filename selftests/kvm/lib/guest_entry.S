/* SPDX-License-Identifier: GPL-2.0-only */
/* The guest's first instructions and its exception vectors. */

#define RAM_END		0x800000
#define STACK_SHIFT	14

	.text

/*
 * In: x0 argument of guest_secondary_fn. MMU off, EL1h: what another vCPU has
 * written may be in a cache, out of sight until the MMU is on.
 */
	.global guest_secondary
guest_secondary:
	mov	x1, x0
	mov	x0, xzr
	/* fall through */

/* In: x0 function or 0, x1 its argument. MMU off, EL1h. Does not return. */
	.global guest_entry
guest_entry:
	mrs	x9, mpidr_el1
	ubfx	x10, x9, #8, #8
	and	x9, x9, #0xf
	add	x9, x9, x10, lsl #4
	mov	x10, #RAM_END
	sub	x10, x10, x9, lsl #STACK_SHIFT
	mov	sp, x10

	adrp	x9, vectors
	add	x9, x9, :lo12:vectors
	msr	vbar_el1, x9
	mov	x9, #(3 << 20)			// FP and SIMD on
	msr	cpacr_el1, x9

	adrp	x9, guest_l1
	msr	ttbr0_el1, x9
	mov	x9, #0x00ff			// 0: normal write-back, 1: Device-nGnRnE
	msr	mair_el1, x9
	/* T0SZ 25, write-back inner shareable walks, 4K, EPD1, IPS 40 bits */
	ldr	x9, =(25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | 2 << 32)
	msr	tcr_el1, x9
	isb
	tlbi	vmalle1
	dsb	nsh
	isb
	mrs	x9, sctlr_el1
	mov	x10, #0x1005			// M, C, I
	orr	x9, x9, x10
	msr	sctlr_el1, x9
	isb
	cbnz	x0, guest_main
	adrp	x9, guest_secondary_fn
	ldr	x0, [x9, :lo12:guest_secondary_fn]
	b	guest_main
	.ltorg

.macro vector n
	.balign	128
	sub	sp, sp, #(38 * 8)
	stp	x0, x1, [sp]
	mov	x0, #\n
	b	exception
.endm

	.balign	2048
vectors:
	vector	0
	vector	1
	vector	2
	vector	3
	vector	4
	vector	5
	vector	6
	vector	7
	vector	8
	vector	9
	vector	10
	vector	11
	vector	12
	vector	13
	vector	14
	vector	15

/* In: x0 vector, its old value and x1's on the stack: struct guest_regs. */
exception:
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
	add	x1, sp, #(38 * 8)
	stp	x30, x1, [sp, #240]
	mrs	x1, elr_el1
	mrs	x2, spsr_el1
	stp	x1, x2, [sp, #256]
	mrs	x1, esr_el1
	mrs	x2, far_el1
	stp	x1, x2, [sp, #272]
	str	x0, [sp, #288]
	mov	x0, sp
	bl	guest_exception
	ldp	x1, x2, [sp, #256]
	msr	elr_el1, x1
	msr	spsr_el1, x2
	ldp	x2, x3, [sp, #16]
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
	ldp	x0, x1, [sp]
	add	sp, sp, #(38 * 8)
	eret
	.section .note.GNU-stack, "", %progbits
