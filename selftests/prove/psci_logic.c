// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: arch/psci_logic.c
 * unwind: 12
 *
 * Every call in every version: a function newer than the version is not there, nor is one of 64
 * bits that has none; 32-bit calls get no upper halves; FEATURES says of a function that it is
 * there if and only if it is; what shuts down or resets takes no reserved argument.
 */
#include <linux/arm-smccc.h>
#include <uapi/linux/psci.h>
#include "arch/psci_logic.h"
#include "prove.h"

#define NOT_SUPPORTED	(-1)

static u32 any_version(void)
{
	static const u32 versions[] = { KEEL_PSCI_0_1, KEEL_PSCI_0_2, KEEL_PSCI_1_0, KEEL_PSCI_1_1, KEEL_PSCI_1_2,
					KEEL_PSCI_1_3 };

	return versions[any_below(6)];
}

int main(void)
{
	u32 version = any_version();
	bool suspend = any_bool();
	const u64 x[4] = { any_u64(), any_u64(), any_u64(), any_u64() };
	const u64 ask[4] = { 0x8400000a, (u32)x[0] };
	struct keel_psci_plan p = keel_psci_logic_plan(version, suspend, x), f;
	u32 fn = x[0], nr = fn & ~0x40000000u;
	bool wide = fn & 0x40000000;

	holds(keel_psci_logic_version_valid(version, version != KEEL_PSCI_0_1));
	if (version == KEEL_PSCI_0_1) {
		holds(p.op == KEEL_PSCI_CPU_ON || p.op == KEEL_PSCI_CPU_OFF ||
		      (p.op == KEEL_PSCI_RETURN && p.ret == NOT_SUPPORTED));
		return 0;
	}
	implies(p.op != KEEL_PSCI_RETURN, nr >= 0x84000000 && nr <= 0x84000015);
	implies(p.op != KEEL_PSCI_RETURN && !wide,
		!(p.arg[0] >> 32) && !(p.arg[1] >> 32) && !(p.arg[2] >> 32));
	implies(p.op == KEEL_PSCI_SYSTEM_SUSPEND, suspend && version >= KEEL_PSCI_1_0);
	implies(p.op == KEEL_PSCI_SYSTEM_RESET2,
		version >= KEEL_PSCI_1_1 && (!p.arg[0] || p.arg[0] >= 0x80000000));
	implies(p.op == KEEL_PSCI_SYSTEM_OFF2,
		version >= KEEL_PSCI_1_3 && p.arg[0] <= 1 && !p.arg[1]);
	implies(p.op == KEEL_PSCI_CPU_OFF || p.op == KEEL_PSCI_SYSTEM_OFF, !wide);
	if (version >= KEEL_PSCI_1_0) {
		f = keel_psci_logic_plan(version, suspend, ask);
		holds(f.op == KEEL_PSCI_RETURN);
		/* what does something is there */
		implies(p.op != KEEL_PSCI_RETURN, f.ret != NOT_SUPPORTED);
		implies(f.ret == NOT_SUPPORTED, p.op == KEEL_PSCI_RETURN && p.ret == NOT_SUPPORTED);
		reached(f.ret == 1);
	}
	holds(keel_psci_logic_affinity_mask(0) == 0xff00ffffffull &&
	      keel_psci_logic_affinity_mask(3) == 0xff00000000ull);
	holds(!keel_psci_logic_affinity_mask(4 + (x[0] & 0xffff)));
	implies(keel_psci_logic_mpidr_valid(x[1]), !(x[1] & ~0xff00ffffffull));
	reached(p.op == KEEL_PSCI_CPU_ON && wide && version == KEEL_PSCI_0_2);
	reached(p.op == KEEL_PSCI_SYSTEM_RESET2 && p.arg[0]);
	reached(p.op == KEEL_PSCI_SYSTEM_OFF2 && !wide);
	return 0;
}

/*
 * mutant: arch/psci_logic.c: s/f->since > version || //;s/(f->op == KEEL_PSCI_SYSTEM_SUSPEND \&\&
 * !suspend)/f->op == KEEL_PSCI_SYSTEM_SUSPEND \&\& !suspend/
 */
/* mutant: arch/psci_logic.c: s/\&\& !suspend/\&\& 0/ */
/* mutant: arch/psci_logic.c: s/x\[0\] \& PSCI_0_2_64BIT ? ~0ULL : GENMASK_ULL(31, 0)/~0ULL/ */
/* mutant: arch/psci_logic.c: s/type >= PSCI_1_1_RESET_TYPE_VENDOR_START/type >= 2/ */
/* mutant: arch/psci_logic.c: s/\&\& !arg\[1\]/\&\& 1/ */
