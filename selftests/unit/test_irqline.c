// SPDX-License-Identifier: GPL-2.0-only
/* pure: core/irqline_decode.c */
/* The fields of KVM_IRQ_LINE's number. */
#include "core/irqline.h"
#include "ktap.h"

static void check(u32 irq, u32 type, u32 vcpu, u32 num)
{
	struct keel_irqline l = keel_irqline_decode(irq);

	CHECK_EQ(l.type, type);
	CHECK_EQ(l.vcpu, vcpu);
	CHECK_EQ(l.num, num);
}

static void fields(void)
{
	check(0, 0, 0, 0);
	check(0x00030001, KVM_ARM_IRQ_TYPE_CPU, 3, 1);
	check(0x01000020, KVM_ARM_IRQ_TYPE_SPI, 0, 32);
	check(0x02ff001b, KVM_ARM_IRQ_TYPE_PPI, 255, 27);
	check(0x10000000, 0, 256, 0);
	check(0xf0ff0000, 0, 4095, 0);
	check(0x0f00ffff, 15, 0, 0xffff);
	check(~0u, 15, 4095, 0xffff);
}

int main(void)
{
	RUN(fields);
	return ktap_done();
}
