// SPDX-License-Identifier: GPL-2.0-only
/*
 * The lists of what each vCPU is to be told: who is on which, and how the list
 * goes into the list registers and comes back.
 *
 * While in_lr is set the vCPU's list register has the interrupt's true state
 * and the interrupt stays where it is. Everything else moves at once, also
 * away from a vCPU that does not run.
 */
#include <linux/list_sort.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include "../core/vcpu.h"
#include "../core/vm.h"
#include "../hyp/hyp.h"
#include "cpuif.h"
#include "gich.h"
#include "hw.h"
#include "lpi.h"
#include "vgic.h"

/* Whose list the interrupt belongs on. irq->lock. */
static struct keel_vcpu *owner(const struct keel_irq *irq)
{
	if (irq->s.active)
		return irq->vcpu ?: irq->target;
	return keel_irq_wanted(&irq->s) ? irq->target : NULL;
}

/* vcpu NULL: none. IRQs off. */
static void lock_list(struct keel_vcpu *vcpu, unsigned int nesting)
	__acquires(list)
{
	if (vcpu)
		raw_spin_lock_nested(&vcpu->gic.lock, nesting);
	else
		__acquire(list);
}

static void unlock_list(struct keel_vcpu *vcpu)
	__releases(list)
{
	if (vcpu)
		raw_spin_unlock(&vcpu->gic.lock);
	else
		__release(list);
}

/* Both lists' locks and irq->lock. */
static void move(struct keel_irq *irq, struct keel_vcpu *to)
{
	if (irq->vcpu)
		list_del(&irq->entry);
	if (to)
		list_add_tail(&irq->entry, &to->gic.list);
	else if (irq->s.intid >= KEEL_FIRST_LPI)
		keel_lpi_unlisted(irq);
	irq->vcpu = to;
}

/* irq->lock held, and dropped meanwhile; then the interrupt may have changed and false is returned. */
static bool try_move(struct keel_irq *irq, struct keel_vcpu *from, struct keel_vcpu *to)
{
	bool from_first = from && to && from->idx < to->idx, same;

	raw_spin_unlock(&irq->lock);
	lock_list(from_first ? from : to, 0);
	lock_list(from_first ? to : from, SINGLE_DEPTH_NESTING);
	raw_spin_lock(&irq->lock);
	same = irq->vcpu == from && !irq->in_lr && owner(irq) == to;
	if (same)
		move(irq, to);
	unlock_list(from);
	unlock_list(to);
	return same;
}

/*
 * A vCPU's own thread looks at the list before its next entry, which has to
 * come first if it is serving an exit in place. An interrupt handler may have
 * found it asleep.
 */
static void kick(struct keel_vcpu *vcpu)
{
	if (!in_task() || READ_ONCE(vcpu->task) != current)
		keel_vcpu_kick(vcpu);
	/* who is owed one already must not lose it, and the guest is left for that one as well */
	else if (vcpu->ctx.mode == KEEL_IN_GUEST && !vcpu->kick_owed)
		vcpu->kick_owed = vcpu;
}

void keel_vgic_queue_unlock(struct keel_vm *vm, struct keel_irq *irq, unsigned long flags)
	__releases(&irq->lock)
{
	struct keel_vcpu *to, *tell;

	do {
		to = owner(irq);
	} while (!irq->in_lr && irq->vcpu != to && !try_move(irq, irq->vcpu, to));

	tell = keel_irq_wanted(&irq->s) ? irq->vcpu : NULL;
	raw_spin_unlock_irqrestore(&irq->lock, flags);
	if (tell)
		kick(tell);
}

/* trylock: any order will do. Private interrupts are on their own vCPU's list or on none. */
static bool try_enlist(struct keel_irq *irq)
{
	struct keel_vcpu *to = owner(irq);

	if (irq->in_lr || irq->vcpu == to)
		return true;
	if (irq->vcpu || !raw_spin_trylock(&to->gic.lock))
		return false;
	move(irq, to);
	raw_spin_unlock(&to->gic.lock);
	return true;
}

bool keel_vgic_try_latch(struct keel_irq *irq, bool group1, bool *tell)
{
	bool latch, ok = true;

	*tell = false;
	if (!raw_spin_trylock(&irq->lock))
		return false;
	latch = irq->s.latch;
	if (group1 || !irq->s.group1) {
		irq->s.latch = true;
		ok = try_enlist(irq);
		*tell = ok && irq->vcpu && keel_irq_wanted(&irq->s);
	}
	if (!ok)
		irq->s.latch = latch;
	raw_spin_unlock(&irq->lock);
	return ok;
}

/* GICD_CTLR lets its group through. What is active was let through. */
static bool forwarded(const struct keel_vm *vm, const struct keel_irq *irq)
{
	return irq->s.active || READ_ONCE(vm->gic.ctlr) & BIT(irq->s.group1);
}

static int compare(void *unused, const struct list_head *a, const struct list_head *b)
{
	u64 ka = list_entry(a, struct keel_irq, entry)->key;
	u64 kb = list_entry(b, struct keel_irq, entry)->key;

	return ka < kb ? -1 : ka > kb;
}

/* Behind all others of the list: the CPU interface does not let its group through. */
#define KEY_BLOCKED	BIT_ULL(41)

static bool fits(const struct keel_gic_cpu *g)
{
	const struct list_head *pos;
	unsigned int n = 0;

	list_for_each(pos, &g->list)
		n++;
	return n <= keel_gic_hw.lrs;
}

static u64 key(struct keel_irq *irq, u32 vmcr)
{
	u64 k;

	raw_spin_lock(&irq->lock);
	k = keel_irq_key(&irq->s);
	if (!irq->s.active && !keel_cpuif_group_on(vmcr, irq->s.group1))
		k |= KEY_BLOCKED;
	raw_spin_unlock(&irq->lock);
	return k;
}

/*
 * The list does not fit: first what the guest would take first. Returns the
 * events that make another order right: a group's enable changes. list lock.
 */
static u32 sort(struct keel_vcpu *vcpu)
{
	u32 vmcr = keel_vgic_vmcr(vcpu), events = 0;
	struct keel_irq *irq;
	unsigned int group;

	list_for_each_entry(irq, &vcpu->gic.list, entry)
		irq->key = key(irq, vmcr);
	list_sort(NULL, &vcpu->gic.list, compare);
	for (group = 0; group < 2; group++)
		events |= keel_cpuif_group_on(vmcr, group) ? KEEL_ICH_GRP_DIE(group) :
							     KEEL_ICH_GRP_EIE(group);
	return events;
}

/*
 * What found no room makes the guest exit when there is: after all that is
 * pending in list registers was taken, or when it ends what has no list
 * register (EOIs are counted, ICC_DIR_EL1 traps). What waits for its group to
 * be enabled waits for that. irq->lock.
 */
static u32 leave_out(const struct keel_irq *irq, u32 events)
{
	if (irq->s.active)
		return KEEL_ICH_LRENPIE | keel_gic_hw.dir_trap;
	return irq->key & KEY_BLOCKED ? events : KEEL_ICH_NPIE | events;
}

/* One more for the list registers. list lock and irq->lock. */
static void place(struct keel_vcpu *vcpu, struct keel_irq *irq, u32 events)
{
	struct keel_ctx_gic *c = &vcpu->ctx.gic;

	if (!keel_irq_wanted(&irq->s) || !forwarded(vcpu->vm, irq))
		return;
	if (c->used == keel_gic_hw.lrs) {
		c->hcr |= leave_out(irq, events);
		return;
	}
	c->lr[c->used] = keel_irq_to_lr(&irq->s);
	vcpu->gic.lr_irq[c->used++] = irq;
	irq->in_lr = true;
	c->hcr |= KEEL_ICH_EN;
}

/*
 * An SPI may be acknowledged by one vCPU and deactivated by another, whose
 * hardware does not know it. The trap costs a guest without EOImode nothing.
 * Where only much else would trap as well (no FEAT_GICv3_TDIR) that is missing.
 */
static u32 always_traps(const struct keel_vm *vm)
{
	return vm->nr_vcpus > 1 ? keel_gic_hw.dir_trap & KEEL_ICH_TDIR : 0;
}

static void fill(struct keel_vcpu *vcpu)
{
	struct keel_gic_cpu *g = &vcpu->gic;
	struct keel_irq *irq;
	u32 events = 0;

	vcpu->ctx.gic.hcr = always_traps(vcpu->vm);
	/* who adds from here on finds the vCPU in the guest and kicks it */
	if (list_empty(&g->list))
		return;
	raw_spin_lock(&g->lock);
	if (!fits(g))
		events = sort(vcpu);
	list_for_each_entry(irq, &g->list, entry) {
		raw_spin_lock(&irq->lock);
		place(vcpu, irq, events);
		raw_spin_unlock(&irq->lock);
	}
	raw_spin_unlock(&g->lock);
}

/* A GICv3's registers are the world switch's matter. */
void keel_vgic_flush(struct keel_vcpu *vcpu)
{
	lockdep_assert_irqs_disabled();
	if (!vcpu->ctx.gic.present)
		return;
	if (READ_ONCE(vcpu->ctx.posted)) {
		keel_vgic_collect(vcpu);
		/* what it owes itself for that, fill() pays */
		if (vcpu->kick_owed == vcpu)
			vcpu->kick_owed = NULL;
	}
	fill(vcpu);
	if (vcpu->vm->gic.v2)
		keel_gich_load(vcpu);
}

/* Whether somebody wants to know. Who begins to while an interrupt is being completed did not raise that one. */
static bool is_awaited(const struct keel_vm *vm, u32 intid)
{
	return intid >= KEEL_NR_PRIVATE && intid <= KEEL_MAX_SPI && READ_ONCE(vm->gic.resamplers);
}

/* IRQs off, where nobody can be told. */
static void note_completed(struct keel_vcpu *vcpu, u32 intid)
{
	if (!is_awaited(vcpu->vm, intid))
		return;
	__set_bit(intid, vcpu->gic.completed_spis);
	vcpu->gic.completed = true;
}

void keel_vgic_tell_completed(struct keel_vcpu *vcpu)
{
	struct keel_gic_cpu *g = &vcpu->gic;
	unsigned int intid;

	g->completed = false;
	for_each_set_bit(intid, g->completed_spis, KEEL_MAX_SPI + 1) {
		__clear_bit(intid, g->completed_spis);
		keel_vgic_notify_eoi(vcpu->vm, intid);
	}
}

/* False: a list register has it, nothing was done. */
static bool deactivate(struct keel_vm *vm, struct keel_irq *irq, bool *completed)
{
	unsigned long flags;

	*completed = false;
	raw_spin_lock_irqsave(&irq->lock, flags);
	if (irq->in_lr) {
		raw_spin_unlock_irqrestore(&irq->lock, flags);
		return false;
	}
	*completed = keel_irq_deactivate(&irq->s);
	keel_vgic_queue_unlock(vm, irq, flags);
	return true;
}

bool keel_vgic_deactivate(struct keel_vm *vm, struct keel_irq *irq)
{
	bool completed, done = deactivate(vm, irq, &completed);

	if (completed && is_awaited(vm, irq->s.intid))
		keel_vgic_notify_eoi(vm, irq->s.intid);
	return done;
}

/*
 * The active interrupt of the highest priority that is in no list register: an
 * EOI that matched none was meant for it, since interrupts end in the reverse
 * order of their beginning. The list is sorted: there were too many for the
 * list registers.
 */
static struct keel_irq *first_unlisted(struct keel_gic_cpu *g)
{
	struct keel_irq *irq, *found = NULL;

	raw_spin_lock(&g->lock);
	list_for_each_entry(irq, &g->list, entry) {
		if (irq->in_lr || !READ_ONCE(irq->s.active))
			continue;
		found = irq;
		break;
	}
	raw_spin_unlock(&g->lock);
	return found;
}

static void end_unlisted(struct keel_vcpu *vcpu)
{
	struct keel_ctx_gic *c = &vcpu->ctx.gic;
	struct keel_irq *irq;
	bool completed;

	for (; c->eoicount; c->eoicount--) {
		irq = first_unlisted(&vcpu->gic);
		if (irq && deactivate(vcpu->vm, irq, &completed) && completed)
			note_completed(vcpu, irq->s.intid);
	}
}

/* Read one list register back. True: a level-sensitive interrupt was completed. list lock. */
static bool fold(struct keel_vcpu *vcpu, struct keel_irq *irq, u64 lr)
{
	bool completed;

	raw_spin_lock(&irq->lock);
	completed = keel_irq_from_lr(&irq->s, lr);
	irq->in_lr = false;
	if (irq->s.hw && !(lr & KEEL_LR_STATE))
		irq->hw_done = true;
	if (!keel_irq_wanted(&irq->s))
		move(irq, NULL);
	raw_spin_unlock(&irq->lock);
	return completed;
}

/* Routed elsewhere while it was in the list register. */
static void give_away(struct keel_vcpu *vcpu, struct keel_irq *irq)
{
	unsigned long flags;

	if (READ_ONCE(irq->target) == vcpu)
		return;
	raw_spin_lock_irqsave(&irq->lock, flags);
	keel_vgic_queue_unlock(vcpu->vm, irq, flags);
}

void keel_vgic_sync(struct keel_vcpu *vcpu)
{
	struct keel_gic_cpu *g = &vcpu->gic;
	struct keel_ctx_gic *c = &vcpu->ctx.gic;
	unsigned int i, n = c->used;
	u32 completed = 0;

	lockdep_assert_irqs_disabled();
	if (c->present && vcpu->vm->gic.v2)
		keel_gich_save(vcpu);
	if (!n)
		return;
	end_unlisted(vcpu);
	raw_spin_lock(&g->lock);
	for (i = 0; i < n; i++)
		if (fold(vcpu, g->lr_irq[i], c->lr[i]))
			completed |= BIT(i);
	c->used = 0;
	raw_spin_unlock(&g->lock);

	for (i = 0; i < n; i++) {
		give_away(vcpu, g->lr_irq[i]);
		if (completed & BIT(i))
			note_completed(vcpu, g->lr_irq[i]->s.intid);
	}
}
