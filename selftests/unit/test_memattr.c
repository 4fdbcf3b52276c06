// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest's access is, by its own tables' attributes and by those of stage 2: the
 * architecture's rules of combination (Arm ARM D8.6.6 and D8.6.7) over what stage 2 has.
 * The table is that of Documentation/vfio.rst. Caches are not emulated: nothing else shows it.
 */
#include "mmu/memattr.h"
#include "ktap.h"

/* In the order of strength: of two that meet the first one counts. */
enum type { nGnRnE, nGnRE, nGRE, GRE, NC, WT, WB, NR_TYPES };

static const char *const name[] = {
	"Device-nGnRnE", "Device-nGnRE", "Device-nGRE", "Device-GRE", "Non-cacheable", "Write-Through", "Write-Back",
};

/*
 * MemAttr[3:2] 0 is Device, of the type in [1:0]; else outer and inner, 1 NC, 2 WT, 3 WB. Inner is
 * as outer here.
 */
static enum type decode(unsigned int attr)
{
	static const enum type normal[] = { NR_TYPES, NC, WT, WB };

	if (!(attr >> 2))
		return nGnRnE + (attr & 3);
	CHECK_EQ(attr >> 2, attr & 3);
	return normal[attr >> 2 & 3];
}

static enum type combine(enum type s1, unsigned int attr)
{
	enum type s2 = decode(attr);

	return s1 < s2 ? s1 : s2;
}

/*
 * Bit 2 clear: Device, whatever the guest says. 5: what is Normal is non-cacheable. 6: write-back.
 * 7: the guest's.
 */
static enum type combine_fwb(enum type s1, unsigned int attr)
{
	if (attr < 4)
		return nGnRnE + attr;
	switch (attr) {
	case 5:
		return s1 < NC ? s1 : NC;
	case 6:
		return WB;
	case 7:
		return s1;
	}
	CHECK(!"reserved");
	return NR_TYPES;
}

struct row {
	enum type s1, memory, memory_fwb, uncached, device, device_fwb;
};

static const struct row rows[] = {
	/* stage 1 memory and FWB   uncached  device and FWB */
	{ nGnRnE,  nGnRnE,  WB,     nGnRnE,   nGnRnE,  nGnRE },
	{ nGnRE,   nGnRE,   WB,     nGnRE,    nGnRE,   nGnRE },
	{ nGRE,    nGRE,    WB,     nGRE,     nGnRE,   nGnRE },
	{ GRE,     GRE,     WB,     GRE,      nGnRE,   nGnRE },
	{ NC,      NC,      WB,     NC,       nGnRE,   nGnRE },
	{ WT,      WT,      WB,     NC,       nGnRE,   nGnRE },
	{ WB,      WB,      WB,     NC,       nGnRE,   nGnRE },
};

static void check(enum type s1, enum type got, enum type want)
{
	if (got != want)
		printf("# stage 1 %s: %s, not %s\n", name[s1], name[got], name[want]);
	CHECK(got == want);
}

static void without_fwb(void)
{
	for (unsigned int i = 0; i < NR_TYPES; i++) {
		const struct row *r = &rows[i];

		check(r->s1, combine(r->s1, keel_memattr(false, false, false)), r->memory);
		check(r->s1, combine(r->s1, keel_memattr(false, true, false)), r->uncached);
		check(r->s1, combine(r->s1, keel_memattr(true, false, false)), r->device);
	}
}

static void with_fwb(void)
{
	for (unsigned int i = 0; i < NR_TYPES; i++) {
		const struct row *r = &rows[i];

		check(r->s1, combine_fwb(r->s1, keel_memattr(false, false, true)), r->memory_fwb);
		check(r->s1, combine_fwb(r->s1, keel_memattr(false, true, true)), r->uncached);
		check(r->s1, combine_fwb(r->s1, keel_memattr(true, false, true)), r->device_fwb);
	}
}

/* No guest makes of a device, or of what the VMM has uncached, anything that is cached. */
static void never_cached(void)
{
	for (unsigned int nc = 0; nc < 2; nc++) {
		for (unsigned int s1 = 0; s1 < NR_TYPES; s1++) {
			CHECK(combine(s1, keel_memattr(!nc, nc, false)) <= NC);
			CHECK(combine_fwb(s1, keel_memattr(!nc, nc, true)) <= NC);
		}
	}
}

int main(void)
{
	RUN(without_fwb);
	RUN(with_fwb);
	RUN(never_cached);
	return ktap_done();
}
