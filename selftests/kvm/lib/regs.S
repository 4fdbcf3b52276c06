/* SPDX-License-Identifier: GPL-2.0-only */
/* See regs.h. Runs on both sides. */
#define V	256

	.arch	armv8.3-a+fp+simd+sve
	.text

/* x0 in, x1 out, x2 event. Keeps the callee-saved registers. */
	.global regs_event
regs_event:
	stp	x29, x30, [sp, #-112]!
	stp	x19, x20, [sp, #16]
	stp	x21, x22, [sp, #32]
	stp	x23, x24, [sp, #48]
	stp	x25, x26, [sp, #64]
	stp	x27, x28, [sp, #80]
	stp	x1, x18, [sp, #96]

	adr	x3, events
	add	x2, x3, x2, lsl #4
	str	x2, [sp, #-16]!

	add	x4, x0, #V
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	ld1	{v\n\().2d}, [x4], #16
	.endr
	ldp	x5, x6, [x4]
	msr	fpsr, x5
	msr	fpcr, x6
	/* No register is left for the way to the event but x30. */
	ldp	x2, x3, [x0, #16]
	ldp	x4, x5, [x0, #32]
	ldp	x6, x7, [x0, #48]
	ldp	x8, x9, [x0, #64]
	ldp	x10, x11, [x0, #80]
	ldp	x12, x13, [x0, #96]
	ldp	x14, x15, [x0, #112]
	ldp	x16, x17, [x0, #128]
	ldp	x18, x19, [x0, #144]
	ldp	x20, x21, [x0, #160]
	ldp	x22, x23, [x0, #176]
	ldp	x24, x25, [x0, #192]
	ldp	x26, x27, [x0, #208]
	ldp	x28, x29, [x0, #224]
	ldp	x0, x1, [x0]
	ldr	x30, [sp]
	br	x30

/* 16 bytes each; x30 is the event's own address. */
	.balign	16
events:
	b	after
	.balign	16
	hvc	#0
	b	after
	.balign	16
	smc	#0
	b	after
	.balign	16
	ldr	x1, [x0]
	b	after
	.balign	16
	str	x1, [x0]
	b	after
	.balign	16
	wfe
	b	after
	.balign	16
	wfi
	b	after
	.balign	16
	mrs	x0, id_aa64pfr0_el1
	b	after
	.balign	16
1:	subs	x1, x1, #1
	b.ne	1b
	b	after
	.balign	16
	svc	#0
	b	after
	.balign	16

after:
	stp	x0, x1, [sp]
	ldr	x0, [sp, #112]			// out
	stp	x2, x3, [x0, #16]
	stp	x4, x5, [x0, #32]
	stp	x6, x7, [x0, #48]
	stp	x8, x9, [x0, #64]
	stp	x10, x11, [x0, #80]
	stp	x12, x13, [x0, #96]
	stp	x14, x15, [x0, #112]
	stp	x16, x17, [x0, #128]
	stp	x18, x19, [x0, #144]
	stp	x20, x21, [x0, #160]
	stp	x22, x23, [x0, #176]
	stp	x24, x25, [x0, #192]
	stp	x26, x27, [x0, #208]
	stp	x28, x29, [x0, #224]
	str	x30, [x0, #240]
	ldp	x2, x3, [sp], #16
	stp	x2, x3, [x0]
	add	x4, x0, #V
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	st1	{v\n\().2d}, [x4], #16
	.endr
	mrs	x5, fpsr
	mrs	x6, fpcr
	stp	x5, x6, [x4]
	msr	fpcr, xzr
	ldp	x19, x20, [sp, #16]
	ldp	x21, x22, [sp, #32]
	ldp	x23, x24, [sp, #48]
	ldp	x25, x26, [sp, #64]
	ldp	x27, x28, [sp, #80]
	ldr	x18, [sp, #104]
	ldp	x29, x30, [sp], #112
	ret

	.global sve_load
sve_load:
	mov	x1, x0
	rdvl	x2, #1
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	ldr	z\n, [x1]
	add	x1, x1, x2
	.endr
	lsr	x2, x2, #3
	add	x3, x1, x2, lsl #4
	ldr	p0, [x3]
	wrffr	p0.b
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	ldr	p\n, [x1]
	add	x1, x1, x2
	.endr
	ret

	.global sve_store
sve_store:
	mov	x1, x0
	rdvl	x2, #1
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	str	z\n, [x1]
	add	x1, x1, x2
	.endr
	lsr	x2, x2, #3
	.irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	str	p\n, [x1]
	add	x1, x1, x2
	.endr
	rdffr	p0.b
	str	p0, [x1]
	ret

	.global sve_vl
sve_vl:
	rdvl	x0, #1
	ret

	.global pac_sign
pac_sign:
	pacia	x0, x1
	ret
	.section .note.GNU-stack, "", %progbits
