// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest hypervisor's list registers, in the page, and the CPU's. How one becomes the other is
 * gic.c's; what they stand for at the hypervisor's own GIC is ended there when its guest has ended
 * them.
 */
#include <linux/kernel.h>
#include "../hyp/hyp.h"
#include "../vgic/hw.h"
#include "../vgic/cpuif.h"
#include "below.h"
#include "el1gic.h"
#include "gic.h"
#include "nv.h"

static u32 *apr_of(u32 ap0r[4], u32 ap1r[4], unsigned int i)
{
	return i < 4 ? &ap0r[i] : &ap1r[i - 4];
}

static void take(struct keel_nv *nv, struct keel_ctx_gic *c)
{
	unsigned int i;

	nv->gic.vmcr = c->vmcr;
	c->vmcr = keel_nv_read(nv, KEEL_PAGE_ICH_VMCR_EL2) & KEEL_ICH_VMCR_FIELDS;
	for (i = 0; i < 8; i++) {
		*apr_of(nv->gic.ap0r, nv->gic.ap1r, i) = *apr_of(c->ap0r, c->ap1r, i);
		*apr_of(c->ap0r, c->ap1r, i) = keel_nv_read(nv, KEEL_PAGE_ICH_AP0R0_EL2 + 8 * i);
	}
}

static void give(struct keel_nv *nv, struct keel_ctx_gic *c)
{
	unsigned int i;

	keel_nv_write(nv, KEEL_PAGE_ICH_VMCR_EL2, c->vmcr);
	c->vmcr = nv->gic.vmcr;
	for (i = 0; i < 8; i++) {
		keel_nv_write(nv, KEEL_PAGE_ICH_AP0R0_EL2 + 8 * i, *apr_of(c->ap0r, c->ap1r, i));
		*apr_of(c->ap0r, c->ap1r, i) = *apr_of(nv->gic.ap0r, nv->gic.ap1r, i);
	}
}

void keel_el1gic_exchange(struct keel_vcpu *vcpu, bool below)
{
	static_assert(KEEL_PAGE_ICH_AP1R0_EL2 == KEEL_PAGE_ICH_AP0R0_EL2 + 4 * 8);

	vcpu->ctx.gic.counts = below;
	if (below)
		take(vcpu->nv, &vcpu->ctx.gic);
	else
		give(vcpu->nv, &vcpu->ctx.gic);
}

/*
 * With the interface on at least one is in use: what the CPU makes of its controls is looked at
 * after the run.
 */
void keel_el1gic_flush(struct keel_vcpu *vcpu)
{
	struct keel_ctx_gic *c = &vcpu->ctx.gic;
	struct keel_nv *nv = vcpu->nv;
	u64 hcr = keel_nv_read(nv, KEEL_PAGE_ICH_HCR_EL2), lr[KEEL_NR_LRS];
	bool told = vcpu->gic.irq[vcpu->vm->gic.maint_ppi].s.line;

	keel_nv_read_lrs(nv, lr);
	c->hcr = keel_ich_hcr_for_cpu(hcr, told);
	nv->gic.loaded =
		hcr & KEEL_ICH_EN ? keel_ich_load(lr, keel_nv_nr_lrs(), c->lr, nv->gic.from) : 0;
	c->used = nv->gic.loaded;
	if ((hcr & KEEL_ICH_EN) && !c->used)
		c->lr[c->used++] = 0;
}

static void note_ended(struct keel_nv *nv, int intid)
{
	if (intid >= KEEL_NR_SGIS)
		nv->gic.ended[nv->gic.nr_ended++] = intid;
}

static void sync_one(struct keel_nv *nv, unsigned int from, u64 cpu)
{
	unsigned int at = KEEL_PAGE_ICH_LR0_EL2 + 8 * from;
	u64 lr = keel_nv_read(nv, at);

	note_ended(nv, keel_ich_ended(lr, cpu));
	keel_nv_write(nv, at, keel_ich_fold(lr, cpu));
}

void keel_el1gic_sync(struct keel_vcpu *vcpu)
{
	struct keel_ctx_gic *c = &vcpu->ctx.gic;
	struct keel_nv *nv = vcpu->nv;
	unsigned int i;

	nv->gic.nr_ended = 0;
	for (i = 0; i < nv->gic.loaded; i++)
		sync_one(nv, nv->gic.from[i], c->lr[i]);
	/* with EOImode the world switch has not counted */
	if (c->used && c->eoicount)
		keel_nv_write(
			nv, KEEL_PAGE_ICH_HCR_EL2,
			keel_ich_fold_count(keel_nv_read(nv, KEEL_PAGE_ICH_HCR_EL2), c->eoicount));
	c->eoicount = 0;
	c->used = nv->gic.loaded = 0;
}

void keel_el1gic_end(struct keel_vcpu *vcpu)
{
	struct keel_nv *nv = vcpu->nv;

	while (nv->gic.nr_ended)
		keel_cpuif_end(vcpu, nv->gic.ended[--nv->gic.nr_ended]);
}

bool keel_el1gic_pending(const struct keel_vcpu *vcpu)
{
	const struct keel_nv *nv = vcpu->nv;
	u64 lr[KEEL_NR_LRS];

	if (!nv->gic.on || !(keel_nv_read(nv, KEEL_PAGE_ICH_HCR_EL2) & KEEL_ICH_EN))
		return false;
	keel_nv_read_lrs(nv, lr);
	return keel_ich_has_pending(lr, keel_nv_nr_lrs());
}
