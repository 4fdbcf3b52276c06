// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/idlimits.c */
/*
 * ID register limits: no field is ever offered above the host's value, hidden
 * ones are exactly zero, fields do not overlap, and user space can lower a
 * field but not raise it.
 */
#include <linux/errno.h>
#include "arch/idlimits.h"
#include "ktap.h"

#define ALL	(KEEL_IDOFFER_AA32 | KEEL_IDOFFER_PAUTH)

static int sgn(unsigned int v)
{
	return v & 8 ? (int)v - 16 : (int)v;
}

static unsigned int nibble(u64 v, unsigned int shift)
{
	return (v >> shift) & 0xf;
}

static void fields_do_not_overlap(void)
{
	for (unsigned int r = 0; r < KEEL_IDLIMITS_NR; r++) {
		const struct keel_idlimit *l = keel_idlimits_reg(r);
		u64 seen = 0;

		for (unsigned int i = 0; i < l->nr; i++) {
			u64 m = 0xfULL << l->fields[i].shift;

			CHECK(l->fields[i].shift % 4 == 0 && l->fields[i].shift < 64);
			CHECK((seen & m) == 0);
			seen |= m;
		}
	}
}

static void never_above_host(void)
{
	for (unsigned int r = 0; r < KEEL_IDLIMITS_NR; r++) {
		const struct keel_idlimit *l = keel_idlimits_reg(r);

		for (unsigned int i = 0; i < l->nr; i++) {
			const struct keel_idfield *f = &l->fields[i];

			for (unsigned int h = 0; h < 16; h++) {
				unsigned int o = nibble(keel_idlimits_offer(r, (u64)h << f->shift, ALL), f->shift);

				if (f->kind == KEEL_ID_SIGNED)
					CHECK(sgn(o) <= sgn(h) && sgn(o) <= f->max);
				else if (f->kind == KEEL_ID_LOWER)
					CHECK(o <= h && o <= (unsigned int)f->max);
				else if (f->kind == KEEL_ID_HIDDEN)
					CHECK_EQ(o, 0);
				else
					CHECK_EQ(o, h);
			}
		}
	}
}

static void unlisted_bits_are_zero(void)
{
	for (unsigned int r = 0; r < KEEL_IDLIMITS_NR; r++) {
		const struct keel_idlimit *l = keel_idlimits_reg(r);
		u64 listed = 0;

		for (unsigned int i = 0; i < l->nr; i++)
			listed |= 0xfULL << l->fields[i].shift;
		CHECK_EQ(keel_idlimits_offer(r, ~0ULL, ALL) & ~listed, 0);
		CHECK_EQ(keel_idlimits_writable(r) & ~listed, 0);
	}
}

static void hidden_features_are_zero(void)
{
	static const struct { unsigned int crm, op2, shift; const char *name; } hidden[] = {
		{ 4, 0, 8, "EL2" }, { 4, 0, 12, "EL3" },
		{ 4, 0, 36, "SEL2" }, { 4, 0, 40, "MPAM" }, { 4, 0, 44, "AMU" }, { 4, 0, 52, "RME" },
		{ 4, 1, 8, "MTE" }, { 4, 1, 12, "RAS_frac" }, { 4, 1, 16, "MPAM_frac" },
		{ 4, 1, 24, "SME" }, { 4, 1, 28, "RNDR_trap" }, { 4, 1, 36, "NMI" }, { 4, 1, 40, "MTE_frac" },
		{ 4, 1, 44, "GCS" }, { 4, 1, 48, "THE" }, { 4, 2, 32, "FPMR" },
		{ 5, 0, 4, "TraceVer" }, { 5, 0, 8, "PMUVer" }, { 5, 0, 32, "PMSVer" },
		{ 5, 0, 40, "TraceFilt" }, { 5, 0, 44, "TraceBuffer" }, { 5, 0, 48, "MTPMU" },
		{ 5, 0, 52, "BRBE" }, { 6, 0, 24, "TME" }, { 6, 1, 60, "LS64" }, { 6, 2, 0, "WFxT" },
		{ 7, 0, 32, "TGRAN16_2" }, { 7, 0, 36, "TGRAN64_2" }, { 7, 0, 40, "TGRAN4_2" },
		{ 7, 0, 56, "FGT" }, { 7, 0, 60, "ECV" }, { 7, 1, 4, "VMIDBits" }, { 7, 1, 8, "VH" },
		{ 7, 1, 16, "LO" }, { 7, 1, 28, "XNX" }, { 7, 1, 32, "TWED" }, { 7, 1, 40, "HCX" },
		{ 7, 2, 20, "CCIDX" }, { 7, 2, 24, "NV" }, { 7, 2, 40, "FWB" }, { 7, 2, 56, "EVT" },
		{ 7, 3, 0, "TCRX" }, { 7, 3, 8, "S1PIE" }, { 7, 3, 16, "S1POE" }, { 7, 3, 32, "D128" },
	};

	for (unsigned int i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		unsigned int r = KEEL_IDLIMITS_IDX(hidden[i].crm, hidden[i].op2);

		if (nibble(keel_idlimits_offer(r, ~0ULL, ALL), hidden[i].shift))
			printf("# %s\n", hidden[i].name);
		CHECK_EQ(nibble(keel_idlimits_offer(r, ~0ULL, ALL), hidden[i].shift), 0);
		CHECK_EQ(nibble(keel_idlimits_offer(r, 0x1111111111111111ULL, ALL), hidden[i].shift), 0);
	}
}

static void pauth_needs_the_feature(void)
{
	unsigned int r = KEEL_IDLIMITS_IDX(6, 1);
	u64 pac = 0xffULL << 4 | 0xffULL << 24;

	CHECK_EQ(keel_idlimits_pauth(r), pac);
	CHECK_EQ(keel_idlimits_pauth(KEEL_IDLIMITS_IDX(6, 2)), 0xfULL << 8 | 0xfULL << 12 | 0xfULL << 24);
	CHECK_EQ(keel_idlimits_offer(r, pac, KEEL_IDOFFER_AA32), 0);
	CHECK_EQ(keel_idlimits_offer(r, pac, ALL), pac);
	CHECK_EQ(keel_idlimits_writable(r) & pac, 0);
}

static void aa32_needs_aa32(void)
{
	for (unsigned int r = 0; r < KEEL_IDLIMITS_IDX(4, 0); r++) {
		CHECK_EQ(keel_idlimits_offer(r, ~0ULL, KEEL_IDOFFER_PAUTH), 0);
		CHECK_EQ(keel_idlimits_offer(r, ~0ULL, ALL) >> 32, 0);
	}
}

/* Every field, every offer the host can lead to, every value. */
static void user_space_can_only_lower(void)
{
	for (unsigned int r = 0; r < KEEL_IDLIMITS_NR; r++) {
		const struct keel_idlimit *l = keel_idlimits_reg(r);

		for (unsigned int i = 0; i < l->nr * 256; i++) {
			const struct keel_idfield *f = &l->fields[i / 256];
			unsigned int h = i % 16, v = i / 16 % 16, o;
			u64 offer = keel_idlimits_offer(r, (u64)h << f->shift, ALL);
			int ret;
			bool ok;

			o = nibble(offer, f->shift);
			ret = keel_idlimits_check(r, offer, (offer & ~(0xfULL << f->shift)) | (u64)v << f->shift);
			if (v == o || !f->writable)
				ok = v == o;
			else if (f->kind == KEEL_ID_LOWER)
				ok = v < o && v >= f->floor;
			else if (f->kind == KEEL_ID_SIGNED)
				ok = sgn(v) < sgn(o);
			else
				ok = f->kind == KEEL_ID_HIGHER && v > o;
			CHECK_EQ(ret, ok ? 0 : -EINVAL);
		}
	}
}

static void raz_registers_take_zero_only(void)
{
	for (unsigned int r = 0; r < KEEL_IDLIMITS_NR; r++) {
		if (keel_idlimits_needs_host(r))
			continue;
		CHECK_EQ(keel_idlimits_offer(r, ~0ULL, ALL), 0);
		CHECK_EQ(keel_idlimits_check(r, 0, 0), 0);
		CHECK_EQ(keel_idlimits_check(r, 0, 1), -EINVAL);
		CHECK_EQ(keel_idlimits_check(r, 0, 1ULL << 63), -EINVAL);
	}
}

/* MPAM of the host's, which kernels before 6.13 showed, is taken for none; another one stays, and is refused. */
static void mpam_is_forgotten(void)
{
	static const struct { unsigned int idx, shift; } field[] = {
		{ KEEL_IDLIMITS_IDX(4, 0), 40 }, { KEEL_IDLIMITS_IDX(4, 1), 16 },
	};

	for (unsigned int i = 0; i < 2; i++) {
		u64 one = 1ULL << field[i].shift, rest = ~(0xfULL << field[i].shift);

		CHECK_EQ(keel_idlimits_forget(field[i].idx, one, ~0ULL & (rest | one)), rest);
		CHECK_EQ(keel_idlimits_forget(field[i].idx, one, 2 * one), 2 * one);
		CHECK_EQ(keel_idlimits_forget(field[i].idx, 0, one), one);
		CHECK_EQ(keel_idlimits_forget(field[i].idx, one, 0), 0);
		CHECK_EQ(keel_idlimits_check(field[i].idx, 0, 2 * one), -EINVAL);
	}
	CHECK_EQ(keel_idlimits_forget(KEEL_IDLIMITS_IDX(4, 4), ~0ULL, ~0ULL), ~0ULL);
	CHECK_EQ(keel_idlimits_forget(KEEL_IDLIMITS_IDX(7, 0), ~0ULL, ~0ULL), ~0ULL);
}

int main(void)
{
	RUN(mpam_is_forgotten);
	RUN(fields_do_not_overlap);
	RUN(never_above_host);
	RUN(unlisted_bits_are_zero);
	RUN(hidden_features_are_zero);
	RUN(pauth_needs_the_feature);
	RUN(aa32_needs_aa32);
	RUN(user_space_can_only_lower);
	RUN(raz_registers_take_zero_only);
	return ktap_done();
}
