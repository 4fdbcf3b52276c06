// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_IRQ_LINE while user space emulates the interrupt controller: the IRQ and
 * FIQ inputs of a vCPU. Shared and private peripheral interrupts need an
 * in-kernel controller.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include "irqline.h"
#include "vcpu.h"
#include "vm.h"

/*
 * The atomic bit operation is a full barrier: either the vCPU on its way into
 * the guest sees the new level, or the kick sees it in the guest. A falling
 * line kicks as well, or the guest would take an interrupt that has gone.
 */
static void set_line(struct keel_vcpu *vcpu, enum keel_line line, bool level)
{
	bool old = level ? test_and_set_bit(line, &vcpu->ctx.lines) :
			   test_and_clear_bit(line, &vcpu->ctx.lines);

	if (old != level)
		keel_vcpu_kick(vcpu);
}

static int set_cpu_line(struct keel_vm *vm, struct keel_irqline l, bool level)
{
	struct keel_vcpu *vcpu = keel_vm_vcpu_by_id(vm, l.vcpu);

	if (!vcpu || l.num > KVM_ARM_IRQ_CPU_FIQ)
		return -EINVAL;
	set_line(vcpu, l.num == KVM_ARM_IRQ_CPU_FIQ ? KEEL_LINE_FIQ : KEEL_LINE_IRQ, level);
	return 0;
}

int keel_irq_line(struct keel_vm *vm, const struct kvm_irq_level *irq)
{
	struct keel_irqline l = keel_irqline_decode(irq->irq);

	switch (l.type) {
	case KVM_ARM_IRQ_TYPE_CPU:
		return set_cpu_line(vm, l, irq->level);
	case KVM_ARM_IRQ_TYPE_SPI:
	case KVM_ARM_IRQ_TYPE_PPI:
		return -ENXIO;
	default:
		return -EINVAL;
	}
}
