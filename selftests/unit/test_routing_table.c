// SPDX-License-Identifier: GPL-2.0-only
/* pure: vgic/routing_table.c */
/* The GSI routing table: what is refused, and the way there and back between GSIs and SPIs. */
#include <errno.h>
#include <stdlib.h>
#include "vgic/routing_table.h"
#include "ktap.h"

static struct keel_routing_table *table(u32 nr)
{
	struct keel_routing_table *t = calloc(1, sizeof(*t) + nr * sizeof(t->route[0]));

	t->nr = nr;
	return t;
}

static int pin(struct keel_routing_table *t, u32 gsi, u32 pin)
{
	struct kvm_irq_routing_entry e = { .gsi = gsi, .type = KVM_IRQ_ROUTING_IRQCHIP, .u.irqchip.pin = pin };

	return keel_routing_table_add(t, &e);
}

static int msi(struct keel_routing_table *t, u32 gsi, u32 flags)
{
	struct kvm_irq_routing_entry e = { .gsi = gsi, .type = KVM_IRQ_ROUTING_MSI, .flags = flags, .u.msi.data = gsi };

	return keel_routing_table_add(t, &e);
}

static void refused(void)
{
	struct kvm_irq_routing_entry e = { .gsi = 3, .type = KVM_IRQ_ROUTING_S390_ADAPTER };
	struct keel_routing_table *t = table(8);

	CHECK_EQ(keel_routing_table_add(t, &e), -EINVAL);
	e.type = KVM_IRQ_ROUTING_IRQCHIP;
	e.flags = 1;
	CHECK_EQ(keel_routing_table_add(t, &e), -EINVAL);
	e.flags = 0;
	e.u.irqchip.irqchip = 1;
	CHECK_EQ(keel_routing_table_add(t, &e), -EINVAL);
	CHECK_EQ(pin(t, 8, 0), -EINVAL);
	CHECK_EQ(pin(t, 3, KEEL_ROUTING_PINS), -EINVAL);
	CHECK_EQ(msi(t, 3, 2), -EINVAL);
	/* what was refused took nothing */
	CHECK_EQ(keel_routing_table_intid(t, 3), -ENOENT);
	CHECK_EQ(pin(t, 3, KEEL_ROUTING_PINS - 1), 0);
	CHECK_EQ(pin(t, 3, 0), -EINVAL);
	CHECK_EQ(msi(t, 3, 0), -EINVAL);
	CHECK_EQ(keel_routing_table_intid(t, 3), 1019);
	free(t);
}

static void there(void)
{
	struct keel_routing_table *t = table(8);

	CHECK_EQ(msi(t, 0, KVM_MSI_VALID_DEVID), 0);
	CHECK_EQ(pin(t, 1, 0), 0);
	CHECK_EQ(keel_routing_table_intid(t, 0), -ENOENT);
	CHECK_EQ(keel_routing_table_intid(t, 1), 32);
	CHECK_EQ(keel_routing_table_intid(t, 8), -ENOENT);
	CHECK_EQ(keel_routing_table_intid(NULL, 0), -ENOENT);
	CHECK(keel_routing_table_msi(t, 0) == &t->route[0]);
	CHECK(!keel_routing_table_msi(t, 1));
	CHECK(!keel_routing_table_msi(t, 8));
	CHECK(!keel_routing_table_msi(NULL, 0));
	free(t);
}

/* The GSIs of an SPI as a set. */
static u32 gsis(const struct keel_routing_table *t, u32 intid)
{
	u32 set = 0;
	int gsi;

	for (gsi = keel_routing_table_gsi(t, intid); gsi >= 0;
	     gsi = keel_routing_table_next_gsi(t, gsi)) {
		CHECK(!(set & 1u << gsi));
		set |= 1u << gsi;
	}
	CHECK_EQ(gsi, -ENOENT);
	return set;
}

static void and_back(void)
{
	struct keel_routing_table *t = table(8);

	CHECK_EQ(pin(t, 0, 5), 0);
	CHECK_EQ(pin(t, 7, 5), 0);
	CHECK_EQ(pin(t, 2, 987), 0);
	CHECK_EQ(msi(t, 5, 0), 0);
	CHECK_EQ(pin(t, 3, 5), 0);
	CHECK_EQ(gsis(t, 37), 1 << 0 | 1 << 3 | 1 << 7);
	CHECK_EQ(gsis(t, 1019), 1 << 2);
	CHECK_EQ(gsis(t, 32), 0);
	CHECK_EQ(gsis(t, 31), 0);
	CHECK_EQ(gsis(t, 1020), 0);
	CHECK_EQ(gsis(t, 8192), 0);
	CHECK_EQ(keel_routing_table_gsi(NULL, 37), -ENOENT);
	free(t);
}

static void one_to_one(void)
{
	struct keel_routing_table *t = table(KEEL_ROUTING_PINS);
	u32 i;

	keel_routing_table_add_pins(t);
	for (i = 0; i < KEEL_ROUTING_PINS; i++) {
		CHECK_EQ(keel_routing_table_intid(t, i), (int)i + 32);
		CHECK_EQ(keel_routing_table_gsi(t, i + 32), (int)i);
		CHECK_EQ(keel_routing_table_next_gsi(t, i), -ENOENT);
	}
	free(t);
}

int main(void)
{
	RUN(refused);
	RUN(there);
	RUN(and_back);
	RUN(one_to_one);
	return ktap_done();
}
