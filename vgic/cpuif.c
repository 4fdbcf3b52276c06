// SPDX-License-Identifier: GPL-2.0-only
/*
 * What follows from the state of a CPU interface, whichever model's, and deactivation, which may
 * concern another vCPU.
 */
#include <linux/minmax.h>
#include "../core/objects.h"
#include "../nested/below.h"
#include "../nested/nested.h"
#include "cpuif.h"
#include "hw.h"
#include "v3/apr.h"

/*
 * This vCPU's list registers are in memory now; an SPI may be in another's,
 * which acknowledged it.
 */
void keel_cpuif_end(struct keel_vcpu *vcpu, u32 intid)
{
	struct keel_irq *irq = keel_vgic_irq(vcpu->vm, vcpu, intid);

	if (!irq || keel_vgic_deactivate(vcpu->vm, irq))
		return;
	keel_vgic_halt_guest(vcpu->vm);
	keel_vgic_deactivate(vcpu->vm, irq);
	keel_vgic_resume_guest(vcpu->vm);
}

void keel_cpuif_deactivate(struct keel_vcpu *vcpu, u32 intid)
{
	if (keel_vgic_vmcr(vcpu) & KEEL_ICH_VMCR_EOIM)
		keel_cpuif_end(vcpu, intid);
}

u32 keel_cpuif_bound(const struct keel_vcpu *vcpu, u32 vmcr)
{
	u32 mask = keel_cpuif_mask(vmcr);

	if (!keel_below_routes_interrupts(vcpu))
		return mask;
	return min(mask,
		   keel_apr_running(vcpu->nv->gic.ap0r, vcpu->nv->gic.ap1r, keel_gic_hw.aprs));
}
