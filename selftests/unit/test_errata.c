// SPDX-License-Identifier: GPL-2.0-only
/* pure: core/errata_table.c */
/*
 * Every CPU that Linux 7.3 lists with an erratum is in keel's table, with just
 * the revisions that have it, if keel is who does something about it; and keel's
 * table has nobody else. Each capability has its verdict.
 */
#include <linux/bits.h>
#include <string.h>
#include "core/cpu_models.h"
#include "core/errata_table.h"
#include "ktap.h"

enum who { KEEL, HOST, GUEST, NOBODY };

static const struct fact {
	const char *cap;
	u32 model;
	u8 from, to;
} facts[] = {
#define R(cap_, cpu, v0, r0, v1, r1) \
	{ #cap_, KEEL_CPU_##cpu, KEEL_REVISION(v0, r0), KEEL_REVISION(v1, r1) },
#define C(cap_)	{ .cap = #cap_ },
#include "errata.def"
};

static const struct verdict {
	const char *cap;
	enum who who;
	u32 fixes;
	const char *why;
} verdicts[] = {
#define D(cap_, who_, fixes_, why_)	{ #cap_, who_, fixes_, why_ },
#include "errata.def"
};

#define NR(a)	(sizeof(a) / sizeof((a)[0]))

static const struct verdict *verdict_of(const char *cap)
{
	for (unsigned int i = 0; i < NR(verdicts); i++)
		if (!strcmp(verdicts[i].cap, cap))
			return &verdicts[i];
	return NULL;
}

static struct keel_cpu_id cpu(u32 model, unsigned int revision)
{
	return (struct keel_cpu_id) { .midr = model | (revision >> 4) << 20 | (revision & 0xf), .smt = true };
}

/* Do the facts say that this CPU has something for which keel has this workaround? */
static bool expected(u32 fix, struct keel_cpu_id id)
{
	u8 revision = keel_midr_revision(id.midr);

	for (const struct fact *f = facts; f < facts + NR(facts); f++) {
		const struct verdict *v = verdict_of(f->cap);

		if (f->model == keel_midr_model(id.midr) && revision >= f->from &&
		    revision <= f->to && (v->fixes & fix))
			return true;
	}
	return false;
}

static void each_capability_has_one_verdict(void)
{
	for (unsigned int i = 0; i < NR(facts); i++)
		CHECK(verdict_of(facts[i].cap) != NULL);
	for (unsigned int i = 0; i < NR(verdicts); i++) {
		unsigned int n = 0;

		CHECK(verdict_of(verdicts[i].cap) == &verdicts[i]);
		CHECK(*verdicts[i].why);
		CHECK((verdicts[i].who == KEEL) == !!verdicts[i].fixes);
		for (unsigned int j = 0; j < NR(facts); j++)
			n += !strcmp(facts[j].cap, verdicts[i].cap);
		CHECK(n > 0);
	}
}

static bool named_before(unsigned int i)
{
	for (unsigned int j = 0; j < i; j++)
		if (facts[j].model == facts[i].model)
			return true;
	return false;
}

/* For every CPU that is named, every revision, every workaround. */
static void table_is_what_the_facts_say(void)
{
	for (unsigned int i = 0; i < NR(facts); i++)
		for (unsigned int rev = 0;
		     facts[i].model && !named_before(i) && rev <= KEEL_REVISION_MAX; rev++) {
			struct keel_cpu_id id = cpu(facts[i].model, rev);
			u32 fixes = keel_errata_of_cpu(id);

			for (unsigned int fix = 0; fix < KEEL_NR_FIXES; fix++)
				if (!!(fixes & BIT(fix)) != expected(BIT(fix), id)) {
					printf("# workaround %u of %s at %#x\n", fix, facts[i].cap,
					       id.midr);
					CHECK(!"table and facts agree");
				}
		}
}

/* The other way round: whoever is in the table is in the facts too. */
static void table_has_nobody_else(void)
{
	const struct keel_erratum *row;

	for (unsigned int i = 0; (row = keel_errata_row(i)); i++)
		for (const struct keel_cpu_range *r = row->cpus; r->model; r++) {
			bool known = false;

			CHECK(r->from <= r->to);
			CHECK_EQ(r->model & ~r->mask, 0);
			for (unsigned int j = 0; j < NR(facts); j++)
				known |= facts[j].model == r->model && facts[j].from == r->from &&
					 (verdict_of(facts[j].cap)->fixes & row->fixes);
			CHECK(known);
		}
}

static void rows_are_complete(void)
{
	const struct keel_erratum *row;
	u32 fixes = 0, kcaps = 0;

	for (unsigned int i = 0; (row = keel_errata_row(i)); i++) {
		CHECK(row->name && *row->name);
		CHECK(row->fixes && !(row->fixes & ~GENMASK(KEEL_NR_FIXES - 1, 0)));
		CHECK(row->kcap < KEEL_NR_KCAPS);
		CHECK(!(kcaps & BIT(row->kcap)));
		kcaps |= BIT(row->kcap);
		fixes |= row->fixes;
	}
	CHECK_EQ(fixes, GENMASK(KEEL_NR_FIXES - 1, 0));
	CHECK_EQ(kcaps, GENMASK(KEEL_NR_KCAPS - 1, 0));
}

/*
 * Kryo is a family of parts; what is not listed has nothing; threads; a mend that REVIDR_EL1 tells.
 */
static void special_cases(void)
{
	struct keel_cpu_id id = cpu(KEEL_MODEL(0x51, 0x2ab), 0);

	CHECK_EQ(keel_errata_of_cpu(id), KEEL_FIX(TLBI));
	CHECK_EQ(keel_errata_of_cpu(cpu(KEEL_MODEL(0x51, 0x3ab), 0)), 0);
	CHECK_EQ(keel_errata_of_cpu(cpu(KEEL_MODEL(0x41, 0xfff), 0)), 0);
	CHECK_EQ(keel_errata_of_cpu(cpu(KEEL_MODEL(0x42, 0xd07), 0)), 0);

	id = cpu(KEEL_CPU_CAVIUM_THUNDERX2, 0x12);
	CHECK_EQ(keel_errata_of_cpu(id), KEEL_FIX(TVM));
	id.smt = false;
	CHECK_EQ(keel_errata_of_cpu(id), 0);

	id = cpu(KEEL_CPU_CORTEX_A510, KEEL_REVISION(1, 1));
	CHECK(keel_errata_of_cpu(id) & KEEL_FIX(BF16));
	id.revidr = BIT(25);
	CHECK_EQ(keel_errata_of_cpu(id), KEEL_FIX(TLBI));
	id = cpu(KEEL_CPU_CORTEX_A510, KEEL_REVISION(1, 0));
	id.revidr = BIT(25);
	CHECK(keel_errata_of_cpu(id) & KEEL_FIX(BF16));

	CHECK_EQ(keel_errata_of_cpu(cpu(KEEL_CPU_CORTEX_A57, KEEL_REVISION(1, 0))),
		 KEEL_FIX(AT) | KEEL_FIX(HPFAR) | KEEL_FIX(TRUST));
	CHECK_EQ(keel_errata_of_cpu(cpu(KEEL_CPU_CORTEX_A57, KEEL_REVISION(1, 3))), KEEL_FIX(AT));
}

int main(void)
{
	RUN(each_capability_has_one_verdict);
	RUN(table_is_what_the_facts_say);
	RUN(table_has_nobody_else);
	RUN(rows_are_complete);
	RUN(special_cases);
	return ktap_done();
}
