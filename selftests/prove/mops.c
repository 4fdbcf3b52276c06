// SPDX-License-Identifier: GPL-2.0-only
/*
 * long:
 * proves: arch/mops.c
 * unwind: 32
 *
 * A copy or a set that comes from a CPU of the other option, in any state: begun again it is about
 * the bytes that were left, from where they are, and nothing else has changed. With three sets of
 * registers' numbers.
 */
#include <linux/bits.h>
#include "arch/mops.h"
#include "prove.h"

/*
 * Where what is left begins, by how the CPU that began it has its registers (Arm ARM C6.2, CPYM).
 */
static u64 left_from(u64 reg, u64 size, bool form_a, bool set, bool backward)
{
	if (form_a)
		/* a negative size counts up to an end that stays */
		return set || size >> 63 ? reg + size : reg;
	return !set && backward ? reg - size : reg;
}

static void restart(unsigned int dst, unsigned int src, unsigned int size)
{
	unsigned int other = any_below(31);
	bool set = any_bool(), epilogue = any_bool(), wrong = any_bool(), a = any_bool(),
		form_a = a != wrong;
	u64 x[31], old[31], pc = any_u64(), pstate = any_u64(), before = pc, n;
	u32 iss = dst << 10 | src << 5 | size | a << 16 | wrong << 17 | epilogue << 18 | set << 24;

	for (unsigned int i = 0; i < 31; i++)
		x[i] = old[i] = any_u64();
	/* a copy has a source */
	given(set || src < 31);
	given(form_a || !(old[size] >> 63));
	given(!form_a || !set || !old[size] || old[size] >> 63);

	keel_mops_restart(x, &pc, pstate, iss);
	n = form_a && (set || old[size] >> 63) ? -old[size] : old[size];
	holds(x[size] == n);
	holds(x[dst] == left_from(old[dst], old[size], form_a, set, pstate >> 31 & 1));
	if (src < 31)
		holds(x[src] == (set ? old[src] :
				 left_from(old[src], old[size], form_a, set, pstate >> 31 & 1)));
	implies(other != dst && other != size && other != src, x[other] == old[other]);
	holds(before - pc == (epilogue ? 8 : 4));
	reached(form_a && !set && old[size] >> 63);
	reached(!form_a && !set && (pstate >> 31 & 1) && old[size]);
	reached(set && src == 31);
	reached(set && form_a && x[dst] != old[dst]);
}

/* Registers that CBMC knows, the first and the last among them. */
int main(void)
{
	if (any_bool())
		restart(0, 1, 30);
	else if (any_bool())
		restart(30, 0, 17);
	else
		restart(5, 31, 0);
	return 0;
}

/* mutant: arch/mops.c: s/!!(iss \& ISS_OPTION_A) != !!(iss \& ISS_WRONG)/iss \& ISS_OPTION_A/ */
/* mutant: arch/mops.c: s/\*r.size = -\*r.size;/;/ */
/* mutant: arch/mops.c: s/iss \& ISS_SET || src == REG_ZR ? NULL/src == REG_ZR ? NULL/ */
/* mutant: arch/mops.c: s/iss \& ISS_EPILOGUE ? 8 : 4/4/ */
/* mutant: arch/mops.c: s/!(iss \& ISS_SET) \&\& pstate \& PSTATE_N/pstate \& PSTATE_N/ */
