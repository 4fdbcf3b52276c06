// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* The rules of a guest's PMUv3: which counters count, overflow, chains, versions. */
#include <linux/bitmap.h>
#include <linux/bits.h>
#include <linux/types.h>
#include "pmu_logic.h"

#define WORD_END	(1ULL << 32)	/* where 32 bits overflow */
#define NEVER		(~0ULL >> 1)	/* later than anybody can wait for */

#define EXTENDED	0x4000		/* first of the common events that came with PMUv3.1 */

u32 keel_pmu_implemented(const struct keel_pmu_regs *r)
{
	return BIT(KEEL_PMU_CYCLE) | (BIT(r->n) - 1);
}

u32 keel_pmu_nr_events(unsigned int version)
{
	return version < KEEL_PMUVER_V3P1 ? 1U << 10 : 1U << 16;
}

u32 keel_pmu_typer_mask(const struct keel_pmu_regs *r)
{
	u32 mask = KEEL_PMTYPER_P | KEEL_PMTYPER_U | (keel_pmu_nr_events(r->version) - 1);

	if (r->el2)
		mask |= KEEL_PMTYPER_NSH;
	if (r->el3)
		mask |= KEEL_PMTYPER_NSK | KEEL_PMTYPER_NSU | KEEL_PMTYPER_M;
	return mask;
}

u32 keel_pmu_excluded(const struct keel_pmu_regs *r, unsigned int i)
{
	u64 typer = r->typer[i];
	u32 where = 0;

	if (r->at_el2 ? !(typer & KEEL_PMTYPER_NSH)
		      : !(typer & KEEL_PMTYPER_P) != !(typer & KEEL_PMTYPER_NSK))
		where |= KEEL_PMTYPER_P;
	if (!(typer & KEEL_PMTYPER_U) != !(typer & KEEL_PMTYPER_NSU))
		where |= KEEL_PMTYPER_U;
	return where;
}

u32 keel_pmu_event(const struct keel_pmu_regs *r, unsigned int i)
{
	if (i == KEEL_PMU_CYCLE)
		return KEEL_PMU_CPU_CYCLES;
	return r->typer[i] & (keel_pmu_nr_events(r->version) - 1);
}

bool keel_pmu_counts(const struct keel_pmu_regs *r, unsigned int i)
{
	return (r->pmcr & KEEL_PMCR_E) && (r->cnten & keel_pmu_implemented(r) & BIT(i));
}

static bool is_long(const struct keel_pmu_regs *r, unsigned int i)
{
	return i == KEEL_PMU_CYCLE || r->version >= KEEL_PMUVER_V3P5;
}

/* Is it the 64-bit overflow that counts? */
static bool overflows_long(const struct keel_pmu_regs *r, unsigned int i)
{
	return is_long(r, i) && (r->pmcr & (i == KEEL_PMU_CYCLE ? KEEL_PMCR_LC : KEEL_PMCR_LP));
}

u64 keel_pmu_value(const struct keel_pmu_regs *r, unsigned int i, u64 val)
{
	return is_long(r, i) ? val : (u32)val;
}

u64 keel_pmu_distance(const struct keel_pmu_regs *r, unsigned int i, u64 val)
{
	if (!overflows_long(r, i))
		return WORD_END - (u32)val;
	return val && -val < NEVER ? -val : NEVER;
}

u64 keel_pmu_period(const struct keel_pmu_regs *r, unsigned int i)
{
	return overflows_long(r, i) ? NEVER : WORD_END;
}

/* One more of a kind of event that only software counts. */
static void increment(struct keel_pmu_regs *r, unsigned int i, u32 event)
{
	u64 val;

	if (!keel_pmu_counts(r, i) || keel_pmu_event(r, i) != event)
		return;
	val = keel_pmu_value(r, i, r->cntr[i] + 1);
	r->cntr[i] = val;
	if (overflows_long(r, i) ? !val : !(u32)val)
		keel_pmu_overflow(r, i);
}

/* Pairs chain, an even counter and the odd one above: so this goes no deeper than once. */
void keel_pmu_overflow(struct keel_pmu_regs *r, unsigned int i)
{
	r->ovs |= BIT(i);
	if (!(i & 1) && i + 1 < KEEL_PMU_CYCLE && !overflows_long(r, i))
		increment(r, i + 1, KEEL_PMU_CHAIN);
}

void keel_pmu_swinc(struct keel_pmu_regs *r, u32 mask)
{
	unsigned int i;

	for (i = 0; i < r->n; i++)
		if (mask & BIT(i))
			increment(r, i, KEEL_PMU_SW_INCR);
}

bool keel_pmu_level(const struct keel_pmu_regs *r)
{
	return (r->pmcr & KEEL_PMCR_E) && (r->ovs & r->inten & keel_pmu_implemented(r));
}

u64 keel_pmu_pmcr(const struct keel_pmu_regs *r)
{
	u32 hidden = r->version < KEEL_PMUVER_V3P5 ? KEEL_PMCR_LP : 0;

	return (r->pmcr & ~hidden) | (u64)r->n << KEEL_PMCR_N_SHIFT;
}

u32 keel_pmu_pmcr_kept(u64 val, bool lc)
{
	return (val & KEEL_PMCR_KEPT) | (lc ? KEEL_PMCR_LC : 0);
}

/* Of 32 events from base on, those that the filter lets pass. */
static u32 allowed(const unsigned long *filter, u32 events, u32 base)
{
	unsigned int i;

	for (i = 0; filter && i < 32; i++)
		if (!test_bit(base + i, filter))
			events &= ~BIT(i);
	return events;
}

u64 keel_pmu_pmceid(const struct keel_pmu_regs *r, unsigned int which, u64 common, u64 extended,
		    const unsigned long *filter)
{
	u32 low = common >> 32 * which, high = extended >> 32 * which;

	if (!which)
		low |= BIT(KEEL_PMU_SW_INCR) | BIT(KEEL_PMU_CHAIN);
	low = allowed(filter, low, 32 * which);
	if (r->version < KEEL_PMUVER_V3P1)
		return low;
	return (u64)allowed(filter, high, EXTENDED + 32 * which) << 32 | low;
}
