// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * PSCI (Arm DEN 0022) without side effects: which functions a version has, what
 * each asks for, which arguments are wrong on their face. psci.c carries it out.
 */
#include <linux/arm-smccc.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/types.h>
#include <uapi/linux/psci.h>
#include "psci_logic.h"
#include "smccc_logic.h"

/* Since 1.3; not in every host's header. */
#define FN_SYSTEM_OFF2		0x84000015U
/* its one type, and the flag of PSCI_FEATURES that it is there */
#define HIBERNATE_OFF		1

#define MPIDR_AFFINITY	0xff00ffffffULL

struct function {
	u32 fn;			/* the 32-bit id */
	bool wide;		/* has a 64-bit id too */
	u32 since;
	enum keel_psci_op op;
	s64 ret;
};

static const struct function functions[] = {
	{ PSCI_0_2_FN_CPU_SUSPEND, true, KEEL_PSCI_0_2, KEEL_PSCI_CPU_SUSPEND, 0 },
	{ PSCI_0_2_FN_CPU_OFF, false, KEEL_PSCI_0_2, KEEL_PSCI_CPU_OFF, 0 },
	{ PSCI_0_2_FN_CPU_ON, true, KEEL_PSCI_0_2, KEEL_PSCI_CPU_ON, 0 },
	{ PSCI_0_2_FN_AFFINITY_INFO, true, KEEL_PSCI_0_2, KEEL_PSCI_AFFINITY_INFO, 0 },
	/* There is no Trusted OS that would have to be moved. */
	{ PSCI_0_2_FN_MIGRATE_INFO_TYPE, false, KEEL_PSCI_0_2, KEEL_PSCI_RETURN, PSCI_0_2_TOS_MP },
	{ PSCI_0_2_FN_SYSTEM_OFF, false, KEEL_PSCI_0_2, KEEL_PSCI_SYSTEM_OFF, 0 },
	{ PSCI_0_2_FN_SYSTEM_RESET, false, KEEL_PSCI_0_2, KEEL_PSCI_SYSTEM_RESET, 0 },
	{ PSCI_1_0_FN_PSCI_FEATURES, false, KEEL_PSCI_1_0, KEEL_PSCI_FEATURES, 0 },
	{ PSCI_1_0_FN_SYSTEM_SUSPEND, true, KEEL_PSCI_1_0, KEEL_PSCI_SYSTEM_SUSPEND, 0 },
	{ PSCI_1_1_FN_SYSTEM_RESET2, true, KEEL_PSCI_1_1, KEEL_PSCI_SYSTEM_RESET2, 0 },
	{ FN_SYSTEM_OFF2, true, KEEL_PSCI_1_3, KEEL_PSCI_SYSTEM_OFF2, 0 },
};

static const struct function *find_function(u32 version, bool suspend, u32 fn)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(functions); i++) {
		const struct function *f = &functions[i];

		if (f->since > version || (f->op == KEEL_PSCI_SYSTEM_SUSPEND && !suspend))
			continue;
		if (fn == f->fn || (f->wide && fn == (f->fn | PSCI_0_2_64BIT)))
			return f;
	}
	return NULL;
}

static bool has_function(u32 version, bool suspend, u32 fn)
{
	return fn == PSCI_0_2_FN_PSCI_VERSION || fn == ARM_SMCCC_VERSION_FUNC_ID ||
	       find_function(version, suspend, fn);
}

static s64 features_of(u32 version, bool suspend, u32 fn)
{
	const struct function *f = find_function(version, suspend, fn);

	if (f && f->op == KEEL_PSCI_SYSTEM_OFF2)
		return HIBERNATE_OFF;
	return has_function(version, suspend, fn) ? 0 : PSCI_RET_NOT_SUPPORTED;
}

static struct keel_psci_plan answer(s64 ret)
{
	return (struct keel_psci_plan) { .op = KEEL_PSCI_RETURN, .ret = ret };
}

/* Version 0.1 has no 32-bit calls, hence cuts no argument. */
static struct keel_psci_plan plan_0_1(const u64 x[4])
{
	struct keel_psci_plan plan = { .arg = { x[1], x[2], x[3] } };

	switch ((u32)x[0]) {
	case KEEL_PSCI_0_1_FN(1):
		plan.op = KEEL_PSCI_CPU_OFF;
		return plan;
	case KEEL_PSCI_0_1_FN(2):
		plan.op = KEEL_PSCI_CPU_ON;
		return plan;
	}
	return answer(PSCI_RET_NOT_SUPPORTED);
}

/* Between the one architected type and the vendor's own all types are reserved. */
static bool is_reset_type(u64 type)
{
	return type == PSCI_1_1_RESET_TYPE_SYSTEM_WARM_RESET ||
	       type >= PSCI_1_1_RESET_TYPE_VENDOR_START;
}

/* Type 0 is the default. The cookie is reserved. */
static bool is_off_type(const u64 arg[3])
{
	return arg[0] <= HIBERNATE_OFF && !arg[1];
}

struct keel_psci_plan keel_psci_logic_plan(u32 version, bool suspend, const u64 x[4])
{
	u64 mask = x[0] & PSCI_0_2_64BIT ? ~0ULL : GENMASK_ULL(31, 0);
	struct keel_psci_plan plan = { .arg = { x[1] & mask, x[2] & mask, x[3] & mask } };
	const struct function *f;

	if (version == KEEL_PSCI_0_1)
		return plan_0_1(x);
	if ((u32)x[0] == PSCI_0_2_FN_PSCI_VERSION)
		return answer(version);
	f = find_function(version, suspend, x[0]);
	if (!f)
		return answer(PSCI_RET_NOT_SUPPORTED);

	plan.op = f->op;
	plan.ret = f->ret;
	if (f->op == KEEL_PSCI_FEATURES)
		return answer(features_of(version, suspend, x[1]));
	if (f->op == KEEL_PSCI_SYSTEM_RESET2 && !is_reset_type(plan.arg[0]))
		return answer(PSCI_RET_INVALID_PARAMS);
	if (f->op == KEEL_PSCI_SYSTEM_OFF2 && !is_off_type(plan.arg))
		return answer(PSCI_RET_INVALID_PARAMS);
	return plan;
}

bool keel_psci_logic_mpidr_valid(u64 mpidr)
{
	return !(mpidr & ~MPIDR_AFFINITY);
}

u64 keel_psci_logic_affinity_mask(u64 level)
{
	return level > 3 ? 0 : MPIDR_AFFINITY & ~(BIT_ULL(8 * level) - 1);
}

bool keel_psci_logic_version_valid(u64 version, bool psci_0_2)
{
	switch (version) {
	case KEEL_PSCI_0_1:
		return !psci_0_2;
	case KEEL_PSCI_0_2:
	case KEEL_PSCI_1_0:
	case KEEL_PSCI_1_1:
	case KEEL_PSCI_1_2:
	case KEEL_PSCI_1_3:
		return psci_0_2;
	}
	return false;
}
