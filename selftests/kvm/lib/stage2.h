/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A guest's EL2 as a hypervisor, with a stage 2 of its own (HCR_EL2.VM), for the programs about
 * that: its guest is C at EL1 with its MMU off, entered for one function at a time.
 */
#ifndef STAGE2_H
#define STAGE2_H

#include "nested.h"

#define VTTBR_EL2	S3_4_C2_C1_0
#define VTCR_EL2	S3_4_C2_C1_2
#define VPIDR_EL2	S3_4_C0_C0_0
#define VMPIDR_EL2	S3_4_C0_C0_5
#define SP_EL1_		S3_4_C4_C1_0
#define CPACR_EL12	S3_5_C1_C0_2

/* 39 bits from level 1 on, 4 KiB, cacheable, 40 bits of output. */
#define VTCR		(1ul << 31 | 2ul << 16 | 3ul << 12 | 1ul << 10 | 1ul << 8 | 1ul << 6 | 25)
#define VTCR_HA		(1ul << 21)

#define S2_TABLE	3ul
#define S2_BLOCK	1ul
#define S2_PAGE		3ul
#define S2_MEM		(0xful << 2 | 3ul << 8)
#define S2_R		(1ul << 6)
#define S2_W		(1ul << 7)
#define S2_AF		(1ul << 10)
#define S2_XN		(1ul << 54)
#define S2_RWX		(S2_MEM | S2_R | S2_W | S2_AF)

/* The program is mapped as it is; the guest's window is where the hypervisor's own data is not. */
#define WINDOW		0x140000000ul
#define BIG		0x180000000ul	/* blocks of level 2 */

struct tables {
	u64 l1[512], low[512], window[512], pages[512], big[512];
} __attribute__((aligned(4096)));

extern struct tables t;

/* The tables, and VTCR_EL2 and VTTBR_EL2. */
void build(struct tables *t, u64 vmid);
/* What they have at WINDOW, by pages. */
void set_page(struct tables *t, unsigned int i, u64 desc);
void sync_tables(void);
void flush_all(void);
/* A handler for the guest's exceptions that comes back, and t. */
void start(u64 vmid);

/* The guest's guest calls: x0 is what it has found. */
static inline __attribute__((noreturn)) void l2_call(u64 val)
{
	register u64 x0 asm("x0") = val;

	asm volatile("hvc #0x2a" :: "r"(x0) : "memory");
	__builtin_unreachable();
}

void l2_reads(u64 at, u64 unused);
void l2_writes(u64 at, u64 val);

#define CALLED	(seen.vector == VEC_LOWER && EC(seen.esr) == EC_HVC && (seen.esr & 0xffff) == 0x2a)

/* Into it, and back at the first exception. */
void enter(void (*fn)(u64, u64), u64 a, u64 b);
/* It finds, and it writes. */
u64 l2_read(u64 at);
void l2_write(u64 at, u64 val);

#endif
