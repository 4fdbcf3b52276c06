// SPDX-License-Identifier: GPL-2.0-only
/* pure: vgic/its/cmd.c vgic/its/table.c vgic/routing_table.c */
/* The ITS's commands, tables and table registers as bits, and messages in the GSI table. */
#include <stdlib.h>
#include "vgic/routing_table.h"
#include "vgic/its/cmd.h"
#include "vgic/its/table.h"
#include "ktap.h"

static struct keel_its_cmd decode(u64 a, u64 b, u64 c, u64 d)
{
	const u64 dw[4] = { a, b, c, d };

	return keel_its_cmd_decode(dw);
}

static void commands(void)
{
	struct keel_its_cmd c = decode(0xabcd123400000008ull, 0xffffffffffffff2full,
				       KEEL_ITS_VALID | 0x000ffedcba987600ull, 0);

	CHECK_EQ(c.op, KEEL_ITS_MAPD);
	CHECK_EQ(c.device, 0xabcd1234);
	CHECK_EQ(c.event_bits, 16);
	CHECK_EQ(c.itt, 0x000ffedcba987600ull);
	CHECK(c.valid);
	c = decode(0x09, 0, 0x7fff123456789abcull, 0);
	CHECK_EQ(c.op, KEEL_ITS_MAPC);
	CHECK_EQ(c.collection, 0x9abc);
	CHECK_EQ(c.rdbase, 0x12345678);
	CHECK(!c.valid);
	c = decode(0x0a, 0x0001234500000678ull, 7, 0);
	CHECK_EQ(c.event, 0x678);
	CHECK_EQ(c.intid, 0x12345);
	CHECK_EQ(c.collection, 7);
	c = decode(0x0b, 0xffffffff00002345ull, 0, 0);
	CHECK_EQ(c.intid, 0x2345);
	c = decode(0x0e, 0, 5 << 16, 6 << 16);
	CHECK_EQ(c.rdbase, 5);
	CHECK_EQ(c.rdbase2, 6);
}

/* What is left of each attribute, one by one. */
static void attributes(void)
{
	static const u8 inner[] = { 3, 3, 2, 3, 4, 5, 6, 7 }, outer[] = { 0, 1, 0, 0, 0, 0, 0, 0 };
	static const u8 share[] = { 0, 1, 1, 3 };
	const struct keel_its_attrs *at[] = { &keel_its_attrs_its, &keel_its_attrs_redist };

	for (unsigned int k = 0; k < 2; k++)
		for (u64 i = 0; i < 8; i++)
			for (u64 o = 0; o < 8; o++)
				for (u64 s = 0; s < 4; s++) {
					u64 val = i << at[k]->inner | o << at[k]->outer | s << 10 |
						  0x10000;
					u64 want = (u64)inner[i] << at[k]->inner |
						   (u64)outer[o] << at[k]->outer |
						   (u64)share[s] << 10 | 0x10000;

					CHECK_EQ(keel_its_sane_attrs(val, at[k]), want);
				}
}

static void registers(void)
{
	CHECK_EQ(keel_its_baser(~0ull, KEEL_ITS_TYPE_DEVICE, true), 0xf907fffffffffeffull);
	CHECK_EQ(keel_its_baser(~0ull, KEEL_ITS_TYPE_COLLECTION, false), 0xbc07fffffffffeffull);
	CHECK_EQ(keel_its_cbaser(~0ull), 0xff1fffffffff0fffull);
	CHECK_EQ(keel_its_queue_size(0xff), 0x100000);
	CHECK_EQ(keel_its_queue_size(0), 0x1000);
	CHECK_EQ(keel_its_queue_base(0xff1fffffffff0fffull), 0x000fffffffff0000ull);
}

static void levels(void)
{
	/* two pages; address bits 51:48 */
	u64 flat = KEEL_ITS_VALID | 0x123450000ull | 0xf000 | 1, addr;
	u64 two = flat | KEEL_ITS_INDIRECT;

	CHECK_EQ(keel_its_level1_entries(flat), 16384);
	CHECK(keel_its_level1(flat, 0, &addr));
	CHECK_EQ(addr, 0xf000123450000ull);
	CHECK(keel_its_level1(flat, 16383, &addr));
	CHECK_EQ(addr, 0xf000123450000ull + 16383 * 8);
	CHECK(!keel_its_level1(flat, 16384, &addr));
	CHECK(keel_its_level1(two, 65535, &addr));
	CHECK_EQ(addr, 0xf000123450000ull + 7 * 8);
	CHECK(!keel_its_level1(two, 65536, &addr));
	CHECK(!keel_its_level1(two, ~0u, &addr));
	CHECK(!keel_its_level2(0x7777770000ull, 8193, &addr));
	CHECK(keel_its_level2(KEEL_ITS_VALID | 0x77777f0fffull, 8193, &addr));
	CHECK_EQ(addr, 0x77777f0008ull);
}

/* By the document's pictures, and back; 0 for what is not valid. */
static void entries(void)
{
	struct keel_its_dte d = { true, 16, 1, 0x000fedcba9876500ull };
	struct keel_its_cte c = { true, 0x12345, 0xabcd };
	struct keel_its_ite i = { 8192, 5, 0xabcd };

	CHECK_EQ(keel_its_dte_encode(d), 1ull << 63 | 1ull << 49 | 0x000fedcba98765ull << 5 | 15);
	d = keel_its_dte_decode(keel_its_dte_encode(d));
	CHECK(d.valid && d.event_bits == 16 && d.next == 1 && d.itt == 0x000fedcba9876500ull);
	d.next = 20000;
	CHECK_EQ(keel_its_dte_decode(keel_its_dte_encode(d)).next, 16383);
	d.valid = false;
	CHECK_EQ(keel_its_dte_encode(d), 0);
	CHECK_EQ(keel_its_cte_encode(c), 1ull << 63 | 0x12345ull << 16 | 0xabcd);
	c.rdbase = KEEL_ITS_UNMAPPED;
	CHECK_EQ(keel_its_cte_decode(keel_its_cte_encode(c)).rdbase, KEEL_ITS_UNMAPPED);
	CHECK_EQ(keel_its_cte_decode(keel_its_cte_encode(c)).collection, 0xabcd);
	c.valid = false;
	CHECK_EQ(keel_its_cte_encode(c), 0);
	CHECK_EQ(keel_its_ite_encode(i), 5ull << 48 | 8192ull << 16 | 0xabcd);
	i.next = 70000;
	i = keel_its_ite_decode(keel_its_ite_encode(i));
	CHECK(i.intid == 8192 && i.next == 65535 && i.collection == 0xabcd);
	i.intid = 0;
	CHECK_EQ(keel_its_ite_encode(i), 0);
}

static void routes(void)
{
	struct keel_routing_table *t = calloc(1, sizeof(*t) + 4 * sizeof(t->route[0]));
	struct kvm_irq_routing_entry e = { .gsi = 2, .type = KVM_IRQ_ROUTING_MSI, .flags = KVM_MSI_VALID_DEVID };
	const struct keel_route *r;

	t->nr = 4;
	e.u.msi.data = 77;
	e.u.msi.devid = 5;
	CHECK_EQ(keel_routing_table_add(t, &e), 0);
	e = (struct kvm_irq_routing_entry){ .gsi = 1, .type = KVM_IRQ_ROUTING_IRQCHIP };
	CHECK_EQ(keel_routing_table_add(t, &e), 0);
	CHECK(!keel_routing_table_msi(NULL, 2));
	CHECK(!keel_routing_table_msi(t, 0));
	CHECK(!keel_routing_table_msi(t, 1));
	CHECK(!keel_routing_table_msi(t, 4));
	r = keel_routing_table_msi(t, 2);
	CHECK(r && r->msi.data == 77 && r->msi.devid == 5 && r->flags == KVM_MSI_VALID_DEVID);
	free(t);
}

int main(void)
{
	RUN(commands);
	RUN(attributes);
	RUN(registers);
	RUN(levels);
	RUN(entries);
	RUN(routes);
	return ktap_done();
}
