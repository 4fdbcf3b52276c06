// SPDX-License-Identifier: GPL-2.0-only
/*
 * LPIs: their life, where they go, and their tables in guest memory: one byte
 * of configuration for each, at GICR_PROPBASER, and a bit in the table of
 * pending ones of each redistributor, at GICR_PENDBASER (IHI 0069, 5.1.1 and
 * 5.1.2). A table that cannot be read has no LPI enabled and none pending.
 *
 * gic.lpi.lock -> irq->lock. Walks over all LPIs let others run: there may be
 * 57344 of them.
 */
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/xarray.h>
#include "../../core/kick.h"
#include "../../core/vcpus.h"
#include "lpi.h"

#define PROP_ENABLE	BIT(0)
#define PROP_PRIORITY	0xf8		/* five bits, of which no host offers fewer */
#define PROP_BASE	GENMASK_ULL(51, 12)
#define PROP_IDBITS	GENMASK_ULL(4, 0)
#define PEND_BASE	GENMASK_ULL(51, 16)

#define WINDOW		256
#define REST		256		/* LPIs of a walk between two looks at the scheduler */

/* A piece of the configuration table. Pieces do not cross pages. */
struct window {
	u32 first;		/* INTID, 0: nothing read yet */
	u8 prop[WINDOW];
};

void keel_lpi_vm_init(struct keel_vm *vm)
{
	struct keel_lpis *l = &vm->gic.lpi;

	mutex_init(&l->lock);
	INIT_LIST_HEAD(&l->its);
	l->turn = &l->its;
	xa_init_flags(&l->its_at, XA_FLAGS_ACCOUNT);
	xa_init_flags(&l->by_intid, XA_FLAGS_ACCOUNT);
	init_llist_head(&l->to_free);
}

void keel_lpi_reap(struct keel_vm *vm)
{
	struct llist_node *node = llist_del_all(&vm->gic.lpi.to_free);
	struct keel_lpi *lpi, *next;

	llist_for_each_entry_safe(lpi, next, node, to_free)
		kfree_rcu(lpi, rcu);
}

void keel_lpi_vm_destroy(struct keel_vm *vm)
{
	keel_lpi_reap(vm);
	xa_destroy(&vm->gic.lpi.by_intid);
	xa_destroy(&vm->gic.lpi.its_at);
	mutex_destroy(&vm->gic.lpi.lock);
}

static u32 end_of_ids(const struct keel_vm *vm)
{
	u32 bits = (vm->gic.propbaser & PROP_IDBITS) + 1;

	return min_t(u64, 1ULL << bits, KEEL_LPI_END);
}

bool keel_lpi_valid(struct keel_vm *vm, u32 intid)
{
	return intid >= KEEL_FIRST_LPI && intid < end_of_ids(vm);
}

static ipa_t prop_addr(const struct keel_vm *vm, u32 intid)
{
	return ipa((READ_ONCE(vm->gic.propbaser) & PROP_BASE) + intid - KEEL_FIRST_LPI);
}

static int read_prop(struct keel_vm *vm, struct window *w, u32 intid, u8 *prop)
{
	u32 first = round_down(intid, WINDOW);
	int err = 0;

	*prop = 0;
	if (intid >= end_of_ids(vm))
		return 0;
	if (w->first != first)
		err = keel_guest_read(vm, prop_addr(vm, first), w->prop, WINDOW);
	if (err == -ENOMEM)
		return err;
	if (err)
		memset(w->prop, 0, WINDOW);
	w->first = first;
	*prop = w->prop[intid - first];
	return 0;
}

/* Where the LPI's bit is, in bits from the start of guest memory; vcpu's LPIs are on. */
static ipa_t pend_addr(const struct keel_vcpu *vcpu, u32 intid)
{
	return ipa((READ_ONCE(vcpu->gic.pendbaser) & PEND_BASE) + intid / 8);
}

/*
 * Take the pending bit out of the table: from here on it is the latch. 1: it was set; 0; -ENOMEM.
 */
static int take_pending(struct keel_vm *vm, struct keel_vcpu *vcpu, u32 intid)
{
	u8 bit = BIT(intid % 8), byte;
	int err;

	if (intid >= end_of_ids(vm))
		return 0;
	err = keel_guest_read(vm, pend_addr(vcpu, intid), &byte, 1);
	if (err || !(byte & bit))
		return err == -ENOMEM ? err : 0;
	byte &= ~bit;
	return keel_guest_write(vm, pend_addr(vcpu, intid), &byte, 1) == -ENOMEM ? -ENOMEM : 1;
}

/* Who holds it looks again at what it presents. */
static void unlock_and_tell(struct keel_lpi *lpi, unsigned long flags)
	__releases(&lpi->irq.lock)
{
	struct keel_vcpu *holder = lpi->irq.vcpu;

	keel_vgic_queue_unlock(lpi->vm, &lpi->irq, flags);
	if (holder)
		keel_vcpu_kick(holder);
}

static void configure(struct keel_lpi *lpi, u8 prop)
{
	struct keel_irq_state *s = &lpi->irq.s;
	unsigned long flags;

	raw_spin_lock_irqsave(&lpi->irq.lock, flags);
	s->enabled = prop & PROP_ENABLE;
	s->priority = prop & PROP_PRIORITY;
	unlock_and_tell(lpi, flags);
}

/* Also the one that a list register carries. */
static void drop_pending(struct keel_irq_state *s)
{
	s->latch = false;
	s->lr_latch = false;
}

void keel_lpi_clear(struct keel_lpi *lpi)
{
	unsigned long flags;

	lockdep_assert_held(&lpi->vm->gic.lpi.lock);
	raw_spin_lock_irqsave(&lpi->irq.lock, flags);
	drop_pending(&lpi->irq.s);
	unlock_and_tell(lpi, flags);
}

int keel_lpi_raise(struct keel_lpi *lpi)
{
	struct keel_irq *irq = &lpi->irq;
	struct keel_vcpu *target;
	unsigned long flags;

	raw_spin_lock_irqsave(&irq->lock, flags);
	target = irq->target;
	/* under irq->lock: keel_lpi_enable() clears what came before it */
	if (!target || !READ_ONCE(target->gic.lpis_enabled)) {
		raw_spin_unlock_irqrestore(&irq->lock, flags);
		return target ? -EBUSY : 0;
	}
	irq->s.latch = true;
	keel_vgic_queue_unlock(lpi->vm, irq, flags);
	return 1;
}

/*
 * What the tables say of an LPI; pending: also that of its redistributor, which has just become
 * its own or has just got its LPIs on. -ENOMEM: they cannot be read now.
 */
static int load(struct keel_lpi *lpi, struct window *w, bool pending)
{
	struct keel_vcpu *target = lpi->irq.target;
	u8 prop;
	int ret = read_prop(lpi->vm, w, lpi->irq.s.intid, &prop);

	if (ret)
		return ret;
	configure(lpi, prop);
	if (pending && target && target->gic.lpis_enabled)
		ret = take_pending(lpi->vm, target, lpi->irq.s.intid);
	if (ret > 0)
		keel_lpi_raise(lpi);
	return min(ret, 0);
}

static struct keel_lpi *create(struct keel_vm *vm, u32 intid, struct keel_vcpu *target)
{
	struct keel_lpi *lpi = kzalloc(sizeof(*lpi), KEEL_ITS_GFP);

	if (!lpi)
		return NULL;
	keel_vgic_irq_init(&lpi->irq, target, intid);
	lpi->vm = vm;
	if (xa_err(xa_store(&vm->gic.lpi.by_intid, intid, lpi, KEEL_ITS_GFP))) {
		kfree(lpi);
		return NULL;
	}
	return lpi;
}

struct keel_lpi *keel_lpi_get(struct keel_vm *vm, u32 intid, struct keel_vcpu *target)
{
	struct window w = {};
	struct keel_lpi *lpi;
	int err = 0;

	lockdep_assert_held(&vm->gic.lpi.lock);
	lpi = xa_load(&vm->gic.lpi.by_intid, intid);
	if (lpi) {
		keel_lpi_route(lpi, target);
	} else {
		lpi = create(vm, intid, target);
		if (!lpi)
			return NULL;
		err = load(lpi, &w, true);
	}
	lpi->refs++;
	if (!err)
		return lpi;
	keel_lpi_put(lpi);
	return NULL;
}

struct keel_lpi *keel_lpi_adopt(struct keel_vm *vm, u32 intid)
{
	struct keel_lpi *lpi;

	lockdep_assert_held(&vm->gic.lpi.lock);
	lpi = xa_load(&vm->gic.lpi.by_intid, intid) ?: create(vm, intid, NULL);
	if (lpi)
		lpi->refs++;
	return lpi;
}

void keel_lpi_put(struct keel_lpi *lpi)
{
	struct keel_irq *irq = &lpi->irq;
	unsigned long flags;

	lockdep_assert_held(&lpi->vm->gic.lpi.lock);
	if (--lpi->refs)
		return;
	xa_erase(&lpi->vm->gic.lpi.by_intid, irq->s.intid);
	/* IRQs off keep it from being freed until it was let go */
	raw_spin_lock_irqsave(&irq->lock, flags);
	irq->target = NULL;
	irq->s.enabled = false;
	drop_pending(&irq->s);
	lpi->dead = true;
	if (!irq->vcpu)
		keel_lpi_bury(lpi);
	unlock_and_tell(lpi, flags);
}

/* A redistributor whose LPIs are off takes none, nor one that is pending (GICR_CTLR.EnableLPIs). */
void keel_lpi_route(struct keel_lpi *lpi, struct keel_vcpu *target)
{
	unsigned long flags;

	lockdep_assert_held(&lpi->vm->gic.lpi.lock);
	raw_spin_lock_irqsave(&lpi->irq.lock, flags);
	if (lpi->irq.target == target) {
		raw_spin_unlock_irqrestore(&lpi->irq.lock, flags);
		return;
	}
	WRITE_ONCE(lpi->irq.target, target);
	if (target && !target->gic.lpis_enabled)
		drop_pending(&lpi->irq.s);
	unlock_and_tell(lpi, flags);
}

static void rest(unsigned int *n)
{
	if (++*n % REST == 0)
		cond_resched();
}

void keel_lpi_move_all(struct keel_vm *vm, struct keel_vcpu *from, struct keel_vcpu *to)
{
	struct keel_lpi *lpi;
	unsigned long intid;
	unsigned int n = 0;

	lockdep_assert_held(&vm->gic.lpi.lock);
	xa_for_each(&vm->gic.lpi.by_intid, intid, lpi) {
		if (lpi->irq.target == from)
			keel_lpi_route(lpi, to);
		rest(&n);
	}
}

int keel_lpi_invalidate(struct keel_lpi *lpi)
{
	u8 prop = 0;
	int err = 0;

	lockdep_assert_held(&lpi->vm->gic.lpi.lock);
	if (lpi->irq.s.intid < end_of_ids(lpi->vm))
		err = keel_guest_read(lpi->vm, prop_addr(lpi->vm, lpi->irq.s.intid), &prop, 1);
	if (err == -ENOMEM)
		return err;
	configure(lpi, err ? 0 : prop);
	return 0;
}

int keel_lpi_invalidate_intid(struct keel_vm *vm, u32 intid)
{
	struct keel_lpi *lpi = xa_load(&vm->gic.lpi.by_intid, intid);

	return lpi ? keel_lpi_invalidate(lpi) : 0;
}

int keel_lpi_invalidate_all(struct keel_vcpu *target)
{
	struct keel_vm *vm = target->vm;
	struct window w = {};
	struct keel_lpi *lpi;
	unsigned long intid;
	unsigned int n = 0;
	u8 prop;

	lockdep_assert_held(&vm->gic.lpi.lock);
	xa_for_each(&vm->gic.lpi.by_intid, intid, lpi) {
		if (lpi->irq.target == target) {
			if (read_prop(vm, &w, intid, &prop))
				return -ENOMEM;
			configure(lpi, prop);
		}
		rest(&n);
	}
	return 0;
}

/*
 * On before the tables are read, off before what is pending goes: nothing that comes meanwhile is
 * lost or stays.
 */
int keel_lpi_enable(struct keel_vcpu *vcpu, bool on)
{
	struct keel_vm *vm = vcpu->vm;
	struct window w = {};
	struct keel_lpi *lpi;
	unsigned long intid;
	unsigned int n = 0;
	int err = 0;

	lockdep_assert_held(&vm->gic.lpi.lock);
	if (vcpu->gic.lpis_enabled == on)
		return 0;
	WRITE_ONCE(vcpu->gic.lpis_enabled, on);
	xa_for_each(&vm->gic.lpi.by_intid, intid, lpi) {
		if (lpi->irq.target != vcpu)
			continue;
		if (!on)
			keel_lpi_clear(lpi);
		else if (!err)
			err = load(lpi, &w, true);
		rest(&n);
	}
	vcpu->gic.pending_unread = err;
	return err;
}

void keel_lpi_read_later(struct keel_vm *vm)
{
	lockdep_assert_held(&vm->gic.lpi.lock);
	vm->gic.lpi.unread = true;
}

/*
 * Of all LPIs: their configuration may be read at any time. Bits that are taken out of a table of
 * pending ones twice are not there the second time.
 */
static int read_all(struct keel_vm *vm)
{
	struct window w = {};
	struct keel_lpi *lpi;
	unsigned long intid;
	unsigned int n = 0;
	int err = 0;

	xa_for_each(&vm->gic.lpi.by_intid, intid, lpi) {
		err = load(lpi, &w, lpi->irq.target && lpi->irq.target->gic.pending_unread);
		if (err)
			break;
		rest(&n);
	}
	return err;
}

int keel_lpi_read_again(struct keel_vm *vm)
{
	struct keel_vcpu *vcpu;
	unsigned int i;

	lockdep_assert_held(&vm->gic.lpi.lock);
	if (!vm->gic.lpi.unread)
		return 0;
	if (read_all(vm))
		return -ENOMEM;
	vm->gic.lpi.unread = false;
	keel_for_each_vcpu(i, vcpu, vm)
		vcpu->gic.pending_unread = false;
	return 0;
}

static int save_one(struct keel_vm *vm, struct keel_lpi *lpi)
{
	struct keel_vcpu *target = lpi->irq.target;
	u32 intid = lpi->irq.s.intid;
	bool pending = READ_ONCE(lpi->irq.s.latch);
	u8 bit = BIT(intid % 8), byte;
	int err;

	/*
	 * without a table in memory, or beyond its end, the guest has none pending after a
	 * restore, as it had none before
	 */
	if (!target || !target->gic.lpis_enabled || intid >= end_of_ids(vm) ||
	    !keel_guest_may_write(vm, pend_addr(target, intid)))
		return 0;
	err = keel_guest_read(vm, pend_addr(target, intid), &byte, 1);
	if (err || !!(byte & bit) == pending)
		return err;
	byte ^= bit;
	return keel_guest_write(vm, pend_addr(target, intid), &byte, 1);
}

int keel_lpi_save_pending(struct keel_vm *vm)
{
	struct keel_lpi *lpi;
	unsigned long intid;
	unsigned int n = 0;
	int err = keel_lpi_read_again(vm);

	xa_for_each(&vm->gic.lpi.by_intid, intid, lpi) {
		err = err ?: save_one(vm, lpi);
		if (err)
			break;
		rest(&n);
	}
	return err;
}

void keel_lpi_put_back_pending(struct keel_lpi *lpi)
{
	if (READ_ONCE(lpi->irq.s.latch))
		save_one(lpi->vm, lpi);
}
