// SPDX-License-Identifier: GPL-2.0-only
/*
 * The GICv3 virtual CPU interface of a CPU. While the host runs it is off
 * (ICH_HCR_EL2.En = 0), whatever the other registers hold.
 *
 * ICC_SRE_EL2.Enable stays 0 for every guest: ICC_SRE_EL1 traps, all other
 * ICC_* by ICH_HCR_EL2 for guests without a GIC. Neither register matters to
 * the host, which runs at EL2.
 */
#include <linux/irqchip/arm-gic-v3.h>
#include <asm/sysreg.h>
#include "../core/objects.h"
#include "../hyp/hyp.h"
#include "../vgic/hw.h"
#include "pcpu.h"
#include "vgic.h"

/* A CPU that was powered down meanwhile has lost what was written. */
static void set_idle(struct keel_pcpu *p)
{
	write_sysreg_s(p->host_sre & ~ICC_SRE_EL2_ENABLE, SYS_ICC_SRE_EL2);
	keel_gicv3_forget(&p->gic);
}

void keel_vhe_vgic_take(void)
{
	struct keel_pcpu *p = this_cpu_ptr(&keel_pcpu);

	if (!keel_hyp_features.gicv3)
		return;
	p->host_sre = read_sysreg_s(SYS_ICC_SRE_EL2);
	p->host_ich_hcr = read_sysreg_s(SYS_ICH_HCR_EL2);
	set_idle(p);
}

void keel_vhe_vgic_give(void)
{
	const struct keel_pcpu *p = this_cpu_ptr(&keel_pcpu);

	if (!keel_hyp_features.gicv3)
		return;
	write_sysreg_s(p->host_ich_hcr, SYS_ICH_HCR_EL2);
	write_sysreg_s(p->host_sre, SYS_ICC_SRE_EL2);
}

void keel_vhe_vgic_load(const struct keel_ctx *ctx)
{
	if (!keel_hyp_features.gicv3)
		return;
	set_idle(this_cpu_ptr(&keel_pcpu));
	if (ctx->gic.in_cpu)
		keel_gicv3_load(ctx);
}

void keel_vhe_vgic_save(struct keel_ctx *ctx)
{
	if (keel_hyp_features.gicv3 && ctx->gic.in_cpu)
		keel_gicv3_save(ctx);
}

void keel_vhe_vgic_enter(const struct keel_ctx *ctx)
{
	if (keel_hyp_features.gicv3)
		keel_gicv3_enter(ctx, &this_cpu_ptr(&keel_pcpu)->gic);
}

void keel_vhe_vgic_leave(struct keel_ctx *ctx)
{
	if (keel_hyp_features.gicv3)
		keel_gicv3_leave(ctx, &this_cpu_ptr(&keel_pcpu)->gic);
}

/* May be called by a thread that is about to sleep; IRQs on. */
u32 keel_vhe_gic_vmcr(struct keel_vcpu *vcpu)
{
	int cpu;
	u32 vmcr;

	preempt_disable();
	/* pairs with the release in vhe/resident.c */
	cpu = smp_load_acquire(&vcpu->resident_cpu);
	if (cpu == smp_processor_id()) {
		vmcr = read_sysreg_s(SYS_ICH_VMCR_EL2);
	} else {
		if (cpu >= 0)
			keel_vhe_put(vcpu);
		vmcr = vcpu->ctx.gic.vmcr;
	}
	preempt_enable();
	return vmcr;
}

u32 keel_vhe_gic_vtr(void)
{
	return read_sysreg_s(SYS_ICH_VTR_EL2);
}
