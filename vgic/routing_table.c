// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* Checks and lookups of a GSI routing table; locking is routing.c's. */
#include <linux/errno.h>
#include "routing_table.h"

#define FIRST_SPI	32

static void link_pin(struct keel_routing_table *t, u32 gsi, u32 pin)
{
	struct keel_route *r = &t->route[gsi];

	r->type = KVM_IRQ_ROUTING_IRQCHIP;
	r->pin = pin;
	r->next = t->by_pin[pin];
	t->by_pin[pin] = gsi + 1;
}

static int add_pin(struct keel_routing_table *t, const struct kvm_irq_routing_entry *e)
{
	if (e->flags || e->u.irqchip.irqchip || e->u.irqchip.pin >= KEEL_ROUTING_PINS)
		return -EINVAL;
	link_pin(t, e->gsi, e->u.irqchip.pin);
	return 0;
}

/* A message may be routed long before somebody takes it. */
static int add_msi(struct keel_route *r, const struct kvm_irq_routing_entry *e)
{
	if (e->flags & ~KVM_MSI_VALID_DEVID)
		return -EINVAL;
	r->type = KVM_IRQ_ROUTING_MSI;
	r->msi = e->u.msi;
	r->flags = e->flags;
	return 0;
}

int keel_routing_table_add(struct keel_routing_table *t, const struct kvm_irq_routing_entry *e)
{
	struct keel_route *r;

	if (e->gsi >= t->nr)
		return -EINVAL;
	r = &t->route[e->gsi];
	/* one interrupt controller, so a GSI is one interrupt */
	if (r->type)
		return -EINVAL;
	if (e->type == KVM_IRQ_ROUTING_IRQCHIP)
		return add_pin(t, e);
	return e->type == KVM_IRQ_ROUTING_MSI ? add_msi(r, e) : -EINVAL;
}

void keel_routing_table_add_pins(struct keel_routing_table *t)
{
	u32 i;

	for (i = 0; i < t->nr; i++)
		link_pin(t, i, i);
}

int keel_routing_table_intid(const struct keel_routing_table *t, u32 gsi)
{
	if (!t || gsi >= t->nr || t->route[gsi].type != KVM_IRQ_ROUTING_IRQCHIP)
		return -ENOENT;
	return t->route[gsi].pin + FIRST_SPI;
}

int keel_routing_table_gsi(const struct keel_routing_table *t, u32 intid)
{
	u32 gsi;

	if (!t || intid < FIRST_SPI || intid - FIRST_SPI >= KEEL_ROUTING_PINS)
		return -ENOENT;
	gsi = t->by_pin[intid - FIRST_SPI];
	return gsi ? (int)gsi - 1 : -ENOENT;
}

int keel_routing_table_next_gsi(const struct keel_routing_table *t, u32 gsi)
{
	u32 next = t->route[gsi].next;

	return next ? (int)next - 1 : -ENOENT;
}

const struct keel_route *keel_routing_table_msi(const struct keel_routing_table *t, u32 gsi)
{
	if (!t || gsi >= t->nr || t->route[gsi].type != KVM_IRQ_ROUTING_MSI)
		return NULL;
	return &t->route[gsi];
}
