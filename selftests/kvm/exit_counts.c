// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that leaves a known number of times. Proves:
 *  - statistics and user space agree on how often that was, and of what class
 * Says how often, for those who count it from outside (selftests/run/host/bpftrace).
 */
#include <string.h>
#include "lib/vm.h"

#define DEVICE		(MMIO_BASE + 0x1000)
#define READS		400u
#define WRITES		(READS / 2)
#define CALLS		(READS / 4)
#define CALL_AFFINITY_INFO	0xc4000004u	/* the host answers */
#define CALL_PSCI_VERSION	0x84000000u	/* EL2 does: the guest is not left */
#define BY_INTERRUPT	64	/* of exits_by_ec */

static void guest_leaves(u64 arg)
{
	for (u64 i = 0; i < READS; i++) {
		GUEST_EQ(mmio_read32(DEVICE), i);
		if (i % 2)
			mmio_write32(DEVICE, i);
		if (i % 4 == 3)
			guest_hvc(CALL_AFFINITY_INFO, 0, 0, 0);
		guest_hvc(CALL_PSCI_VERSION, 0, 0, 0);
	}
}

struct seen {
	u32 reads, writes;
};

/* To its end, which is a write too. */
static struct seen run(struct vcpu *vcpu)
{
	struct kvm_run *run = vcpu->run;
	struct seen seen = { 0 };
	struct ucall uc;

	for (;;) {
		REQUIRE_EQ(vcpu_run(vcpu), 0);
		REQUIRE_EQ(run->exit_reason, KVM_EXIT_MMIO);
		if (!run->mmio.is_write) {
			memcpy(run->mmio.data, &seen.reads, 4);
			seen.reads++;
			continue;
		}
		seen.writes++;
		if (vcpu_is_ucall(vcpu, &uc)) {
			REQUIRE_EQ(uc.cmd, UCALL_DONE);
			return seen;
		}
	}
}

static void counted(void)
{
	struct vm *vm = vm_new(1, guest_leaves, 0);
	int stats = kvm(vm->vcpu[0].fd, KVM_GET_STATS_FD, 0);
	struct seen seen = run(&vm->vcpu[0]);
	u64 n;

	CHECK_EQ(seen.reads, READS);
	CHECK_EQ(seen.writes, WRITES + 1);
	CHECK_EQ(kvm_statistic(stats, "mmio_exit_user"), seen.reads + seen.writes);
	CHECK_EQ(kvm_statistic_at(stats, "exits_by_ec", 0x16), CALLS);
	CHECK(kvm_statistic_at(stats, "exits_by_ec", 0x24) >= seen.reads + seen.writes);
	CHECK_EQ(kvm_statistic_sum(stats, "exits_by_ec"), kvm_statistic(stats, "exits"));
	for (unsigned int ec = 0; ec < BY_INTERRUPT; ec++) {
		n = kvm_statistic_at(stats, "exits_by_ec", ec);
		if (n)
			ktap_note("exits 2 %u: %llu", ec, (unsigned long long)n);
	}
	n = kvm_statistic_at(stats, "exits_by_ec", BY_INTERRUPT);
	if (n)
		ktap_note("exits 0 0: %llu", (unsigned long long)n);
	ktap_note("exits in all: %llu", (unsigned long long)kvm_statistic(stats, "exits"));
	ktap_note("mmio 0: %u", seen.reads);	/* to be answered */
	ktap_note("mmio 1: %u", seen.reads);
	ktap_note("mmio 2: %u", seen.writes);
	ktap_note("user %u: %u", KVM_EXIT_MMIO, seen.reads + seen.writes);
	ktap_note("psci %u: %u", CALL_AFFINITY_INFO, CALLS);
	vm_free(vm);
}

static const struct ktap_case cases[] = {
	{ "exits are counted", counted },
};
KTAP_MAIN(cases)
