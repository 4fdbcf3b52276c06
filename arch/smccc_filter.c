// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VM attribute KVM_ARM_VM_SMCCC_CTRL: user space may deny ranges of
 * function ids to the guest or take them itself. The map grows under
 * config_lock until some vCPU first runs, and is constant from then on, which
 * is why vCPUs read it without a lock.
 */
#include <linux/arm-smccc.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include "../core/compat.h"
#include "../core/objects.h"
#include "arch.h"
#include "filter_map.h"
#include "smccc_filter.h"

#define MAX_RANGES	16384
#define GROW		16

struct keel_smccc_filter {
	struct keel_filter_map map;
};

/* The Arm Architecture calls carry CPU vulnerability answers: they stay the kernel's. */
static const struct keel_filter_range reserved[] = {
	{
		.first = ARM_SMCCC_VERSION_FUNC_ID,
		.last = ARM_SMCCC_CALL_VAL(ARM_SMCCC_FAST_CALL, ARM_SMCCC_SMC_32,
					   ARM_SMCCC_OWNER_ARCH, ARM_SMCCC_FUNC_MASK),
		.action = KVM_SMCCC_FILTER_HANDLE,
	}, {
		.first = ARM_SMCCC_CALL_VAL(ARM_SMCCC_FAST_CALL, ARM_SMCCC_SMC_64,
					    ARM_SMCCC_OWNER_ARCH, 0),
		.last = ARM_SMCCC_CALL_VAL(ARM_SMCCC_FAST_CALL, ARM_SMCCC_SMC_64,
					   ARM_SMCCC_OWNER_ARCH, ARM_SMCCC_FUNC_MASK),
		.action = KVM_SMCCC_FILTER_HANDLE,
	},
};

u8 keel_smccc_filter_action(const struct keel_vm *vm, u32 fn)
{
	const struct keel_smccc_filter *f = vm->arch.filter;

	return f ? keel_filter_map_lookup(&f->map, fn, KVM_SMCCC_FILTER_HANDLE) :
		   KVM_SMCCC_FILTER_HANDLE;
}

struct keel_smccc_filter *keel_smccc_filter_new(void)
{
	struct keel_smccc_filter *f = kzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT);
	unsigned int i;

	if (!f)
		return NULL;
	f->map.r = kcalloc(GROW, sizeof(*f->map.r), GFP_KERNEL_ACCOUNT);
	if (!f->map.r) {
		kfree(f);
		return NULL;
	}
	f->map.cap = GROW;
	for (i = 0; i < ARRAY_SIZE(reserved); i++)
		keel_filter_map_insert(&f->map, reserved[i]);
	return f;
}

static int grow_map(struct keel_filter_map *map)
{
	struct keel_filter_range *r;

	if (map->cap >= MAX_RANGES)
		return -ENOMEM;
	r = krealloc(map->r, 2 * map->cap * sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r)
		return -ENOMEM;
	map->r = r;
	map->cap *= 2;
	return 0;
}

static int add_to(struct keel_smccc_filter *f, struct keel_filter_range range)
{
	int ret = keel_filter_map_insert(&f->map, range);

	if (ret != -ENOSPC)
		return ret;
	return grow_map(&f->map) ?: keel_filter_map_insert(&f->map, range);
}

static int add_range(struct keel_vm *vm, struct keel_filter_range range)
{
	struct keel_smccc_filter *f = vm->arch.filter;

	lockdep_assert_held(&vm->config_lock);
	if (vm->has_run)
		return -EBUSY;
	if (!f) {
		f = keel_smccc_filter_new();
		if (!f)
			return -ENOMEM;
		vm->arch.filter = f;
	}
	return add_to(f, range);
}

int keel_smccc_vm_has_attr(struct keel_vm *vm, const struct kvm_device_attr *attr)
{
	return attr->group == KVM_ARM_VM_SMCCC_CTRL && attr->attr == KVM_ARM_VM_SMCCC_FILTER ?
	       0 : -ENXIO;
}

int keel_smccc_vm_set_attr(struct keel_vm *vm, const struct kvm_device_attr *attr)
{
	struct keel_filter_range range;
	struct kvm_smccc_filter arg;
	int ret = keel_smccc_vm_has_attr(vm, attr);

	if (ret)
		return ret;
	if (copy_from_user(&arg, u64_to_user_ptr(attr->addr), sizeof(arg)))
		return -EFAULT;
	if (memchr_inv(arg.pad, 0, sizeof(arg.pad)) || !arg.nr_functions ||
	    arg.action > KVM_SMCCC_FILTER_FWD_TO_USER)
		return -EINVAL;
	range.first = arg.base;
	range.last = arg.base + arg.nr_functions - 1;
	range.action = arg.action;
	if (range.last < range.first)
		return -EINVAL;

	mutex_lock(&vm->config_lock);
	ret = add_range(vm, range);
	mutex_unlock(&vm->config_lock);
	return ret;
}

void keel_smccc_filter_free(struct keel_smccc_filter *f)
{
	if (!f)
		return;
	kfree(f->map.r);
	kfree(f);
}

void keel_smccc_filter_destroy(struct keel_vm *vm)
{
	keel_smccc_filter_free(vm->arch.filter);
	vm->arch.filter = NULL;
}

const struct keel_filter_map *keel_smccc_filter_map(const struct keel_vm *vm)
{
	lockdep_assert_held(&vm->config_lock);
	return vm->arch.filter ? &vm->arch.filter->map : NULL;
}

static bool is_reserved(const struct keel_filter_range *r)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reserved); i++)
		if (r->first == reserved[i].first && r->last == reserved[i].last &&
		    r->action == reserved[i].action)
			return true;
	return false;
}

int keel_smccc_filter_add(struct keel_smccc_filter *f, struct keel_filter_range range)
{
	return is_reserved(&range) ? 0 : add_to(f, range);
}

struct keel_smccc_filter *keel_smccc_filter_swap(struct keel_vm *vm, struct keel_smccc_filter *f)
{
	lockdep_assert_held(&vm->config_lock);
	swap(vm->arch.filter, f);
	return f;
}
