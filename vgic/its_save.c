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
 * its VM impossible to save.
 */
#include <linux/errno.h>
#include <linux/sched/signal.h>
#include "../core/vcpu.h"
#include "../core/vm.h"
#include "its.h"

static int put_entry(struct keel_its *its, u64 addr, u64 entry)
{
	__le64 raw = cpu_to_le64(entry);

	return keel_guest_write(its->vm, ipa(addr), &raw, sizeof(raw));
}

static int get_entry(struct keel_its *its, u64 addr, u64 *entry)
{
	__le64 raw;
	int err = keel_guest_read(its->vm, ipa(addr), &raw, sizeof(raw));

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

static bool has_place(struct keel_its *its, u64 addr)
{
	return keel_guest_may_write(its->vm, ipa(addr));
}

/* The first event from *key on that can be saved. */
static struct keel_its_event *next_event(const struct saver *s, u64 itt, unsigned long *key, unsigned long last)
{
	struct keel_its *its = s->its;
	struct keel_its_event *e = xa_find(&its->events, key, last, XA_PRESENT);

	while (e && (e->collection >= s->end || !has_place(its, keel_its_ite_addr(itt, *key % KEEL_ITS_NR_IDS)))) {
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

static int save_device(const struct saver *s, u32 device, struct keel_its_dte d, u32 next)
{
	u64 addr;
	int err;

	if (!keel_its_entry(s->its, s->its->device_baser, device, &addr))
		return 0;
	err = save_events(s, device, d.itt);
	if (err)
		return err;
	d.valid = true;
	d.next = next;
	return put_entry(s->its, addr, keel_its_dte_encode(d));
}

/* In an ITT that is not there, or is read-only, no event is saved; but what is there would be restored. */
static bool device_has_place(struct keel_its *its, u32 device, u64 itt)
{
	u64 addr;

	return keel_its_entry(its, its->device_baser, device, &addr) && has_place(its, addr) &&
	       has_place(its, itt);
}

/* The first device from *id on that can be saved. False: none. */
static bool next_device(struct keel_its *its, unsigned long *id, struct keel_its_dte *d)
{
	void *v = xa_find(&its->devices, id, ULONG_MAX, XA_PRESENT);

	for (; v; v = xa_find_after(&its->devices, id, ULONG_MAX, XA_PRESENT)) {
		*d = keel_its_dte_decode(xa_to_value(v));
		if (device_has_place(its, *id, d->itt))
			return true;
		cond_resched();
	}
	return false;
}

static int save_devices(const struct saver *s)
{
	unsigned long id = 0, next;
	struct keel_its_dte d, d_next;
	bool more = next_device(s->its, &id, &d);
	int err = 0;

	for (; more && !err; id = next, d = d_next) {
		next = id + 1;
		more = next_device(s->its, &next, &d_next);
		err = save_device(s, id, d, more ? next - id : 0);
	}
	return err;
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
	if (!err && its->device_baser & KEEL_ITS_VALID)
		err = save_devices(&s);
	return err;
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

static int restore_events(struct keel_its *its, u32 device, const struct keel_its_dte *d)
{
	u32 event = 0, end = 1U << d->event_bits;
	int step = 1;
	u64 entry;

	for (; step && event < end; event += step) {
		step = get_entry(its, keel_its_ite_addr(d->itt, event), &entry) ?: breathe();
		if (!step)
			step = restore_event(its, device, event, entry);
		if (step < 0)
			return step;
		if (step > 1 && event + step >= end)
			return -EINVAL;
	}
	return 0;
}

/* As restore_event(). */
static int restore_device(struct keel_its *its, u32 device, u64 entry)
{
	struct keel_its_dte d = keel_its_dte_decode(entry);
	int err;

	if (!d.valid)
		return 1;
	err = keel_its_map_device(its, device, d) ?: restore_events(its, device, &d);
	return err ?: (int)d.next;
}

/* A page of the second level that is not there is stepped over. */
static int restore_devices(struct keel_its *its)
{
	u32 id = 0;
	int step;
	u64 addr, entry;

	while (id < KEEL_ITS_NR_IDS && keel_its_level1(its->device_baser, id, &addr)) {
		if (!keel_its_entry(its, its->device_baser, id, &addr)) {
			if (!(its->device_baser & KEEL_ITS_INDIRECT))
				return -EFAULT;
			id = round_down(id, KEEL_ITS_PER_PAGE) + KEEL_ITS_PER_PAGE;
			continue;
		}
		step = get_entry(its, addr, &entry) ?: breathe();
		if (!step)
			step = restore_device(its, id, entry);
		if (step <= 0)
			return step;
		id += step;
	}
	return 0;
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
	int err = 0;

	lockdep_assert_held(&its->vm->gic.lpi.lock);
	keel_its_unmap_all(its);
	if (its->collection_baser & KEEL_ITS_VALID)
		err = restore_collections(its);
	if (!err && its->device_baser & KEEL_ITS_VALID)
		err = restore_devices(its);
	if (err)
		keel_its_unmap_all(its);
	return err;
}
