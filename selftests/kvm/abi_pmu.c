// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's PMU as user space has it. Proves:
 *  - KVM_ARM_VCPU_PMU_V3_CTRL: every errno of each attribute, in its order
 *  - the registers are listed, and by ONE_REG keep what counters there are of
 *    what they are given; PMCR_EL0.N can be lowered until the first run
 *  - its interrupt is not user space's to raise
 *  - a run that is refused for its interrupt's sake maps none of the timers'
 *  - a VM of level 6.12 has what KVM of 6.12 has
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "lib/pmu.h"

#define STRICT		(1u << KVM_ARM_VCPU_PMU_V3_STRICT)

static void guest_once(u64 arg)
{
}

static int has(struct vcpu *vcpu, u64 which)
{
	return pmu_attr(vcpu->fd, KVM_HAS_DEVICE_ATTR, which, NULL);
}

/* --- attributes --- */

static void attr_without(void)
{
	struct vcpu *vcpu = &vm_new(1, guest_once, 0)->vcpu[0];
	int irq = PMU_PPI;

	need_pmu();
	CHECK_EQ(has(vcpu, KVM_ARM_VCPU_PMU_V3_IRQ), -ENXIO);
	CHECK_EQ(pmu_set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), -ENODEV);
	CHECK_EQ(pmu_set(vcpu, 77, NULL), -ENODEV);
	CHECK_EQ(pmu_attr(vcpu->fd, KVM_GET_DEVICE_ATTR, KVM_ARM_VCPU_PMU_V3_IRQ, &irq), -EINVAL);
	gic_create(vcpu->vm->fd);
	CHECK_EQ(pmu_attr(vcpu->fd, KVM_GET_DEVICE_ATTR, KVM_ARM_VCPU_PMU_V3_IRQ, &irq), -ENODEV);
	vcpu = &vm_new_features(1, PMU, guest_once, 0)->vcpu[0];
	for (u64 i = 0; i <= KVM_ARM_VCPU_PMU_V3_SET_PMU; i++)
		CHECK_EQ(has(vcpu, i), 0);
	CHECK_EQ(has(vcpu, 77), -ENXIO);
	CHECK_EQ(pmu_set(vcpu, 77, NULL), -ENXIO);
	CHECK_EQ(pmu_attr(vcpu->fd, KVM_GET_DEVICE_ATTR, KVM_ARM_VCPU_PMU_V3_INIT, NULL), -ENXIO);
}

static void attr_irq(void)
{
	struct vm *vm = pmu_vm(2, guest_once, 0);
	struct vcpu *a = &vm->vcpu[0], *b = &vm->vcpu[1];
	int irq = 0;

	/* no GIC, before the pointer */
	CHECK_EQ(pmu_set(a, KVM_ARM_VCPU_PMU_V3_IRQ, NULL), -EINVAL);
	gic_create(vm->fd);
	CHECK_EQ(pmu_attr(a->fd, KVM_GET_DEVICE_ATTR, KVM_ARM_VCPU_PMU_V3_IRQ, &irq), -ENXIO);
	CHECK_EQ(pmu_set(a, KVM_ARM_VCPU_PMU_V3_IRQ, NULL), -EFAULT);
	CHECK_EQ(pmu_set_int(a, KVM_ARM_VCPU_PMU_V3_IRQ, -1), -EINVAL);
	CHECK_EQ(pmu_set_int(a, KVM_ARM_VCPU_PMU_V3_IRQ, 15), -EINVAL);
	CHECK_EQ(pmu_set_int(a, KVM_ARM_VCPU_PMU_V3_IRQ, 1020), -EINVAL);
	CHECK_EQ(pmu_set_int(a, KVM_ARM_VCPU_PMU_V3_IRQ, PMU_PPI), 0);
	CHECK_EQ(pmu_attr(a->fd, KVM_GET_DEVICE_ATTR, KVM_ARM_VCPU_PMU_V3_IRQ, &irq), 0);
	CHECK_EQ(irq, PMU_PPI);
	CHECK_EQ(pmu_attr(a->fd, KVM_GET_DEVICE_ATTR, KVM_ARM_VCPU_PMU_V3_IRQ, NULL), -EFAULT);
	CHECK_EQ(pmu_set_int(a, KVM_ARM_VCPU_PMU_V3_IRQ, PMU_PPI), -EBUSY);
	CHECK_EQ(pmu_set_int(b, KVM_ARM_VCPU_PMU_V3_IRQ, PMU_PPI + 1), -EINVAL);
	CHECK_EQ(pmu_set_int(b, KVM_ARM_VCPU_PMU_V3_IRQ, PMU_PPI), 0);

	vm = pmu_vm(2, guest_once, 0);
	gic_create(vm->fd);
	CHECK_EQ(pmu_set_int(&vm->vcpu[0], KVM_ARM_VCPU_PMU_V3_IRQ, 40), 0);
	CHECK_EQ(pmu_set_int(&vm->vcpu[1], KVM_ARM_VCPU_PMU_V3_IRQ, 40), -EINVAL);
	CHECK_EQ(pmu_set_int(&vm->vcpu[1], KVM_ARM_VCPU_PMU_V3_IRQ, 41), 0);
}

static void attr_init(void)
{
	struct vm *vm = pmu_vm(1, guest_once, 0);
	struct vcpu *vcpu = &vm->vcpu[0];

	CHECK_EQ(vcpu_run(vcpu), -EINVAL);	/* no INIT */
	gic_create(vm->fd);
	CHECK_EQ(pmu_set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), -ENODEV);

	vm = pmu_vm(1, guest_once, 0);
	vcpu = &vm->vcpu[0];
	gic_new(vm, 64);
	CHECK_EQ(pmu_set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), -ENXIO);
	CHECK_EQ(pmu_set_int(vcpu, KVM_ARM_VCPU_PMU_V3_IRQ, PMU_PPI), 0);
	CHECK_EQ(pmu_set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	CHECK_EQ(pmu_set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), -EBUSY);
	CHECK_EQ(pmu_set(vcpu, KVM_ARM_VCPU_PMU_V3_IRQ, NULL), -EBUSY);
	CHECK_EQ(pmu_set(vcpu, 77, NULL), -EBUSY);
	vcpu_finish(vcpu);

	vm = pmu_vm(1, guest_once, 0);		/* an SPI that the GIC does not have */
	vcpu = &vm->vcpu[0];
	CHECK_EQ(pmu_set_int(vcpu, KVM_ARM_VCPU_PMU_V3_IRQ, 64), -EINVAL);
	gic_new(vm, 64);
	CHECK_EQ(pmu_set_int(vcpu, KVM_ARM_VCPU_PMU_V3_IRQ, 64), 0);
	CHECK_EQ(pmu_set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), -EINVAL);
	CHECK_EQ(vcpu_run(vcpu), -EINVAL);
}

#define PPI_VIRT	27
#define PPI_OTHER	20

/* The virtual timer raises its own interrupt, and none that was its own in what was refused. */
static void guest_raises(u64 arg)
{
	msr(cntv_cval_el0, 0);
	msr(cntv_ctl_el0, 1);
	isb();
	GUEST_EQ(mmio_read32(GIC_SGI(0) + GIC_ISPENDR) & (1u << PPI_VIRT | 1u << PPI_OTHER), 1u << PPI_OTHER);
}

static void refused_run(void)
{
	struct vm *vm = pmu_vm(1, guest_raises, 0);
	struct vcpu *vcpu = &vm->vcpu[0];
	int ppi = PPI_OTHER;

	gic_new(vm, 64);
	CHECK_EQ(pmu_set_int(vcpu, KVM_ARM_VCPU_PMU_V3_IRQ, PPI_VIRT), 0);
	CHECK_EQ(pmu_set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	CHECK_EQ(vcpu_run(vcpu), -EINVAL);	/* the timer's as well */
	CHECK_EQ(device_attr(vcpu->fd, KVM_SET_DEVICE_ATTR, KVM_ARM_VCPU_TIMER_CTRL,
			     KVM_ARM_VCPU_TIMER_IRQ_VTIMER, &ppi), 0);
	vcpu_finish(vcpu);
}

static void attr_filter(void)
{
	struct vm *vm = pmu_vm(2, guest_once, 0);
	struct vcpu *a = &vm->vcpu[0], *b = &vm->vcpu[1];

	CHECK_EQ(pmu_set(a, KVM_ARM_VCPU_PMU_V3_FILTER, NULL), -EFAULT);
	CHECK_EQ(pmu_filter(a, 0xffff, 2, KVM_PMU_EVENT_DENY), -EINVAL);
	CHECK_EQ(pmu_filter(a, 0, 1, 2), -EINVAL);
	CHECK_EQ(pmu_filter(a, 0, 0, KVM_PMU_EVENT_ALLOW), 0);
	CHECK_EQ(pmu_filter(b, 0x10, 4, KVM_PMU_EVENT_DENY), 0);
	CHECK_EQ(pmu_set(a, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	vcpu_finish(a);
	CHECK_EQ(pmu_filter(b, 0, 1, KVM_PMU_EVENT_DENY), -EBUSY);
	CHECK_EQ(pmu_filter(b, 0, 1, 2), -EINVAL);
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
	struct vm *vm = pmu_vm(2, guest_once, 0);
	struct vcpu *a = &vm->vcpu[0], *b = &vm->vcpu[1];
	int type = host_pmu();

	CHECK_EQ(pmu_set(a, KVM_ARM_VCPU_PMU_V3_SET_PMU, NULL), -EFAULT);
	CHECK_EQ(pmu_set_int(a, KVM_ARM_VCPU_PMU_V3_SET_PMU, -1), -ENXIO);
	CHECK_EQ(pmu_set_int(a, KVM_ARM_VCPU_PMU_V3_SET_PMU, type), 0);
	CHECK_EQ(pmu_filter(a, 0, 1, KVM_PMU_EVENT_DENY), 0);
	CHECK_EQ(pmu_set_int(a, KVM_ARM_VCPU_PMU_V3_SET_PMU, type), 0);
	CHECK_EQ(pmu_set(a, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	vcpu_finish(a);
	CHECK_EQ(pmu_set_int(b, KVM_ARM_VCPU_PMU_V3_SET_PMU, type), -EBUSY);
	CHECK_EQ(pmu_set_int(b, KVM_ARM_VCPU_PMU_V3_SET_PMU, -1), -ENXIO);
}

static void attr_nr_counters(void)
{
	struct vm *vm = pmu_vm(2, guest_once, 0);
	struct vcpu *a = &vm->vcpu[0], *b = &vm->vcpu[1];
	unsigned int n = N(reg_read(a, PMCR));

	if (has(a, KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS))
		ktap_skip("no KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS");
	CHECK_EQ(pmu_set(a, KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS, NULL), -EFAULT);
	CHECK_EQ(pmu_set_int(a, KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS, n + 1), -EINVAL);
	CHECK_EQ(pmu_set_int(a, KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS, 1), 0);
	CHECK_EQ(N(reg_read(b, PMCR)), 1);
	CHECK_EQ(pmu_set(a, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	CHECK_EQ(pmu_set_int(a, KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS, 2), -EBUSY);
	vcpu_finish(a);
	CHECK_EQ(pmu_set_int(b, KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS, n), 0);
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
	CHECK_EQ(pmu_filter(vcpu, 0, 1, KVM_PMU_EVENT_DENY), -ENXIO);
	CHECK_EQ(pmu_set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), -ENXIO);
	CHECK_EQ(pmu_set_int(vcpu, KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS, 0), -EINVAL);
	CHECK_EQ(pmu_set_int(vcpu, KVM_ARM_VCPU_PMU_V3_SET_PMU, host_pmu()), 0);
	n = N(reg_read(vcpu, PMCR));
	CHECK(n > 0);
	reg_write(vcpu, PMCR, 0);
	CHECK_EQ(N(reg_read(vcpu, PMCR)), n);
	CHECK_EQ(pmu_set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
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
	struct vcpu *with = &pmu_vm(1, guest_once, 0)->vcpu[0],
		    *without = &vm_new(1, guest_once, 0)->vcpu[0];
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
	struct vcpu *vcpu = &pmu_vm(1, guest_once, 0)->vcpu[0];
	u64 n = N(reg_read(vcpu, PMCR)), there = CYCLE | ((1u << n) - 1),
	    dfr0 = reg_read(vcpu, DFR0);

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
	struct vcpu *vcpu = &pmu_vm(1, guest_once, 0)->vcpu[0];
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

/* --- what is not user space's, and levels --- */

/* arg: the line that user space would like to have up. */
static void guest_not_pending(u64 intid)
{
	u64 reg = intid < 32 ? GIC_SGI(0) + GIC_ISPENDR : GICD + GIC_ISPENDR + intid / 32 * 4;

	GUEST_EQ(mmio_read32(reg) >> intid % 32 & 1, 0);
}

static int irqfd(int vm, int fd, u32 gsi)
{
	struct kvm_irqfd args = { .fd = fd, .gsi = gsi };

	return kvm(vm, KVM_IRQFD, &args);
}

/* The PMU's line, a PPI or an SPI, is nobody else's. */
static void line_is_owned(void)
{
	struct vcpu *vcpu = pmu_vcpu_with_gic(guest_not_pending, PMU_PPI);
	int fd = eventfd(0, 0);

	CHECK_EQ(gic_line(vcpu->vm->fd, IRQ_PPI(PMU_PPI), 1), 0);
	vcpu_finish(vcpu);

	vcpu = &pmu_vm(1, guest_not_pending, 40)->vcpu[0];
	gic_new(vcpu->vm, 64);
	REQUIRE_EQ(pmu_set_int(vcpu, KVM_ARM_VCPU_PMU_V3_IRQ, 40), 0);
	REQUIRE_EQ(pmu_set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	CHECK_EQ(gic_line(vcpu->vm->fd, IRQ_SPI(40), 1), 0);
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
	if (kvm(new, KVM_CHECK_EXTENSION, KVM_CAP_ARM_EL2) != 1)
		CHECK_EQ(vcpu_init_fd(new, vcpu, PMU | 1u << 7), -EINVAL);	/* HAS_EL2 */
	CHECK_EQ(vcpu_init_fd(new, vcpu, PMU | 1u << 8), -EINVAL);	/* HAS_EL2_E2H0 */
	CHECK_EQ(vcpu_init_fd(new, vcpu, PMU | 1u << 10), -ENOENT);
	CHECK_EQ(has(&vm->vcpu[0], KVM_ARM_VCPU_PMU_V3_SET_PMU), 0);
	CHECK_EQ(has(&vm->vcpu[0], KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS), -ENXIO);
	CHECK_EQ(pmu_set_int(&vm->vcpu[0], KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS, 1), -ENXIO);
}

static const struct ktap_case cases[] = {
	{ "attributes: none without the feature", attr_without },
	{ "attributes: IRQ", attr_irq },
	{ "attributes: INIT, and KVM_RUN", attr_init },
	{ "a run that is refused leaves nothing behind", refused_run },
	{ "attributes: FILTER", attr_filter },
	{ "attributes: SET_PMU", attr_set_pmu },
	{ "attributes: SET_NR_COUNTERS", attr_nr_counters },
	{ "attributes: strict", attr_strict },
	{ "levels", levels },
	{ "ONE_REG: which registers there are", reg_lists },
	{ "ONE_REG: what they keep", reg_rules },
	{ "ONE_REG: PMUVer", reg_id },
	{ "overflow: the line is the PMU's own", line_is_owned },
};

KTAP_MAIN(cases)
