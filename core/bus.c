// SPDX-License-Identifier: GPL-2.0-only
/*
 * The MMIO bus of a VM: registration and the way of one access to its device.
 *
 * Readers walk the table under vm->srcu. A new device comes with a new table,
 * and the readers of the old one are waited for only once so many have piled up
 * behind a reader that sleeps (in user memory); a device that leaves is
 * struck out in place, which needs no memory and so cannot fail, and its entry
 * goes with the next table.
 *
 * bus->lock is innermost but for the allocator's. Waiting for readers happens
 * outside it.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include "bus.h"
#include "bus_table.h"
#include "objects.h"

#define MAX_REPLACED	64

static struct keel_bus_table *locked_table(struct keel_bus *bus)
{
	return rcu_dereference_protected(bus->table, lockdep_is_held(&bus->lock));
}

void keel_bus_init(struct keel_vm *vm)
{
	struct keel_bus *bus = &vm->mmio_bus;

	RCU_INIT_POINTER(bus->table, NULL);
	mutex_init(&bus->lock);
	bus->seq = 0;
	bus->nr_counted = 0;
	bus->replaced = 0;
}

/* No vCPU and no fd of the VM is left, so there are no readers. */
void keel_bus_destroy(struct keel_vm *vm)
{
	struct keel_bus *bus = &vm->mmio_bus;
	struct keel_bus_table *t = rcu_replace_pointer(bus->table, NULL, true);
	unsigned int i;

	for (i = 0; t && i < t->nr; i++) {
		struct keel_bus_dev *dev = t->entry[i].dev;

		if (dev && dev->ops->destroy)
			dev->ops->destroy(dev);
	}
	kvfree(t);
	if (bus->replaced)
		srcu_barrier(&vm->srcu);
	mutex_destroy(&bus->lock);
}

static void free_table(struct rcu_head *rcu)
{
	kvfree(container_of(rcu, struct keel_bus_table, rcu));
}

static int add(struct keel_vm *vm, struct keel_bus_dev *dev)
{
	struct keel_bus *bus = &vm->mmio_bus;
	struct keel_bus_table *old = locked_table(bus), *new;

	lockdep_assert_held(&bus->lock);
	/*
	 * As in KVM, the uncounted are not counted, but find no room either once the rest is full.
	 */
	if (bus->nr_counted >= KEEL_BUS_MAX_DEVS)
		return -ENOSPC;

	new = kvmalloc(struct_size(new, entry, keel_bus_table_live(old) + 1),
		       GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
	if (!new)
		return -ENOMEM;

	keel_bus_table_build(new, old, dev);
	rcu_assign_pointer(bus->table, new);
	/*
	 * pairs with the acquires of keel_bus_is_gap() and bus_access(): who sees the number sees
	 * the table
	 */
	smp_store_release(&bus->seq, bus->seq + 1);
	bus->nr_counted += !dev->uncounted;
	if (old) {
		call_srcu(&vm->srcu, &old->rcu, free_table);
		bus->replaced++;
	}
	return 0;
}

/*
 * There are so many old tables that they have to go first: true for one caller, who sees to it.
 * bus->lock.
 */
static bool claim_drain(struct keel_bus *bus)
{
	lockdep_assert_held(&bus->lock);
	if (bus->replaced < MAX_REPLACED)
		return false;
	bus->replaced = 0;
	return true;
}

static void drain(struct keel_vm *vm)
{
	synchronize_srcu_expedited(&vm->srcu);
	srcu_barrier(&vm->srcu);
}

int keel_bus_register(struct keel_vm *vm, struct keel_bus_dev *dev)
{
	struct keel_bus *bus = &vm->mmio_bus;
	bool full;
	int ret;

	mutex_lock(&bus->lock);
	ret = add(vm, dev);
	full = claim_drain(bus);
	mutex_unlock(&bus->lock);
	if (full)
		drain(vm);
	return ret;
}

/*
 * A reader that still walks a table which a registration replaced just now
 * may find dev there, but the grace period below covers that reader as well.
 */
int keel_bus_unregister(struct keel_vm *vm, struct keel_bus_dev *dev)
{
	struct keel_bus *bus = &vm->mmio_bus;
	struct keel_bus_entry *e;

	mutex_lock(&bus->lock);
	e = keel_bus_table_find(locked_table(bus), dev);
	if (e) {
		WRITE_ONCE(e->dev, NULL);	/* pairs with READ_ONCE() in dispatch() */
		bus->nr_counted -= !dev->uncounted;
	}
	mutex_unlock(&bus->lock);
	if (!e)
		return -ENOENT;

	synchronize_srcu_expedited(&vm->srcu);
	return 0;
}

/* One access to one device: rd for a read, else wr. */
static int access_dev(struct keel_vcpu *vcpu, struct keel_bus_dev *dev, ipa_t addr, int len,
		      void *rd, const void *wr)
{
	if (rd)
		return dev->ops->read ? dev->ops->read(vcpu, dev, addr, len, rd) : -EOPNOTSUPP;
	return dev->ops->write ? dev->ops->write(vcpu, dev, addr, len, wr) : -EOPNOTSUPP;
}

/*
 * Offer the access to every device that it lies in, until one takes it. quick:
 * no further than to the first that might sleep, -EAGAIN.
 */
static int dispatch(struct keel_vcpu *vcpu, const struct keel_bus_table *t, ipa_t addr, int len,
		    void *rd, const void *wr, bool quick)
{
	unsigned int i;
	int ret = -EOPNOTSUPP;

	for (i = keel_bus_table_first(t, addr);
	     ret == -EOPNOTSUPP && i < t->nr && t->entry[i].base <= addr.v; i++) {
		struct keel_bus_dev *dev = READ_ONCE(t->entry[i].dev);

		if (!dev || !keel_bus_table_hit(&t->entry[i], addr, len))
			continue;
		if (quick && !dev->ops->quick)
			return -EAGAIN;
		ret = access_dev(vcpu, dev, addr, len, rd, wr);
	}
	return ret;
}

static u64 page_of(ipa_t addr)
{
	return addr.v & ~(KEEL_BUS_PAGE - 1);
}

bool keel_bus_is_gap(const struct keel_vcpu *vcpu, ipa_t addr)
{
	return vcpu->bus_gap.seq == smp_load_acquire(&vcpu->vm->mmio_bus.seq) &&
	       vcpu->bus_gap.page == page_of(addr);
}

/* What user space serves is mostly accessed again, and has a page of its own. */
static void note_gap(struct keel_vcpu *vcpu, const struct keel_bus_table *t, ipa_t addr,
		     unsigned int seq)
{
	u64 page = page_of(addr);

	if (!t || keel_bus_table_gap(t, page, page + KEEL_BUS_PAGE - 1))
		vcpu->bus_gap = (struct keel_bus_gap){ .page = page, .seq = seq };
}

static int bus_access(struct keel_vcpu *vcpu, ipa_t addr, int len, void *rd, const void *wr)
{
	struct keel_vm *vm = vcpu->vm;
	const struct keel_bus_table *t;
	unsigned int seq = smp_load_acquire(&vm->mmio_bus.seq);
	int idx, ret = -EOPNOTSUPP;

	if (keel_bus_is_gap(vcpu, addr))
		return -EOPNOTSUPP;
	idx = srcu_read_lock(&vm->srcu);
	t = srcu_dereference(vm->mmio_bus.table, &vm->srcu);
	if (t)
		ret = dispatch(vcpu, t, addr, len, rd, wr, false);
	if (ret == -EOPNOTSUPP)
		note_gap(vcpu, t, addr, seq);
	srcu_read_unlock(&vm->srcu, idx);

	vcpu->stat.mmio_kernel += !ret;
	return ret;
}

int keel_bus_read(struct keel_vcpu *vcpu, ipa_t addr, int len, void *val)
{
	return bus_access(vcpu, addr, len, val, NULL);
}

int keel_bus_write(struct keel_vcpu *vcpu, ipa_t addr, int len, const void *val)
{
	return bus_access(vcpu, addr, len, NULL, val);
}

bool keel_bus_try_write(struct keel_vcpu *vcpu, ipa_t addr, int len, const void *val)
{
	struct keel_vm *vm = vcpu->vm;
	const struct keel_bus_table *t = srcu_dereference(vm->mmio_bus.table, &vm->srcu);

	if (!t || dispatch(vcpu, t, addr, len, NULL, val, true))
		return false;
	vcpu->stat.mmio_kernel++;
	return true;
}
