// SPDX-License-Identifier: GPL-2.0-only
/*
 * Coalesced MMIO: writes to a registered zone go into a ring that user space
 * drains at the next exit. One ring per VM, mapped by every vCPU fd.
 *
 * c->lock protects the list of zones; inside it is only the bus's lock.
 * c->ring_lock makes the vCPUs one producer; nothing is taken inside it.
 *
 * Zones of ports are kept for the sake of the ABI; an arm64 guest cannot write
 * to them.
 */
#include <linux/errno.h>
#include <linux/gfp.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "bus.h"
#include "coalesced.h"
#include "coalesced_ring.h"
#include "objects.h"

struct keel_coalesced {
	struct page *page;				/* [I] */
	/* [I]; contents: ring_lock, and user space */
	struct kvm_coalesced_mmio_ring *ring;
	spinlock_t ring_lock;
	struct mutex lock;
	struct list_head zones;				/* under lock */
	unsigned int nr_pio;				/* under lock */
};

struct mmio_zone {
	struct keel_bus_dev dev;
	struct list_head node;
	struct keel_coalesced *owner;		/* [I] */
	u64 addr;				/* [I] */
	u32 size;				/* [I] */
	bool pio;				/* [I] */
};

/* A full ring leaves the write to user space, which drains the ring before it looks at the exit. */
static int queue_write(struct keel_vcpu *vcpu, struct keel_bus_dev *dev, ipa_t addr, int len,
		       const void *val)
{
	struct mmio_zone *z = container_of(dev, struct mmio_zone, dev);
	struct keel_coalesced *c = z->owner;
	bool queued;

	if (!keel_coalesced_ring_covers(z->addr, z->size, addr.v, len))
		return -EOPNOTSUPP;
	spin_lock(&c->ring_lock);
	queued = keel_coalesced_ring_push(c->ring, addr.v, len, val);
	spin_unlock(&c->ring_lock);
	return queued ? 0 : -EOPNOTSUPP;
}

static const struct keel_bus_ops zone_ops = {
	.write = queue_write,
};

int keel_coalesced_vm_init(struct keel_vm *vm)
{
	struct keel_coalesced *c = kzalloc(sizeof(*c), GFP_KERNEL_ACCOUNT);

	if (!c)
		return -ENOMEM;
	c->page = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!c->page) {
		kfree(c);
		return -ENOMEM;
	}
	c->ring = page_address(c->page);
	spin_lock_init(&c->ring_lock);
	mutex_init(&c->lock);
	INIT_LIST_HEAD(&c->zones);
	vm->coalesced = c;
	return 0;
}

/* Waits until no vCPU is writing to z. */
static void remove(struct keel_vm *vm, struct mmio_zone *z)
{
	if (z->pio)
		z->owner->nr_pio--;
	else
		keel_bus_unregister(vm, &z->dev);
	list_del(&z->node);
	kfree(z);
}

void keel_coalesced_vm_destroy(struct keel_vm *vm)
{
	struct keel_coalesced *c = vm->coalesced;
	struct mmio_zone *z, *n;

	if (!c)
		return;
	list_for_each_entry_safe(z, n, &c->zones, node)
		remove(vm, z);
	mutex_destroy(&c->lock);
	__free_page(c->page);
	kfree(c);
	vm->coalesced = NULL;
}

static struct mmio_zone *create(struct keel_coalesced *c,
				const struct kvm_coalesced_mmio_zone *args)
{
	struct mmio_zone *z = kzalloc(sizeof(*z), GFP_KERNEL_ACCOUNT);

	if (!z)
		return NULL;
	z->dev.ops = &zone_ops;
	z->dev.base = ipa(args->addr);
	z->dev.len = args->size;
	z->owner = c;
	z->addr = args->addr;
	z->size = args->size;
	z->pio = args->pio;
	return z;
}

/* Each space has its own limit. */
static int publish(struct keel_vm *vm, struct mmio_zone *z)
{
	struct keel_coalesced *c = z->owner;
	int ret = 0;

	lockdep_assert_held(&c->lock);
	if (!z->pio)
		ret = keel_bus_register(vm, &z->dev);
	else if (c->nr_pio < KEEL_BUS_MAX_DEVS)
		c->nr_pio++;
	else
		ret = -ENOSPC;
	if (!ret)
		list_add_tail(&z->node, &c->zones);
	return ret;
}

int keel_coalesced_register(struct keel_vm *vm, const struct kvm_coalesced_mmio_zone *args)
{
	struct keel_coalesced *c = vm->coalesced;
	struct mmio_zone *z;
	int ret;

	if (args->pio > 1)
		return -EINVAL;
	z = create(c, args);
	if (!z)
		return -ENOMEM;
	mutex_lock(&c->lock);
	ret = publish(vm, z);
	mutex_unlock(&c->lock);
	if (ret)
		kfree(z);
	return ret;
}

int keel_coalesced_unregister(struct keel_vm *vm, const struct kvm_coalesced_mmio_zone *args)
{
	struct keel_coalesced *c = vm->coalesced;
	struct mmio_zone *z, *n;

	if (args->pio > 1)
		return -EINVAL;
	mutex_lock(&c->lock);
	list_for_each_entry_safe(z, n, &c->zones, node)
		if (z->pio == args->pio &&
		    keel_coalesced_ring_covers(z->addr, z->size, args->addr, args->size))
			remove(vm, z);
	mutex_unlock(&c->lock);
	return 0;
}

struct page *keel_coalesced_page(struct keel_vm *vm)
{
	return vm->coalesced->page;
}
