// SPDX-License-Identifier: GPL-2.0-only
/*
 * MIDR_EL1 of a VM. Proves that a guest reads on every CPU of the host what the VM
 * has been given by the CPU on which it was made. Which that is the log says: the
 * CPUs of most hosts do not differ.
 */
#include "lib/vm.h"

#define REG_MIDR	REG_SYS(3, 0, 0, 0, 0)

static void guest(u64 arg)
{
	for (;;)
		GUEST_SYNC(mrs(midr_el1), 0);
}

static void midr(void)
{
	for (unsigned int home = 0; home < nr_cpus(); home++) {
		struct vm *vm;
		u64 number;

		REQUIRE(pin_to(home));
		vm = vm_new(1, guest, 0);
		number = reg_read(&vm->vcpu[0], REG_MIDR);
		for (unsigned int cpu = 0; cpu < nr_cpus(); cpu++) {
			REQUIRE(pin_to(cpu));
			vcpu_sync(&vm->vcpu[0], number);
		}
		vm_free(vm);
		ktap_note("made on CPU %u: MIDR_EL1 %#lx", home, number);
	}
}

static const struct ktap_case cases[] = {
	{ "MIDR_EL1 stays that of the CPU where the VM was made", midr },
};
KTAP_MAIN(cases)
