// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_CAP_HALT_POLL: how long a vCPU polls in WFI before it sleeps, for one VM.
 * Proves:
 *  - the capability is reported, and refuses what its 32 bits cannot hold
 *  - it overrides the module's parameter, both ways, and can be set again
 *    while the VM runs; a VM that does not use it goes by the parameter
 */
#include <string.h>
#include <unistd.h>
#include "lib/gic.h"

#define LONG	"200000000"	/* ns: longer than any nap here, on a slow machine too */
#define USUAL	"500000"

static u64 taken;

static void take(struct guest_regs *regs)
{
	u32 intid = icc_read(ICC_IAR1);

	if (intid == 1023)
		return;
	msr(cntv_ctl_el0, 0);
	isb();
	taken++;
	icc_write(ICC_EOIR1, intid);
}

static void guest_naps(u64 arg)
{
	u64 ms = mrs(cntfrq_el0) / 1000;

	guest_on(VEC_IRQ, take);
	gic_enable(64, true);
	irq_on();
	for (u64 i = 1;; i++) {
		msr(cntv_cval_el0, mrs(cntvct_el0) + ms);
		msr(cntv_ctl_el0, 1);
		isb();
		wfi_until(READ_ONCE(taken) == i);
		if (i % 20 == 0)
			GUEST_SYNC(1, 0);
	}
}

static int set_cap(struct vm *vm, u64 ns)
{
	struct kvm_enable_cap cap = { .cap = KVM_CAP_HALT_POLL, .args = { ns } };

	return kvm(vm->fd, KVM_ENABLE_CAP, &cap);
}

/* How often the vCPU polled in its next 20 naps. */
static u64 polls(struct vm *vm)
{
	int fd = kvm(vm->vcpu[0].fd, KVM_GET_STATS_FD, 0);
	u64 before;

	REQUIRE(fd >= 0, "%d", fd);
	before = kvm_statistic(fd, "halt_attempted_poll");
	vcpu_sync(&vm->vcpu[0], 1);
	before = kvm_statistic(fd, "halt_attempted_poll") - before;
	close(fd);
	return before;
}

/* It polls, unless it is so slow that its naps are over before they begin. */
static bool polls_sometimes(struct vm *vm)
{
	for (unsigned int i = 0; i < 200; i++)
		if (polls(vm))
			return true;
	return false;
}

/* It does not, once the window of before is used up, which its first nap does. */
static bool stops_polling(struct vm *vm)
{
	for (unsigned int i = 0; i < 3; i++)
		if (!polls(vm))
			return true;
	return false;
}

static struct vm *new_vm(void)
{
	struct vm *vm = vm_new(1, guest_naps, 0);

	gic_new(vm, 64);
	return vm;
}

static void arguments(void)
{
	struct kvm_enable_cap cap = { .cap = KVM_CAP_HALT_POLL, .flags = 1 };
	struct vm *vm = new_vm();

	CHECK_EQ(kvm_cap(KVM_CAP_HALT_POLL), 1);
	CHECK_EQ(kvm(vm->fd, KVM_CHECK_EXTENSION, KVM_CAP_HALT_POLL), 1);
	CHECK_EQ(kvm(vm->fd, KVM_ENABLE_CAP, &cap), -EINVAL);
	CHECK_EQ(set_cap(vm, 1ul << 32), -EINVAL);
	CHECK_EQ(set_cap(vm, -1ul), -EINVAL);
	CHECK_EQ(set_cap(vm, 0xffffffff), 0);
	CHECK_EQ(set_cap(vm, 0), 0);
}

static void overrides(void)
{
	struct vm *own = new_vm(), *plain = new_vm();

	set_halt_poll(LONG);
	REQUIRE_EQ(set_cap(own, 0), 0);
	CHECK_EQ(polls(own), 0);
	CHECK(polls_sometimes(plain));
	REQUIRE_EQ(set_cap(own, 200000000), 0);
	CHECK(polls_sometimes(own));

	set_halt_poll("0");
	CHECK(polls_sometimes(own));
	CHECK(stops_polling(plain));
	REQUIRE_EQ(set_cap(own, 0), 0);
	CHECK(stops_polling(own));
	set_halt_poll(USUAL);
}

static const struct ktap_case cases[] = {
	{ "arguments", arguments },
	{ "one VM's own, over the parameter", overrides },
};
KTAP_MAIN(cases)
