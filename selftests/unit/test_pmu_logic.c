// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/pmu_logic.c */
/*
 * Proves: which counters there are and count; where 32 and 64 bits end, of each
 * counter by PMCR_EL0.LC and LP and the PMU's version; chains of pairs and of
 * nothing else; SW_INCR; the interrupt's level; what PMCEID<n>_EL0 shows by version
 * and filter.
 */
#include <string.h>
#include <linux/bitmap.h>
#include "arch/pmu_logic.h"
#include "ktap.h"

#define CYCLE	(1u << KEEL_PMU_CYCLE)
#define WORD	0xffffffffULL
#define NEVER	(~0ULL >> 1)

static struct keel_pmu_regs regs(unsigned int version, unsigned int n, unsigned int pmcr)
{
	return (struct keel_pmu_regs) { .version = version, .n = n, .pmcr = pmcr };
}

static void implemented(void)
{
	struct keel_pmu_regs r = regs(6, 0, KEEL_PMCR_E);

	CHECK_EQ(keel_pmu_implemented(&r), CYCLE);
	r.n = 1;
	CHECK_EQ(keel_pmu_implemented(&r), CYCLE | 1);
	r.n = 31;
	CHECK_EQ(keel_pmu_implemented(&r), ~0u);
	r.n = 6;
	r.cnten = ~0u;
	for (unsigned int i = 0; i < KEEL_PMU_NR; i++)
		CHECK_EQ(keel_pmu_counts(&r, i), i < 6 || i == 31);
	r.pmcr = 0;
	CHECK(!keel_pmu_counts(&r, 0));
	r = regs(6, 6, KEEL_PMCR_E);
	CHECK(!keel_pmu_counts(&r, 0));
}

static void ends(void)
{
	struct keel_pmu_regs r = regs(1, 4, KEEL_PMCR_LP);

	/* LP means nothing before PMUv3p5 */
	CHECK_EQ(keel_pmu_value(&r, 0, 0x123456789aULL), 0x3456789a);
	CHECK_EQ(keel_pmu_period(&r, 0), WORD + 1);
	CHECK_EQ(keel_pmu_distance(&r, 0, 0), WORD + 1);
	CHECK_EQ(keel_pmu_distance(&r, 0, WORD), 1);
	CHECK_EQ(keel_pmu_distance(&r, 0, 5ULL << 32 | (WORD - 9)), 10);
	/* the cycle counter has 64 bits always, and LC says which end counts */
	CHECK_EQ(keel_pmu_value(&r, KEEL_PMU_CYCLE, 0x123456789aULL), 0x123456789aULL);
	CHECK_EQ(keel_pmu_distance(&r, KEEL_PMU_CYCLE, ~0ULL), 1);
	CHECK_EQ(keel_pmu_distance(&r, KEEL_PMU_CYCLE, 0x1234567800000000ULL), WORD + 1);
	r.pmcr = KEEL_PMCR_LC;
	CHECK_EQ(keel_pmu_period(&r, KEEL_PMU_CYCLE), NEVER);
	CHECK_EQ(keel_pmu_distance(&r, KEEL_PMU_CYCLE, ~0ULL - 6), 7);
	CHECK_EQ(keel_pmu_distance(&r, KEEL_PMU_CYCLE, 0), NEVER);
	CHECK_EQ(keel_pmu_distance(&r, KEEL_PMU_CYCLE, 1), NEVER);
	CHECK_EQ(keel_pmu_distance(&r, KEEL_PMU_CYCLE, 1ULL << 63), NEVER);
	CHECK_EQ(keel_pmu_distance(&r, KEEL_PMU_CYCLE, (1ULL << 63) + 2), NEVER - 1);
	CHECK_EQ(keel_pmu_distance(&r, 0, WORD), 1);
	r = regs(6, 4, KEEL_PMCR_LP);
	CHECK_EQ(keel_pmu_value(&r, 0, ~0ULL), ~0ULL);
	CHECK_EQ(keel_pmu_distance(&r, 0, ~0ULL), 1);
	CHECK_EQ(keel_pmu_distance(&r, 0, WORD), NEVER);
	r.pmcr = 0;
	CHECK_EQ(keel_pmu_distance(&r, 0, 7ULL << 32 | WORD), 1);
}

static void events(void)
{
	struct keel_pmu_regs r = regs(1, 4, 0);

	r.typer[2] = ~0u;
	CHECK_EQ(keel_pmu_event(&r, 2), 0x3ff);
	CHECK_EQ(keel_pmu_typer_mask(&r), 0xc00003ff);
	r.version = 4;
	CHECK_EQ(keel_pmu_event(&r, 2), 0xffff);
	CHECK_EQ(keel_pmu_typer_mask(&r), 0xc000ffff);
	r.typer[KEEL_PMU_CYCLE] = KEEL_PMTYPER_P | 7;
	CHECK_EQ(keel_pmu_event(&r, KEEL_PMU_CYCLE), KEEL_PMU_CPU_CYCLES);
	CHECK_EQ(keel_pmu_nr_events(1), 1024);
	CHECK_EQ(keel_pmu_nr_events(6), 65536);
}

static void filters(void)
{
	static const struct {
		u64 typer;
		u32 excluded;
	} rows[] = {
		{ 0, 0 },
		{ KEEL_PMTYPER_P, KEEL_PMTYPER_P },
		{ KEEL_PMTYPER_U, KEEL_PMTYPER_U },
		{ KEEL_PMTYPER_NSK, KEEL_PMTYPER_P },
		{ KEEL_PMTYPER_NSU, KEEL_PMTYPER_U },
		{ KEEL_PMTYPER_P | KEEL_PMTYPER_NSK, 0 },
		{ KEEL_PMTYPER_U | KEEL_PMTYPER_NSU, 0 },
		{ KEEL_PMTYPER_P | KEEL_PMTYPER_NSU, KEEL_PMTYPER_P | KEEL_PMTYPER_U },
		{ KEEL_PMTYPER_U | KEEL_PMTYPER_NSK, KEEL_PMTYPER_P | KEEL_PMTYPER_U },
		{ KEEL_PMTYPER_NSH | KEEL_PMTYPER_M | 0xffff, 0 },
	};
	struct keel_pmu_regs r = regs(4, 4, 0);
	unsigned int i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		r.typer[1] = rows[i].typer;
		CHECK_EQ(keel_pmu_excluded(&r, 1), rows[i].excluded);
	}
	/* virtual EL2 is where the CPU has EL1 */
	r.at_el2 = true;
	r.typer[1] = KEEL_PMTYPER_NSK;
	CHECK_EQ(keel_pmu_excluded(&r, 1), KEEL_PMTYPER_P);
	r.typer[1] = KEEL_PMTYPER_P | KEEL_PMTYPER_U | KEEL_PMTYPER_NSH;
	CHECK_EQ(keel_pmu_excluded(&r, 1), KEEL_PMTYPER_U);
	CHECK_EQ(keel_pmu_typer_mask(&r), 0xc000ffff);
	r.el2 = true;
	CHECK_EQ(keel_pmu_typer_mask(&r), 0xc800ffff);
	r.el3 = true;
	CHECK_EQ(keel_pmu_typer_mask(&r), 0xfc00ffff);
	r.el2 = false;
	CHECK_EQ(keel_pmu_typer_mask(&r), 0xf400ffff);
}

static void chains(void)
{
	struct keel_pmu_regs r = regs(1, 6, KEEL_PMCR_E);

	r.cnten = ~0u;
	for (unsigned int i = 0; i < 6; i++)
		r.typer[i] = KEEL_PMU_CHAIN;
	keel_pmu_overflow(&r, 0);
	CHECK_EQ(r.ovs, 1);
	CHECK_EQ(r.cntr[1], 1);
	keel_pmu_overflow(&r, 1);		/* odd ones chain to nobody */
	CHECK_EQ(r.cntr[2], 0);
	keel_pmu_overflow(&r, KEEL_PMU_CYCLE);
	CHECK_EQ(r.ovs, CYCLE | 3);
	r.cntr[3] = WORD;
	keel_pmu_overflow(&r, 2);
	CHECK_EQ(r.cntr[3], 0);
	CHECK_EQ(r.ovs, CYCLE | 0xf);
	CHECK_EQ(r.cntr[4], 0);
	r.cnten = 0x10;				/* 5 is disabled */
	keel_pmu_overflow(&r, 4);
	CHECK_EQ(r.cntr[5], 0);
	r.cnten = ~0u;
	r.n = 5;				/* 5 is not there */
	keel_pmu_overflow(&r, 4);
	CHECK_EQ(r.cntr[5], 0);
	r.typer[1] = 0x10;			/* 1 counts something else */
	keel_pmu_overflow(&r, 0);
	CHECK_EQ(r.cntr[1], 1);
	r = regs(6, 31, KEEL_PMCR_E | KEEL_PMCR_LP);
	r.cnten = ~0u;
	r.typer[1] = KEEL_PMU_CHAIN;
	keel_pmu_overflow(&r, 0);		/* 64 bits are long enough */
	CHECK_EQ(r.cntr[1], 0);
	r.typer[KEEL_PMU_CYCLE] = KEEL_PMU_CHAIN;
	keel_pmu_overflow(&r, 30);
	CHECK_EQ(r.cntr[KEEL_PMU_CYCLE], 0);
}

static void swinc(void)
{
	struct keel_pmu_regs r = regs(1, 4, KEEL_PMCR_E);

	r.cnten = 7;
	r.typer[1] = KEEL_PMU_CHAIN;
	r.cntr[0] = WORD;
	keel_pmu_swinc(&r, ~0u);
	CHECK_EQ(r.cntr[0], 0);
	CHECK_EQ(r.cntr[1], 1);
	CHECK_EQ(r.cntr[2], 1);
	CHECK_EQ(r.cntr[3], 0);
	CHECK_EQ(r.cntr[KEEL_PMU_CYCLE], 0);
	CHECK_EQ(r.ovs, 1);
	r.pmcr = 0;
	keel_pmu_swinc(&r, ~0u);
	CHECK_EQ(r.cntr[2], 1);
	r = regs(6, 4, KEEL_PMCR_E | KEEL_PMCR_LP);
	r.cnten = 7;
	r.cntr[0] = WORD;
	r.cntr[2] = ~0ULL;
	keel_pmu_swinc(&r, 5);
	CHECK_EQ(r.cntr[0], WORD + 1);
	CHECK_EQ(r.cntr[2], 0);
	CHECK_EQ(r.ovs, 4);
}

static void level(void)
{
	struct keel_pmu_regs r = regs(1, 4, KEEL_PMCR_E);

	CHECK(!keel_pmu_level(&r));
	r.ovs = 2;
	r.inten = CYCLE | 1;
	CHECK(!keel_pmu_level(&r));
	r.ovs |= CYCLE;
	CHECK(keel_pmu_level(&r));
	r.pmcr = 0;
	CHECK(!keel_pmu_level(&r));
	r = regs(1, 1, KEEL_PMCR_E);
	r.ovs = r.inten = 2;
	CHECK(!keel_pmu_level(&r));
}

static void control(void)
{
	struct keel_pmu_regs r = regs(1, 6, KEEL_PMCR_E | KEEL_PMCR_LP);

	CHECK_EQ(keel_pmu_pmcr(&r), 6 << 11 | KEEL_PMCR_E);
	r.version = 6;
	CHECK_EQ(keel_pmu_pmcr(&r), 6 << 11 | KEEL_PMCR_E | KEEL_PMCR_LP);
	CHECK_EQ(keel_pmu_pmcr_kept(~0ULL, false), 0xf9);
	CHECK_EQ(keel_pmu_pmcr_kept(0, false), 0);
	CHECK_EQ(keel_pmu_pmcr_kept(0, true), KEEL_PMCR_LC);
}

static void pmceid(void)
{
	static unsigned long filter[65536 / 64];
	struct keel_pmu_regs r = regs(6, 4, 0);
	u64 common = 0x8000000000020000ULL, extended = 0x0000000100000002ULL;

	CHECK_EQ(keel_pmu_pmceid(&r, 0, common, extended, NULL), 2ULL << 32 | 1u << 17 | 1u << 30 | 1);
	CHECK_EQ(keel_pmu_pmceid(&r, 1, common, extended, NULL), 1ULL << 32 | 1u << 31);
	CHECK_EQ(keel_pmu_pmceid(&r, 0, common, extended, filter), 0);
	__set_bit(17, filter);
	__set_bit(0x4001, filter);
	__set_bit(0x4020, filter);
	CHECK_EQ(keel_pmu_pmceid(&r, 0, common, extended, filter), 2ULL << 32 | 1u << 17);
	CHECK_EQ(keel_pmu_pmceid(&r, 1, common, extended, filter), 1ULL << 32);
	__set_bit(63, filter);
	CHECK_EQ(keel_pmu_pmceid(&r, 1, common, extended, filter), 1ULL << 32 | 1u << 31);
	r.version = 1;
	CHECK_EQ(keel_pmu_pmceid(&r, 0, common, extended, NULL), 1u << 17 | 1u << 30 | 1);
}

int main(void)
{
	RUN(implemented);
	RUN(ends);
	RUN(events);
	RUN(chains);
	RUN(swinc);
	RUN(filters);
	RUN(level);
	RUN(control);
	RUN(pmceid);
	return ktap_done();
}
