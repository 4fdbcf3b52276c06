/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM_IRQ_LINE: an interrupt line of a vCPU, driven by user space. */
#ifndef KEEL_CORE_IRQLINE_H
#define KEEL_CORE_IRQLINE_H

#include <linux/kvm.h>
#include <linux/types.h>

struct keel_vm;

/* kvm_irq_level.irq taken apart. */
struct keel_irqline {
	u8 type;		/* KVM_ARM_IRQ_TYPE_* */
	u16 vcpu;		/* vcpu_id, 12 bits */
	u16 num;
};

/* Pure. */
struct keel_irqline keel_irqline_decode(u32 irq);

/*
 * Any context that may sleep, no lock. -EINVAL: no such vCPU, line or type;
 * -ENXIO: the line is one of the other kind of interrupt controller, in the
 * kernel or in user space; -EBUSY: the one in the kernel is not initialised.
 */
int keel_irqline_set(struct keel_vm *vm, const struct kvm_irq_level *irq);

#endif
