// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_IRQ_LINE: the IRQ and FIQ inputs of a vCPU while user space emulates the
 * interrupt controller, shared and private peripheral interrupts when it is in
 * the kernel.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include "irqline.h"
#include "kick.h"
#include "trace.h"
#include "vcpus.h"

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

	if (READ_ONCE(vm->gic.present))
		return -ENXIO;
	if (!vcpu || l.num > KVM_ARM_IRQ_CPU_FIQ)
		return -EINVAL;
	set_line(vcpu, l.num == KVM_ARM_IRQ_CPU_FIQ ? KEEL_LINE_FIQ : KEEL_LINE_IRQ, level);
	return 0;
}

/* vcpu NULL: an SPI. */
static int set_gic_line(struct keel_vm *vm, struct keel_vcpu *vcpu, u32 intid, bool level)
{
	int err = keel_vgic_lazy_init(vm);

	if (err)
		return err;
	return keel_vgic_user_line(vm, vcpu, intid, level);
}

static int set_ppi(struct keel_vm *vm, struct keel_irqline l, bool level)
{
	struct keel_vcpu *vcpu = keel_vm_vcpu_by_id(vm, l.vcpu);

	if (!READ_ONCE(vm->gic.present))
		return -ENXIO;
	if (!vcpu || l.num < KEEL_NR_SGIS || l.num >= KEEL_NR_PRIVATE)
		return -EINVAL;
	return set_gic_line(vm, vcpu, l.num, level);
}

static int set_spi(struct keel_vm *vm, struct keel_irqline l, bool level)
{
	if (!READ_ONCE(vm->gic.present))
		return -ENXIO;
	if (l.num < KEEL_NR_PRIVATE)
		return -EINVAL;
	return set_gic_line(vm, NULL, l.num, level);
}

int keel_irqline_set(struct keel_vm *vm, const struct kvm_irq_level *irq)
{
	struct keel_irqline l = keel_irqline_decode(irq->irq);

	if (keel_traced(KEEL_EVENT_IRQ_LINE))
		keel_trace_irq_line(l.type, l.vcpu, l.num, irq->level);
	switch (l.type) {
	case KVM_ARM_IRQ_TYPE_CPU:
		return set_cpu_line(vm, l, irq->level);
	case KVM_ARM_IRQ_TYPE_PPI:
		return set_ppi(vm, l, irq->level);
	case KVM_ARM_IRQ_TYPE_SPI:
		return set_spi(vm, l, irq->level);
	default:
		return -EINVAL;
	}
}
