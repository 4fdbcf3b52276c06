// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Between the parts of a copy or a set the registers are in one of two forms. In
 * that of option A the addresses are those of the end, with the size negative, for
 * sets and for copies forward, and as they were for copies backward. In that of
 * option B they are where it got to, with the size that is left; a copy backward
 * (PSTATE.N) has the addresses of its end.
 */
#include <linux/bits.h>
#include "mops.h"

/* ISS (Arm ARM D24.2.40) */
#define ISS_SET		BIT(24)
#define ISS_EPILOGUE	BIT(18)
#define ISS_WRONG	BIT(17)
#define ISS_OPTION_A	BIT(16)
#define PSTATE_N	BIT(31)
#define REG_ZR		31

struct regs {
	u64 *dst, *src, *size;		/* src NULL: none, or a set's value, which stays */
};

static struct regs decode(u64 *x, u32 iss)
{
	unsigned int dst = iss >> 10 & 31, src = iss >> 5 & 31, size = iss & 31;
	static u64 nowhere;		/* not written by any instruction there is */

	return (struct regs) {
		.dst = dst == REG_ZR ? &nowhere : &x[dst],
		.src = iss & ISS_SET || src == REG_ZR ? NULL : &x[src],
		.size = size == REG_ZR ? &nowhere : &x[size],
	};
}

static void move(const struct regs *r, u64 by)
{
	*r->dst += by;
	if (r->src)
		*r->src += by;
}

void keel_mops_restart(u64 *x, u64 *pc, u64 pstate, u32 iss)
{
	struct regs r = decode(x, iss);
	/* the form is that of the CPU where it began */
	bool form_a = !!(iss & ISS_OPTION_A) != !!(iss & ISS_WRONG);

	if (form_a && (iss & ISS_SET || *r.size >> 63)) {
		move(&r, *r.size);
		*r.size = -*r.size;
	} else if (!form_a && !(iss & ISS_SET) && pstate & PSTATE_N) {
		move(&r, -*r.size);
	}
	*pc -= iss & ISS_EPILOGUE ? 8 : 4;
}
