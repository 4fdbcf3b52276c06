// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where a GICv2's frames are: the distributor on the bus, the CPU interface as
 * a window to the host's GICV, with GICC_DIR beside it on the bus; or in software
 * all of it on the bus, which a fast exit mostly is before.
 *
 * vm->config_lock held.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kvm.h>
#include "../../core/vcpus.h"
#include "../../mmu/mmu.h"
#include "../addr.h"
#include "../frame.h"
#include "../model.h"
#include "gich.h"
#include "place.h"
#include "../vgic.h"

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

static int register_dev(struct keel_vm *vm, struct keel_bus_dev *dev, u64 base, u64 len,
			const struct keel_bus_ops *ops)
{
	dev->ops = ops;
	dev->base = ipa(base);
	dev->len = len;
	/*
	 * the limit is on user space's devices: in-tree, where GICC_DIR is the hardware's, it takes
	 * none
	 */
	dev->uncounted = ops != &keel_dist2_ops;
	return keel_bus_register(vm, dev);
}

static int register_cpu(struct keel_vm *vm)
{
	struct keel_gic *g = &vm->gic;

	if (g->model->soft)
		return register_dev(vm, &g->cpu_dev, g->cpu_base, KEEL_GICV_SIZE, &keel_soft2_ops);
	if (!KEEL_GICV_DIR_TRAPS)
		return 0;
	return register_dev(vm, &g->cpu_dev, g->cpu_base + KEEL_GICV_PAGE, KEEL_GICV_PAGE,
			    &keel_dir2_ops);
}

static int register_all(struct keel_vm *vm)
{
	struct keel_gic *g = &vm->gic;
	int err = register_dev(vm, &g->dist_dev, g->dist_base, KEEL_DIST2_SIZE, &keel_dist2_ops);

	if (err)
		return err;
	err = register_cpu(vm);
	if (err)
		keel_bus_unregister(vm, &g->dist_dev);
	return err;
}

static int open_window(struct keel_vm *vm)
{
	u64 size = KEEL_GICV_DIR_TRAPS ? KEEL_GICV_PAGE : KEEL_GICV_SIZE;

	return keel_mmu_set_window(vm, ipa(vm->gic.cpu_base), hpa(keel_gich_gicv()), size);
}

/* EL2 knows where it is by the context. No vCPU has run. */
static void open_hole(struct keel_vm *vm)
{
	struct keel_vcpu *vcpu;
	unsigned int i;

	keel_mmu_set_hole(vm, ipa(vm->gic.cpu_base), KEEL_GICV_SIZE);
	keel_for_each_vcpu(i, vcpu, vm)
		vcpu->ctx.gic_dist = vm->gic.cpu_base;
}

int keel_place2_map(struct keel_vm *vm)
{
	int err;

	lockdep_assert_held(&vm->config_lock);
	err = check_complete(&vm->gic) ?: keel_vgic_init_irqs(vm);
	if (err)
		return err;
	if (vm->gic.model->soft)
		open_hole(vm);
	else
		err = open_window(vm);
	return err ?: register_all(vm);
}

void keel_place2_unmap(struct keel_vm *vm)
{
	lockdep_assert_held(&vm->config_lock);
	if (vm->gic.model->soft || KEEL_GICV_DIR_TRAPS)
		keel_bus_unregister(vm, &vm->gic.cpu_dev);
	keel_bus_unregister(vm, &vm->gic.dist_dev);
}
