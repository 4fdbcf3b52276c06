// SPDX-License-Identifier: GPL-2.0-only
/*
 * What an ITS has mapped: devices, collections and events.
 *
 * Everything changes under gic.lpi.lock. A message is translated under RCU: an
 * event's LPI goes only after the event does, and where an LPI goes is under
 * its own lock. So whoever unmaps need not wait for who translates.
 */
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "../../core/vcpus.h"
#include "../frame.h"
#include "its.h"

#define REST	256	/* events of a walk between two looks at the scheduler */
#define IN_USE	XA_MARK_0	/* events are in the collection */

void keel_its_map_init(struct keel_its *its)
{
	xa_init_flags(&its->devices, XA_FLAGS_ACCOUNT);
	xa_init_flags(&its->collections, XA_FLAGS_ACCOUNT);
	xa_init_flags(&its->events, XA_FLAGS_ACCOUNT);
}

static int store_value(struct xarray *xa, u32 id, u64 val)
{
	return xa_err(xa_store(xa, id, xa_mk_value(val), KEEL_ITS_GFP));
}

int keel_its_entry(struct keel_its *its, u64 baser, u32 id, u64 *addr)
{
	__le64 entry;
	int err;

	if (!(baser & KEEL_ITS_VALID) || !keel_its_level1(baser, id, addr))
		return -EINVAL;
	if (baser & KEEL_ITS_INDIRECT) {
		err = keel_guest_read(its->vm, ipa(*addr), &entry, sizeof(entry));
		if (err == -ENOMEM)
			return err;
		if (err || !keel_its_level2(le64_to_cpu(entry), id, addr))
			return -EINVAL;
	}
	return keel_guest_is_memory(its->vm, ipa(*addr)) ? 0 : -EINVAL;
}

struct keel_its_event *keel_its_find_event(struct keel_its *its, u32 device, u32 event)
{
	if (device >= KEEL_ITS_NR_IDS || event >= KEEL_ITS_NR_IDS)
		return NULL;
	return xa_load(&its->events, keel_its_key(device, event));
}

static void drop_event(struct keel_its *its, unsigned long key, struct keel_its_event *e)
{
	xa_erase(&its->events, key);
	its->nr_events--;
	keel_lpi_put(e->lpi);
	kfree_rcu(e, rcu);
}

static void drop_events(struct keel_its *its, unsigned long first, unsigned long last)
{
	struct keel_its_event *e;
	unsigned int n = 0;
	unsigned long key;

	xa_for_each_range(&its->events, key, e, first, last) {
		drop_event(its, key, e);
		if (++n % REST == 0)
			cond_resched();
	}
}

void keel_its_unmap_devices(struct keel_its *its)
{
	drop_events(its, 0, ULONG_MAX);
	xa_destroy(&its->devices);
	keel_lpi_reap(its->vm);
}

void keel_its_unmap_all(struct keel_its *its)
{
	keel_its_unmap_devices(its);
	xa_destroy(&its->collections);
}

bool keel_its_find_device(struct keel_its *its, u32 device, struct keel_its_dte *d)
{
	void *v = device < KEEL_ITS_NR_IDS ? xa_load(&its->devices, device) : NULL;

	if (!v)
		return false;
	*d = keel_its_dte_decode(xa_to_value(v));
	d->valid = true;
	return true;
}

int keel_its_unmap_device(struct keel_its *its, u32 device)
{
	if (device >= KEEL_ITS_NR_IDS || !xa_erase(&its->devices, device))
		return -ENOENT;
	drop_events(its, keel_its_key(device, 0), keel_its_key(device, KEEL_ITS_NR_IDS - 1));
	return 0;
}

/* A device that was mapped starts anew. */
int keel_its_map_device(struct keel_its *its, u32 device, struct keel_its_dte d)
{
	u64 addr;
	int err;

	err = d.event_bits > KEEL_ITS_ID_BITS
		      ? -EINVAL
		      : keel_its_entry(its, its->device_baser, device, &addr);
	if (err)
		return err;
	keel_its_unmap_device(its, device);
	d.valid = true;
	d.next = 0;
	return store_value(&its->devices, device, keel_its_dte_encode(d) & ~KEEL_ITS_VALID);
}

bool keel_its_find_collection(struct keel_its *its, u32 id, struct keel_vcpu **target)
{
	void *v = id < KEEL_ITS_NR_IDS ? xa_load(&its->collections, id) : NULL;

	*target = v ? keel_vm_vcpu_by_id(its->vm, xa_to_value(v)) : NULL;
	return v;
}

/* How many events there are in the collection; all of them go to target. */
static u32 route_events(struct keel_its *its, u32 id, struct keel_vcpu *target)
{
	struct keel_its_event *e;
	unsigned int n = 0;
	unsigned long key;
	u32 found = 0;

	xa_for_each(&its->events, key, e) {
		if (e->collection == id) {
			keel_lpi_route(e->lpi, target);
			found++;
		}
		if (++n % REST == 0)
			cond_resched();
	}
	return found;
}

int keel_its_map_collection(struct keel_its *its, u32 id, u32 rdbase)
{
	struct keel_vcpu *target = keel_vm_vcpu_by_id(its->vm, rdbase);
	u64 addr;
	int err;

	if (!target && rdbase != KEEL_ITS_UNMAPPED)
		return -EINVAL;
	err = keel_its_entry(its, its->collection_baser, id, &addr);
	if (!err)
		err = store_value(&its->collections, id, rdbase);
	if (!err)
		route_events(its, id, target);
	return err;
}

/* Events that are in it stay there, mapped to nobody. */
int keel_its_unmap_collection(struct keel_its *its, u32 id)
{
	if (id >= KEEL_ITS_NR_IDS || !xa_load(&its->collections, id))
		return -ENOENT;
	if (route_events(its, id, NULL))
		return store_value(&its->collections, id, KEEL_ITS_UNMAPPED);
	xa_erase(&its->collections, id);
	return 0;
}

void keel_its_unmap_collections(struct keel_its *its)
{
	struct keel_its_event *e;
	unsigned long id, key;
	unsigned int n = 0;
	void *v;

	xa_for_each(&its->events, key, e) {
		keel_lpi_route(e->lpi, NULL);
		xa_set_mark(&its->collections, e->collection, IN_USE);
		if (++n % REST == 0)
			cond_resched();
	}
	xa_for_each(&its->collections, id, v) {
		if (!xa_get_mark(&its->collections, id, IN_USE)) {
			xa_erase(&its->collections, id);
			continue;
		}
		/* in the place of another value: takes no memory */
		store_value(&its->collections, id, KEEL_ITS_UNMAPPED);
		xa_clear_mark(&its->collections, id, IN_USE);
	}
}

/*
 * All memory that a new event takes, before its LPI is brought in: that takes the LPI's pending bit
 * out of the guest's table, and a command that is done again would not find it. NULL: there is
 * none.
 */
static struct keel_its_event *new_event(struct keel_its *its, unsigned long key, u32 collection)
{
	struct keel_its_event *e = kzalloc(sizeof(*e), KEEL_ITS_GFP);

	if (!e)
		return NULL;
	e->collection = collection;
	if (!xa_reserve(&its->events, key, KEEL_ITS_GFP))
		return e;
	kfree(e);
	return NULL;
}

/* e: of new_event(). lpi NULL: there was no memory for it. */
static int add_event(struct keel_its *its, unsigned long key, struct keel_its_event *e,
		     struct keel_lpi *lpi)
{
	if (!lpi) {
		xa_release(&its->events, key);
		kfree(e);
		return -ENOMEM;
	}
	e->lpi = lpi;
	/* where one was reserved: it needs no memory */
	WARN_ON_ONCE(xa_is_err(xa_store(&its->events, key, e, 0)));
	its->nr_events++;
	return 0;
}

int keel_its_map_event(struct keel_its *its, u32 device, u32 event, u32 intid, u32 collection)
{
	unsigned long key = keel_its_key(device, event);
	struct keel_its_event *e;
	struct keel_vcpu *target;
	struct keel_its_dte d;
	int err;

	if (!keel_its_find_device(its, device, &d))
		return -ENOENT;
	if (event >> d.event_bits || intid < KEEL_FIRST_LPI || intid >= KEEL_LPI_END ||
	    !keel_guest_is_memory(its->vm, ipa(keel_its_ite_addr(d.itt, event))))
		return -EINVAL;
	if (keel_its_find_event(its, device, event))
		return -EEXIST;
	if (its->nr_events >= KEEL_ITS_MAX_EVENTS)
		return -ENOSPC;
	if (!keel_its_find_collection(its, collection, &target)) {
		err = keel_its_map_collection(its, collection, KEEL_ITS_UNMAPPED);
		if (err)
			return err;
	}
	e = new_event(its, key, collection);
	return e ? add_event(its, key, e, keel_lpi_get(its->vm, intid, target)) : -ENOMEM;
}

int keel_its_put_device(struct keel_its *its, u32 device, u64 dte)
{
	if (device >= KEEL_ITS_NR_IDS || keel_its_dte_decode(dte).event_bits > KEEL_ITS_ID_BITS)
		return -EINVAL;
	return store_value(&its->devices, device, dte);
}

int keel_its_put_collection(struct keel_its *its, u32 id, u32 rdbase)
{
	if (id >= KEEL_ITS_NR_IDS ||
	    (rdbase != KEEL_ITS_UNMAPPED && !keel_vm_vcpu_by_id(its->vm, rdbase)))
		return -EINVAL;
	return store_value(&its->collections, id, rdbase);
}

int keel_its_put_event(struct keel_its *its, u32 device, u32 event, u32 intid, u32 collection)
{
	unsigned long key = keel_its_key(device, event);
	struct keel_its_event *e;
	struct keel_vcpu *unused;
	struct keel_its_dte d;

	if (!keel_its_find_device(its, device, &d) || event >> d.event_bits ||
	    event >= KEEL_ITS_NR_IDS || intid < KEEL_FIRST_LPI || intid >= KEEL_LPI_END ||
	    keel_its_find_event(its, device, event) ||
	    !keel_its_find_collection(its, collection, &unused))
		return -EINVAL;
	if (its->nr_events >= KEEL_ITS_MAX_EVENTS)
		return -ENOSPC;
	e = new_event(its, key, collection);
	return e ? add_event(its, key, e, keel_lpi_adopt(its->vm, intid)) : -ENOMEM;
}

int keel_its_unmap_event(struct keel_its *its, u32 device, u32 event)
{
	struct keel_its_event *e = keel_its_find_event(its, device, event);

	if (!e)
		return -ENOENT;
	drop_event(its, keel_its_key(device, event), e);
	return 0;
}

int keel_its_move_event(struct keel_its *its, u32 device, u32 event, u32 collection)
{
	struct keel_its_event *e = keel_its_find_event(its, device, event);
	struct keel_vcpu *target;

	if (!e || !keel_its_find_collection(its, collection, &target) || !target)
		return -ENOENT;
	e->collection = collection;
	keel_lpi_route(e->lpi, target);
	return 0;
}

int keel_its_translate(struct keel_its *its, u32 device, u32 event)
{
	struct keel_its_event *e;

	if (!READ_ONCE(its->enabled))
		return -EBUSY;
	e = keel_its_find_event(its, device, event);
	return e ? keel_lpi_raise(e->lpi) : 0;
}

static unsigned long frame_of(u64 addr)
{
	return addr / KEEL_FRAME_SIZE;
}

/* Whoever came first has a frame, as on the bus. */
int keel_its_place(struct keel_its *its, u64 base)
{
	struct xarray *at = &its->vm->gic.lpi.its_at;
	unsigned long frame;
	int err = 0;

	for (frame = frame_of(base); frame < frame_of(base + KEEL_ITS_SIZE) && !err; frame++) {
		err = xa_insert(at, frame, its, GFP_KERNEL_ACCOUNT);
		if (err == -EBUSY)
			err = 0;
	}
	if (err)
		keel_its_unplace(its, base);
	return err;
}

void keel_its_unplace(struct keel_its *its, u64 base)
{
	struct xarray *at = &its->vm->gic.lpi.its_at;
	unsigned long frame;

	for (frame = frame_of(base); frame < frame_of(base + KEEL_ITS_SIZE); frame++)
		if (xa_load(at, frame) == its)
			xa_erase(at, frame);
}

/*
 * KVM takes any address in the ITS's frames for the one of GITS_TRANSLATER. A
 * VM may have any number of ITSes, and this may be a hard interrupt.
 */
static struct keel_its *find_by_address(struct keel_vm *vm, u64 addr)
{
	return xa_load(&vm->gic.lpi.its_at, frame_of(addr));
}

int keel_its_msi(struct keel_vm *vm, u64 addr, u32 flags, u32 device, u32 event)
{
	struct keel_its *its;
	int ret;

	if (!READ_ONCE(vm->gic.lpi.present))
		return -ENODEV;
	if (!(flags & KVM_MSI_VALID_DEVID))
		return -EINVAL;
	rcu_read_lock();
	its = find_by_address(vm, addr);
	ret = its ? keel_its_translate(its, device, event) : -EINVAL;
	rcu_read_unlock();
	return ret;
}
