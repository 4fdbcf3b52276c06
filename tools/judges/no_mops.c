// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest that is denied memory copies (FEAT_MOPS) where its host has them: the
 * two have different values in HCRX_EL2, so that it shows whose is there.
 */
#include "lib/vm.h"

#define ID_AA64ISAR2	REG_SYS(3, 0, 0, 6, 2)
#define MOPS		(0xfull << 16)

static void guest(u64 arg)
{
	GUEST_SYNC(1, 0);
}

static void denied(void)
{
	struct vm *vm = vm_new(1, guest, 0);
	struct vcpu *vcpu = &vm->vcpu[0];

	reg_write(vcpu, ID_AA64ISAR2, reg_read(vcpu, ID_AA64ISAR2) & ~MOPS);
	vcpu_sync(vcpu, 1);
	vm_free(vm);
}

static const struct ktap_case cases[] = {
	{ "a guest without memory copies", denied },
};
KTAP_MAIN(cases)
