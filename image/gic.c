// SPDX-License-Identifier: GPL-2.0-only
/*
 * An image's sections of the GIC. No vCPU is in the guest, so all interrupts' states are in
 * memory; which list an interrupt is on follows from its state, and from who has it active.
 */
#include "../core/vcpus.h"
#include "../hyp/hyp.h"
#include "../nested/gic.h"
#include "../nested/nv.h"
#include "../vgic/frame.h"
#include "../vgic/hw.h"
#include "../vgic/its/table.h"
#include "../vgic/model.h"
#include "../vgic/v3/apr.h"
#include "../vgic/v3/share.h"
#include "parts.h"

static u16 index_of(const struct keel_vcpu *vcpu)
{
	return vcpu ? vcpu->idx : KEEL_IMAGE_NOBODY;
}

static struct keel_vcpu *vcpu_at(struct keel_vm *vm, u16 index)
{
	return index == KEEL_IMAGE_NOBODY ? NULL : keel_vm_vcpu(vm, index);
}

static u16 flags_of(const struct keel_irq_state *s)
{
	return (s->enabled ? KEEL_IMAGE_IRQ_ENABLED : 0) | (s->group1 ? KEEL_IMAGE_IRQ_GROUP1 : 0) |
	       (s->level ? KEEL_IMAGE_IRQ_LEVEL : 0) | (s->line ? KEEL_IMAGE_IRQ_LINE : 0) |
	       (s->latch ? KEEL_IMAGE_IRQ_LATCH : 0) | (s->active ? KEEL_IMAGE_IRQ_ACTIVE : 0) |
	       (s->shown ? KEEL_IMAGE_IRQ_SHOWN : 0) | (s->shown_group1 ? KEEL_IMAGE_IRQ_SHOWN_1 : 0);
}

static void set_flags(struct keel_irq_state *s, u16 flags)
{
	s->enabled = flags & KEEL_IMAGE_IRQ_ENABLED;
	s->group1 = flags & KEEL_IMAGE_IRQ_GROUP1;
	s->level = flags & KEEL_IMAGE_IRQ_LEVEL;
	s->line = flags & KEEL_IMAGE_IRQ_LINE;
	s->latch = flags & KEEL_IMAGE_IRQ_LATCH;
	s->active = flags & KEEL_IMAGE_IRQ_ACTIVE;
	s->shown = flags & KEEL_IMAGE_IRQ_SHOWN;
	s->shown_group1 = flags & KEEL_IMAGE_IRQ_SHOWN_1;
}

void keel_image_write_irq(struct keel_irq *irq, struct keel_image_out *out)
{
	const struct keel_irq_state *s = &irq->s;
	struct keel_image_irq r;
	unsigned long flags;

	raw_spin_lock_irqsave(&irq->lock, flags);
	r = (struct keel_image_irq){
		.irouter = irq->irouter,
		.intid = s->intid,
		.flags = flags_of(s),
		.target = index_of(irq->target),
		.holder = index_of(s->active ? irq->vcpu : NULL),
		.priority = s->priority,
		.shown_priority = s->shown_priority,
		.senders = s->senders,
		.sender = s->sender,
		.targets = s->targets,
	};
	raw_spin_unlock_irqrestore(&irq->lock, flags);
	keel_image_put(out, &r, sizeof(r));
}

/* It leaves whatever list it is on. */
static void quieten(struct keel_vm *vm, struct keel_irq *irq)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&irq->lock, flags);
	irq->s.enabled = irq->s.latch = irq->s.active = false;
	keel_vgic_queue_unlock(vm, irq, flags);
}

/* Its target from now on. */
static void route(struct keel_vm *vm, struct keel_irq *irq, struct keel_vcpu *target)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&irq->lock, flags);
	WRITE_ONCE(irq->target, target);
	keel_vgic_queue_unlock(vm, irq, flags);
}

void keel_image_load_irq(struct keel_vm *vm, struct keel_irq *irq, const struct keel_image_irq *r)
{
	struct keel_vcpu *target = vcpu_at(vm, r->target), *holder = vcpu_at(vm, r->holder);
	struct keel_irq_state *s = &irq->s;
	unsigned long flags;

	quieten(vm, irq);
	raw_spin_lock_irqsave(&irq->lock, flags);
	set_flags(s, r->flags);
	s->priority = r->priority;
	s->shown_priority = r->shown_priority;
	s->senders = r->senders;
	s->sender = r->sender;
	s->targets = r->targets;
	WRITE_ONCE(irq->irouter, r->irouter);
	WRITE_ONCE(irq->target, holder ?: target);
	keel_vgic_queue_unlock(vm, irq, flags);
	/* an active one was put on its holder's list, and stays there */
	if (holder)
		route(vm, irq, target);
}

void keel_image_write_gic(struct keel_vm *vm, struct keel_image_out *out)
{
	const struct keel_gic *g = &vm->gic;
	struct keel_image_gic r = {
		.propbaser = g->propbaser,
		.ctlr = g->ctlr,
		.revision = g->iidr_rev,
		.one_enable = g->one_enable,
	};
	unsigned int i;

	keel_image_section(out, KEEL_IMAGE_GIC, 0, &r, sizeof(r));
	keel_image_begin(out, KEEL_IMAGE_SPIS, 0);
	for (i = 0; i < g->nr_spis; i++)
		keel_image_write_irq(&g->spi[i], out);
	keel_image_end(out);
}

void keel_image_write_gic_cpu(struct keel_vcpu *vcpu, struct keel_image_out *out)
{
	const struct keel_gic_cpu *g = &vcpu->gic;
	const struct keel_ctx_gic *c = &vcpu->ctx.gic;
	struct keel_image_gic_cpu r = {
		.pendbaser = g->pendbaser,
		.vmcr = c->vmcr,
		.pri_bits = g->pri_bits,
		.id_bits = g->id_bits,
		.lpis_enabled = g->lpis_enabled,
		.aprs = vcpu->vm->gic.model->sysregs ? keel_gic_hw.aprs : 1,
	};

	memcpy(r.ap0r, c->ap0r, sizeof(r.ap0r));
	memcpy(r.ap1r, c->ap1r, sizeof(r.ap1r));
	keel_image_section(out, KEEL_IMAGE_GIC_CPU, vcpu->idx, &r, sizeof(r));
}

void keel_image_write_private(struct keel_vcpu *vcpu, struct keel_image_out *out)
{
	unsigned int i;

	keel_image_begin(out, KEEL_IMAGE_PRIVATE, vcpu->idx);
	for (i = 0; i < KEEL_NR_PRIVATE; i++)
		keel_image_write_irq(&vcpu->gic.irq[i], out);
	keel_image_end(out);
}

/* Active priorities as this host's CPUs have them. */
static bool convert_aprs(u32 ap0r[KEEL_APR_MAX], u32 ap1r[KEEL_APR_MAX],
			 const struct keel_image_gic_cpu *r)
{
	return keel_apr_convert(ap0r, keel_gic_hw.aprs, r->ap0r, r->aprs) &&
	       keel_apr_convert(ap1r, keel_gic_hw.aprs, r->ap1r, r->aprs);
}

/* As user space might have chosen by ICC_CTLR_EL1, which a GICv2 has not. */
static bool cpu_suits(const struct keel_vcpu *vcpu, const struct keel_image_gic_cpu *r)
{
	u32 ap0r[KEEL_APR_MAX], ap1r[KEEL_APR_MAX];

	if (!vcpu->vm->gic.model->sysregs)
		return r->aprs == 1;
	return r->pri_bits && r->pri_bits <= keel_gic_hw.pri_bits &&
	       r->id_bits <= keel_gic_hw.id_bits && convert_aprs(ap0r, ap1r, r);
}

/*
 * A guest hypervisor has the CPU's list registers and active priorities, as many as there are, and
 * has seen so.
 */
static bool el2_suits(const struct keel_image_el2 *r)
{
	return r->vtr == keel_ich_vtr(keel_hyp_gic_vtr());
}

/* The vCPUs that a GICv2's interrupts can go to, a bit each. */
static u8 known_to_gic2(struct keel_vm *vm)
{
	u8 known = 0;
	unsigned int id;

	for (id = 0; id < KEEL_GIC2_VCPUS; id++)
		if (keel_vm_vcpu_by_id(vm, id))
			known |= BIT(id);
	return known;
}

/*
 * n interrupts of a GICv2. Senders may be such as are not there: GICD_SPENDSGIR0 takes what the
 * guest writes.
 */
static bool targets_suit(const struct keel_image_irq *r, unsigned int n, u8 known)
{
	for (; n; n--, r++)
		if (r->targets & ~known)
			return false;
	return true;
}

static bool irqs_suit_gic2(struct keel_vm *vm, struct keel_image *image)
{
	u8 known = known_to_gic2(vm);
	unsigned int i;

	for (i = 0; i < vm->nr_vcpus; i++)
		if (!targets_suit(keel_image_get(image, KEEL_IMAGE_PRIVATE, i), KEEL_NR_PRIVATE,
				  known))
			return false;
	return targets_suit(keel_image_get(image, KEEL_IMAGE_SPIS, 0), vm->gic.nr_spis, known);
}

int keel_image_check_gic(struct keel_vm *vm, struct keel_image *image)
{
	const struct keel_image_gic *g = keel_image_get(image, KEEL_IMAGE_GIC, 0);
	struct keel_vcpu *vcpu;
	unsigned int i;

	if (g->revision < KEEL_GIC_REV_MIN || g->revision > KEEL_GIC_REV)
		return -EXDEV;
	keel_for_each_vcpu(i, vcpu, vm)
		if (!cpu_suits(vcpu, keel_image_get(image, KEEL_IMAGE_GIC_CPU, i)))
			return -EXDEV;
	keel_for_each_vcpu(i, vcpu, vm)
		if (keel_nv(vcpu) && !el2_suits(keel_image_get(image, KEEL_IMAGE_EL2, i)))
			return -EXDEV;
	return vm->gic.model->sysregs || irqs_suit_gic2(vm, image) ? 0 : -EINVAL;
}

static void load_cpu(struct keel_vcpu *vcpu, const struct keel_image_gic_cpu *r)
{
	struct keel_gic_cpu *g = &vcpu->gic;
	struct keel_ctx_gic *c = &vcpu->ctx.gic;

	WRITE_ONCE(g->pendbaser, keel_its_sane_attrs(r->pendbaser, &keel_its_attrs_redist));
	if (!vcpu->vm->gic.model->sysregs) {
		c->ap0r[0] = r->ap0r[0];
	} else {
		g->pri_bits = r->pri_bits;
		g->id_bits = r->id_bits;
		convert_aprs(c->ap0r, c->ap1r, r);
	}
	WRITE_ONCE(g->lpis_enabled, r->lpis_enabled);
	c->vmcr = r->vmcr;
}

static void load_private(struct keel_vcpu *vcpu, const struct keel_image_irq *r)
{
	unsigned int i;

	for (i = 0; i < KEEL_NR_PRIVATE; i++)
		keel_image_load_irq(vcpu->vm, &vcpu->gic.irq[i], &r[i]);
}

void keel_image_load_gic(struct keel_vm *vm, struct keel_image *image)
{
	const struct keel_image_gic *r = keel_image_get(image, KEEL_IMAGE_GIC, 0);
	const struct keel_image_irq *spi = keel_image_get(image, KEEL_IMAGE_SPIS, 0);
	struct keel_gic *g = &vm->gic;
	struct keel_vcpu *vcpu;
	unsigned int i;

	/* without an ITS there is no such register */
	if (g->lpi.present)
		WRITE_ONCE(g->propbaser, keel_its_sane_attrs(r->propbaser, &keel_its_attrs_redist));
	WRITE_ONCE(g->iidr_rev, r->revision);
	WRITE_ONCE(g->one_enable, r->one_enable);
	WRITE_ONCE(g->ctlr, r->ctlr);
	keel_for_each_vcpu(i, vcpu, vm) {
		load_cpu(vcpu, keel_image_get(image, KEEL_IMAGE_GIC_CPU, i));
		load_private(vcpu, keel_image_get(image, KEEL_IMAGE_PRIVATE, i));
	}
	for (i = 0; i < g->nr_spis; i++)
		keel_image_load_irq(vm, &g->spi[i], &spi[i]);
	keel_share_update(vm);
}
