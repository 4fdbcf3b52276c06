/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program in the emulated host tells a judge: an instruction that does
 * nothing, MOVZ XZR with a number. The arguments are in X0 and X1.
 */
#ifndef JUDGES_MARK_H
#define JUDGES_MARK_H

/* [X0, X0 + X1) of physical memory is no guest's any more, from here on. */
#define MARK_UNMAPPED		0x7001
#define MARK_UNMAPPED_INSN	(0xd280001fu | MARK_UNMAPPED << 5)

/* All of memory was written by way of the caches, as by a resume from hibernation. */
#define MARK_RESUMED		0x7002
#define MARK_RESUMED_INSN	(0xd280001fu | MARK_RESUMED << 5)

#ifdef __aarch64__
static inline void mark_resumed(void)
{
	asm volatile(".inst %c0" :: "i" (MARK_RESUMED_INSN) : "memory");
}

static inline void mark_unmapped(unsigned long pa, unsigned long size)
{
	register unsigned long x0 asm("x0") = pa;
	register unsigned long x1 asm("x1") = size;

	asm volatile(".inst %c2" :: "r" (x0), "r" (x1), "i" (MARK_UNMAPPED_INSN) : "memory");
}
#endif

#endif
