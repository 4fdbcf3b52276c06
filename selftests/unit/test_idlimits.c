// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/idlimits.c */
/*
 * ID register limits: no field is ever offered above the host's value, hidden
 * ones are exactly zero, fields do not overlap, and user space can lower a
 * field but not raise it, if the level's mask has it; what describes EL2 is the host's.
 */
#include <linux/errno.h>
#include "arch/idlimits.h"
#include "ktap.h"

#define ALL	(KEEL_IDOFFER_AA32 | KEEL_IDOFFER_PAUTH | KEEL_IDOFFER_PMU)
#define NOW	KEEL_ABI_7_3

static const char *const level[] = { [KEEL_ABI_6_12] = "6.12", [KEEL_ABI_7_3] = "7.3" };

static int sgn(unsigned int v)
{
	return v & 8 ? (int)v - 16 : (int)v;
}

static unsigned int nibble(u64 v, unsigned int shift)
{
	return (v >> shift) & 0xf;
}

/*
 * The table's values as numbers of their own: the masks of the kernels, and what is offered of a
 * host whose registers are all ones, or have 7 in each field.
 */
static const struct {
	unsigned int crm, op2;
	u64 mask[KEEL_NR_ABIS], of_ones, of_sevens;
} written[] = {
	{ 1, 0, { 0xffffffff, 0xffffffff }, 0x1f0fffff, 0x17077777 },
	{ 1, 1, { 0xffffffff, 0xffffffff }, 0x1fffffff, 0x17777777 },
	{ 1, 2, { 0xffffffff, 0xffffffff }, 0x00fffffa, 0x06777777 },
	{ 1, 3, { 0x00000000, 0x00000000 }, 0x00000000, 0x00000000 },
	{ 1, 4, { 0xffffffff, 0xffffffff }, 0xffffffff, 0x77777777 },
	{ 1, 5, { 0xffffffff, 0xffffffff }, 0xffffffff, 0x77777777 },
	{ 1, 6, { 0xffffffff, 0xffffffff }, 0xffffffff, 0x77777777 },
	{ 1, 7, { 0xffffffff, 0xffffffff }, 0xffffffff, 0x77777777 },
	{ 2, 0, { 0xffffffff, 0xffffffff }, 0xffffffff, 0x77777777 },
	{ 2, 1, { 0xffffffff, 0xffffffff }, 0xffffffff, 0x77777777 },
	{ 2, 2, { 0xffffffff, 0xffffffff }, 0xffffffff, 0x77777777 },
	{ 2, 3, { 0xffffffff, 0xffffffff }, 0xffffffff, 0x77777777 },
	{ 2, 4, { 0xffffffff, 0xffffffff }, 0xffffffff, 0x77777777 },
	{ 2, 5, { 0xffffffff, 0xffffffff }, 0xffffffff, 0x77777777 },
	{ 2, 6, { 0xffffffff, 0xffffffff }, 0xf0ffffff, 0x70777777 },
	{ 2, 7, { 0xffffffff, 0xffffffff }, 0xffffffff, 0x77777777 },
	{ 3, 0, { 0xffffffff, 0xffffffff }, 0xffffffff, 0x77777777 },
	{ 3, 1, { 0xffffffff, 0xffffffff }, 0xffffffff, 0x77777777 },
	{ 3, 2, { 0xffffffff, 0xffffffff }, 0xffffffff, 0x77777777 },
	{ 3, 4, { 0xffffffff, 0xffffffff }, 0x00000011, 0x00000011 },
	{ 3, 5, { 0x00000000, 0x00000000 }, 0x00000000, 0x00000000 },
	{ 3, 6, { 0xffffffff, 0xffffffff }, 0xffffffff, 0x77777777 },
	{ 4, 0, { 0xffff00f00f00ffff, 0xffff00f0ff00ffff }, 0x11f100f121ffff22, 0x1171007121117722 },
	{ 4, 1, { 0x0000000f000000ff, 0x0f00000f0000f0ff }, 0x0000000100001021, 0x0000000100001021 },
	{ 4, 2, { 0x0000000f00000000, 0x0000000f0000fff0 }, 0x0000000000000000, 0x0000000000000000 },
	{ 4, 4, { 0x0ff0ff0f0fff00ff, 0x0fffff0f0ffff0ff }, 0x0110110101210033, 0x0110110101210033 },
	{ 4, 5, { 0x00000000, 0x00000000 }, 0x00000000, 0x00000000 },
	{ 4, 7, { 0xf0000003, 0xfc0080ff }, 0x00000000, 0x00000000 },
	{ 5, 0, { 0x000000f000f00f0f, 0x000000f000f00f0f }, 0x000000f0f0f0f00a, 0x0000000070707607 },
	{ 5, 1, { 0x00000000, 0x00000000 }, 0x00000000, 0x00000000 },
	{ 5, 4, { 0x00000000, 0x00000000 }, 0x00000000, 0x00000000 },
	{ 5, 5, { 0x00000000, 0x00000000 }, 0x00000000, 0x00000000 },
	{ 6, 0, { 0xfffffffffffffff0, 0xfffffffff0fffff0 }, 0x1221111110212120, 0x1221111110212120 },
	{ 6, 1, { 0xffffffff00fff00f, 0xffffffff00fff00f }, 0x01112211ff311ff2, 0x0111221177311772 },
	{ 6, 2, { 0xffff0fffffff00ff, 0xffffffffffff00ff }, 0x011101001f11ff12, 0x0111010017117712 },
	{ 6, 3, { 0x00000000, 0xff0f00f0 }, 0x00000000, 0x00000000 },
	{ 7, 0, { 0xff00f000ffffff0f, 0xff00ffffffffff0f }, 0x2f001fffff211126, 0x2700177710211126 },
	{ 7, 1, { 0xfffff0f00ffff00f, 0xffffffff0ffff00f }, 0x10101f3fff312ff2, 0x1010173777312772 },
	{ 7, 2, { 0xf0ff000ff00fffff, 0xf0ff000ff00fffff }, 0x1f210ff110011111, 0x1721077110011111 },
	{ 7, 3, { 0x000f0f0f, 0x000f0fff }, 0x00000000, 0x00000000 },
	{ 7, 4, { 0x00000000, 0x00f00000 }, 0x00000000, 0x00000000 },
};

static void as_written(void)
{
	bool is_written[KEEL_IDLIMITS_NR] = { false };

	for (unsigned int i = 0; i < sizeof(written) / sizeof(written[0]); i++) {
		unsigned int r = KEEL_IDLIMITS_IDX(written[i].crm, written[i].op2);

		is_written[r] = true;
		CHECK(keel_idlimits_reg(r)->name != NULL);
		for (unsigned int abi = 0; abi < KEEL_NR_ABIS; abi++)
			CHECK_EQ(keel_idlimits_writable(r, abi), written[i].mask[abi]);
		CHECK_EQ(keel_idlimits_offer(r, NOW, ~0ULL, ALL), written[i].of_ones);
		CHECK_EQ(keel_idlimits_offer(r, NOW, 0x7777777777777777ULL, ALL), written[i].of_sevens);
	}
	for (unsigned int r = 0; r < KEEL_IDLIMITS_NR; r++) {
		if (is_written[r])
			continue;
		CHECK(!keel_idlimits_reg(r)->name);
		CHECK_EQ(keel_idlimits_writable(r, KEEL_ABI_6_12) | keel_idlimits_writable(r, NOW), 0);
		CHECK_EQ(keel_idlimits_offer(r, NOW, ~0ULL, ALL), 0);
	}
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

static bool is_nothing(const struct keel_idfield *f)
{
	return f->kind == KEEL_ID_HIDDEN || f->kind == KEEL_ID_IGNORED || f->kind == KEEL_ID_ONCE;
}

static void never_above_host(void)
{
	for (unsigned int r = 0; r < KEEL_IDLIMITS_NR; r++) {
		const struct keel_idlimit *l = keel_idlimits_reg(r);

		for (unsigned int i = 0; i < l->nr; i++) {
			const struct keel_idfield *f = &l->fields[i];

			for (unsigned int h = 0; h < 16; h++) {
				unsigned int o =
					nibble(keel_idlimits_offer(r, NOW, (u64)h << f->shift, ALL),
					       f->shift);

				if (f->kind == KEEL_ID_SIGNED)
					CHECK(sgn(o) <= sgn(h) && sgn(o) <= f->max);
				else if (f->kind == KEEL_ID_LOWER)
					CHECK(o <= h && o <= (unsigned int)f->max);
				else if (f->kind == KEEL_ID_PMU)
					CHECK(h == 0xf ? !o : o <= h && o <= (unsigned int)f->max);
				else if (is_nothing(f))
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
		CHECK_EQ(keel_idlimits_offer(r, NOW, ~0ULL, ALL) & ~listed, 0);
	}
}

static void hidden_features_are_zero(void)
{
	static const struct { unsigned int crm, op2, shift; const char *name; } hidden[] = {
		{ 4, 0, 40, "MPAM" }, { 4, 0, 44, "AMU" },
		{ 4, 1, 8, "MTE" }, { 4, 1, 16, "MPAM_frac" }, { 4, 1, 24, "SME" }, { 4, 1, 28, "RNDR_trap" },
		{ 4, 1, 36, "NMI" }, { 4, 1, 40, "MTE_frac" }, { 4, 1, 44, "GCS" }, { 4, 1, 48, "THE" }, { 4, 1, 56, "DF2" },
		{ 4, 2, 12, "GCIE" }, { 4, 2, 32, "FPMR" }, { 4, 4, 12, "EltPerm" }, { 4, 7, 28, "F8CVT" },
		{ 5, 0, 4, "TraceVer" }, { 5, 0, 32, "PMSVer" },
		{ 5, 0, 40, "TraceFilt" }, { 5, 0, 44, "TraceBuffer" }, { 5, 0, 48, "MTPMU" },
		{ 5, 0, 52, "BRBE" }, { 6, 0, 24, "TME" }, { 6, 1, 60, "LS64" }, { 6, 2, 60, "ATS1A" }, { 6, 3, 16, "LSUI" },
		{ 7, 1, 48, "nTLBPA" }, { 7, 1, 56, "CMOW" }, { 7, 2, 20, "CCIDX" }, { 7, 2, 24, "NV" },
		{ 7, 3, 0, "TCRX" }, { 7, 3, 4, "SCTLRX" }, { 7, 3, 8, "S1PIE" }, { 7, 3, 16, "S1POE" }, { 7, 3, 32, "D128" },
	};

	for (unsigned int i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		unsigned int r = KEEL_IDLIMITS_IDX(hidden[i].crm, hidden[i].op2);

		if (nibble(keel_idlimits_offer(r, NOW, ~0ULL, ALL), hidden[i].shift))
			printf("# %s\n", hidden[i].name);
		CHECK_EQ(nibble(keel_idlimits_offer(r, NOW, ~0ULL, ALL), hidden[i].shift), 0);
		CHECK_EQ(nibble(keel_idlimits_offer(r, NOW, 0x1111111111111111ULL, ALL), hidden[i].shift), 0);
	}
}

static void pauth_needs_the_feature(void)
{
	unsigned int r = KEEL_IDLIMITS_IDX(6, 1);
	u64 pac = 0xffULL << 4 | 0xffULL << 24;

	CHECK_EQ(keel_idlimits_pauth(r), pac);
	CHECK_EQ(keel_idlimits_pauth(KEEL_IDLIMITS_IDX(6, 2)), 0xfULL << 8 | 0xfULL << 12 | 0xfULL << 24);
	CHECK_EQ(keel_idlimits_offer(r, NOW, pac, KEEL_IDOFFER_AA32), 0);
	CHECK_EQ(keel_idlimits_offer(r, NOW, pac, ALL), pac);
	CHECK_EQ(keel_idlimits_writable(r, NOW) & 0xff000ff0, 0);
}

/*
 * PMUVer and PerfMon: 0 always goes, 15 was once shown and means 0, and between are versions of
 * Arm's.
 */
static void pmu_needs_the_feature(void)
{
	unsigned int r = KEEL_IDLIMITS_IDX(5, 0), a32 = KEEL_IDLIMITS_IDX(1, 2);
	u64 ver = 0xfULL << 8, perfmon = 0xfULL << 24;

	CHECK_EQ(keel_idlimits_pmu(r), ver);
	CHECK_EQ(keel_idlimits_pmu(a32), perfmon);
	CHECK_EQ(keel_idlimits_pmu(KEEL_IDLIMITS_IDX(5, 1)), 0);
	CHECK_EQ(keel_idlimits_offer(r, NOW, 6ULL << 8, KEEL_IDOFFER_AA32) & ver, 0);
	CHECK_EQ(keel_idlimits_offer(r, NOW, 9ULL << 8, ALL) & ver, 6ULL << 8);
	CHECK_EQ(keel_idlimits_check(a32, NOW, 6ULL << 24 | 6, 6), 0);
	CHECK_EQ(keel_idlimits_check(a32, NOW, 6ULL << 24 | 6, 2ULL << 24 | 6), -EINVAL);
	CHECK_EQ(keel_idlimits_check(a32, NOW, 6ULL << 24 | 6, 3ULL << 24 | 6), 0);
	CHECK_EQ(keel_idlimits_forget(r, NOW, 0, ver | 6), 6);
	CHECK_EQ(keel_idlimits_forget(a32, NOW, 0, perfmon | 6), 6);
	CHECK_EQ(keel_idlimits_forget(r, NOW, 0, 7ULL << 8), 7ULL << 8);
}

static void aa32_needs_aa32(void)
{
	for (unsigned int r = 0; r < KEEL_IDLIMITS_IDX(4, 0); r++) {
		CHECK_EQ(keel_idlimits_offer(r, NOW, ~0ULL, KEEL_IDOFFER_PAUTH), 0);
		CHECK_EQ(keel_idlimits_offer(r, NOW, ~0ULL, ALL) >> 32, 0);
	}
}

static bool may_be(const struct keel_idfield *f, bool writable, unsigned int o, unsigned int v)
{
	if (v == o)
		return true;
	/* as keel 0.9 had it */
	if (!v && (f->kind == KEEL_ID_HOST || f->kind == KEEL_ID_EITHER))
		return true;
	if (!writable)
		return false;
	switch (f->kind) {
	case KEEL_ID_LOWER:
	case KEEL_ID_HOST:
		return v < o && v >= f->floor;
	case KEEL_ID_PMU:
		return !v || (v < o && v >= f->floor);
	case KEEL_ID_SIGNED:
		return sgn(v) < sgn(o);
	case KEEL_ID_EITHER:
		return v == 1;
	}
	return f->kind == KEEL_ID_HIGHER && v > o;
}

static void lower_one(enum keel_abi abi, unsigned int r, const struct keel_idfield *f,
		      unsigned int h, unsigned int v)
{
	u64 bits = 0xfULL << f->shift, offer = keel_idlimits_offer(r, abi, (u64)h << f->shift, ALL);
	bool writable = (keel_idlimits_writable(r, abi) & bits) == bits;
	int ret = keel_idlimits_check(r, abi, offer, (offer & ~bits) | (u64)v << f->shift);

	CHECK_EQ(ret, may_be(f, writable, nibble(offer, f->shift), v) ? 0 : -EINVAL);
}

/* Every field, every offer the host can lead to, every value, at every level. */
static void user_space_can_only_lower(void)
{
	for (unsigned int r = 0; r < KEEL_IDLIMITS_NR; r++) {
		const struct keel_idlimit *l = keel_idlimits_reg(r);

		for (unsigned int i = 0; i < l->nr * 256; i++)
			for (unsigned int abi = 0; abi < KEEL_NR_ABIS; abi++)
				lower_one(abi, r, &l->fields[i / 256], i % 16, i / 16 % 16);
	}
}

/* What no mask has stays. */
static void masks(void)
{
	for (unsigned int r = 0; r < KEEL_IDLIMITS_NR; r++) {
		u64 old = keel_idlimits_writable(r, KEEL_ABI_6_12), now = keel_idlimits_writable(r, NOW);

		for (unsigned int bit = 0; bit < 64; bit++)
			if (!(now >> bit & 1))
				CHECK_EQ(keel_idlimits_check(r, NOW, 0, 1ULL << bit), -EINVAL);
		/* but for TME, which no CPU will have, later kernels only added */
		if (r != KEEL_IDLIMITS_IDX(6, 0))
			CHECK_EQ(old & ~now, 0);
	}
}

/* What the host has for EL2 is what in-tree kernels show, and cannot be changed there. */
static void host_fields_are_the_hosts(void)
{
	unsigned int mmfr1 = KEEL_IDLIMITS_IDX(7, 1), mmfr2 = KEEL_IDLIMITS_IDX(7, 2);
	u64 host = 0x0000012010000120, nv = 2ULL << 24;

	for (unsigned int abi = 0; abi < KEEL_NR_ABIS; abi++) {
		printf("# level %s\n", level[abi]);
		CHECK_EQ(keel_idlimits_offer(mmfr1, abi, host, ALL), host);
		CHECK_EQ(keel_idlimits_check(mmfr1, abi, host, host), 0);
		CHECK_EQ(keel_idlimits_check(mmfr1, abi, host, host ^ 0x300), -EINVAL);
		/* HCX and TWED */
		CHECK_EQ(keel_idlimits_check(mmfr1, abi, 2ULL << 32, 1ULL << 32), abi == NOW ? 0 : -EINVAL);
	}
	CHECK_EQ(keel_idlimits_offer(mmfr2, KEEL_ABI_6_12, nv, ALL), nv);
	CHECK_EQ(keel_idlimits_offer(mmfr2, NOW, nv, ALL), 0);
	CHECK_EQ(keel_idlimits_forget(mmfr2, NOW, nv, nv), 0);
	CHECK_EQ(keel_idlimits_forget(mmfr2, KEEL_ABI_6_12, nv, nv), nv);
}

static void raz_registers_take_zero_only(void)
{
	for (unsigned int r = 0; r < KEEL_IDLIMITS_NR; r++) {
		if (keel_idlimits_needs_host(r))
			continue;
		CHECK_EQ(keel_idlimits_offer(r, NOW, ~0ULL, ALL), 0);
		CHECK_EQ(keel_idlimits_check(r, NOW, 0, 0), 0);
		CHECK_EQ(keel_idlimits_check(r, NOW, 0, 1), -EINVAL);
		CHECK_EQ(keel_idlimits_check(r, NOW, 0, 1ULL << 63), -EINVAL);
	}
}

/*
 * MPAM of the host's, which kernels before 6.13 showed, is taken for none; another one stays, and
 * is refused.
 */
static void mpam_is_forgotten(void)
{
	static const struct { unsigned int idx, shift; } field[] = {
		{ KEEL_IDLIMITS_IDX(4, 0), 40 }, { KEEL_IDLIMITS_IDX(4, 1), 16 },
	};

	for (unsigned int i = 0; i < 2; i++) {
		u64 one = 1ULL << field[i].shift, rest = ~(0xfULL << field[i].shift);

		CHECK_EQ(keel_idlimits_forget(field[i].idx, NOW, one, ~0ULL & (rest | one)), rest);
		CHECK_EQ(keel_idlimits_forget(field[i].idx, NOW, one, 2 * one), 2 * one);
		CHECK_EQ(keel_idlimits_forget(field[i].idx, NOW, 0, one), one);
		CHECK_EQ(keel_idlimits_forget(field[i].idx, NOW, one, 0), 0);
		CHECK_EQ(keel_idlimits_check(field[i].idx, NOW, 0, 2 * one), -EINVAL);
	}
	CHECK_EQ(keel_idlimits_forget(KEEL_IDLIMITS_IDX(4, 4), NOW, ~0ULL, ~0ULL), ~0ULL);
	CHECK_EQ(keel_idlimits_forget(KEEL_IDLIMITS_IDX(7, 0), NOW, ~0ULL, ~0ULL), ~0ULL);
}

int main(void)
{
	RUN(mpam_is_forgotten);
	RUN(as_written);
	RUN(fields_do_not_overlap);
	RUN(never_above_host);
	RUN(unlisted_bits_are_zero);
	RUN(hidden_features_are_zero);
	RUN(pauth_needs_the_feature);
	RUN(pmu_needs_the_feature);
	RUN(aa32_needs_aa32);
	RUN(user_space_can_only_lower);
	RUN(masks);
	RUN(host_fields_are_the_hosts);
	RUN(raz_registers_take_zero_only);
	return ktap_done();
}
