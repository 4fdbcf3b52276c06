// SPDX-License-Identifier: GPL-2.0-only
/*
 * An image's sections of ITSes: what they have mapped and which LPIs are pending, as they are in
 * the kernel. The guest's tables are not looked at, nor written (but what EnableLPIs had no memory
 * to read: image.c): a VM can be saved without a page of it changing.
 */
#include <linux/sched.h>
#include "../vgic/its/its.h"
#include "parts.h"

#define REST	256	/* records between two looks at the scheduler */

static void rest(u32 n)
{
	if (n % REST == 0)
		cond_resched();
}

void keel_image_write_its_config(struct keel_vm *vm, struct keel_image_out *out)
{
	struct keel_image_its_config c = {};
	struct keel_its *its;
	u32 i = 0;

	list_for_each_entry(its, &vm->gic.lpi.its, entry) {
		c.base = its->base;
		keel_image_section(out, KEEL_IMAGE_ITS_CONFIG, i++, &c, sizeof(c));
	}
}

static void write_regs(struct keel_its *its, u32 index, struct keel_image_out *out)
{
	struct keel_image_its r = {
		.device_baser = its->device_baser,
		.collection_baser = its->collection_baser,
		.cbaser = its->cbaser,
		.cwriter = its->cwriter,
		.creadr = its->creadr,
		.enabled = its->enabled,
	};

	keel_image_section(out, KEEL_IMAGE_ITS, index, &r, sizeof(r));
}

static void write_collections(struct keel_its *its, u32 index, struct keel_image_out *out)
{
	struct keel_image_collection r;
	unsigned long id;
	void *v;
	u32 n = 0;

	keel_image_begin(out, KEEL_IMAGE_COLLECTIONS, index);
	xa_for_each(&its->collections, id, v) {
		r = (struct keel_image_collection){ .id = id, .rdbase = xa_to_value(v) };
		keel_image_put(out, &r, sizeof(r));
		rest(++n);
	}
	keel_image_end(out);
}

static void write_devices(struct keel_its *its, u32 index, struct keel_image_out *out)
{
	struct keel_image_device r;
	unsigned long id;
	void *v;
	u32 n = 0;

	keel_image_begin(out, KEEL_IMAGE_DEVICES, index);
	xa_for_each(&its->devices, id, v) {
		r = (struct keel_image_device){ .id = id, .dte = xa_to_value(v) };
		keel_image_put(out, &r, sizeof(r));
		rest(++n);
	}
	keel_image_end(out);
}

static void write_events(struct keel_its *its, u32 index, struct keel_image_out *out)
{
	struct keel_image_event r;
	struct keel_its_event *e;
	unsigned long key;
	u32 n = 0;

	keel_image_begin(out, KEEL_IMAGE_EVENTS, index);
	xa_for_each(&its->events, key, e) {
		r = (struct keel_image_event){
			.device = key / KEEL_ITS_NR_IDS,
			.event = key % KEEL_ITS_NR_IDS,
			.intid = e->lpi->irq.s.intid,
			.collection = e->collection,
		};
		keel_image_put(out, &r, sizeof(r));
		rest(++n);
	}
	keel_image_end(out);
}

static void write_lpis(struct keel_vm *vm, struct keel_image_out *out)
{
	struct keel_lpi *lpi;
	unsigned long intid;
	u32 n = 0;

	keel_image_begin(out, KEEL_IMAGE_LPIS, 0);
	xa_for_each(&vm->gic.lpi.by_intid, intid, lpi) {
		keel_image_write_irq(&lpi->irq, out);
		rest(++n);
	}
	keel_image_end(out);
}

/* One kind of section of each ITS. */
static void each_its(struct keel_vm *vm, struct keel_image_out *out,
		     void (*write)(struct keel_its *its, u32 index, struct keel_image_out *out))
{
	struct keel_its *its;
	u32 i = 0;

	list_for_each_entry(its, &vm->gic.lpi.its, entry)
		write(its, i++, out);
}

void keel_image_write_its(struct keel_vm *vm, struct keel_image_out *out)
{
	lockdep_assert_held(&vm->gic.lpi.lock);
	each_its(vm, out, write_regs);
	each_its(vm, out, write_collections);
	each_its(vm, out, write_devices);
	each_its(vm, out, write_events);
	if (!list_empty(&vm->gic.lpi.its))
		write_lpis(vm, out);
}

/* Registers as they can read. */
static bool regs_suit(const struct keel_image_its *r)
{
	return r->device_baser == keel_its_baser(r->device_baser, KEEL_ITS_TYPE_DEVICE, true) &&
	       r->collection_baser ==
		       keel_its_baser(r->collection_baser, KEEL_ITS_TYPE_COLLECTION, false) &&
	       (!r->cbaser || r->cbaser == keel_its_cbaser(r->cbaser)) && !(r->cwriter % 32) &&
	       !(r->creadr % 32) && r->cwriter < keel_its_queue_size(r->cbaser) &&
	       r->creadr < keel_its_queue_size(r->cbaser) &&
	       (!r->enabled ||
		(r->device_baser & r->collection_baser & r->cbaser & KEEL_ITS_VALID));
}

int keel_image_check_its(struct keel_vm *vm, struct keel_image *image)
{
	struct keel_its *its;
	u32 i = 0;

	list_for_each_entry(its, &vm->gic.lpi.its, entry) {
		if (!xa_empty(&its->devices) || !xa_empty(&its->collections))
			return -EBUSY;
		if (!regs_suit(keel_image_get(image, KEEL_IMAGE_ITS, i++)))
			return -EINVAL;
	}
	return 0;
}

static int load_regs(struct keel_its *its, struct keel_image *image, u32 index)
{
	const struct keel_image_its *r = keel_image_get(image, KEEL_IMAGE_ITS, index);

	its->device_baser = r->device_baser;
	its->collection_baser = r->collection_baser;
	its->cbaser = r->cbaser;
	its->cwriter = r->cwriter;
	its->creadr = r->creadr;
	WRITE_ONCE(its->enabled, r->enabled);
	return 0;
}

static int put_collection(struct keel_its *its, const void *record)
{
	const struct keel_image_collection *r = record;

	return keel_its_put_collection(its, r->id, r->rdbase);
}

static int put_device(struct keel_its *its, const void *record)
{
	const struct keel_image_device *r = record;

	return keel_its_put_device(its, r->id, r->dte);
}

static int put_event(struct keel_its *its, const void *record)
{
	const struct keel_image_event *r = record;

	return keel_its_put_event(its, r->device, r->event, r->intid, r->collection);
}

/* All records of an ITS's section, of that size each. */
static int load_each(struct keel_its *its, struct keel_image *image, u32 tag, u32 index, u32 size,
		     int (*put)(struct keel_its *its, const void *record))
{
	u32 len = 0, n;
	const void *r = keel_image_find(image, tag, index, &len);
	int err = 0;

	/* of thousands of ITSes */
	cond_resched();
	for (n = 0; n < len / size && !err; r += size) {
		err = put(its, r);
		rest(++n);
	}
	return err;
}

static int load_collections(struct keel_its *its, struct keel_image *image, u32 index)
{
	return load_each(its, image, KEEL_IMAGE_COLLECTIONS, index,
			 sizeof(struct keel_image_collection), put_collection);
}

static int load_devices(struct keel_its *its, struct keel_image *image, u32 index)
{
	return load_each(its, image, KEEL_IMAGE_DEVICES, index, sizeof(struct keel_image_device),
			 put_device);
}

static int load_events(struct keel_its *its, struct keel_image *image, u32 index)
{
	return load_each(its, image, KEEL_IMAGE_EVENTS, index, sizeof(struct keel_image_event),
			 put_event);
}

/* One kind of section of each ITS: in the image they follow one another. */
static int load_kind(struct keel_vm *vm, struct keel_image *image,
		     int (*load)(struct keel_its *its, struct keel_image *image, u32 index))
{
	struct keel_its *its;
	u32 i = 0;
	int err;

	list_for_each_entry(its, &vm->gic.lpi.its, entry) {
		err = load(its, image, i++);
		if (err)
			return err;
	}
	return 0;
}

static int load_maps(struct keel_vm *vm, struct keel_image *image)
{
	return load_kind(vm, image, load_regs) ?: load_kind(vm, image, load_collections) ?:
	       load_kind(vm, image, load_devices) ?: load_kind(vm, image, load_events);
}

static u32 count_lpis(struct keel_vm *vm)
{
	struct keel_lpi *lpi;
	unsigned long intid;
	u32 n = 0;

	xa_for_each(&vm->gic.lpi.by_intid, intid, lpi)
		rest(++n);
	return n;
}

/* Each LPI has come to life by its mappings, and has one record: where it goes is there alone. */
static int load_lpis(struct keel_vm *vm, struct keel_image *image)
{
	u32 len = 0, i;
	const struct keel_image_irq *r = keel_image_find(image, KEEL_IMAGE_LPIS, 0, &len);
	struct keel_lpi *lpi;

	if (count_lpis(vm) != len / sizeof(*r))
		return -EINVAL;
	for (i = 0; i < len / sizeof(*r); i++, rest(i)) {
		lpi = xa_load(&vm->gic.lpi.by_intid, r[i].intid);
		if (!lpi)
			return -EINVAL;
		keel_image_load_irq(vm, &lpi->irq, &r[i]);
	}
	return 0;
}

static void unload(struct keel_vm *vm)
{
	struct keel_its *its;

	list_for_each_entry(its, &vm->gic.lpi.its, entry)
		keel_its_unmap_all(its);
}

int keel_image_load_its(struct keel_vm *vm, struct keel_image *image)
{
	int err;

	lockdep_assert_held(&vm->gic.lpi.lock);
	err = load_maps(vm, image) ?: load_lpis(vm, image);
	if (err)
		unload(vm);
	else
		/* commands that the guest has given and that were not done yet */
		keel_its_queue_request(vm, NULL);
	return err;
}
