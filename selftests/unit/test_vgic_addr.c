// SPDX-License-Identifier: GPL-2.0-only
/* pure: vgic/addr.c vgic/routing_table.c */
/* What the GIC's attributes and the GSI table carry: coding, and what is refused. */
#include <errno.h>
#include <stdlib.h>
#include "vgic/routing_table.h"
#include "vgic/addr.h"
#include "ktap.h"

static void region_coding(void)
{
	u64 val = 5ull << 52 | 0x123450000ull | 3ull << 12 | 0xabc;
	struct keel_addr_region r = keel_addr_region_decode(val);

	CHECK_EQ(r.count, 5);
	CHECK_EQ(r.base, 0x123450000ull);
	CHECK_EQ(r.flags, 3);
	CHECK_EQ(r.index, 0xabc);
	CHECK_EQ(keel_addr_region_encode(r), val);
}

static void limits(void)
{
	CHECK_EQ(keel_addr_check(0, 0x10000, 0x10000, 40), 0);
	CHECK_EQ(keel_addr_check((1ull << 40) - 0x10000, 0x10000, 0x10000, 40), 0);
	CHECK_EQ(-keel_addr_check((1ull << 40) - 0x10000, 0x20000, 0x10000, 40), E2BIG);
	CHECK_EQ(-keel_addr_check(1ull << 40, 0, 0x10000, 40), E2BIG);
	CHECK_EQ(-keel_addr_check(0x1000, 0x10000, 0x10000, 40), EINVAL);
	CHECK_EQ(keel_addr_check(0x1000, 0x2000, 0x1000, 40), 0);
	CHECK_EQ(-keel_addr_check(0x1800, 0x2000, 0x1000, 40), EINVAL);
	CHECK_EQ(-keel_addr_check(~0xffffull, 0x20000, 0x10000, 40), EINVAL);
}

static void overlap(void)
{
	CHECK(keel_addr_overlap(0x1000, 0x1000, 0x1fff, 1));
	CHECK(keel_addr_overlap(0x1800, 0x100, 0x1000, 0x1000));
	CHECK(!keel_addr_overlap(0x1000, 0x1000, 0x2000, 0x1000));
	CHECK(!keel_addr_overlap(0x2000, 0x1000, 0x1000, 0x1000));
	CHECK(!keel_addr_overlap(0x1000, 0, 0x800, 0x1000));
	CHECK(!keel_addr_overlap(0x800, 0x1000, 0x1000, 0));
}

static void registers(void)
{
	CHECK_EQ(keel_addr_mpidr(0x01020304), 0x0100020304ull);
	/* ICC_PMR_EL1: 3, 0, 4, 6, 0 */
	CHECK_EQ(keel_addr_sysreg(3 << 14 | 0 << 11 | 4 << 7 | 6 << 3 | 0),
		 3 << 19 | 0 << 16 | 4 << 12 | 6 << 8 | 0 << 5);
}

static struct kvm_irq_routing_entry pin(u32 gsi, u32 n)
{
	return (struct kvm_irq_routing_entry){
		.gsi = gsi, .type = KVM_IRQ_ROUTING_IRQCHIP, .u.irqchip.pin = n,
	};
}

static void routes(void)
{
	struct keel_routing_table *t = calloc(1, sizeof(*t) + 4 * sizeof(t->route[0]));
	struct kvm_irq_routing_entry e = pin(0, 987);

	t->nr = 4;
	CHECK_EQ(keel_routing_table_add(t, &e), 0);
	CHECK_EQ(keel_routing_table_intid(t, 0), 1019);
	CHECK_EQ(-keel_routing_table_add(t, &e), EINVAL);
	e = pin(1, 988);
	CHECK_EQ(-keel_routing_table_add(t, &e), EINVAL);
	e = pin(4, 1);
	CHECK_EQ(-keel_routing_table_add(t, &e), EINVAL);
	e = pin(1, 1);
	e.u.irqchip.irqchip = 1;
	CHECK_EQ(-keel_routing_table_add(t, &e), EINVAL);
	e.u.irqchip.irqchip = 0;
	e.flags = 1;
	CHECK_EQ(-keel_routing_table_add(t, &e), EINVAL);
	e.type = KVM_IRQ_ROUTING_MSI;
	CHECK_EQ(keel_routing_table_add(t, &e), 0);
	CHECK_EQ(-keel_routing_table_intid(t, 1), ENOENT);
	CHECK_EQ(-keel_routing_table_intid(t, 2), ENOENT);
	CHECK_EQ(-keel_routing_table_intid(t, 4), ENOENT);
	CHECK_EQ(-keel_routing_table_intid(NULL, 0), ENOENT);
	e = pin(2, 1);
	e.type = 0;
	CHECK_EQ(-keel_routing_table_add(t, &e), EINVAL);
	free(t);
}

int main(void)
{
	RUN(region_coding);
	RUN(limits);
	RUN(overlap);
	RUN(registers);
	RUN(routes);
	return ktap_done();
}
