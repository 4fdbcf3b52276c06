/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One instruction at a time: with registers of the host's choice, with its memory in a
 * slot or nowhere, and what has become of the registers. What is nowhere is a page of
 * the host's, served by KVM_EXIT_MMIO.
 */
#ifndef LAB_H
#define LAB_H

#include "vm.h"

#define LAB_CODE	(DATA_BASE + 0x100000)
#define LAB_TABLE	(DATA_BASE + 0x120000)
#define LAB_RAM		(DATA_BASE + 0x140000)
#define LAB_DEV		(DATA_BASE + 0x180000)
#define LAB_SIZE	4096u		/* of memory, and of what is nowhere */

#define LAB_EL1		0x3c5u
#define LAB_EL0		0x3c0u
#define LAB_A32		0x1d0u
#define LAB_T32		0x1f0u
#define LAB_E32		0x200u		/* big-endian, with the last two */

struct lab_state {
	u64 x[31], sp, pc, pstate;
	u8 v[32][16];
};

struct lab {
	struct vm *vm;
	struct vcpu *v;
	u32 *code;
	u8 *ram, dev[LAB_SIZE];
	u32 pstate;
	bool big;
	/* of the last run: accesses, and the first that was not the one expected */
	unsigned int exits;
	bool odd;
};

/* Before anything else. The decoder is on. */
struct lab *lab_new(u32 pstate, bool big);
void lab_free(struct lab *lab);
int vm_decode(int vm, u64 on);

/*
 * From s until the instruction (up to four bytes; the next is a breakpoint) is over:
 * false if something else happened. The accesses have to be of so many bytes each, at rising
 * addresses from addr on.
 */
bool lab_run(struct lab *lab, u32 insn, struct lab_state *s, u64 addr, unsigned int part);
/* The registers, and one exit. */
void lab_put(struct lab *lab, u32 insn, const struct lab_state *s);
void lab_get(struct lab *lab, struct lab_state *s);
void lab_serve(struct lab *lab);

u64 lab_random(void);
void lab_fill(void *to, unsigned int bytes);

/*
 * An instruction that accesses so many bytes in parts at "off" from the base register
 * (31: SP; LAB_LITERAL: as it says). index, below 31, has the value that off was computed with.
 */
#define LAB_LITERAL	64
struct lab_trial {
	u32 insn;
	unsigned int base, bytes, part, align;
	s64 off;
	unsigned int index;
	u64 index_val;
	bool any_in_block;	/* any address of the block will do */
};

/* The same in memory and nowhere must come to the same. */
void lab_compare(struct lab *lab, const struct lab_trial *t);

#endif
