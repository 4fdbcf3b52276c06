// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's PMU. Proves:
 *  - KVM_ARM_VCPU_PMU_V3_CTRL: every errno of each attribute, in its order
 *  - the registers are listed, and by ONE_REG keep what counters there are of
 *    what they are given; PMCR_EL0.N can be lowered until the first run
 *  - the guest finds N counters and no more; SW_INCR, chains, 32 and 64 bits
 *  - the cycle counter counts at the exception levels that its filter says, and
 *    where PMUSERENR_EL0 lets it EL0 reads it; not what a filter of user space denies
 *  - an overflow is an interrupt of the in-kernel GIC, or shows in
 *    device_irq_level without one, until the guest clears it; user space cannot raise it
 *  - a VM of level 6.12 has what KVM of 6.12 has
 *  - one thread's vCPUs each count what is theirs
 *  - a vCPU that goes on in another thread counts on; VMs come and go while
 *    theirs count, beside an event of the host's, which misses nothing
 */
#include <fcntl.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "lib/gic.h"

#define PMU		(1u << KVM_ARM_VCPU_PMU_V3)
#define STRICT		(1u << KVM_ARM_VCPU_PMU_V3_STRICT)
#define PPI		23

#define E		(1u << 0)
#define P		(1u << 1)
#define C		(1u << 2)
#define LC		(1u << 6)
#define LP		(1u << 7)
#define N(pmcr)		((pmcr) >> 11 & 0x1f)
#define CYCLE		(1u << 31)

#define NOT_EL1		(1u << 31)	/* filter */
#define NOT_EL0		(1u << 30)
#define NSK		(1u << 29)	/* non-secure EL1, EL0: as the two above, or it does not count */
#define NSU		(1u << 28)
#define NSH		(1u << 27)
#define M		(1u << 26)

#define CPU_CYCLES	0x11
#define CHAIN		0x1e

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

static void guest_once(u64 arg)
{
}

static void need_pmu(void)
{
	if (kvm_cap(KVM_CAP_ARM_PMU_V3) != 1)
		ktap_skip("no PMU for guests");
}

static int attr(int fd, unsigned long request, u64 which, const void *val)
{
	struct kvm_device_attr a = { .group = KVM_ARM_VCPU_PMU_V3_CTRL, .attr = which, .addr = (u64)val };

	return kvm(fd, request, &a);
}

static int set(struct vcpu *vcpu, u64 which, const void *val)
{
	return attr(vcpu->fd, KVM_SET_DEVICE_ATTR, which, val);
}

static int set_int(struct vcpu *vcpu, u64 which, int val)
{
	return set(vcpu, which, &val);
}

static int has(struct vcpu *vcpu, u64 which)
{
	return attr(vcpu->fd, KVM_HAS_DEVICE_ATTR, which, NULL);
}

/* Without a GIC in the kernel; n vCPUs. */
static struct vm *new(unsigned int n, void (*fn)(u64), u64 arg)
{
	need_pmu();
	return vm_new_features(n, PMU, fn, arg);
}

static struct vcpu *new_ready(void (*fn)(u64), u64 arg)
{
	struct vcpu *vcpu = &new(1, fn, arg)->vcpu[0];

	REQUIRE_EQ(set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	return vcpu;
}

static struct vcpu *new_with_gic(void (*fn)(u64), u64 arg)
{
	struct vm *vm = new(1, fn, arg);
	struct vcpu *vcpu = &vm->vcpu[0];

	gic_new(vm, 64);
	REQUIRE_EQ(set_int(vcpu, KVM_ARM_VCPU_PMU_V3_IRQ, PPI), 0);
	REQUIRE_EQ(set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	return vcpu;
}

/* --- attributes --- */

static void attr_without(void)
{
	struct vcpu *vcpu = &vm_new(1, guest_once, 0)->vcpu[0];
	int irq = PPI;

	need_pmu();
	CHECK_EQ(has(vcpu, KVM_ARM_VCPU_PMU_V3_IRQ), -ENXIO);
	CHECK_EQ(set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), -ENODEV);
	CHECK_EQ(set(vcpu, 77, NULL), -ENODEV);
	CHECK_EQ(attr(vcpu->fd, KVM_GET_DEVICE_ATTR, KVM_ARM_VCPU_PMU_V3_IRQ, &irq), -EINVAL);
	gic_create(vcpu->vm->fd);
	CHECK_EQ(attr(vcpu->fd, KVM_GET_DEVICE_ATTR, KVM_ARM_VCPU_PMU_V3_IRQ, &irq), -ENODEV);
	vcpu = &vm_new_features(1, PMU, guest_once, 0)->vcpu[0];
	for (u64 i = 0; i <= KVM_ARM_VCPU_PMU_V3_SET_PMU; i++)
		CHECK_EQ(has(vcpu, i), 0);
	CHECK_EQ(has(vcpu, 77), -ENXIO);
	CHECK_EQ(set(vcpu, 77, NULL), -ENXIO);
	CHECK_EQ(attr(vcpu->fd, KVM_GET_DEVICE_ATTR, KVM_ARM_VCPU_PMU_V3_INIT, NULL), -ENXIO);
}

static void attr_irq(void)
{
	struct vm *vm = new(2, guest_once, 0);
	struct vcpu *a = &vm->vcpu[0], *b = &vm->vcpu[1];
	int irq = 0;

	CHECK_EQ(set(a, KVM_ARM_VCPU_PMU_V3_IRQ, NULL), -EINVAL);	/* no GIC, before the pointer */
	gic_create(vm->fd);
	CHECK_EQ(attr(a->fd, KVM_GET_DEVICE_ATTR, KVM_ARM_VCPU_PMU_V3_IRQ, &irq), -ENXIO);
	CHECK_EQ(set(a, KVM_ARM_VCPU_PMU_V3_IRQ, NULL), -EFAULT);
	CHECK_EQ(set_int(a, KVM_ARM_VCPU_PMU_V3_IRQ, -1), -EINVAL);
	CHECK_EQ(set_int(a, KVM_ARM_VCPU_PMU_V3_IRQ, 15), -EINVAL);
	CHECK_EQ(set_int(a, KVM_ARM_VCPU_PMU_V3_IRQ, 1020), -EINVAL);
	CHECK_EQ(set_int(a, KVM_ARM_VCPU_PMU_V3_IRQ, PPI), 0);
	CHECK_EQ(attr(a->fd, KVM_GET_DEVICE_ATTR, KVM_ARM_VCPU_PMU_V3_IRQ, &irq), 0);
	CHECK_EQ(irq, PPI);
	CHECK_EQ(attr(a->fd, KVM_GET_DEVICE_ATTR, KVM_ARM_VCPU_PMU_V3_IRQ, NULL), -EFAULT);
	CHECK_EQ(set_int(a, KVM_ARM_VCPU_PMU_V3_IRQ, PPI), -EBUSY);
	CHECK_EQ(set_int(b, KVM_ARM_VCPU_PMU_V3_IRQ, PPI + 1), -EINVAL);
	CHECK_EQ(set_int(b, KVM_ARM_VCPU_PMU_V3_IRQ, PPI), 0);

	vm = new(2, guest_once, 0);
	gic_create(vm->fd);
	CHECK_EQ(set_int(&vm->vcpu[0], KVM_ARM_VCPU_PMU_V3_IRQ, 40), 0);
	CHECK_EQ(set_int(&vm->vcpu[1], KVM_ARM_VCPU_PMU_V3_IRQ, 40), -EINVAL);
	CHECK_EQ(set_int(&vm->vcpu[1], KVM_ARM_VCPU_PMU_V3_IRQ, 41), 0);
}

static void attr_init(void)
{
	struct vm *vm = new(1, guest_once, 0);
	struct vcpu *vcpu = &vm->vcpu[0];

	CHECK_EQ(vcpu_run(vcpu), -EINVAL);	/* no INIT */
	gic_create(vm->fd);
	CHECK_EQ(set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), -ENODEV);

	vm = new(1, guest_once, 0);
	vcpu = &vm->vcpu[0];
	gic_new(vm, 64);
	CHECK_EQ(set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), -ENXIO);
	CHECK_EQ(set_int(vcpu, KVM_ARM_VCPU_PMU_V3_IRQ, PPI), 0);
	CHECK_EQ(set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	CHECK_EQ(set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), -EBUSY);
	CHECK_EQ(set(vcpu, KVM_ARM_VCPU_PMU_V3_IRQ, NULL), -EBUSY);
	CHECK_EQ(set(vcpu, 77, NULL), -EBUSY);
	vcpu_finish(vcpu);

	vm = new(1, guest_once, 0);		/* an SPI that the GIC does not have */
	vcpu = &vm->vcpu[0];
	CHECK_EQ(set_int(vcpu, KVM_ARM_VCPU_PMU_V3_IRQ, 64), -EINVAL);
	gic_new(vm, 64);
	CHECK_EQ(set_int(vcpu, KVM_ARM_VCPU_PMU_V3_IRQ, 64), 0);
	CHECK_EQ(set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), -EINVAL);
	CHECK_EQ(vcpu_run(vcpu), -EINVAL);
}

static int filter(struct vcpu *vcpu, u16 base, u16 n, u8 action)
{
	struct kvm_pmu_event_filter f = { .base_event = base, .nevents = n, .action = action };

	return set(vcpu, KVM_ARM_VCPU_PMU_V3_FILTER, &f);
}

static void attr_filter(void)
{
	struct vm *vm = new(2, guest_once, 0);
	struct vcpu *a = &vm->vcpu[0], *b = &vm->vcpu[1];

	CHECK_EQ(set(a, KVM_ARM_VCPU_PMU_V3_FILTER, NULL), -EFAULT);
	CHECK_EQ(filter(a, 0xffff, 2, KVM_PMU_EVENT_DENY), -EINVAL);
	CHECK_EQ(filter(a, 0, 1, 2), -EINVAL);
	CHECK_EQ(filter(a, 0, 0, KVM_PMU_EVENT_ALLOW), 0);
	CHECK_EQ(filter(b, 0x10, 4, KVM_PMU_EVENT_DENY), 0);
	CHECK_EQ(set(a, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	vcpu_finish(a);
	CHECK_EQ(filter(b, 0, 1, KVM_PMU_EVENT_DENY), -EBUSY);
	CHECK_EQ(filter(b, 0, 1, 2), -EINVAL);
}

/* perf's number of the CPUs' PMU. */
static int host_pmu(void)
{
	static const char *const places[] = { "armv8_pmuv3", "armv8_pmuv3_0", "armv8_cortex_a57",
		"armv8_cortex_a72", "armv8_cortex_a76", "armv8_neoverse_n1", "armv8_neoverse_v1" };
	char path[96];
	int type;

	for (unsigned int i = 0; i < ARRAY_SIZE(places); i++) {
		snprintf(path, sizeof(path), "/sys/bus/event_source/devices/%s/type", places[i]);
		FILE *f = fopen(path, "r");

		if (!f)
			continue;
		if (fscanf(f, "%d", &type) != 1)
			type = -1;
		fclose(f);
		return type;
	}
	ktap_skip("no PMU by a name that is known here");
}

static void attr_set_pmu(void)
{
	struct vm *vm = new(2, guest_once, 0);
	struct vcpu *a = &vm->vcpu[0], *b = &vm->vcpu[1];
	int type = host_pmu();

	CHECK_EQ(set(a, KVM_ARM_VCPU_PMU_V3_SET_PMU, NULL), -EFAULT);
	CHECK_EQ(set_int(a, KVM_ARM_VCPU_PMU_V3_SET_PMU, -1), -ENXIO);
	CHECK_EQ(set_int(a, KVM_ARM_VCPU_PMU_V3_SET_PMU, type), 0);
	CHECK_EQ(filter(a, 0, 1, KVM_PMU_EVENT_DENY), 0);
	CHECK_EQ(set_int(a, KVM_ARM_VCPU_PMU_V3_SET_PMU, type), 0);
	CHECK_EQ(set(a, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	vcpu_finish(a);
	CHECK_EQ(set_int(b, KVM_ARM_VCPU_PMU_V3_SET_PMU, type), -EBUSY);
	CHECK_EQ(set_int(b, KVM_ARM_VCPU_PMU_V3_SET_PMU, -1), -ENXIO);
}

static void attr_nr_counters(void)
{
	struct vm *vm = new(2, guest_once, 0);
	struct vcpu *a = &vm->vcpu[0], *b = &vm->vcpu[1];
	unsigned int n = N(reg_read(a, PMCR));

	if (has(a, KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS))
		ktap_skip("no KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS");
	CHECK_EQ(set(a, KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS, NULL), -EFAULT);
	CHECK_EQ(set_int(a, KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS, n + 1), -EINVAL);
	CHECK_EQ(set_int(a, KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS, 1), 0);
	CHECK_EQ(N(reg_read(b, PMCR)), 1);
	CHECK_EQ(set(a, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	CHECK_EQ(set_int(a, KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS, 2), -EBUSY);
	vcpu_finish(a);
	CHECK_EQ(set_int(b, KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS, n), 0);
	CHECK_EQ(N(reg_read(a, PMCR)), n);
}

static void attr_strict(void)
{
	struct vm *vm;
	struct vcpu *vcpu;
	int fd;
	u64 n;

	need_pmu();
	if (kvm_cap(KVM_CAP_ARM_PMU_V3_STRICT) != 1)
		ktap_skip("no KVM_CAP_ARM_PMU_V3_STRICT");
	fd = vm_fd(0);
	CHECK_EQ(vcpu_init_fd(fd, vcpu_fd(fd, 0), STRICT), -EINVAL);
	vm = vm_new_features(1, PMU | STRICT, guest_once, 0);
	vcpu = &vm->vcpu[0];
	CHECK_EQ(N(reg_read(vcpu, PMCR)), 0);
	CHECK_EQ(filter(vcpu, 0, 1, KVM_PMU_EVENT_DENY), -ENXIO);
	CHECK_EQ(set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), -ENXIO);
	CHECK_EQ(set_int(vcpu, KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS, 0), -EINVAL);
	CHECK_EQ(set_int(vcpu, KVM_ARM_VCPU_PMU_V3_SET_PMU, host_pmu()), 0);
	n = N(reg_read(vcpu, PMCR));
	CHECK(n > 0);
	reg_write(vcpu, PMCR, 0);
	CHECK_EQ(N(reg_read(vcpu, PMCR)), n);
	CHECK_EQ(set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	vcpu_finish(vcpu);
}

/* --- registers by ONE_REG --- */

static bool listed(struct vcpu *vcpu, u64 id)
{
	struct kvm_reg_list *list = vcpu_reg_list(vcpu->fd);

	for (u64 i = 0; i < list->n; i++)
		if (list->reg[i] == id)
			return true;
	return false;
}

static void reg_lists(void)
{
	struct vcpu *with = &new(1, guest_once, 0)->vcpu[0], *without = &vm_new(1, guest_once, 0)->vcpu[0];
	static const u64 ids[] = { PMCR, PMCNTENSET, PMCNTENCLR, PMOVSCLR, PMSWINC, PMSELR, PMCCNTR, PMUSERENR,
		PMOVSSET, PMINTENSET, PMINTENCLR, PMCCFILTR };
	u64 val;

	for (unsigned int i = 0; i < ARRAY_SIZE(ids); i++) {
		CHECK(listed(with, ids[i]), "%#lx", ids[i]);
		CHECK(!listed(without, ids[i]), "%#lx", ids[i]);
		CHECK_EQ(reg_get(without->fd, ids[i], &val), -ENOENT);
	}
	for (unsigned int i = 0; i < 31; i++)
		CHECK(listed(with, PMEVCNTR(i)) && listed(with, PMEVTYPER(i)), "%u", i);
	CHECK(reg_read(with, DFR0) >> 8 & 0xf);
	CHECK_EQ(reg_read(without, DFR0) >> 8 & 0xf, 0);
}

static void reg_rules(void)
{
	struct vcpu *vcpu = &new(1, guest_once, 0)->vcpu[0];
	u64 n = N(reg_read(vcpu, PMCR)), there = CYCLE | ((1u << n) - 1), dfr0 = reg_read(vcpu, DFR0);

	reg_write(vcpu, PMCNTENSET, ~0ul);
	CHECK_EQ(reg_read(vcpu, PMCNTENSET), there);
	reg_write(vcpu, PMCNTENCLR, 1);		/* a name, not a command */
	CHECK_EQ(reg_read(vcpu, PMCNTENSET), 1);
	CHECK_EQ(reg_read(vcpu, PMCNTENCLR), 1);
	reg_write(vcpu, PMINTENCLR, ~0ul);
	CHECK_EQ(reg_read(vcpu, PMINTENSET), there);
	reg_write(vcpu, PMOVSCLR, 2);
	CHECK_EQ(reg_read(vcpu, PMOVSSET), 2);
	reg_write(vcpu, PMSWINC, 1);
	CHECK_EQ(reg_read(vcpu, PMSWINC), 0);
	reg_write(vcpu, PMSELR, 7);
	CHECK_EQ(reg_read(vcpu, PMSELR), 7);
	reg_write(vcpu, PMUSERENR, 0xf);
	CHECK_EQ(reg_read(vcpu, PMUSERENR), 0xf);
	reg_write(vcpu, PMCCNTR, 0x123456789abcdef0);
	CHECK_EQ(reg_read(vcpu, PMCCNTR), 0x123456789abcdef0);
	reg_write(vcpu, PMEVTYPER(3), NOT_EL0 | 0x3f);
	CHECK_EQ(reg_read(vcpu, PMEVTYPER(3)), NOT_EL0 | 0x3f);
	reg_write(vcpu, PMEVTYPER(3), ~0ul);	/* all of it */
	CHECK_EQ(reg_read(vcpu, PMEVTYPER(3)), ~0ul);
	reg_write(vcpu, PMEVCNTR(3), 0xfffffffffful);
	CHECK_EQ(reg_read(vcpu, PMEVCNTR(3)), (dfr0 >> 8 & 0xf) >= 6 ? 0xfffffffffful : 0xfffffffful);

	reg_write(vcpu, PMCR, E | 31ul << 11);	/* too many: not taken */
	CHECK_EQ(N(reg_read(vcpu, PMCR)), n == 31 ? 31 : n);
	CHECK(reg_read(vcpu, PMCR) & E);
	reg_write(vcpu, PMCR, 1ul << 11);
	CHECK_EQ(N(reg_read(vcpu, PMCR)), 1);
	CHECK_EQ(reg_read(vcpu, PMINTENSET), CYCLE | 1);
	CHECK_EQ(vcpu_init_fd(vcpu->vm->fd, vcpu->fd, PMU), 0);
	CHECK_EQ(N(reg_read(vcpu, PMCR)), 1);	/* the VM's, not the vCPU's */
	CHECK_EQ(reg_read(vcpu, PMINTENSET), 0);
}

static void reg_id(void)
{
	struct vcpu *vcpu = &new(1, guest_once, 0)->vcpu[0];
	u64 dfr0 = reg_read(vcpu, DFR0), ver = dfr0 >> 8 & 0xf, rest = dfr0 & ~0xf00ul, val;

	CHECK(ver >= 1 && ver <= 6, "%lu", ver);
	val = rest | 7 << 8;
	CHECK_EQ(reg_set(vcpu->fd, DFR0, &val), -EINVAL);
	val = rest | 15 << 8;
	CHECK_EQ(reg_set(vcpu->fd, DFR0, &val), 0);
	CHECK_EQ(reg_read(vcpu, DFR0), rest);
	val = rest | 1 << 8;
	CHECK_EQ(reg_set(vcpu->fd, DFR0, &val), 0);
	reg_write(vcpu, PMEVCNTR(0), ~0ul);
	CHECK_EQ(reg_read(vcpu, PMEVCNTR(0)), 0xfffffffful);
}

/* --- the guest's registers --- */

static bool undefined_after(u64 before)
{
	return guest_nr_sync == before + 1 && !(guest_last_esr >> 26);
}

#define GUEST_UNDEF(access) do { \
	u64 before_ = guest_nr_sync; \
	access; \
	isb(); \
	GUEST_ASSERT(undefined_after(before_)); \
	} while (0)

/* Five counters or more; n of them there are. */
static void guest_registers(u64 n)
{
	guest_on(VEC_SYNC, guest_skip_sync);
	GUEST_EQ(N(mrs(pmcr_el0)), n);
	msr(pmcntenset_el0, ~0u);
	GUEST_EQ(mrs(pmcntenset_el0), CYCLE | ((1u << n) - 1));
	msr(pmcntenclr_el0, 1);
	GUEST_EQ(mrs(pmcntenclr_el0), CYCLE | ((1u << n) - 2));
	msr(pmcntenclr_el0, ~0u);
	msr(pmintenset_el1, CYCLE | 1);
	msr(pmintenclr_el1, 1);
	GUEST_EQ(mrs(pmintenset_el1), CYCLE);
	msr(pmovsset_el0, 3);
	msr(pmovsclr_el0, 1);
	GUEST_EQ(mrs(pmovsset_el0), 2);
	GUEST_EQ(mrs(pmceid0_el0) & 1, 1);
	GUEST_EQ(mrs(pmceid0_el0) >> CHAIN & 1, 1);
	msr(pmevcntr1_el0, 0x1234);
	msr(pmselr_el0, 1);
	GUEST_EQ(mrs(pmxevcntr_el0), 0x1234);
	msr(pmxevtyper_el0, NOT_EL1 | 0x10);
	GUEST_EQ(mrs(pmevtyper1_el0), NOT_EL1 | 0x10);
	msr(pmselr_el0, 31);
	msr(pmxevtyper_el0, NOT_EL0);
	GUEST_EQ(mrs(pmccfiltr_el0), NOT_EL0);
	GUEST_EQ(guest_nr_sync, 0);

	msr(pmselr_el0, n);
	GUEST_UNDEF(mrs(pmxevcntr_el0));
	GUEST_UNDEF(mrs(pmxevtyper_el0));
	GUEST_UNDEF(mrs(pmevcntr30_el0));
	GUEST_UNDEF(msr(pmevtyper30_el0, 0));
	if (n < 5)
		GUEST_UNDEF(mrs(pmevcntr4_el0));
	GUEST_UNDEF(mrs(S3_3_C9_C12_4));		/* PMSWINC_EL0 */
	GUEST_UNDEF(msr(S3_3_C9_C12_6, 0));	/* PMCEID0_EL0 */
	msr(pmcr_el0, C | P);
	GUEST_EQ(mrs(pmevcntr1_el0), 0);
	GUEST_EQ(mrs(pmccntr_el0), 0);
	GUEST_EQ(mrs(pmcr_el0) & (C | P), 0);
}

static void registers(void)
{
	struct vcpu *vcpu = new_ready(guest_registers, 2);

	reg_write(vcpu, PMCR, 2ul << 11);
	vcpu_finish(vcpu);
	vcpu = &new(1, guest_once, 0)->vcpu[0];
	vcpu = new_ready(guest_registers, N(reg_read(vcpu, PMCR)));
	vcpu_finish(vcpu);
}

/* Counts of software. arg: counters have 64 bits. */
static void guest_swinc(u64 is_long)
{
	msr(pmcr_el0, E | P);
	msr(pmevtyper0_el0, 0);
	msr(pmevtyper1_el0, CHAIN);
	msr(pmevtyper2_el0, 0);
	msr(pmcntenset_el0, 3);
	msr(pmovsclr_el0, ~0u);
	msr(pmswinc_el0, 5);
	msr(pmswinc_el0, 7);
	GUEST_EQ(mrs(pmevcntr0_el0), 2);
	GUEST_EQ(mrs(pmevcntr1_el0), 0);	/* counts chains */
	GUEST_EQ(mrs(pmevcntr2_el0), 0);	/* disabled */
	msr(pmevcntr0_el0, 0xffffffff);
	msr(pmswinc_el0, 1);
	GUEST_EQ(mrs(pmevcntr0_el0), is_long ? 1ul << 32 : 0);
	GUEST_EQ(mrs(pmevcntr1_el0), 1);
	GUEST_EQ(mrs(pmovsset_el0), 1);
	msr(pmevcntr0_el0, 0xffffffff);
	msr(pmevcntr1_el0, 0xffffffff);
	msr(pmswinc_el0, 1);
	GUEST_EQ(mrs(pmovsset_el0), 3);
	GUEST_EQ((u32)mrs(pmevcntr1_el0), 0);
	if (is_long) {
		msr(pmcr_el0, E | LP);
		msr(pmovsclr_el0, ~0u);
		msr(pmevcntr0_el0, 0xffffffff);
		msr(pmswinc_el0, 1);
		GUEST_EQ(mrs(pmovsset_el0), 0);
		msr(pmevcntr0_el0, ~0ul);
		msr(pmswinc_el0, 1);
		GUEST_EQ(mrs(pmevcntr0_el0), 0);
		GUEST_EQ(mrs(pmovsset_el0), 1);
	}
	msr(pmcr_el0, 0);
	msr(pmswinc_el0, 1);
	GUEST_ASSERT(mrs(pmevcntr0_el0) != 1);
	GUEST_EQ(mrs(pmcr_el0) & LP, 0);
}

static bool has_long(struct vcpu *vcpu)
{
	return (reg_read(vcpu, DFR0) >> 8 & 0xf) >= 6;
}

static void software(void)
{
	struct vcpu *vcpu = &new(1, guest_once, 0)->vcpu[0];

	vcpu_finish(new_ready(guest_swinc, has_long(vcpu)));
}

static void spin(void)
{
	for (int i = 0; i < 20000; i++)
		isb();
}

static u64 spin_cycles(void)
{
	u64 from = mrs(pmccntr_el0);

	spin();
	return mrs(pmccntr_el0) - from;
}

/* EL2 or EL3, by the guest's ID_AA64PFR0_EL1. */
static bool has_el(unsigned int el)
{
	return mrs(id_aa64pfr0_el1) >> 4 * el & 0xf;
}

/* Which bits of a filter there are. */
static void guest_filters(u64 arg)
{
	u64 bits = NOT_EL1 | NOT_EL0 | (has_el(3) ? NSK | NSU | M : 0) | (has_el(2) ? NSH : 0);

	msr(pmccfiltr_el0, 0xff000000);
	GUEST_EQ(mrs(pmccfiltr_el0), bits);
	msr(pmevtyper0_el0, 0xff000000);
	GUEST_EQ(mrs(pmevtyper0_el0), bits);
}

/* With and without EL2 and EL3. */
static void filters(void)
{
	static const u64 levels[] = { 0, 1ul << 8, 1ul << 12, 1ul << 8 | 1ul << 12 };

	for (unsigned int i = 0; i < ARRAY_SIZE(levels); i++) {
		struct vcpu *vcpu = new_ready(guest_filters, 0);
		u64 val = (reg_read(vcpu, PFR0) & ~0xff00ul) | levels[i];

		if (!reg_set(vcpu->fd, PFR0, &val))
			vcpu_finish(vcpu);
	}
	vcpu_finish(new_ready(guest_filters, 0));
}

static void guest_cycles(u64 arg)
{
	u64 t;

	msr(pmcr_el0, E | C | LC);
	GUEST_EQ(spin_cycles(), 0);		/* not enabled */
	msr(pmcntenset_el0, CYCLE);
	isb();
	GUEST_ASSERT(spin_cycles() > 1000);
	t = mrs(pmccntr_el0);
	msr(pmcr_el0, LC);
	isb();
	GUEST_EQ(spin_cycles(), 0);
	GUEST_ASSERT(mrs(pmccntr_el0) >= t);
	msr(pmcr_el0, E | LC);
	msr(pmccntr_el0, 1ul << 40);
	isb();
	GUEST_ASSERT(spin_cycles() > 1000);
	t = mrs(pmccntr_el0);
	GUEST_ASSERT(t > 1ul << 40 && t < 1ul << 41);
	msr(pmccfiltr_el0, NOT_EL1);
	isb();
	GUEST_EQ(spin_cycles(), 0);
	msr(pmccfiltr_el0, NOT_EL0);
	isb();
	GUEST_ASSERT(spin_cycles() > 1000);
	msr(pmccfiltr_el0, NOT_EL1 | NSK);	/* NSK means nothing without an EL3 */
	isb();
	GUEST_EQ(spin_cycles() > 1000, has_el(3));
	msr(pmccfiltr_el0, 0);
	isb();
	/* an event counter counts the same */
	msr(pmevtyper0_el0, CPU_CYCLES);
	msr(pmevcntr0_el0, 0);
	msr(pmcntenset_el0, 1);
	isb();
	spin();
	GUEST_ASSERT(mrs(pmevcntr0_el0) > 1000);
	GUEST_SYNC(1, 0);
	GUEST_SYNC(2, mrs(pmccntr_el0));
}

static void cycles(void)
{
	struct vcpu *vcpu = new_ready(guest_cycles, 0);
	u64 from, to;

	vcpu_sync(vcpu, 1);
	/* what the host does is not the guest's */
	from = reg_read(vcpu, PMCCNTR);
	usleep(200000);
	CHECK_EQ(reg_read(vcpu, PMCCNTR), from);
	to = vcpu_ucall(vcpu).b;
	CHECK(to >= from && to < from + 50000000, "%#lx, %#lx", from, to);
	vcpu_finish(vcpu);
}

static void guest_denied(u64 arg)
{
	msr(pmcr_el0, E | C | P | LC);
	msr(pmcntenset_el0, CYCLE | 1);
	msr(pmevtyper0_el0, 0);			/* SW_INCR: no filter forbids it */
	isb();
	GUEST_EQ(spin_cycles(), 0);
	msr(pmswinc_el0, 1);
	GUEST_EQ(mrs(pmevcntr0_el0), 1);
	GUEST_EQ(mrs(pmceid0_el0) >> CPU_CYCLES & 1, 0);
}

static void denied(void)
{
	struct vcpu *vcpu = &new(1, guest_denied, 0)->vcpu[0];

	CHECK_EQ(filter(vcpu, CPU_CYCLES, 1, KVM_PMU_EVENT_DENY), 0);
	CHECK_EQ(set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	vcpu_finish(vcpu);
	vcpu = &new(1, guest_denied, 0)->vcpu[0];
	CHECK_EQ(filter(vcpu, 0x10, 1, KVM_PMU_EVENT_ALLOW), 0);	/* and nothing else */
	CHECK_EQ(set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	vcpu_finish(vcpu);
}

/* --- EL0 --- */

/* At EL0: one access, or a loop, and SVC. The MMU is off. */
#define STUB(name, code) \
	asm(".pushsection .text\n	.balign 8\n	.globl " #name "\n" #name ":\n" code "\n	svc #0\n	.popsection"); \
	extern char name[]
STUB(el0_ccntr, "	mrs x0, pmccntr_el0");
STUB(el0_set_ccntr, "	msr pmccntr_el0, xzr");
STUB(el0_evcntr, "	mrs x0, pmevcntr0_el0");
STUB(el0_pmcr, "	mrs x0, pmcr_el0");
STUB(el0_selr, "	msr pmselr_el0, xzr");
STUB(el0_swinc, "	msr pmswinc_el0, xzr");
STUB(el0_userenr, "	mrs x0, pmuserenr_el0");
STUB(el0_set_userenr, "	msr pmuserenr_el0, xzr");
STUB(el0_inten, "	mrs x0, pmintenset_el1");
STUB(el0_spin, "	mov x1, #0x8000\n1:	isb\n	subs x1, x1, #1\n	b.ne 1b");

/* Where exceptions of EL0 go: their syndrome to the host. */
asm(".pushsection .text\n	.balign 2048\nel0_vectors:\n	.skip 0x400\n"
    "	mrs x2, esr_el1\n	mov x3, #0x80000000\n	str x2, [x3]\n	b .\n"
    "	.balign 2048\n	.popsection");
extern char el0_vectors[];

/* Exception class of the exception that ends it. */
static unsigned int at_el0(struct vcpu *vcpu, const char *code)
{
	u64 esr;

	reg_write(vcpu, REG_SYS(3, 0, 12, 0, 0), (u64)el0_vectors);
	reg_write(vcpu, REG_PSTATE, 0x3c0);
	reg_write(vcpu, REG_PC, (u64)code);
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
	memcpy(&esr, vcpu->run->mmio.data, 8);
	vcpu->run->immediate_exit = 1;
	CHECK_EQ(vcpu_run(vcpu), -EINTR);
	vcpu->run->immediate_exit = 0;
	return esr >> 26;
}

#define SVC	0x15

static const struct {
	const char *name, *code;
	u64 userenr;		/* any of these bits lets it through; 0x10: always */
} user_access[] = {
	{ "PMCCNTR", el0_ccntr, 1 | 4 },
	{ "PMCCNTR written", el0_set_ccntr, 1 },
	{ "PMEVCNTR0", el0_evcntr, 1 | 8 },
	{ "PMCR", el0_pmcr, 1 },
	{ "PMSELR", el0_selr, 1 | 8 },
	{ "PMSWINC", el0_swinc, 1 | 2 },
	{ "PMUSERENR", el0_userenr, 0x1f },
	{ "PMUSERENR written", el0_set_userenr, 0 },
	{ "PMINTENSET", el0_inten, 0 },
};

static void user_rights(void)
{
	struct vcpu *vcpu = new_ready(guest_once, 0);
	unsigned int ec;

	for (unsigned int i = 0; i < ARRAY_SIZE(user_access); i++) {
		for (u64 bits = 0; bits < 16; bits++) {
			bool let = user_access[i].userenr & (bits | 0x10);

			reg_write(vcpu, PMUSERENR, bits);
			ec = at_el0(vcpu, user_access[i].code);
			CHECK(ec == (let ? SVC : 0), "%s with PMUSERENR_EL0 %#lx: EC %#x", user_access[i].name, bits, ec);
			CHECK_EQ(reg_read(vcpu, PMUSERENR), bits);
		}
	}
}

static u64 cycles_at_el0(struct vcpu *vcpu, u32 filtered)
{
	u64 from;

	reg_write(vcpu, PMCCFILTR, filtered);
	from = reg_read(vcpu, PMCCNTR);
	CHECK_EQ(at_el0(vcpu, el0_spin), SVC);
	return reg_read(vcpu, PMCCNTR) - from;
}

static void user_cycles(void)
{
	struct vcpu *vcpu = new_ready(guest_once, 0);
	u64 all, user;

	reg_write(vcpu, PMCR, reg_read(vcpu, PMCR) | E | LC);
	reg_write(vcpu, PMCNTENSET, CYCLE);
	all = cycles_at_el0(vcpu, 0);
	user = cycles_at_el0(vcpu, NOT_EL1);
	CHECK(all > 1000, "%lu", all);
	CHECK(user > 1000, "%lu", user);
	CHECK_EQ(cycles_at_el0(vcpu, NOT_EL1 | NOT_EL0), 0);
	CHECK_EQ(cycles_at_el0(vcpu, NSK | NSU), 0);
	CHECK_EQ(cycles_at_el0(vcpu, NOT_EL1 | NSU), 0);
	CHECK(cycles_at_el0(vcpu, NSK) > 1000);
	CHECK(cycles_at_el0(vcpu, NOT_EL1 | NOT_EL0 | NSU) > 1000);
	/* the SVC's handler is at EL1, and short */
	CHECK(cycles_at_el0(vcpu, NOT_EL0) < all / 4);
}

/* --- overflow --- */

static u64 nr_overflows, overflowed;

static void take_overflow(struct guest_regs *regs)
{
	u64 intid = icc_read(ICC_IAR1);

	GUEST_EQ(intid, PPI);
	overflowed |= mrs(pmovsset_el0);
	msr(pmovsclr_el0, mrs(pmovsset_el0));
	nr_overflows++;
	icc_write(ICC_EOIR1, intid);
}

/* The nth is these counters'. It may have come before this is asked. */
static void wait_overflow(u64 n, u64 counters)
{
	while (READ_ONCE(nr_overflows) < n)
		isb();
	GUEST_EQ(nr_overflows, n);
	GUEST_EQ(overflowed, counters);
	overflowed = 0;
}

static void gic_take_irqs(void)
{
	guest_on(VEC_IRQ, take_overflow);
	gic_cpu_enable(GICR_BASE);
	gic_dist_enable(64, false);
	irq_on();
}

/* The cycle counter's, of 64 bits and of 32; an event counter's, which another one chains. */
static void guest_overflow(u64 arg)
{
	gic_take_irqs();
	msr(pmintenset_el1, CYCLE | 1);
	msr(pmovsclr_el0, ~0u);
	for (u64 i = 0; i < 3; i++) {
		msr(pmcr_el0, E | LC);
		msr(pmccntr_el0, -200000l);
		msr(pmcntenset_el0, CYCLE);
		wait_overflow(i + 1, CYCLE);
		GUEST_ASSERT(mrs(pmccntr_el0) < 1ul << 40);
	}
	msr(pmcntenclr_el0, CYCLE);
	msr(pmevtyper0_el0, CPU_CYCLES);
	msr(pmevtyper1_el0, CHAIN);
	msr(pmevcntr1_el0, 5);
	msr(pmcntenset_el0, 3);
	for (u64 i = 0; i < 3; i++) {
		msr(pmevcntr0_el0, 0xffffffff - 200000);
		wait_overflow(i + 4, 1);
		GUEST_EQ(mrs(pmevcntr1_el0), 6 + i);
	}
	msr(pmcntenclr_el0, 3);
	GUEST_EQ(nr_overflows, 6);
	/* by hand, and not while PMCR_EL0.E is off */
	msr(pmcr_el0, LC);
	msr(pmovsset_el0, 1);
	spin();
	GUEST_EQ(nr_overflows, 6);
	msr(pmcr_el0, E | LC);
	wait_overflow(7, 1);
	/* without a word to the GIC */
	msr(pmintenclr_el1, 1);
	msr(pmovsset_el0, 1);
	spin();
	GUEST_EQ(nr_overflows, 7);
}

static void overflow(void)
{
	vcpu_finish(new_with_gic(guest_overflow, 0));
}

/* arg: the line that user space would like to have up. */
static void guest_not_pending(u64 intid)
{
	u64 reg = intid < 32 ? GICR_BASE + GICR_SGI + GIC_ISPENDR : GICD + GIC_ISPENDR + intid / 32 * 4;

	GUEST_EQ(*(volatile u32 *)reg >> intid % 32 & 1, 0);
}

static int irq_line(int vm, u32 type, u32 intid)
{
	struct kvm_irq_level l = { .irq = type << KVM_ARM_IRQ_TYPE_SHIFT | intid, .level = 1 };

	return kvm(vm, KVM_IRQ_LINE, &l);
}

static int irqfd(int vm, int fd, u32 gsi)
{
	struct kvm_irqfd args = { .fd = fd, .gsi = gsi };

	return kvm(vm, KVM_IRQFD, &args);
}

/* The PMU's line, a PPI or an SPI, is nobody else's. */
static void line_is_owned(void)
{
	struct vcpu *vcpu = new_with_gic(guest_not_pending, PPI);
	int fd = eventfd(0, 0);

	CHECK_EQ(irq_line(vcpu->vm->fd, KVM_ARM_IRQ_TYPE_PPI, PPI), 0);
	vcpu_finish(vcpu);

	vcpu = &new(1, guest_not_pending, 40)->vcpu[0];
	gic_new(vcpu->vm, 64);
	REQUIRE_EQ(set_int(vcpu, KVM_ARM_VCPU_PMU_V3_IRQ, 40), 0);
	REQUIRE_EQ(set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	CHECK_EQ(irq_line(vcpu->vm->fd, KVM_ARM_IRQ_TYPE_SPI, 40), 0);
	CHECK_EQ(irqfd(vcpu->vm->fd, fd, 40 - 32), 0);
	CHECK_EQ(eventfd_write(fd, 1), 0);
	vcpu_finish(vcpu);
	close(fd);
}

/* What KVM of 6.12 does not know, a VM of that level does not. */
static void levels(void)
{
	const char *path = "/sys/module/keel/parameters/abi";
	int param, old, new, vcpu;
	struct vm *vm;

	need_pmu();
	if (access(path, W_OK))
		ktap_skip("no parameter abi");
	param = open(path, O_WRONLY);
	new = vm_fd(0);
	REQUIRE(write(param, "6.12", 4) == 4);
	old = vm_fd(0);
	vm = vm_new_features(1, PMU, guest_once, 0);
	CHECK_EQ(kvm_cap(KVM_CAP_ARM_PMU_V3_STRICT), 0);
	REQUIRE(write(param, "7.3", 3) == 3);
	close(param);
	CHECK_EQ(kvm(old, KVM_CHECK_EXTENSION, KVM_CAP_ARM_PMU_V3), 1);
	CHECK_EQ(kvm(old, KVM_CHECK_EXTENSION, KVM_CAP_ARM_PMU_V3_STRICT), 0);
	CHECK_EQ(kvm(new, KVM_CHECK_EXTENSION, KVM_CAP_ARM_PMU_V3_STRICT), 1);
	vcpu = vcpu_fd(old, 0);
	for (unsigned int bit = 7; bit <= 9; bit++)
		CHECK_EQ(vcpu_init_fd(old, vcpu, PMU | 1u << bit), -ENOENT);
	vcpu = vcpu_fd(new, 0);
	CHECK_EQ(vcpu_init_fd(new, vcpu, PMU | 1u << 7), -EINVAL);	/* HAS_EL2 */
	CHECK_EQ(vcpu_init_fd(new, vcpu, PMU | 1u << 8), -EINVAL);	/* HAS_EL2_E2H0 */
	CHECK_EQ(vcpu_init_fd(new, vcpu, PMU | 1u << 10), -ENOENT);
	CHECK_EQ(has(&vm->vcpu[0], KVM_ARM_VCPU_PMU_V3_SET_PMU), 0);
	CHECK_EQ(has(&vm->vcpu[0], KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS), -ENXIO);
	CHECK_EQ(set_int(&vm->vcpu[0], KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS, 1), -ENXIO);
}

static void guest_level(u64 arg)
{
	msr(pmintenset_el1, CYCLE);
	msr(pmcr_el0, E | LC);
	GUEST_SYNC(0, 0);
	msr(pmccntr_el0, -200000l);
	msr(pmcntenset_el0, CYCLE);
	while (!mrs(pmovsset_el0))
		isb();
	GUEST_SYNC(1, 0);
	msr(pmovsclr_el0, CYCLE);
	GUEST_SYNC(0, 0);
	msr(pmovsset_el0, CYCLE);
	GUEST_SYNC(1, 0);
	msr(pmintenclr_el1, CYCLE);
	GUEST_SYNC(0, 0);
}

static void level(void)
{
	struct vcpu *vcpu = new_ready(guest_level, 0);
	struct ucall uc;

	for (;;) {
		int ret = vcpu_run(vcpu);

		if (ret == -EINTR)
			continue;
		REQUIRE_EQ(ret, 0);
		if (!vcpu_is_ucall(vcpu, &uc))
			continue;
		REQUIRE(uc.cmd == UCALL_SYNC || uc.cmd == UCALL_DONE, "%s %#lx", (char *)uc.a, uc.c);
		if (uc.cmd == UCALL_DONE)
			return;
		CHECK_EQ(vcpu->run->s.regs.device_irq_level, uc.a ? KVM_ARM_DEV_PMU : 0);
	}
}

/* --- threads, lives, the host --- */

static void guest_counting(u64 arg)
{
	msr(pmcr_el0, E | LC);
	msr(pmcntenset_el0, CYCLE);
	isb();
	for (;;) {
		spin();
		GUEST_SYNC(1, mrs(pmccntr_el0));
	}
}

static void guest_spinning(u64 arg)
{
	for (;;) {
		spin();
		GUEST_SYNC(1, 0);
	}
}

static u64 last_count;

static void *count_on(void *arg)
{
	for (int i = 0; i < 5; i++) {
		u64 count = vcpu_ucall(arg).b;

		CHECK(count > last_count + 1000, "%#lx after %#lx", count, last_count);
		last_count = count;
	}
	return NULL;
}

static void threads(void)
{
	struct vcpu *vcpu = new_ready(guest_counting, 0);
	pthread_t thread;

	for (int i = 0; i < 5; i++) {
		count_on(vcpu);
		REQUIRE_EQ(pthread_create(&thread, NULL, count_on, vcpu), 0);
		pthread_join(thread, NULL);
		CHECK(reg_read(vcpu, PMCCNTR) >= last_count);
	}
}

/* While one thread runs several in turn. */
static void siblings(void)
{
	struct vcpu *a = new_ready(guest_counting, 0), *b = new_ready(guest_counting, 0);
	struct vcpu *without = &vm_new(1, guest_spinning, 0)->vcpu[0];
	u64 from;

	for (int i = 0; i < 3; i++) {
		CHECK(vcpu_ucall(a).b > 1000);
		from = reg_read(a, PMCCNTR);
		CHECK(vcpu_ucall(b).b > 1000);
		CHECK_EQ(reg_read(a, PMCCNTR), from);
		vcpu_ucall(without);
		CHECK_EQ(reg_read(a, PMCCNTR), from);
	}
}

static void lives(void)
{
	for (unsigned int i = 0; i < ktap_times(40); i++) {
		struct vcpu *vcpu = new_ready(guest_counting, 0);

		vcpu_ucall(vcpu);
		vcpu_ucall(vcpu);
		vm_free(vcpu->vm);
	}
}

static int open_event(u64 config, bool exclude_guest)
{
	struct perf_event_attr a = { .type = PERF_TYPE_RAW, .size = sizeof(a), .config = config,
				     .exclude_guest = exclude_guest, .exclude_kernel = 1 };
	int fd = syscall(SYS_perf_event_open, &a, 0, -1, -1, 0);

	if (fd < 0)
		ktap_skip("perf_event_open: %s", strerror(errno));
	return fd;
}

static u64 read_event(int fd)
{
	u64 count = 0;

	REQUIRE_EQ(read(fd, &count, sizeof(count)), sizeof(count));
	return count;
}

static u64 host_cycles(int fd)
{
	u64 from = read_event(fd);

	for (volatile int i = 0; i < 200000; i++)
		;
	return read_event(fd) - from;
}

/* The host's own count of its programs' cycles: beside a guest that counts as before it, and after. */
static void host_events(void)
{
	struct vcpu *vcpu = new_ready(guest_counting, 0);
	int fd = open_event(CPU_CYCLES, true);

	CHECK(host_cycles(fd) > 1000);
	for (int i = 0; i < 5; i++) {
		CHECK(vcpu_ucall(vcpu).b > 1000);
		CHECK(host_cycles(fd) > 1000);
	}
	vm_free(vcpu->vm);
	CHECK(host_cycles(fd) > 1000);
	close(fd);
}

static const struct ktap_case cases[] = {
	{ "attributes: none without the feature", attr_without },
	{ "attributes: IRQ", attr_irq },
	{ "attributes: INIT, and KVM_RUN", attr_init },
	{ "attributes: FILTER", attr_filter },
	{ "attributes: SET_PMU", attr_set_pmu },
	{ "attributes: SET_NR_COUNTERS", attr_nr_counters },
	{ "attributes: strict", attr_strict },
	{ "levels", levels },
	{ "ONE_REG: which registers there are", reg_lists },
	{ "ONE_REG: what they keep", reg_rules },
	{ "ONE_REG: PMUVer", reg_id },
	{ "registers, and what is beyond N", registers },
	{ "SW_INCR and chains", software },
	{ "bits of a filter", filters },
	{ "cycles at EL1", cycles },
	{ "cycles that a filter denies", denied },
	{ "EL0: PMUSERENR_EL0", user_rights },
	{ "EL0: cycles", user_cycles },
	{ "overflow: interrupt", overflow, 60 },
	{ "overflow: the line is the PMU's own", line_is_owned },
	{ "overflow: device_irq_level", level, 60 },
	{ "a vCPU in one thread after the other", threads, 60 },
	{ "two vCPUs in one thread", siblings, 60 },
	{ "VMs that end while they count", lives, 120 },
	{ "events of the host's", host_events, 60 },
};

KTAP_MAIN(cases)
