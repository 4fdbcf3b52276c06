// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host asks of a GICv3's virtual CPU interface under nVHE. Its registers are switched
 * within RUN.
 */
#include <linux/errno.h>
#include <linux/irqflags.h>
#include "../../core/objects.h"
#include "../../hyp/hyp.h"
#include "call.h"

u32 keel_nvhe_gic_vmcr(struct keel_vcpu *vcpu)
{
	return vcpu->ctx.gic.vmcr;
}

/* At load no CPU is taken yet. */
u32 keel_nvhe_gic_vtr(void)
{
	struct keel_call_result r = { .ret = -ENODEV };
	unsigned long flags;
	bool taken;

	local_irq_save(flags);
	taken = keel_nvhe_taken();
	if (taken || !keel_nvhe_enable_cpu())
		r = keel_call(KEEL_CALL_GIC_PROBE, 0, 0, 0, 0);
	if (!taken)
		keel_nvhe_disable_cpu();
	local_irq_restore(flags);
	return r.ret ? 0 : r.value;
}
