// SPDX-License-Identifier: GPL-2.0-only
/*
 * Workarounds for CPU errata, asked for by the module's parameter "fixes", on a
 * CPU that needs none. Proves, for each that a guest or a VMM can notice, that it
 * is on when asked for, and that without it nobody pays:
 *  - the virtual counter traps, and goes on counting
 *  - translation registers trap
 *  - TCR_EL1.{HA,HD} stay 0
 *  - BFloat16 and CnP are hidden
 *  - guests get no GIC of the host's, but a GICv2 in software
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#include "lib/vm.h"

/* enum keel_fix (core/errata_table.h) */
#define FIX_CNP		(1u << 5)
#define FIX_TCR		(1u << 7)
#define FIX_CNTVOFF	(1u << 8)
#define FIX_TVM		(1u << 9)
#define FIX_NO_GIC	(1u << 10)
#define FIX_BF16	(1u << 13)

#define TIMES		200
#define TCR_HA_HD	(3ul << 39)

#define REG_ISAR1	REG_SYS(3, 0, 0, 6, 1)
#define REG_MMFR2	REG_SYS(3, 0, 0, 7, 2)

static unsigned long fixes(void)
{
	char buf[32] = "";
	int fd = open("/sys/module/keel/parameters/fixes", O_RDONLY);

	if (fd < 0 || read(fd, buf, sizeof(buf) - 1) <= 0)
		ktap_skip("not keel");
	close(fd);
	return strtoul(buf, NULL, 0);
}

/* Exits of the vCPU until its next message. */
static u64 exits(struct vcpu *vcpu, u64 sync)
{
	int fd = kvm(vcpu->fd, KVM_GET_STATS_FD, 0);
	u64 before;

	REQUIRE(fd >= 0, "%d", fd);
	before = kvm_statistic(fd, "exits");
	vcpu_sync(vcpu, sync);
	before = kvm_statistic(fd, "exits") - before;
	close(fd);
	return before;
}

static void guest_counts(u64 unused)
{
	u64 last = 0;

	GUEST_SYNC(1, 0);
	for (int i = 0; i < TIMES; i++) {
		u64 now = mrs(cntvct_el0);

		GUEST_ASSERT(now >= last);
		last = now;
		isb();
	}
	GUEST_SYNC(2, 0);
	for (int i = 0; i < TIMES; i++) {
		msr(ttbr0_el1, mrs(ttbr0_el1));
		isb();
	}
	GUEST_SYNC(3, 0);
	msr(tcr_el1, mrs(tcr_el1) | TCR_HA_HD);
	isb();
	GUEST_SYNC(4 + !(mrs(tcr_el1) & TCR_HA_HD), 0);
}

static void traps(void)
{
	unsigned long on = fixes();
	struct vm *vm = vm_new(1, guest_counts, 0);
	u64 n;

	vcpu_sync(&vm->vcpu[0], 1);
	n = exits(&vm->vcpu[0], 2);
	CHECK((n >= TIMES) == !!(on & FIX_CNTVOFF), "%llu exits", (unsigned long long)n);
	n = exits(&vm->vcpu[0], 3);
	CHECK((n >= TIMES) == !!(on & FIX_TVM), "%llu exits", (unsigned long long)n);
	if (on & FIX_TCR)
		vcpu_sync(&vm->vcpu[0], 5);
}

static void hidden(void)
{
	unsigned long on = fixes();
	struct vm *vm = vm_new(1, guest_counts, 0);

	if (on & FIX_BF16)
		CHECK_EQ(reg_read(&vm->vcpu[0], REG_ISAR1) >> 44 & 0xf, 0);
	if (on & FIX_CNP)
		CHECK_EQ(reg_read(&vm->vcpu[0], REG_MMFR2) & 0xf, 0);
}

static void gic(void)
{
	unsigned long on = fixes();
	struct kvm_create_device v3 = { .type = KVM_DEV_TYPE_ARM_VGIC_V3, .flags = KVM_CREATE_DEVICE_TEST };
	struct kvm_create_device v2 = { .type = KVM_DEV_TYPE_ARM_VGIC_V2, .flags = KVM_CREATE_DEVICE_TEST };
	struct vm *vm = vm_new(1, guest_counts, 0);
	int has_v3 = kvm(vm->fd, KVM_CREATE_DEVICE, &v3),
	    has_v2 = kvm(vm->fd, KVM_CREATE_DEVICE, &v2);

	if (on & FIX_NO_GIC) {
		CHECK_EQ(has_v3, -ENODEV);
		/* in software, which the erratum has nothing to do with */
		CHECK_EQ(has_v2, 0);
		CHECK_EQ(reg_read(&vm->vcpu[0], REG_SYS(3, 0, 0, 4, 0)) >> 24 & 0xf, 0);
	} else {
		CHECK(has_v3 == 0 || has_v2 == 0);
	}
}

static const struct ktap_case cases[] = {
	{ "traps", traps },
	{ "what is hidden", hidden },
	{ "interrupt controller", gic },
};
KTAP_MAIN(cases)
