/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/* A GSI routing table: what user space may put there, and what it means. */
#ifndef KEEL_VGIC_ROUTING_TABLE_H
#define KEEL_VGIC_ROUTING_TABLE_H

#include <linux/kvm.h>
#include <linux/types.h>

/* Pins of the one interrupt controller: SPIs, INTID 32 to 1019. */
#define KEEL_ROUTING_PINS	988

struct keel_route {
	u32 type;		/* KVM_IRQ_ROUTING_*; 0: not routed */
	u32 pin;
	u32 next;		/* of a pin: another GSI of it and one; 0: none */
	u32 flags;		/* of a message: KVM_MSI_VALID_DEVID */
	struct kvm_irq_routing_msi msi;
};

struct keel_routing_table {
	u32 nr;
	u32 by_pin[KEEL_ROUTING_PINS];	/* a GSI of the pin and one; 0: none */
	struct keel_route route[];	/* by GSI */
};

/* Add what user space asks for. -EINVAL: not possible, or its GSI is taken. */
int keel_routing_table_add(struct keel_routing_table *t, const struct kvm_irq_routing_entry *e);
/* GSI n is pin n, for all of the table, which is empty and has no more GSIs than there are pins. */
void keel_routing_table_add_pins(struct keel_routing_table *t);
/* The message that gsi is, or NULL. t may be NULL. */
const struct keel_route *keel_routing_table_msi(const struct keel_routing_table *t, u32 gsi);
/* The SPI's INTID, or -ENOENT. t may be NULL. */
int keel_routing_table_intid(const struct keel_routing_table *t, u32 gsi);
/* The GSIs of an SPI, one after the other; -ENOENT: no (more) such. t may be NULL. */
int keel_routing_table_gsi(const struct keel_routing_table *t, u32 intid);
int keel_routing_table_next_gsi(const struct keel_routing_table *t, u32 gsi);

#endif
