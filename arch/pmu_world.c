// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPU's PMU around an entry of a guest that has one.
 *
 * A guest's event counts nowhere by the filter that the driver gives it: this
 * vCPU's are opened for the run. Under nVHE the driver leaves events that exclude
 * the host disabled, and EL2 enables them (ctx.pmcnten, nvhe/el2/switch.c).
 */
#include <linux/bitops.h>
#include <linux/perf_event.h>
#include <linux/smp.h>
#include <asm/sysreg.h>
#include "../core/compat.h"
#include "pmu.h"

DEFINE_STATIC_KEY_FALSE(keel_pmu_used);

#define INSN	32	/* PMICFILTR_EL0 */

#define CASE(n)		case n: write_sysreg_s(val, SYS_PMEVTYPERn_EL0(n)); break
#define CASES(n)	CASE(n); CASE((n) + 1); CASE((n) + 2); CASE((n) + 3); CASE((n) + 4); CASE((n) + 5)

void keel_pmu_world_filter(unsigned int counter, u64 val)
{
	switch (counter) {
	CASES(0);
	CASES(6);
	CASES(12);
	CASES(18);
	CASES(24);
	CASE(30);
	case KEEL_PMU_CYCLE:
		write_sysreg_s(val, SYS_PMCCFILTR_EL0);
		break;
	case INSN:
		write_sysreg_s(val, SYS_PMICFILTR_EL0);
		break;
	}
}

/* The CPU's counter that counts this event now; -1: none does. */
static int counter_of(const struct perf_event *event)
{
	if (READ_ONCE(event->oncpu) != smp_processor_id())
		return -1;
	return keel_compat_pmu_index(event->hw.idx);
}

static void set_filter(const struct keel_pmu_slot *s, int counter, bool open)
{
	u64 shut = s->event->hw.config_base;

	keel_pmu_world_filter(counter,
			      open ? (shut & ~(u64)(KEEL_PMTYPER_P | KEEL_PMTYPER_U)) | s->excluded
				   : shut);
}

/* All of the vCPU's events that count on this CPU. Returns their counters. */
static u64 set_filters(const struct keel_pmu_vcpu *pmu, bool open)
{
	unsigned long running = pmu->running;
	u64 counters = 0;
	unsigned int i;
	int counter;

	for_each_set_bit(i, &running, KEEL_PMU_NR) {
		counter = counter_of(pmu->slot[i].event);
		if (counter < 0)
			continue;
		counters |= BIT_ULL(counter);
		set_filter(&pmu->slot[i], counter, open);
	}
	return counters;
}

/*
 * What the guest has in PMUSERENR_EL0 and PMSELR_EL0 is memory. The CPU's send
 * each access to EL2: EL0 may do all, and the selected counter is there. The PMU's
 * interrupt, which may be an NMI, ends with EL0 locked out: it must not come between.
 */
void keel_pmu_enter(struct keel_vcpu *vcpu)
{
	struct keel_pmu_vcpu *pmu = &vcpu->arch.pmu;

	pmu->host_userenr = read_sysreg_s(SYS_PMUSERENR_EL0);
	pmu->host_sel = read_sysreg_s(SYS_PMSELR_EL0);
	write_sysreg_s(KEEL_PMUSERENR_EN, SYS_PMUSERENR_EL0);
	write_sysreg_s(0, SYS_PMSELR_EL0);
	vcpu->ctx.pmcnten = set_filters(pmu, true);
	/* the ERET synchronises all of it (Arm ARM D24.1.2.2) */
}

/* Before the host's programs run there is an ERET again. */
void keel_pmu_leave(struct keel_vcpu *vcpu)
{
	struct keel_pmu_vcpu *pmu = &vcpu->arch.pmu;

	set_filters(pmu, false);
	write_sysreg_s(pmu->host_sel, SYS_PMSELR_EL0);
	write_sysreg_s(pmu->host_userenr, SYS_PMUSERENR_EL0);
}
