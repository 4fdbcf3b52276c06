// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an ITS has mapped, to the tables in guest memory and back: ABI revision
 * 0 of the KVM API's arm-vgic-its document. The guest owns that memory, so
 * what comes back is believed in nothing.
 *
 * gic.lpi.lock held, no vCPU runs. Only entries of what is mapped are written:
 * those of what was unmapped were cleared then. What has no entry in memory
 * that the guest may write, because of a second level or a base address that it
 * spoilt since, is left out, and with a collection its events: no guest makes
 * its VM impossible to save. What could not have been saved is not read by a
 * restore, and what was left out is not in memory from an earlier save. But
 * entries that the guest itself has written, or tables that lie over each other,
 * can make a restore fail (-EINVAL), as in-tree.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "../../core/objects.h"
#include "its.h"

/* A slot has all of such entries of a table, or none: it begins and ends with a page. */
#define PIECE		4096
#define TOGETHER	(PIECE / KEEL_ITS_ENTRY)

static bool has_place(struct keel_its *its, u64 addr)
{
	return keel_guest_may_write(its->vm, ipa(addr));
}

static int put_entry(struct keel_its *its, u64 addr, u64 entry)
{
	__le64 raw = cpu_to_le64(entry);

	return keel_guest_write(its->vm, ipa(addr), &raw, sizeof(raw));
}

/* 0, which is no entry, where there is no place for one. */
static int get_entry(struct keel_its *its, u64 addr, u64 *entry)
{
	__le64 raw = 0;
	int err = has_place(its, addr) ? keel_guest_read(its->vm, ipa(addr), &raw, sizeof(raw)) : 0;

	*entry = err ? 0 : le64_to_cpu(raw);
	return err;
}

/* Between two steps of a walk over tables. */
static int breathe(void)
{
	cond_resched();
	return fatal_signal_pending(current) ? -EINTR : 0;
}

/* What a save has found so far. */
struct saver {
	struct keel_its *its;
	u32 end;	/* collections from here on have no entry */
};

/* The first event from *key on that can be saved. */
static struct keel_its_event *next_event(const struct saver *s, u64 itt, unsigned long *key,
					 unsigned long last)
{
	struct keel_its *its = s->its;
	struct keel_its_event *e = xa_find(&its->events, key, last, XA_PRESENT);

	while (e && (e->collection >= s->end ||
		     !has_place(its, keel_its_ite_addr(itt, *key % KEEL_ITS_NR_IDS)))) {
		cond_resched();
		e = xa_find_after(&its->events, key, last, XA_PRESENT);
	}
	return e;
}

static int save_events(const struct saver *s, u32 device, u64 itt)
{
	unsigned long last = keel_its_key(device, KEEL_ITS_NR_IDS - 1);
	unsigned long key = keel_its_key(device, 0), next;
	struct keel_its_event *e = next_event(s, itt, &key, last), *then;
	struct keel_its_ite i;
	int err = 0;

	for (; e && !err; e = then, key = next) {
		next = key + 1;
		then = next_event(s, itt, &next, last);
		i = (struct keel_its_ite){
			.intid = e->lpi->irq.s.intid,
			.collection = e->collection,
			.next = then ? next - key : 0,
		};
		err = put_entry(s->its, keel_its_ite_addr(itt, key % KEEL_ITS_NR_IDS),
				keel_its_ite_encode(i)) ?: breathe();
	}
	return err;
}

/* An earlier save may have had a place for the collections that now have none. */
static int clear_events(const struct saver *s)
{
	struct keel_its *its = s->its;
	struct keel_its_event *e;
	struct keel_its_dte d;
	unsigned long key;
	int err = 0;
	u64 addr;

	xa_for_each(&its->events, key, e) {
		if (e->collection < s->end || !keel_its_find_device(its, key / KEEL_ITS_NR_IDS, &d))
			continue;
		addr = keel_its_ite_addr(d.itt, key % KEEL_ITS_NR_IDS);
		err = has_place(its, addr) ? put_entry(its, addr, 0) : 0;
		err = err ?: breathe();
		if (err)
			break;
	}
	return err;
}

/* A device that can be saved: in an ITT that is not there, or is read-only, no event is. */
struct place {
	unsigned long id;
	u64 addr;
	struct keel_its_dte d;
};

static int save_device(const struct saver *s, const struct place *p, u32 next)
{
	struct keel_its_dte d = p->d;
	int err = save_events(s, p->id, d.itt);

	d.valid = true;
	d.next = next;
	return err ?: put_entry(s->its, p->addr, keel_its_dte_encode(d));
}

/* 1: it has a place, 0: none, or -ENOMEM. */
static int device_entry(struct keel_its *its, u32 device, u64 *addr)
{
	int err = keel_its_entry(its, its->device_baser, device, addr);

	if (err == -ENOMEM)
		return err;
	return !err && has_place(its, *addr);
}

/*
 * The first device from p->id on that can be saved. 1, 0: none, or -errno. Another one's entry is
 * cleared.
 */
static int next_device(struct keel_its *its, struct place *p)
{
	void *v = xa_find(&its->devices, &p->id, ULONG_MAX, XA_PRESENT);
	int err = 0;

	for (; v && !err; v = xa_find_after(&its->devices, &p->id, ULONG_MAX, XA_PRESENT)) {
		p->d = keel_its_dte_decode(xa_to_value(v));
		err = device_entry(its, p->id, &p->addr);
		if (err > 0) {
			if (has_place(its, p->d.itt))
				return 1;
			err = put_entry(its, p->addr, 0);
		}
		err = err ?: breathe();
	}
	return err;
}

static int save_devices(const struct saver *s)
{
	struct place p = {}, then;
	int more = next_device(s->its, &p), err = 0;

	for (; more > 0 && !err; p = then) {
		then.id = p.id + 1;
		more = next_device(s->its, &then);
		err = save_device(s, &p, more > 0 ? then.id - p.id : 0);
	}
	return err ?: more;
}

/* The n-th entry, or nowhere. */
static bool collection_entry(struct keel_its *its, u32 n, u64 *addr)
{
	return keel_its_level1(its->collection_baser, n, addr) && has_place(its, *addr);
}

/* In any order; one that is not valid ends the list, if there is room for it. */
static int save_collections(struct saver *s)
{
	struct keel_its_cte c = { .valid = true };
	struct keel_its *its = s->its;
	unsigned long id;
	u32 n = 0;
	void *v;
	u64 addr;
	int err;

	xa_for_each(&its->collections, id, v) {
		if (!collection_entry(its, n++, &addr)) {
			s->end = id;
			return 0;
		}
		c.collection = id;
		c.rdbase = xa_to_value(v);
		err = put_entry(its, addr, keel_its_cte_encode(c)) ?: breathe();
		if (err)
			return err;
	}
	return collection_entry(its, n, &addr) ? put_entry(its, addr, 0) : 0;
}

int keel_its_save(struct keel_its *its)
{
	struct saver s = { .its = its, .end = KEEL_ITS_NR_IDS };
	int err = 0;

	lockdep_assert_held(&its->vm->gic.lpi.lock);
	if (its->collection_baser & KEEL_ITS_VALID)
		err = save_collections(&s);
	if (!err && s.end < KEEL_ITS_NR_IDS)
		err = clear_events(&s);
	if (!err && its->device_baser & KEEL_ITS_VALID)
		err = save_devices(&s);
	return err;
}

/* Entries of an ITT that were read together. */
struct piece {
	u64 addr;		/* KEEL_GIC_NOWHERE: none were */
	__le64 *entry;
};

/* The piece that has the entry at addr. */
static int read_piece(struct keel_its *its, struct piece *p, u64 addr)
{
	u64 start = round_down(addr, PIECE);
	int err = 0;

	if (p->addr == start)
		return 0;
	p->addr = KEEL_GIC_NOWHERE;
	if (has_place(its, start))
		err = keel_guest_read(its->vm, ipa(start), p->entry, PIECE);
	else
		memset(p->entry, 0, PIECE);
	if (!err)
		p->addr = start;
	return err ?: breathe();
}

static u32 index_in_piece(u64 addr)
{
	return addr % PIECE / KEEL_ITS_ENTRY;
}

/* How many entries from that at addr on are zero, in this piece. */
static u32 zeroes(const struct piece *p, u64 addr)
{
	u32 first = index_in_piece(addr), i = first;

	while (i < TOGETHER && !p->entry[i])
		i++;
	return i - first;
}

/* >= 0: distance to the next event, 0: none. */
static int restore_event(struct keel_its *its, u32 device, u32 event, u64 entry)
{
	struct keel_its_ite i = keel_its_ite_decode(entry);
	struct keel_vcpu *target;
	int err;

	if (!i.intid)
		return 1;
	if (!keel_its_find_collection(its, i.collection, &target))
		return -EINVAL;
	err = keel_its_map_event(its, device, event, i.intid, i.collection);
	return err ?: (int)i.next;
}

/* A guest may have 65536 devices with as many entries each, which may all be in the same memory. */
static int restore_events(struct keel_its *its, u32 device, const struct keel_its_dte *d,
			  struct piece *p)
{
	u32 event = 0, end = 1U << d->event_bits;
	int step = 1;
	u64 addr;

	for (p->addr = KEEL_GIC_NOWHERE; step && event < end; event += step) {
		addr = keel_its_ite_addr(d->itt, event);
		step = read_piece(its, p, addr);
		if (step < 0)
			return step;
		step = min(zeroes(p, addr), end - event);
		if (step)
			continue;
		step = breathe() ?: restore_event(its, device, event,
						  le64_to_cpu(p->entry[index_in_piece(addr)]));
		if (step < 0)
			return step;
		if (step > 1 && event + step >= end)
			return -EINVAL;
	}
	return 0;
}

/* As restore_event(). */
static int restore_device(struct keel_its *its, u32 device, u64 entry, struct piece *p)
{
	struct keel_its_dte d = keel_its_dte_decode(entry);
	int err;

	if (!d.valid)
		return 1;
	err = keel_its_map_device(its, device, d) ?: restore_events(its, device, &d, p);
	return err ?: (int)d.next;
}

/* What is not there, of the second level or of all, is stepped over. */
static int restore_each_device(struct keel_its *its, struct piece *p)
{
	u32 id = 0;
	int step;
	u64 addr, entry;

	while (id < KEEL_ITS_NR_IDS && keel_its_level1(its->device_baser, id, &addr)) {
		step = device_entry(its, id, &addr);
		if (!step) {
			id = round_down(id, TOGETHER) + TOGETHER;
			continue;
		}
		if (step < 0)
			return step;
		step = get_entry(its, addr, &entry) ?: breathe();
		if (!step)
			step = restore_device(its, id, entry, p);
		if (step <= 0)
			return step;
		id += step;
	}
	return 0;
}

static int restore_devices(struct keel_its *its)
{
	struct piece p = { .entry = kmalloc(PIECE, GFP_KERNEL) };
	int err = p.entry ? restore_each_device(its, &p) : -ENOMEM;

	kfree(p.entry);
	return err;
}

static int restore_collections(struct keel_its *its)
{
	u32 n, max = keel_its_level1_entries(its->collection_baser);
	struct keel_vcpu *unused;
	struct keel_its_cte c;
	u64 addr, entry;
	int err;

	for (n = 0; n < max && keel_its_level1(its->collection_baser, n, &addr); n++) {
		err = get_entry(its, addr, &entry) ?: breathe();
		if (err)
			return err;
		c = keel_its_cte_decode(entry);
		if (!c.valid)
			break;
		if (keel_its_find_collection(its, c.collection, &unused))
			return -EINVAL;
		err = keel_its_map_collection(its, c.collection, c.rdbase);
		if (err)
			return err;
	}
	return 0;
}

int keel_its_restore(struct keel_its *its)
{
	struct keel_its_event *e;
	unsigned long key;
	int err = 0;

	lockdep_assert_held(&its->vm->gic.lpi.lock);
	keel_its_unmap_all(its);
	if (its->collection_baser & KEEL_ITS_VALID)
		err = restore_collections(its);
	if (!err && its->device_baser & KEEL_ITS_VALID)
		err = restore_devices(its);
	if (!err)
		return 0;
	/* when it is done again, LPIs that are pending are where they were taken from */
	xa_for_each(&its->events, key, e) {
		keel_lpi_put_back_pending(e->lpi);
		cond_resched();
	}
	keel_its_unmap_all(its);
	return err;
}
