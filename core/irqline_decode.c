// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* The number that KVM_IRQ_LINE takes: type 27:24, vCPU 31:28 and 23:16, line 15:0. */
#include "irqline.h"

static u32 field(u32 irq, unsigned int shift, u32 mask)
{
	return (irq >> shift) & mask;
}

struct keel_irqline keel_irqline_decode(u32 irq)
{
	u32 low = field(irq, KVM_ARM_IRQ_VCPU_SHIFT, KVM_ARM_IRQ_VCPU_MASK);
	u32 high = field(irq, KVM_ARM_IRQ_VCPU2_SHIFT, KVM_ARM_IRQ_VCPU2_MASK);

	return (struct keel_irqline){
		.type = field(irq, KVM_ARM_IRQ_TYPE_SHIFT, KVM_ARM_IRQ_TYPE_MASK),
		.vcpu = high * (KVM_ARM_IRQ_VCPU_MASK + 1) + low,
		.num = field(irq, KVM_ARM_IRQ_NUM_SHIFT, KVM_ARM_IRQ_NUM_MASK),
	};
}
