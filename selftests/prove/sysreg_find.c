// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: arch/sysreg_find.c
 * unwind: 6
 *
 * A table of five registers that is found valid: each of its rows is found by its encoding, and
 * what is found has the encoding that was looked for; no row points outside of the registers.
 */
#include "arch/sysreg.h"
#include "prove.h"

#define N	5
#define REGS	7

static bool access(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	return true;
}

int main(void)
{
	struct keel_sysreg table[N];
	unsigned int which = any_below(N);
	const struct keel_sysreg *found;
	u32 enc = any_u32();

	for (unsigned int i = 0; i < N; i++)
		table[i] = (struct keel_sysreg){
			.enc = any_u32(), .modes = any_u16(), .reg = any_u16(), .name = any_bool() ? "R" : NULL,
			.access = any_bool() ? access : NULL, .reset = any_u64(),
		};
	if (!keel_sysreg_table_valid(table, N, REGS))
		return 0;
	holds(keel_sysreg_find(table, N, table[which].enc) == &table[which]);
	found = keel_sysreg_find(table, N, enc);
	implies(found, found->enc == enc);
	implies(!found, table[which].enc != enc);
	holds(table[which].reg < REGS && table[which].modes &&
	      table[which].modes <= KEEL_SYSREG_RW);
	holds(keel_sysreg_find(table, 0, enc) == NULL);
	reached(found == &table[4]);
	reached(!found && enc > table[0].enc && enc < table[4].enc);
	return 0;
}

/* mutant: arch/sysreg_find.c: s/hi = mid;/hi = mid - 1;/ */
/*
 * mutant: arch/sysreg_find.c: s/table\[i - 1\].enc >= table\[i\].enc/table[i - 1].enc >
 * table[i].enc/
 */
/* mutant: arch/sysreg_find.c: s/r->reg < nr_regs/r->reg <= nr_regs/ */
/* mutant: arch/sysreg_find.c: s/lo = mid + 1/lo = mid + 2/ */
/* mutant: arch/sysreg_find.c: s/if (table\[mid\].enc == enc)/if (table[mid].enc >= enc)/ */
