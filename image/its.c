// SPDX-License-Identifier: GPL-2.0-only
/*
 * An image's sections of ITSes: what they have mapped and which LPIs are pending, as they are in the
 * kernel. The guest's tables are not looked at, nor written: a VM can be saved without a page of it changing.
 */
#include <linux/sched.h>
#include "../core/kick.h"
#include "../core/vcpus.h"
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

	keel_image_begin(out, KEEL_IMAGE_COLLECTIONS, index);
	xa_for_each(&its->collections, id, v) {
		r = (struct keel_image_collection){ .id = id, .rdbase = xa_to_value(v) };
		keel_image_put(out, &r, sizeof(r));
		rest(id);
	}
	keel_image_end(out);
}

static void write_devices(struct keel_its *its, u32 index, struct keel_image_out *out)
{
	struct keel_image_device r;
	unsigned long id;
	void *v;

	keel_image_begin(out, KEEL_IMAGE_DEVICES, index);
	xa_for_each(&its->devices, id, v) {
		r = (struct keel_image_device){ .id = id, .dte = xa_to_value(v) };
		keel_image_put(out, &r, sizeof(r));
		rest(id);
	}
	keel_image_end(out);
}

static void write_events(struct keel_its *its, u32 index, struct keel_image_out *out)
{
	struct keel_image_event r;
	struct keel_its_event *e;
	unsigned long key;

	keel_image_begin(out, KEEL_IMAGE_EVENTS, index);
	xa_for_each(&its->events, key, e) {
		r = (struct keel_image_event){
			.device = key / KEEL_ITS_NR_IDS,
			.event = key % KEEL_ITS_NR_IDS,
			.intid = e->lpi->irq.s.intid,
			.collection = e->collection,
		};
		keel_image_put(out, &r, sizeof(r));
		rest(key);
	}
	keel_image_end(out);
}

static void write_lpis(struct keel_vm *vm, struct keel_image_out *out)
{
	struct keel_lpi *lpi;
	unsigned long intid;

	keel_image_begin(out, KEEL_IMAGE_LPIS, 0);
	xa_for_each(&vm->gic.lpi.by_intid, intid, lpi) {
		keel_image_write_irq(&lpi->irq, out);
		rest(intid);
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
	       r->collection_baser == keel_its_baser(r->collection_baser, KEEL_ITS_TYPE_COLLECTION, false) &&
	       (!r->cbaser || r->cbaser == keel_its_cbaser(r->cbaser)) && !(r->cwriter % 32) && !(r->creadr % 32) &&
	       r->cwriter < keel_its_queue_size(r->cbaser) && r->creadr < keel_its_queue_size(r->cbaser) &&
	       (!r->enabled || (r->device_baser & r->collection_baser & r->cbaser & KEEL_ITS_VALID));
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

static void load_regs(struct keel_its *its, const struct keel_image_its *r)
{
	its->device_baser = r->device_baser;
	its->collection_baser = r->collection_baser;
	its->cbaser = r->cbaser;
	its->cwriter = r->cwriter;
	its->creadr = r->creadr;
	WRITE_ONCE(its->enabled, r->enabled);
}

static int load_collections(struct keel_its *its, struct keel_image *image, u32 index)
{
	u32 len = 0, i;
	const struct keel_image_collection *r = keel_image_find(image, KEEL_IMAGE_COLLECTIONS, index, &len);
	int err = 0;

	for (i = 0; i < len / sizeof(*r) && !err; i++, rest(i))
		err = keel_its_put_collection(its, r[i].id, r[i].rdbase);
	return err;
}

static int load_devices(struct keel_its *its, struct keel_image *image, u32 index)
{
	u32 len = 0, i;
	const struct keel_image_device *r = keel_image_find(image, KEEL_IMAGE_DEVICES, index, &len);
	int err = 0;

	for (i = 0; i < len / sizeof(*r) && !err; i++, rest(i))
		err = keel_its_put_device(its, r[i].id, r[i].dte);
	return err;
}

static int load_events(struct keel_its *its, struct keel_image *image, u32 index)
{
	u32 len = 0, i;
	const struct keel_image_event *r = keel_image_find(image, KEEL_IMAGE_EVENTS, index, &len);
	int err = 0;

	for (i = 0; i < len / sizeof(*r) && !err; i++, rest(i))
		err = keel_its_put_event(its, r[i].device, r[i].event, r[i].intid, r[i].collection);
	return err;
}

static int load_maps(struct keel_vm *vm, struct keel_image *image)
{
	struct keel_its *its;
	int err = 0;
	u32 i = 0;

	list_for_each_entry(its, &vm->gic.lpi.its, entry) {
		load_regs(its, keel_image_get(image, KEEL_IMAGE_ITS, i));
		err = load_collections(its, image, i) ?: load_devices(its, image, i) ?: load_events(its, image, i);
		if (err)
			break;
		i++;
	}
	return err;
}

/* Each LPI has come to life by its mappings. */
static int load_lpis(struct keel_vm *vm, struct keel_image *image)
{
	u32 len = 0, i;
	const struct keel_image_irq *r = keel_image_find(image, KEEL_IMAGE_LPIS, 0, &len);
	struct keel_lpi *lpi;

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

/* Commands that the guest has given and that were not done yet. */
static void go_on(struct keel_vm *vm)
{
	struct keel_vcpu *vcpu;
	unsigned int i;

	keel_for_each_vcpu(i, vcpu, vm)
		keel_request(vcpu, KEEL_REQ_ITS);
}

int keel_image_load_its(struct keel_vm *vm, struct keel_image *image)
{
	int err;

	lockdep_assert_held(&vm->gic.lpi.lock);
	err = load_maps(vm, image) ?: load_lpis(vm, image);
	if (err)
		unload(vm);
	else
		go_on(vm);
	return err;
}
