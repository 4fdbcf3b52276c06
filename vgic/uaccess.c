// SPDX-License-Identifier: GPL-2.0-only
/*
 * Reading and writing the state of a GIC whose guest does not run: reset, save and restore by a
 * VMM.
 */
#include <linux/errno.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/uaccess.h>
#include <asm/kvm.h>
#include "../core/vcpus.h"
#include "addr.h"
#include "frame.h"
#include "model.h"
#include "uaccess.h"
#include "vgic.h"

static const struct keel_regmap *map_of(struct keel_vm *vm, u32 group)
{
	const struct keel_vgic_model *model = vm->gic.model;

	return group == KVM_DEV_ARM_VGIC_GRP_DIST_REGS ? model->dist : model->cpu;
}

static struct keel_frame_access frame_of(struct keel_vm *vm, struct keel_vcpu *vcpu, u32 group)
{
	return (struct keel_frame_access){
		.vm = vm,
		.vcpu = group == KVM_DEV_ARM_VGIC_GRP_DIST_REGS && !vm->gic.model->banked ? NULL : vcpu,
	};
}

static int access_reg(struct keel_vm *vm, struct keel_vcpu *vcpu,
		      const struct kvm_device_attr *attr, bool write, u64 *val)
{
	struct keel_frame_access a = frame_of(vm, vcpu, attr->group);
	const struct keel_regmap *map = map_of(vm, attr->group);

	if (write)
		return keel_frame_write(&a, map, attr->attr, KEEL_W32, *val);
	*val = keel_frame_read(&a, map, attr->attr, KEEL_W32);
	return 0;
}

static bool get_level(struct keel_irq *irq)
{
	unsigned long flags;
	bool level;

	raw_spin_lock_irqsave(&irq->lock, flags);
	level = irq->s.line;
	raw_spin_unlock_irqrestore(&irq->lock, flags);
	return level;
}

/* The line alone: an edge comes with the latch. */
static void set_level(struct keel_vm *vm, struct keel_irq *irq, bool level)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&irq->lock, flags);
	irq->s.line = level;
	keel_vgic_queue_unlock(vm, irq, flags);
}

/* No such register is -ENXIO when asked for, -ENOENT when accessed. */
static int access_sysreg(struct keel_vcpu *vcpu, u64 attr, bool write, u64 *val)
{
	int err = keel_cpuif_uaccess(vcpu, keel_addr_sysreg(attr), write, val);

	return err == -ENXIO ? -ENOENT : err;
}

static int access_levels(struct keel_vm *vm, struct keel_vcpu *vcpu, u64 attr, bool write,
			 u64 *val)
{
	u32 base = attr & KVM_DEV_ARM_VGIC_LINE_LEVEL_INTID_MASK, i;
	u64 levels = 0;

	if (base % 32)
		return -EINVAL;
	for (i = base ? 0 : KEEL_NR_SGIS; i < 32 && base + i < vm->gic.nr_irqs; i++) {
		struct keel_irq *irq = keel_vgic_irq(vm, base ? NULL : vcpu, base + i);

		if (!irq)
			continue;
		if (write)
			set_level(vm, irq, *val >> i & 1);
		else
			levels |= (u64)get_level(irq) << i;
	}
	if (!write)
		*val = levels;
	return 0;
}

static bool asks_for_levels(u64 attr)
{
	u32 info = (attr & KVM_DEV_ARM_VGIC_LINE_LEVEL_INFO_MASK) >>
		   KVM_DEV_ARM_VGIC_LINE_LEVEL_INFO_SHIFT;

	return info == VGIC_LEVEL_INFO_LINE_LEVEL;
}

/* What a VMM looks at, and chooses by a write, before it initialises the GIC. */
static bool is_early(const struct kvm_device_attr *attr)
{
	u32 offset = attr->attr;

	return attr->group == KVM_DEV_ARM_VGIC_GRP_DIST_REGS &&
	       (offset == GICD_IIDR || offset == GICD_TYPER2);
}

static int check_initialised(struct keel_vm *vm, const struct kvm_device_attr *attr)
{
	if (vm->gic.initialised)
		return 0;
	if (vm->gic.model->lazy)
		return keel_vgic_init_irqs(vm);
	return is_early(attr) ? 0 : -EBUSY;
}

/* No vCPU runs; config_lock held. */
static int access_group(struct keel_vm *vm, struct keel_vcpu *vcpu,
			const struct kvm_device_attr *attr, bool write, u64 *val)
{
	int err = check_initialised(vm, attr);

	lockdep_assert_held(&vm->config_lock);
	if (err)
		return err;
	switch (attr->group) {
	case KVM_DEV_ARM_VGIC_GRP_DIST_REGS:
	case KVM_DEV_ARM_VGIC_GRP_REDIST_REGS:
	case KVM_DEV_ARM_VGIC_GRP_CPU_REGS:
		return access_reg(vm, vcpu, attr, write, val);
	case KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS:
		return access_sysreg(vcpu, attr->attr, write, val);
	case KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO:
		if (!asks_for_levels(attr->attr))
			return -EINVAL;
		return access_levels(vm, vcpu, attr->attr, write, val);
	default:
		return -ENXIO;
	}
}

static int access_stopped(struct keel_vm *vm, struct keel_vcpu *vcpu,
			  const struct kvm_device_attr *attr, bool write, u64 *val)
{
	int err;

	mutex_lock(&vm->lock);
	err = keel_vm_lock_all_vcpus(vm);
	if (!err) {
		mutex_lock(&vm->config_lock);
		err = access_group(vm, vcpu, attr, write, val);
		mutex_unlock(&vm->config_lock);
		keel_vm_unlock_all_vcpus(vm);
	}
	mutex_unlock(&vm->lock);
	return err;
}

static int get_value(const struct kvm_device_attr *attr, bool wide, u64 *val)
{
	u32 word;

	if (wide)
		return get_user(*val, (u64 __user *)attr->addr);
	if (get_user(word, (u32 __user *)attr->addr))
		return -EFAULT;
	*val = word;
	return 0;
}

static int put_value(const struct kvm_device_attr *attr, bool wide, u64 val)
{
	return wide ? put_user(val, (u64 __user *)attr->addr) :
		      put_user((u32)val, (u32 __user *)attr->addr);
}

int keel_uaccess(struct keel_vm *vm, const struct kvm_device_attr *attr, bool write)
{
	bool wide = attr->group == KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS;
	struct keel_vcpu *vcpu = vm->gic.model->find_vcpu(vm, attr);
	u64 val = 0;
	int err;

	if (!vcpu)
		return -EINVAL;
	if (write && get_value(attr, wide, &val))
		return -EFAULT;
	err = access_stopped(vm, vcpu, attr, write, &val);
	if (err || write)
		return err;
	return put_value(attr, wide, val);
}

int keel_uaccess_has(struct keel_vm *vm, const struct kvm_device_attr *attr)
{
	struct keel_vcpu *vcpu = vm->gic.model->find_vcpu(vm, attr);
	struct keel_frame_access a;

	if (attr->group == KVM_DEV_ARM_VGIC_GRP_LEVEL_INFO)
		return asks_for_levels(attr->attr) ? 0 : -ENXIO;
	if (!vcpu)
		return -EINVAL;
	if (attr->group == KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS)
		return keel_cpuif_uaccess(vcpu, keel_addr_sysreg(attr->attr), false, NULL);
	a = frame_of(vm, vcpu, attr->group);
	return keel_frame_has(&a, map_of(vm, attr->group), attr->attr);
}
