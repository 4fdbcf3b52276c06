// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* Checks and lookups of a GSI routing table; locking is routing.c's. */
#include <linux/errno.h>
#include "routing_table.h"

#define FIRST_SPI	32

static int add_pin(struct keel_route *r, const struct kvm_irq_routing_entry *e)
{
	if (e->flags || e->u.irqchip.irqchip || e->u.irqchip.pin >= KEEL_ROUTING_PINS)
		return -EINVAL;
	r->pin = e->u.irqchip.pin;
	return 0;
}

/* A message may be routed long before somebody takes it. */
static int add_msi(struct keel_route *r, const struct kvm_irq_routing_entry *e)
{
	if (e->flags & ~KVM_MSI_VALID_DEVID)
		return -EINVAL;
	r->msi = e->u.msi;
	r->flags = e->flags;
	return 0;
}

int keel_routing_table_add(struct keel_routing_table *t, const struct kvm_irq_routing_entry *e)
{
	struct keel_route *r;
	int err = -EINVAL;

	if (e->gsi >= t->nr)
		return -EINVAL;
	r = &t->route[e->gsi];
	/* one interrupt controller, so a GSI is one interrupt */
	if (r->type)
		return -EINVAL;
	if (e->type == KVM_IRQ_ROUTING_IRQCHIP)
		err = add_pin(r, e);
	else if (e->type == KVM_IRQ_ROUTING_MSI)
		err = add_msi(r, e);
	if (!err)
		r->type = e->type;
	return err;
}

int keel_routing_table_intid(const struct keel_routing_table *t, u32 gsi)
{
	if (!t || gsi >= t->nr || t->route[gsi].type != KVM_IRQ_ROUTING_IRQCHIP)
		return -ENOENT;
	return t->route[gsi].pin + FIRST_SPI;
}

const struct keel_route *keel_routing_table_msi(const struct keel_routing_table *t, u32 gsi)
{
	if (!t || gsi >= t->nr || t->route[gsi].type != KVM_IRQ_ROUTING_MSI)
		return NULL;
	return &t->route[gsi];
}
