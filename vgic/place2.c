// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a GICv2's frames are: the distributor on the bus, the CPU interface as
 * a window to the host's GICV.
 *
 * vm->config_lock held.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kvm.h>
#include "../core/vm.h"
#include "../mmu/mmu.h"
#include "addr.h"
#include "frame.h"
#include "gich.h"
#include "place2.h"
#include "setup.h"
#include "vgic.h"

#define FRAME_ALIGN	0x1000ULL

u64 *keel_place2_base(struct keel_vm *vm, u64 type)
{
	switch (type) {
	case KVM_VGIC_V2_ADDR_TYPE_DIST:
		return &vm->gic.dist_base;
	case KVM_VGIC_V2_ADDR_TYPE_CPU:
		return &vm->gic.cpu_base;
	default:
		return NULL;
	}
}

static u64 frame_size(u64 type)
{
	return type == KVM_VGIC_V2_ADDR_TYPE_CPU ? KEEL_GICV_SIZE : KEEL_DIST2_SIZE;
}

int keel_place2_set(struct keel_vm *vm, u64 type, u64 base)
{
	u64 *place = keel_place2_base(vm, type);
	int err;

	lockdep_assert_held(&vm->config_lock);
	if (*place != KEEL_GIC_NOWHERE)
		return -EEXIST;
	err = keel_addr_check(base, frame_size(type), FRAME_ALIGN, vm->mmu.ipa_bits);
	if (!err)
		*place = base;
	return err;
}

static int check_complete(const struct keel_gic *gic)
{
	if (gic->dist_base == KEEL_GIC_NOWHERE || gic->cpu_base == KEEL_GIC_NOWHERE)
		return -ENXIO;
	return keel_addr_overlap(gic->dist_base, KEEL_DIST2_SIZE, gic->cpu_base, KEEL_GICV_SIZE) ?
	       -EINVAL : 0;
}

static int register_dist(struct keel_vm *vm)
{
	struct keel_bus_dev *dev = &vm->gic.dist_dev;

	dev->ops = &keel_dist2_ops;
	dev->base = ipa(vm->gic.dist_base);
	dev->len = KEEL_DIST2_SIZE;
	dev->uncounted = false;
	return keel_bus_register(vm, dev);
}

int keel_place2_map(struct keel_vm *vm)
{
	int err;

	lockdep_assert_held(&vm->config_lock);
	err = check_complete(&vm->gic) ?: keel_setup_init_locked(vm);
	if (err)
		return err;
	err = keel_mmu_set_window(vm, ipa(vm->gic.cpu_base), hpa(keel_gich_gicv()), KEEL_GICV_SIZE);
	return err ?: register_dist(vm);
}
