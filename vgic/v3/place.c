// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a GICv3's frames are: which redistributor is whose, whether all that
 * fits, and the registration on the bus at the first KVM_RUN. The addresses' own
 * checks are in ../addr.c.
 *
 * vm->config_lock held everywhere but where the VM goes.
 */
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/slab.h>
#include "../../core/vcpus.h"
#include "../frame.h"
#include "../vgic.h"
#include "place.h"

void keel_v3_place_forget(struct keel_vm *vm)
{
	struct keel_gic_region *r, *n;
	struct keel_vcpu *vcpu;
	unsigned int i;

	list_for_each_entry_safe(r, n, &vm->gic.regions, entry) {
		list_del(&r->entry);
		kfree(r);
	}
	keel_for_each_vcpu(i, vcpu, vm) {
		vcpu->gic.rd_base = KEEL_GIC_NOWHERE;
		vcpu->gic.rd_last = false;
	}
}

/* Bytes that a region takes. A legacy one takes as much as there are vCPUs. */
static u64 region_size(struct keel_vm *vm, u32 count)
{
	return (u64)(count ?: vm->nr_vcpus) * KEEL_REDIST_SIZE;
}

static bool hits_dist(struct keel_vm *vm, u64 base, u64 size)
{
	return vm->gic.dist_base != KEEL_GIC_NOWHERE &&
	       keel_addr_overlap(base, size, vm->gic.dist_base, KEEL_FRAME_SIZE);
}

static bool hits_region(struct keel_vm *vm, u64 base, u64 size)
{
	struct keel_gic_region *r;

	list_for_each_entry(r, &vm->gic.regions, entry)
		if (keel_addr_overlap(base, size, r->base, region_size(vm, r->count)))
			return true;
	return false;
}

/* Every region with all that it holds is in the address space and clear of the distributor. */
static bool fits(struct keel_vm *vm)
{
	struct keel_gic_region *r;

	list_for_each_entry(r, &vm->gic.regions, entry) {
		u64 size = region_size(vm, r->count);

		if (keel_addr_check(r->base, size, KEEL_FRAME_SIZE, vm->mmu.ipa_bits) ||
		    hits_dist(vm, r->base, size))
			return false;
	}
	return true;
}

static struct keel_gic_region *region_with_room(struct keel_vm *vm)
{
	struct keel_gic_region *r;

	list_for_each_entry(r, &vm->gic.regions, entry)
		if (!r->count || r->used < r->count)
			return r;
	return NULL;
}

int keel_v3_place_check(struct keel_vm *vm)
{
	return region_with_room(vm) && !fits(vm) ? -EINVAL : 0;
}

/*
 * Software walks redistributors upwards until one says it is the last: one that no other follows.
 */
static void mark_last(struct keel_vm *vm)
{
	struct keel_gic_region *r;
	struct keel_vcpu *vcpu;
	unsigned int i;

	keel_for_each_vcpu(i, vcpu, vm)
		WRITE_ONCE(vcpu->gic.rd_last, false);
	keel_for_each_vcpu(i, vcpu, vm) {
		u64 end = vcpu->gic.rd_base + KEEL_REDIST_SIZE;
		bool last = false;

		if (vcpu->gic.rd_base == KEEL_GIC_NOWHERE)
			continue;
		list_for_each_entry(r, &vm->gic.regions, entry)
			last |= end == r->base + (u64)r->used * KEEL_REDIST_SIZE;
		list_for_each_entry(r, &vm->gic.regions, entry)
			last &= !(r->used && r->base == end);
		WRITE_ONCE(vcpu->gic.rd_last, last);
	}
}

void keel_v3_place_assign(struct keel_vm *vm)
{
	struct keel_gic_region *r;
	struct keel_vcpu *vcpu;
	unsigned int i;

	lockdep_assert_held(&vm->config_lock);
	keel_for_each_vcpu(i, vcpu, vm) {
		if (vcpu->gic.rd_base != KEEL_GIC_NOWHERE)
			continue;
		r = region_with_room(vm);
		if (!r)
			break;
		vcpu->gic.rd_base = r->base + (u64)r->used++ * KEEL_REDIST_SIZE;
	}
	mark_last(vm);
}

static int check_region(struct keel_vm *vm, const struct keel_addr_region *arg)
{
	u64 size = region_size(vm, arg->count);
	struct keel_gic_region *last = NULL;
	int err;

	if (arg->base + size < arg->base)
		return -EINVAL;
	if (!list_empty(&vm->gic.regions))
		last = list_last_entry(&vm->gic.regions, struct keel_gic_region, entry);
	/* a legacy region stands alone, and only one of it */
	if (last && !arg->count)
		return last->count ? -EINVAL : -EEXIST;
	if (arg->index != (last ? last->index + 1 : 0) || (last && !last->count))
		return -EINVAL;
	if (!arg->count && hits_dist(vm, arg->base, size))
		return -EINVAL;
	if (hits_region(vm, arg->base, size))
		return -EINVAL;
	err = keel_addr_check(arg->base, size, KEEL_FRAME_SIZE, vm->mmu.ipa_bits);
	if (err)
		return err;
	/* with nobody to put there it is too early to say: the first run does */
	return vm->nr_vcpus && hits_dist(vm, arg->base, size) ? -EINVAL : 0;
}

int keel_v3_place_add_region(struct keel_vm *vm, const struct keel_addr_region *arg)
{
	struct keel_gic_region *r;
	int err;

	lockdep_assert_held(&vm->config_lock);
	err = check_region(vm, arg);
	if (err)
		return err;
	r = kzalloc(sizeof(*r), GFP_KERNEL_ACCOUNT);
	if (!r)
		return -ENOMEM;
	r->index = arg->index;
	r->count = arg->count;
	r->base = arg->base;
	list_add_tail(&r->entry, &vm->gic.regions);
	keel_v3_place_assign(vm);
	return 0;
}

int keel_v3_place_set_dist(struct keel_vm *vm, u64 base)
{
	int err;

	lockdep_assert_held(&vm->config_lock);
	if (vm->gic.dist_base != KEEL_GIC_NOWHERE)
		return -EEXIST;
	err = keel_addr_check(base, KEEL_FRAME_SIZE, KEEL_FRAME_SIZE, vm->mmu.ipa_bits);
	if (!err)
		vm->gic.dist_base = base;
	return err;
}

struct keel_gic_region *keel_v3_place_region(struct keel_vm *vm, u32 index)
{
	struct keel_gic_region *r;

	lockdep_assert_held(&vm->config_lock);
	list_for_each_entry(r, &vm->gic.regions, entry)
		if (r->index == index)
			return r;
	return NULL;
}

static int check_complete(struct keel_vm *vm)
{
	struct keel_vcpu *vcpu;
	unsigned int i;

	if (vm->gic.dist_base == KEEL_GIC_NOWHERE)
		return -ENXIO;
	keel_for_each_vcpu(i, vcpu, vm)
		if (vcpu->gic.rd_base == KEEL_GIC_NOWHERE)
			return -ENXIO;
	if (!fits(vm))
		return -EINVAL;
	return vm->gic.initialised ? 0 : -EBUSY;
}

static int register_dev(struct keel_vm *vm, struct keel_bus_dev *dev, u64 base, u64 len,
			const struct keel_bus_ops *ops)
{
	dev->ops = ops;
	dev->base = ipa(base);
	dev->len = len;
	dev->uncounted = false;
	return keel_bus_register(vm, dev);
}

/* The first n redistributors and the distributor. */
static void unregister(struct keel_vm *vm, unsigned int n)
{
	while (n--)
		keel_bus_unregister(vm, &vm->vcpus[n]->gic.rd_dev);
	keel_bus_unregister(vm, &vm->gic.dist_dev);
}

static int register_all(struct keel_vm *vm)
{
	struct keel_vcpu *vcpu;
	unsigned int i;
	int err = register_dev(vm, &vm->gic.dist_dev, vm->gic.dist_base, KEEL_FRAME_SIZE,
			       &keel_dist_ops);

	if (err)
		return err;
	keel_for_each_vcpu(i, vcpu, vm) {
		err = register_dev(vm, &vcpu->gic.rd_dev, vcpu->gic.rd_base, KEEL_REDIST_SIZE,
				   &keel_redist_ops);
		if (err) {
			unregister(vm, i);
			return err;
		}
	}
	return 0;
}

int keel_v3_place_map(struct keel_vm *vm)
{
	return check_complete(vm) ?: register_all(vm);
}

void keel_v3_place_unmap(struct keel_vm *vm)
{
	unregister(vm, vm->nr_vcpus);
}
