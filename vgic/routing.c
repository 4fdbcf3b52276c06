// SPDX-License-Identifier: GPL-2.0-only
/*
 * The GSI routing table of a VM. Readers are in any context, under vm->irq_srcu;
 * a new table comes complete.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <linux/uaccess.h>
#include "../core/objects.h"
#include "its/its.h"
#include "routing.h"
#include "routing_table.h"

void keel_routing_vm_init(struct keel_vm *vm)
{
	RCU_INIT_POINTER(vm->routing.table, NULL);
	mutex_init(&vm->routing.lock);
}

/* Nobody is left who could read it. */
void keel_routing_vm_destroy(struct keel_vm *vm)
{
	kvfree(rcu_replace_pointer(vm->routing.table, NULL, true));
	mutex_destroy(&vm->routing.lock);
}

static struct keel_routing_table *alloc(u32 nr)
{
	struct keel_routing_table *t = kvzalloc(struct_size(t, route, nr), GFP_KERNEL_ACCOUNT);

	if (t)
		t->nr = nr;
	return t;
}

static void replace(struct keel_vm *vm, struct keel_routing_table *t)
{
	struct keel_routing *r = &vm->routing;

	mutex_lock(&r->lock);
	t = rcu_replace_pointer(r->table, t, lockdep_is_held(&r->lock));
	mutex_unlock(&r->lock);
	if (t)
		synchronize_srcu_expedited(&vm->irq_srcu);
	kvfree(t);
}

/* Highest GSI and one. The entries were checked for nothing yet. */
static u32 extent(const struct kvm_irq_routing_entry *e, u32 nr)
{
	u32 i, end = 1;

	for (i = 0; i < nr; i++)
		end = max(end, min_t(u32, e[i].gsi, KEEL_MAX_ROUTES - 1) + 1);
	return end;
}

static int set(struct keel_vm *vm, const struct kvm_irq_routing_entry *e, u32 nr)
{
	struct keel_routing_table *t = alloc(extent(e, nr));
	int err = 0;
	u32 i;

	if (!t)
		return -ENOMEM;
	for (i = 0; i < nr && !err; i++)
		err = keel_routing_table_add(t, &e[i]);
	if (err)
		kvfree(t);
	else
		replace(vm, t);
	return err;
}

int keel_routing_set(struct keel_vm *vm, const struct kvm_irq_routing *args,
		     const void __user *entries)
{
	struct kvm_irq_routing_entry *e;
	int err;

	if (args->nr > KEEL_MAX_ROUTES || args->flags)
		return -EINVAL;
	e = kvmalloc_array(args->nr ?: 1, sizeof(*e), GFP_KERNEL_ACCOUNT);
	if (!e)
		return -ENOMEM;
	err = copy_from_user(e, entries, args->nr * sizeof(*e)) ? -EFAULT : set(vm, e, args->nr);
	kvfree(e);
	return err;
}

int keel_routing_set_default(struct keel_vm *vm, u32 nr)
{
	struct keel_routing_table *t = alloc(min_t(u32, nr, KEEL_ROUTING_PINS));

	if (!t)
		return -ENOMEM;
	keel_routing_table_add_pins(t);
	replace(vm, t);
	return 0;
}

int keel_routing_intid(struct keel_vm *vm, u32 gsi)
{
	int idx = srcu_read_lock(&vm->irq_srcu), ret;

	ret = keel_routing_table_intid(srcu_dereference(vm->routing.table, &vm->irq_srcu), gsi);
	srcu_read_unlock(&vm->irq_srcu, idx);
	return ret;
}

const struct keel_routing_table *keel_routing_get(struct keel_vm *vm)
{
	return srcu_dereference(vm->routing.table, &vm->irq_srcu);
}

static bool find_msi(struct keel_vm *vm, u32 gsi, struct keel_route *r)
{
	int idx = srcu_read_lock(&vm->irq_srcu);
	const struct keel_route *found;

	found = keel_routing_table_msi(srcu_dereference(vm->routing.table, &vm->irq_srcu), gsi);
	if (found)
		*r = *found;
	srcu_read_unlock(&vm->irq_srcu, idx);
	return found;
}

bool keel_routing_send(struct keel_vm *vm, u32 gsi)
{
	struct keel_route r;

	if (!find_msi(vm, gsi, &r))
		return false;
	keel_its_msi(vm, (u64)r.msi.address_hi << 32 | r.msi.address_lo, r.flags, r.msi.devid,
		     r.msi.data);
	return true;
}

int keel_routing_signal_msi(struct keel_vm *vm, const struct kvm_msi *msi)
{
	if (!READ_ONCE(vm->gic.present) || msi->flags & ~KVM_MSI_VALID_DEVID)
		return -EINVAL;
	return keel_its_msi(vm, (u64)msi->address_hi << 32 | msi->address_lo, msi->flags,
			    msi->devid, msi->data);
}
