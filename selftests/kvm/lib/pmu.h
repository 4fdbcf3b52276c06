/* SPDX-License-Identifier: GPL-2.0-only */
/* Guests that have a PMU: its registers, and its attributes. */
#ifndef PMU_H
#define PMU_H

#include "gic.h"

#define PMU		(1u << KVM_ARM_VCPU_PMU_V3)
#define PMU_PPI		23

#define E		(1u << 0)
#define P		(1u << 1)
#define C		(1u << 2)
#define LC		(1u << 6)
#define LP		(1u << 7)
#define N(pmcr)		((pmcr) >> 11 & 0x1f)
#define CYCLE		(1u << 31)

#define NOT_EL1		(1u << 31)	/* filter */
#define NOT_EL0		(1u << 30)
/* non-secure EL1, EL0: as the two above, or it does not count */
#define NSK		(1u << 29)
#define NSU		(1u << 28)
#define NSH		(1u << 27)
#define M		(1u << 26)

#define PMCR		REG_SYS(3, 3, 9, 12, 0)
#define PMCNTENSET	REG_SYS(3, 3, 9, 12, 1)
#define PMCNTENCLR	REG_SYS(3, 3, 9, 12, 2)
#define PMOVSCLR	REG_SYS(3, 3, 9, 12, 3)
#define PMSWINC		REG_SYS(3, 3, 9, 12, 4)
#define PMSELR		REG_SYS(3, 3, 9, 12, 5)
#define PMCCNTR		REG_SYS(3, 3, 9, 13, 0)
#define PMUSERENR	REG_SYS(3, 3, 9, 14, 0)
#define PMOVSSET	REG_SYS(3, 3, 9, 14, 3)
#define PMINTENSET	REG_SYS(3, 0, 9, 14, 1)
#define PMINTENCLR	REG_SYS(3, 0, 9, 14, 2)
#define PMMIR		REG_SYS(3, 0, 9, 14, 6)
#define PMCCFILTR	REG_SYS(3, 3, 14, 15, 7)
#define PMEVCNTR(n)	REG_SYS(3, 3, 14, 8 + (n) / 8, (n) % 8)
#define PMEVTYPER(n)	REG_SYS(3, 3, 14, 12 + (n) / 8, (n) % 8)
#define DFR0		REG_SYS(3, 0, 0, 5, 0)
#define PFR0		REG_SYS(3, 0, 0, 4, 0)

static inline void need_pmu(void)
{
	if (kvm_cap(KVM_CAP_ARM_PMU_V3) != 1)
		ktap_skip("no PMU for guests");
}

static inline int pmu_attr(int fd, unsigned long request, u64 which, const void *val)
{
	return device_attr(fd, request, KVM_ARM_VCPU_PMU_V3_CTRL, which, val);
}

static inline int pmu_set(struct vcpu *vcpu, u64 which, const void *val)
{
	return pmu_attr(vcpu->fd, KVM_SET_DEVICE_ATTR, which, val);
}

static inline int pmu_set_int(struct vcpu *vcpu, u64 which, int val)
{
	return pmu_set(vcpu, which, &val);
}

static inline int pmu_filter(struct vcpu *vcpu, u16 base, u16 n, u8 action)
{
	struct kvm_pmu_event_filter f = { .base_event = base, .nevents = n, .action = action };

	return pmu_set(vcpu, KVM_ARM_VCPU_PMU_V3_FILTER, &f);
}

/* Without a GIC in the kernel; n vCPUs. */
static inline struct vm *pmu_vm(unsigned int n, void (*fn)(u64), u64 arg)
{
	need_pmu();
	return vm_new_features(n, PMU, fn, arg);
}

static inline struct vcpu *pmu_vcpu(void (*fn)(u64), u64 arg)
{
	struct vcpu *vcpu = &pmu_vm(1, fn, arg)->vcpu[0];

	REQUIRE_EQ(pmu_set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	return vcpu;
}

static inline struct vcpu *pmu_vcpu_with_gic(void (*fn)(u64), u64 arg)
{
	struct vm *vm = pmu_vm(1, fn, arg);
	struct vcpu *vcpu = &vm->vcpu[0];

	gic_new(vm, 64);
	REQUIRE_EQ(pmu_set_int(vcpu, KVM_ARM_VCPU_PMU_V3_IRQ, PMU_PPI), 0);
	REQUIRE_EQ(pmu_set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	return vcpu;
}

#endif
