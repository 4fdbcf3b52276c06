// SPDX-License-Identifier: GPL-2.0-only
/*
 * Images of VMs beside calls that change the VM, and what a refused image leaves. Proves:
 *  - an image that is made while the filter of calls grows is one of that moment: it can be loaded
 *  - a refused image of a VM whose values contradict each other is an error and nothing else
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include "lib/image.h"
#include "lib/regs.h"

#define RANGES	4000
#define REG_CTR	REG_SYS(3, 3, 0, 0, 1)

static bool grown;

static void guest_nothing(u64 arg)
{
}

static int deny(int vm, u32 base)
{
	struct kvm_smccc_filter f = { .base = base, .nr_functions = 1, .action = KVM_SMCCC_FILTER_DENY };

	return device_attr(vm, KVM_SET_DEVICE_ATTR, KVM_ARM_VM_SMCCC_CTRL, KVM_ARM_VM_SMCCC_FILTER,
			   &f);
}

static u64 nr_saved;

/*
 * Every other function, so that none joins its neighbour. Of the vendor's own, which are nobody's.
 */
static void *grow(void *vm)
{
	for (u32 i = 0; i < RANGES; i++) {
		u64 then = load_acquire(&nr_saved);

		REQUIRE_EQ(deny(((struct vm *)vm)->fd, 0xc6001000 + 2 * i), 0);
		/* mostly it grows while an image is made; at times it stands until there is one */
		while (i % 500 == 0 && load_acquire(&nr_saved) == then)
			sched_yield();
	}
	store_release(&grown, true);
	return NULL;
}

/* What it takes may have grown since it was told. */
static int try_save(int vm, struct image *i)
{
	u64 size = 0;

	REQUIRE_EQ(image_ioctl(vm, KEEL_VM_SAVE, NULL, &size, 0), -E2BIG);
	i->size = size;
	i->bytes = malloc(size);
	return image_ioctl(vm, KEEL_VM_SAVE, i->bytes, &i->size, 0);
}

static void filter_grows(void)
{
	struct vm *vm, *other;
	struct image i;
	pthread_t t;

	need_images();
	vm = vm_new(1, guest_nothing, 0);
	other = vm_new(1, guest_nothing, 0);
	REQUIRE_EQ(pthread_create(&t, NULL, grow, vm), 0);
	do {
		int ret = try_save(vm->fd, &i);

		CHECK(!ret || ret == -E2BIG, "KEEL_VM_SAVE: %d", ret);
		if (!ret)
			CHECK_EQ(image_load(other->fd, &i, 0), 0);
		store_release(&nr_saved, nr_saved + !ret);
		free(i.bytes);
	} while (!load_acquire(&grown));
	pthread_join(t, NULL);
}

static u32 ccsidr(int vcpu, u64 csselr)
{
	u32 val = 0;

	REQUIRE_EQ(reg_get(vcpu, KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_DEMUX | csselr, &val), 0);
	return val;
}

static int set_ccsidr(int vcpu, u64 csselr, u32 val)
{
	return reg_set(vcpu, KVM_REG_ARM64 | KVM_REG_SIZE_U32 | KVM_REG_ARM_DEMUX | csselr, &val);
}

/*
 * A cache's line may be as short as CTR_EL0 says at that moment, which may say another thing later.
 */
static void contradictory(void)
{
	struct vm *vm;
	struct image i;
	u64 ctr, low;
	u32 cache;
	int vcpu;

	need_images();
	vm = vm_new(1, guest_nothing, 0);
	vcpu = vm->vcpu[0].fd;
	ctr = reg_read(&vm->vcpu[0], REG_CTR);
	cache = ccsidr(vcpu, 0);
	low = ctr & ~(0xful << 16 | 0xful);
	if (low == ctr || reg_set(vcpu, REG_CTR, &low))
		ktap_skip("CTR_EL0 takes no other lines");
	REQUIRE_EQ(set_ccsidr(vcpu, 0, cache & ~7u), 0);
	REQUIRE_EQ(reg_set(vcpu, REG_CTR, &ctr), 0);
	i = image_save(vm->fd);
	/*
	 * cut off in the middle is refused before anything happens; a wrong mp_state only at its
	 * turn
	 */
	for (u64 at = 64; at + 8 <= i.size; at += 8) {
		u64 was = *(u64 *)(i.bytes + at);

		*(u64 *)(i.bytes + at) = ~was;
		image_load(vm->fd, &i, 0);
		*(u64 *)(i.bytes + at) = was;
	}
	CHECK_EQ(image_size(vm->fd), i.size);
}

static const struct ktap_case cases[] = {
	{ "saved while the filter of calls grows", filter_grows, 120 },
	{ "values that contradict each other", contradictory, 120 },
};

KTAP_MAIN(cases)
