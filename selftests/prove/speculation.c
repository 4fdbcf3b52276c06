// SPDX-License-Identifier: GPL-2.0-only
/*
 * long:
 * proves: arch/speculation.c
 * unwind: 45
 *
 * Every CPU and every answer of its firmware: a CPU that neither says nor is known to resist gets
 * something on each exit, a guest is told that it is not affected only where that is so, and a
 * call that it is told of is one that does something.
 */
#include <linux/arm-smccc.h>
#include "arch/speculation.h"
#include "hyp/context_bits.h"
#include "prove.h"

static s32 any_answer(void)
{
	static const s32 answers[] = { 0, 1, -1, -2 };

	return answers[any_below(4)];
}

int main(void)
{
	struct keel_spec_cpu cpu = {
		.midr = any_u32(), .pfr0 = any_u64(), .mmfr1 = any_u64(), .isar2 = any_u64(),
		.firmware = { any_answer(), any_answer(), any_answer() }, .smc = any_bool(),
			.ssbs = any_bool(), .off = any_bool(),
	};
	struct keel_spec_exit e = keel_speculation_exit(&cpu);
	unsigned int csv2 = cpu.pfr0 >> 56 & 15;
	bool says = csv2 >= 3 || (cpu.mmfr1 >> 60 & 15), clears = cpu.isar2 >> 28 & 15,
		nobody = !(cpu.midr >> 24);
	enum keel_mitigation_level bp = keel_speculation_level(&cpu, KEEL_MITIGATION_BP);
	enum keel_mitigation_level bhb = keel_speculation_level(&cpu, KEEL_MITIGATION_BHB);

	holds(e.kind <= KEEL_BHB_LOOP_FIRMWARE_1);
	holds(!!e.loops == (e.kind == KEEL_BHB_LOOP || e.kind == KEEL_BHB_LOOP_FIRMWARE_1));
	/* nobody's CPU: the longest loop, or what does as much */
	implies(nobody && !says && !clears && cpu.firmware[KEEL_MITIGATION_BHB] < 0,
		e.loops == 132);
	implies(nobody && !says && clears, e.kind == KEEL_BHB_CLEAR);
	/* firmware is called only where it has said that it can be */
	implies(e.kind == KEEL_BHB_FIRMWARE, cpu.smc && !cpu.firmware[KEEL_MITIGATION_BHB]);
	implies(e.kind == KEEL_BHB_FIRMWARE_1 || e.kind == KEEL_BHB_LOOP_FIRMWARE_1,
		cpu.smc && !cpu.firmware[KEEL_MITIGATION_BP] && !csv2);
	/* what says that it resists costs nothing */
	implies(csv2 >= 3, e.kind == KEEL_BHB_NONE);
	implies(csv2, bp == KEEL_MITIGATION_UNAFFECTED);
	implies(nobody && !csv2,
		bp == (cpu.firmware[KEEL_MITIGATION_BP] == 1 ? KEEL_MITIGATION_UNAFFECTED :
					!cpu.firmware[KEEL_MITIGATION_BP] ? KEEL_MITIGATION_CALL :
						KEEL_MITIGATION_NONE));
	implies(says, bhb == KEEL_MITIGATION_UNAFFECTED);
	implies(bhb == KEEL_MITIGATION_CALL, e.kind != KEEL_BHB_NONE || !cpu.smc);
	implies(bp == KEEL_MITIGATION_NONE, bhb != KEEL_MITIGATION_CALL);
	implies(nobody && bhb == KEEL_MITIGATION_UNAFFECTED && !says,
		cpu.firmware[KEEL_MITIGATION_BHB] == 1);
	holds(keel_speculation_no_meltdown(&cpu) || !(cpu.pfr0 >> 60));
	implies(nobody, keel_speculation_no_meltdown(&cpu) == !!(cpu.pfr0 >> 60));
	implies(cpu.ssbs && nobody,
		keel_speculation_level(&cpu, KEEL_MITIGATION_SSB) == KEEL_MITIGATION_NONE);
	reached(e.kind == KEEL_BHB_LOOP_FIRMWARE_1 && e.loops == 8);
	reached(e.kind == KEEL_BHB_FIRMWARE_1);
	reached(bhb == KEEL_MITIGATION_CALL && e.loops == 24);
	return 0;
}

/* mutant: arch/speculation.c: s/csv2(cpu) >= 3 ||/csv2(cpu) >= 2 ||/ */
/* mutant: arch/speculation.c: s/\? n : LONGEST/? n : 0/ */
/* mutant: arch/speculation.c: s/bool both = cpu->smc \&\& /bool both = / */
/* mutant: arch/speculation.c: s/bool bp = !resists_bp(cpu) \&\& /bool bp = / */
/* mutant: arch/speculation.c: s/if (has_clrbhb(cpu))/if (0)/ */
/* mutant: arch/speculation.c: s/if (branch_targets(cpu) == KEEL_MITIGATION_NONE)/if (0)/ */
