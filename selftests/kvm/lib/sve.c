// SPDX-License-Identifier: GPL-2.0-only
/* Guests that have SVE. */
#include <unistd.h>
#include "sve.h"

struct sve_image sve_in[4], sve_out[4];

void sve_image_fill(struct sve_image *m, u64 vl, u64 seed)
{
	u8 *ffr = m->b + 32 * vl + 2 * vl;
	u64 ones = seed % (vl + 1);

	for (u64 i = 0; i < 34 * vl; i++)
		m->b[i] = (i * 7 + seed * 31) ^ i >> 8;
	for (u64 i = 0; i < vl / 8; i++)
		ffr[i] = ones >= 8 * i + 8 ? 0xff : ones > 8 * i ? (1 << (ones - 8 * i)) - 1 : 0;
}

s64 sve_image_differs(const struct sve_image *a, const struct sve_image *b, u64 vl)
{
	for (u64 i = 0; i < BYTES(vl); i++)
		if (a->b[i] != b->b[i])
			return i;
	return -1;
}

void sve_on(void)
{
	msr(cpacr_el1, 3 << 20 | 3 << 16);
	isb();
	set_zcr(15);
}

void need_sve(void)
{
	if (kvm_cap(KVM_CAP_ARM_SVE) != 1)
		ktap_skip("no SVE for guests");
}

int sve_finalize(int vcpu)
{
	int what = KVM_ARM_VCPU_SVE;

	return kvm(vcpu, KVM_ARM_VCPU_FINALIZE, &what);
}

u64 sve_offered(void)
{
	u64 words[8];
	int vm = vm_fd(0), vcpu = vcpu_fd(vm, 0);

	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, SVE), 0);
	REQUIRE_EQ(reg_get(vcpu, KVM_REG_ARM64_SVE_VLS, words), 0);
	close(vcpu);
	close(vm);
	return words[0];
}

unsigned int sve_longest(u64 set)
{
	return 64 - __builtin_clzl(set);
}

u64 sve_max_vl(void)
{
	return 16 * sve_longest(sve_offered());
}

int sve_set_lengths(int vcpu, u64 set, u64 beyond)
{
	u64 words[8] = { set, 0, 0, 0, 0, 0, 0, beyond };

	return reg_set(vcpu, KVM_REG_ARM64_SVE_VLS, words);
}

struct vm *sve_vm(unsigned int n, const unsigned int *vq, void (*fn)(u64), u64 arg)
{
	struct vm *vm = vm_new_features(n, SVE, fn, arg);
	u64 size = SVE_FRESH_PAGES * PAGE;

	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, SVE_FRESH, size, vm_alloc(size, PAGE)), 0);
	for (unsigned int i = 0; i < n; i++) {
		if (vq)
			REQUIRE_EQ(sve_set_lengths(vm->vcpu[i].fd, sve_offered() & ((1ul << vq[i]) - 1), 0), 0);
		REQUIRE_EQ(sve_finalize(vm->vcpu[i].fd), 0);
		REQUIRE_EQ(vcpu_irq(&vm->vcpu[i], KVM_ARM_IRQ_CPU_IRQ, true), 0);
	}
	return vm;
}
