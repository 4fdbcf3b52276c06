// SPDX-License-Identifier: GPL-2.0-only
/* A VM's ITSes as text: registers, devices, collections, events. */
#include <linux/errno.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/xarray.h>
#include "../../core/objects.h"
#include "../show.h"
#include "its.h"

static void show_registers(struct seq_file *m, const struct keel_its *its)
{
	u64 base = READ_ONCE(its->base);

	if (base == KEEL_GIC_NOWHERE)
		seq_puts(m, "ITS without an address");
	else
		seq_printf(m, "ITS at %#llx", base);
	seq_printf(m, ", %s, GITS_CBASER %#llx, GITS_CREADR %#x, GITS_CWRITER %#x\n",
		   its->enabled ? "on" : "off", its->cbaser, its->creadr, its->cwriter);
	seq_printf(m, "  devices %#llx, collections %#llx, %u events\n", its->device_baser,
		   its->collection_baser, its->nr_events);
}

static void show_maps(struct seq_file *m, struct keel_its *its)
{
	struct keel_its_dte d;
	unsigned long id;
	void *v;

	xa_for_each(&its->devices, id, v) {
		d = keel_its_dte_decode(xa_to_value(v));
		seq_printf(m, "  device %lu: %u bits of events, ITT %#llx\n", id, d.event_bits,
			   d.itt);
		cond_resched();
	}
	xa_for_each(&its->collections, id, v) {
		if (xa_to_value(v) == KEEL_ITS_UNMAPPED)
			seq_printf(m, "  collection %lu: no vCPU\n", id);
		else
			seq_printf(m, "  collection %lu: vCPU %lu\n", id, xa_to_value(v));
		cond_resched();
	}
}

static void show_events(struct seq_file *m, struct keel_its *its)
{
	const struct keel_its_event *e;
	unsigned long key;

	xa_for_each(&its->events, key, e) {
		/* all of it is done again, with more room */
		if (seq_has_overflowed(m))
			break;
		seq_printf(m, "  device %lu event %lu: LPI %u, collection %u\n",
			   key >> KEEL_ITS_ID_BITS, key & (KEEL_ITS_NR_IDS - 1),
			   e->lpi->irq.s.intid, e->collection);
		cond_resched();
	}
}

int keel_its_show(struct seq_file *m, struct keel_vm *vm)
{
	struct keel_its *its;

	/* a VMM may hold it for as long as its memory lets it */
	if (mutex_lock_killable(&vm->gic.lpi.lock))
		return -EINTR;
	list_for_each_entry(its, &vm->gic.lpi.its, entry) {
		show_registers(m, its);
		show_maps(m, its);
		show_events(m, its);
	}
	mutex_unlock(&vm->gic.lpi.lock);
	return 0;
}
