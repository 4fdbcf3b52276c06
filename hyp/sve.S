/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Z and P registers and FFR to and from memory, one behind the other as hyp/sve.h has
 * them, FPSR and FPCR to and from a struct user_fpsimd_state. All of them have the length
 * that ZCR_ELx allows at this exception level.
 */
#include <linux/linkage.h>
#include <asm/assembler.h>

	.arch_extension sve

	.macro	zregs, op
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
	\op	z\n, [x0, #\n, mul vl]
	.endr
	.endm

	.macro	pregs, op
	.irp	n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
	\op	p\n, [x2, #\n, mul vl]
	.endr
	.endm

	/* x2: behind 32 vectors */
	.macro	behind_z
	addvl	x2, x0, #31
	addvl	x2, x2, #1
	.endm

/*
 * void keel_sve_save(void *state, struct user_fpsimd_state *): SVE enabled. Clobbers x2 to x4, P0.
 */
SYM_FUNC_START(keel_sve_save)
	behind_z
	zregs	str
	pregs	str
	rdffr	p0.b
	str	p0, [x2, #16, mul vl]
	mrs	x3, fpsr
	mrs	x4, fpcr
	str	w3, [x1, #16 * 32]
	str	w4, [x1, #16 * 32 + 4]
	ret
SYM_FUNC_END(keel_sve_save)

/* void keel_sve_load(const void *state, const struct user_fpsimd_state *): as above. */
SYM_FUNC_START(keel_sve_load)
	behind_z
	zregs	ldr
	ldr	p0, [x2, #16, mul vl]
	wrffr	p0.b
	pregs	ldr
	ldr	w3, [x1, #16 * 32]
	ldr	w4, [x1, #16 * 32 + 4]
	msr	fpsr, x3
	msr	fpcr, x4
	ret
SYM_FUNC_END(keel_sve_load)

/* unsigned int keel_sve_vl(void): the vector length in bytes, here and now. SVE enabled. */
SYM_FUNC_START(keel_sve_vl)
	rdvl	x0, #1
	ret
SYM_FUNC_END(keel_sve_vl)
