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

/*
 * Its pages are as large as the host's: there are no smaller ones for it. With 4 KiB it has 39 bits
 * from level 1 on, else what one table of level 2 has: 36 bits with 16 KiB, 42 with 64 KiB.
 * Cacheable, 40 bits of output.
 */
#define VTCR		(1ul << 31 | 2ul << 16 | 3ul << 12 | 1ul << 10 | 1ul << 8 | 1ul << 6 | \
			 (PAGE == 4096 ? 25 : PAGE == 16384 ? 2ul << 14 | 28 : 1ul << 14 | 22))
#define VTCR_HA		(1ul << 21)
#define S2_BITS		(64 - (VTCR & 0x3f))
#define S2_FIRST	(PAGE == 4096 ? 1 : 2)	/* level */
/* TTL and TG of TLBIs: the granule. */
#define S2_TG		((PAGE == 4096 ? 1ul : PAGE == 16384 ? 2ul : 3ul) << 46)
#define MOST_PAGE	65536			/* what is mapped by itself is aligned to that */

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
#define NO_ENTRY		0x300000000ul	/* no entry of the first level */

struct tables {
	u64 pages[MOST_PAGE / 8];
	union {
		u64 first[MOST_PAGE / 8];
		/* with 4 KiB */
		struct {
			u64 l1[512], low[512], window[512], big[512];
		};
	};
} __attribute__((aligned(MOST_PAGE)));

extern struct tables t;

/* The tables, and VTCR_EL2 and VTTBR_EL2. */
void build(struct tables *t, u64 vmid);
static inline u64 vttbr_of(const struct tables *t, u64 vmid)
{
	return (u64)t->first | vmid << 48;
}
/* The entry of BIG's nth block, of HUGE bytes. */
u64 *big_block(struct tables *t, unsigned int n);
/* A GiB as it is. */
void map_gib(struct tables *t, u64 at);
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
