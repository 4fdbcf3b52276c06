// SPDX-License-Identifier: GPL-2.0-only
/*
 * The quickest look: a VM is made, its guest runs, reads and writes memory,
 * talks to the host and ends.
 */
#include "lib/vm.h"

static u64 shared = 5;

static void guest(u64 arg)
{
	GUEST_EQ(arg, 42);
	GUEST_EQ(shared, 5);
	shared = 7;
	GUEST_SYNC(1, 0);
	GUEST_EQ(READ_ONCE(shared), 9);
}

static void runs(void)
{
	struct vm *vm = vm_new(1, guest, 42);

	vcpu_sync(&vm->vcpu[0], 1);
	CHECK_EQ(*vm_shared(vm, shared), 7);
	*vm_shared(vm, shared) = 9;
	vcpu_finish(&vm->vcpu[0]);
	vm_free(vm);
}

static const struct ktap_case cases[] = {
	{ "a guest runs", runs },
};
KTAP_MAIN(cases)
