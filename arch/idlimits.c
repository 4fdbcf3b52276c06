// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Limits of the ID registers, and what user space may write into them. Fields and masks are those
 * of idfields.def.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/types.h>
#include "idlimits.h"

#define PMU_IMPDEF	0xf	/* PMUVer, PerfMon: a PMU that is none of Arm's */

#define NR(array)	(sizeof(array) / sizeof((array)[0]))

#define AA32(lsb) \
	{ .name = "aa32", .shift = (lsb), .kind = KEEL_ID_LOWER, .max = 15, \
	  .without = KEEL_WITHOUT_CALL }

static const struct keel_idfield aa32_fields[] = {
	AA32(0), AA32(4), AA32(8), AA32(12), AA32(16), AA32(20), AA32(24), AA32(28),
};

#define IDREG(reg, name_, crm, op2)	static const struct keel_idfield reg##_fields[] = {
#define IDFIELD(reg, field, lsb, kind_, max_, floor_, levels, without_) \
	{ .name = #field, .shift = (lsb), .kind = KEEL_ID_##kind_, .max = (max_), \
	  .floor = (floor_), .without = KEEL_WITHOUT_##without_ },
#define IDFIELD_AA32(lsb)		AA32(lsb),
#define IDREG_END			};
#include "idfields.def"

static const struct keel_idlimit limits[KEEL_IDLIMITS_NR] = {
#define IDREG(reg, name_, crm, op2) \
	[KEEL_IDLIMITS_IDX(crm, op2)] = \
		{ .name = (name_), .fields = reg##_fields, .nr = NR(reg##_fields) },
#define IDREG_AA32(name_, crm, op2) \
	[KEEL_IDLIMITS_IDX(crm, op2)] = \
		{ .name = (name_), .fields = aa32_fields, .nr = NR(aa32_fields) },
#define IDREG_RAZ(name_, crm, op2)	[KEEL_IDLIMITS_IDX(crm, op2)] = { .name = (name_) },
#include "idfields.def"
};

enum levels {
	LEVELS_NO = 0,
	LEVELS_TO_6_12 = 1 << KEEL_ABI_6_12,
	LEVELS_FROM_7_3 = 1 << KEEL_ABI_7_3,
	LEVELS_ALL = LEVELS_TO_6_12 | LEVELS_FROM_7_3,
};

#define LEVEL_MASK(levels, abi, lsb)	(((levels) >> (abi) & 1) * (0xfULL << (lsb)))

/* What KVM_ARM_GET_REG_WRITABLE_MASKS has: a field may be changed if all of it is here. */
static const u64 masks[KEEL_NR_ABIS][KEEL_IDLIMITS_NR] = {
	[KEEL_ABI_6_12] = {
#define IDREG(reg, name, crm, op2)	[KEEL_IDLIMITS_IDX(crm, op2)] = 0ULL
#define IDFIELD(reg, field, lsb, kind, max, floor, levels, without) \
		| LEVEL_MASK(LEVELS_##levels, KEEL_ABI_6_12, lsb)
#define IDFIELD_AA32(lsb)		| LEVEL_MASK(LEVELS_ALL, KEEL_ABI_6_12, lsb)
#define IDMASK(level_6_12, level_7_3)	| (level_6_12)
#define IDREG_END			,
#define IDREG_AA32(name, crm, op2)	[KEEL_IDLIMITS_IDX(crm, op2)] = 0xffffffff,
#include "idfields.def"
	},
	[KEEL_ABI_7_3] = {
#define IDREG(reg, name, crm, op2)	[KEEL_IDLIMITS_IDX(crm, op2)] = 0ULL
#define IDFIELD(reg, field, lsb, kind, max, floor, levels, without) \
		| LEVEL_MASK(LEVELS_##levels, KEEL_ABI_7_3, lsb)
#define IDFIELD_AA32(lsb)		| LEVEL_MASK(LEVELS_ALL, KEEL_ABI_7_3, lsb)
#define IDMASK(level_6_12, level_7_3)	| (level_7_3)
#define IDREG_END			,
#define IDREG_AA32(name, crm, op2)	[KEEL_IDLIMITS_IDX(crm, op2)] = 0xffffffff,
#include "idfields.def"
	},
};

const struct keel_idlimit *keel_idlimits_reg(unsigned int idx)
{
	return &limits[idx];
}

static unsigned int get(u64 reg, unsigned int shift)
{
	return (reg >> shift) & 0xf;
}

static int to_signed(unsigned int v)
{
	return v & 8 ? (int)v - 16 : (int)v;
}

static u64 mask(const struct keel_idfield *f)
{
	return (u64)0xf << f->shift;
}

static bool is_aa32(unsigned int idx)
{
	return idx < KEEL_IDLIMITS_IDX(4, 0);
}

static unsigned int lower(unsigned int host, int max)
{
	return (int)host < max ? host : (unsigned int)max;
}

static unsigned int offer_field(const struct keel_idfield *f, enum keel_abi abi, unsigned int host,
				unsigned int flags)
{
	switch (f->kind) {
	case KEEL_ID_LOWER:
		return lower(host, f->max);
	case KEEL_ID_SIGNED:
		return to_signed(host) < f->max ? host : (unsigned int)f->max & 0xf;
	case KEEL_ID_HIGHER:
	case KEEL_ID_EXACT:
	case KEEL_ID_EITHER:
	case KEEL_ID_HOST:
		return host;
	case KEEL_ID_ONCE:
		return abi < KEEL_ABI_7_3 ? host : 0;
	case KEEL_ID_PAUTH:
		return flags & KEEL_IDOFFER_PAUTH ? host : 0;
	case KEEL_ID_PMU:
		return flags & KEEL_IDOFFER_PMU && host != PMU_IMPDEF ? lower(host, f->max) : 0;
	}
	return 0;
}

bool keel_idlimits_needs_host(unsigned int idx)
{
	unsigned int i;

	for (i = 0; i < limits[idx].nr; i++)
		if (limits[idx].fields[i].kind != KEEL_ID_HIDDEN)
			return true;
	return false;
}

u64 keel_idlimits_offer(unsigned int idx, enum keel_abi abi, u64 host, unsigned int flags)
{
	const struct keel_idfield *f = limits[idx].fields;
	unsigned int i;
	u64 val = 0;

	if (is_aa32(idx) && !(flags & KEEL_IDOFFER_AA32))
		return 0;
	for (i = 0; i < limits[idx].nr; i++, f++)
		val |= (u64)offer_field(f, abi, get(host, f->shift), flags) << f->shift;
	return val;
}

u64 keel_idlimits_writable(unsigned int idx, enum keel_abi abi)
{
	return masks[abi][idx];
}

static u64 of_kind(unsigned int idx, enum keel_idkind kind)
{
	const struct keel_idfield *f = limits[idx].fields;
	unsigned int i;
	u64 val = 0;

	for (i = 0; i < limits[idx].nr; i++, f++)
		if (f->kind == kind)
			val |= mask(f);
	return val;
}

u64 keel_idlimits_pauth(unsigned int idx)
{
	return of_kind(idx, KEEL_ID_PAUTH);
}

u64 keel_idlimits_pmu(unsigned int idx)
{
	return of_kind(idx, KEEL_ID_PMU);
}

static bool is_forgotten(const struct keel_idfield *f, enum keel_abi abi)
{
	return f->kind == KEEL_ID_IGNORED || (f->kind == KEEL_ID_ONCE && abi >= KEEL_ABI_7_3);
}

u64 keel_idlimits_forget(unsigned int idx, enum keel_abi abi, u64 host, u64 val)
{
	const struct keel_idfield *f = limits[idx].fields;
	u64 pmu = keel_idlimits_pmu(idx);
	unsigned int i;

	/* shown as well, of a PMU that is none of Arm's: all ones in a field */
	if (pmu && (val & pmu) == pmu)
		val &= ~pmu;
	for (i = 0; i < limits[idx].nr; i++, f++)
		if (is_forgotten(f, abi) && !((val ^ host) & mask(f)))
			val &= ~mask(f);
	return val;
}

static bool lowered_ok(const struct keel_idfield *f, unsigned int offer, unsigned int val)
{
	switch (f->kind) {
	case KEEL_ID_LOWER:
	case KEEL_ID_HOST:
		return val < offer && val >= f->floor;
	case KEEL_ID_PMU:
		return !val || (val < offer && val >= f->floor);
	case KEEL_ID_SIGNED:
		return to_signed(val) < to_signed(offer);
	case KEEL_ID_HIGHER:
		return val > offer;
	case KEEL_ID_EITHER:
		return val == (unsigned int)f->max;
	}
	return false;
}

/* keel 0.9 showed 0 in these, and its VMs come with that. */
static bool was_zero(const struct keel_idfield *f)
{
	return f->kind == KEEL_ID_HOST || f->kind == KEEL_ID_EITHER;
}

static bool field_ok(const struct keel_idfield *f, u64 writable, unsigned int offer,
		     unsigned int val)
{
	if (val == offer || (!val && was_zero(f)))
		return true;
	return (writable & mask(f)) == mask(f) && lowered_ok(f, offer, val);
}

int keel_idlimits_check(unsigned int idx, enum keel_abi abi, u64 offer, u64 val)
{
	const struct keel_idfield *f = limits[idx].fields;
	u64 fixed = ~0ULL;
	unsigned int i;

	for (i = 0; i < limits[idx].nr; i++, f++) {
		fixed &= ~mask(f);
		if (!field_ok(f, masks[abi][idx], get(offer, f->shift), get(val, f->shift)))
			return -EINVAL;
	}
	return (val ^ offer) & fixed ? -EINVAL : 0;
}
