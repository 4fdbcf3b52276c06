// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/mops.c */
/* Copies and sets that are taken up on a CPU of the other option, in each form. */
#include <string.h>
#include "arch/mops.h"
#include "ktap.h"

#define SET		(1u << 24)
#define EPILOGUE	(1u << 18)
#define WRONG		(1u << 17)
#define OPTION_A	(1u << 16)
#define REGS(d, s, n)	((d) << 10 | (s) << 5 | (n))
#define N		(1ull << 31)

static const struct {
	u32 iss;
	u64 pstate, dst, src, size;		/* in x3, x4, x5 */
	u64 want_dst, want_src, want_size, back;
} cases[] = {
	/* forward, 0x30 of 0x100 done: form A has the ends and what is left, negative */
	{ OPTION_A, 0, 0x1100, 0x2100, -0xd0ull, 0x1030, 0x2030, 0xd0, 4 },
	{ WRONG, 0, 0x1100, 0x2100, -0xd0ull, 0x1030, 0x2030, 0xd0, 4 },
	{ OPTION_A | WRONG, 0, 0x1030, 0x2030, 0xd0, 0x1030, 0x2030, 0xd0, 4 },
	{ EPILOGUE, 0, 0x1030, 0x2030, 0xd0, 0x1030, 0x2030, 0xd0, 8 },
	/* backward */
	{ OPTION_A, 0, 0x1000, 0x2000, 0xd0, 0x1000, 0x2000, 0xd0, 4 },
	{ OPTION_A | WRONG, N, 0x10d0, 0x20d0, 0xd0, 0x1000, 0x2000, 0xd0, 4 },
	{ WRONG | EPILOGUE, N, 0x1000, 0x2000, 0xd0, 0x1000, 0x2000, 0xd0, 8 },
	/* sets: the value stays what it is */
	{ SET | OPTION_A, 0, 0x1100, 0xab, -0xd0ull, 0x1030, 0xab, 0xd0, 4 },
	{ SET | WRONG | EPILOGUE, 0, 0x1100, 0xab, -0xd0ull, 0x1030, 0xab, 0xd0, 8 },
	{ SET | OPTION_A | WRONG, N, 0x1030, 0xab, 0xd0, 0x1030, 0xab, 0xd0, 4 },
	/* done: form A's size is 0 */
	{ OPTION_A, 0, 0x1100, 0x2100, 0, 0x1100, 0x2100, 0, 4 },
};

static void restarts(void)
{
	u64 x[31], pc;

	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(x, 0, sizeof(x));
		x[3] = cases[i].dst;
		x[4] = cases[i].src;
		x[5] = cases[i].size;
		pc = 0x400010;
		keel_mops_restart(x, &pc, cases[i].pstate, cases[i].iss | REGS(3, 4, 5));
		CHECK_EQ(x[3], cases[i].want_dst);
		CHECK_EQ(x[4], cases[i].want_src);
		CHECK_EQ(x[5], cases[i].want_size);
		CHECK_EQ(pc, 0x400010 - cases[i].back);
	}
}

/* A syndrome that no instruction has writes to no register that is not there. */
static void zero_register(void)
{
	u64 x[31] = {}, pc = 0x400010;

	keel_mops_restart(x, &pc, 0, OPTION_A | REGS(31, 31, 31));
	keel_mops_restart(x, &pc, N, OPTION_A | WRONG | REGS(31, 31, 30));
	for (unsigned int i = 0; i < 31; i++)
		CHECK_EQ(x[i], 0);
}

int main(void)
{
	RUN(restarts);
	RUN(zero_register);
	return ktap_done();
}
