// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupts that virtual EL2 brings about by what it writes into the page: EL1's timers, the GIC's
 * maintenance.
 */
#include "../hyp/hyp.h"
#include "below.h"
#include "el1timer.h"
#include "gic.h"
#include "nested.h"
#include "nv.h"

#define HCR_EN	BIT_ULL(0)

/* What is below changes it by itself while it has it in the CPU. */
static u64 vmcr(struct keel_vcpu *vcpu)
{
	return keel_below_routes_interrupts(vcpu) ? keel_hyp_gic_vmcr(vcpu) :
						    keel_nv_read(vcpu->nv, KEEL_PAGE_ICH_VMCR_EL2);
}

/* Asserted while the guest's own list registers ask for it. */
static bool maintenance(struct keel_vcpu *vcpu)
{
	const struct keel_nv *nv = vcpu->nv;
	u64 hcr = keel_nv_read(nv, KEEL_PAGE_ICH_HCR_EL2), lr[KEEL_NR_LRS];

	if (!(hcr & HCR_EN))
		return false;
	keel_nv_read_lrs(nv, lr);
	return keel_ich_misr(hcr, vmcr(vcpu), lr,
			     keel_nv_nr_lrs());
}

void keel_nested_lines(struct keel_vcpu *vcpu)
{
	keel_nv_set_e2h(vcpu->nv);
	if (!vcpu->ctx.gic.present)
		return;
	keel_el1timer_update(vcpu);
	keel_vgic_set_line(vcpu->vm, vcpu, vcpu->vm->gic.maint_ppi, maintenance(vcpu));
}
