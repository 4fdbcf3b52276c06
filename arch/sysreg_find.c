// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* Lookup in, and validation of, a table of system registers. */
#include <linux/types.h>
#include "sysreg.h"

const struct keel_sysreg *keel_sysreg_find(const struct keel_sysreg *table, unsigned int n, u32 enc)
{
	unsigned int lo = 0, hi = n;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (table[mid].enc == enc)
			return &table[mid];
		if (table[mid].enc < enc)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/*
 * A row names itself, can be reached one way or another, and does not point outside the registers.
 */
static bool row_valid(const struct keel_sysreg *r, unsigned int nr_regs)
{
	if (!r->name || (!r->access && !r->user))
		return false;
	if (r->access ? !r->modes || r->modes > KEEL_SYSREG_RW : r->modes)
		return false;
	if (r->user && (!r->user->get || !r->user->set))
		return false;
	return r->reg >= 0 ? (unsigned int)r->reg < nr_regs : !r->reset;
}

bool keel_sysreg_table_valid(const struct keel_sysreg *table, unsigned int n, unsigned int nr_regs)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		if (!row_valid(&table[i], nr_regs))
			return false;
		if (i && table[i - 1].enc >= table[i].enc)
			return false;
	}
	return true;
}
