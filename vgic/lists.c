// SPDX-License-Identifier: GPL-2.0-only
/*
 * How a vCPU's list goes into the list registers at an entry, and comes back at
 * an exit. What is on the list is queue.c's matter.
 *
 * When there are more interrupts than list registers
 *
 * The CPU interface signals, and ends, only what is in a list register. What is left
 * out has to make the guest exit as soon as there is room for it, or as soon as it
 * would matter; ICH_HCR_EL2 has an event for each case:
 *
 * - Pending, and the guest's group is enabled: these go in first, by priority, so that
 *   the guest takes them in the right order. The others wait until none in a list
 *   register is pending any more (NPIE). A more urgent one that comes meanwhile is on
 *   the list and kicks the vCPU, and all list registers are filled anew.
 * - Active: an acknowledged interrupt needs its list register only to be ended. The
 *   guest ends in the reverse order of its acknowledgements, so the most urgent go in.
 *   An EOI that finds no list register is counted by the hardware (EOIcount), and one
 *   is an exit (LRENPIE); first_unlisted() knows whose it was. With EOImode the priority
 *   drop and the deactivation are two writes: ICC_DIR_EL1 names an interrupt that
 *   may be in no list register, so it traps while there are such.
 * - Pending, and the group is disabled in ICC_IGRPENn_EL1: last. Their event is the
 *   change of that enable (VGrpnEIE), and while any is left out the other way round as
 *   well (VGrpnDIE), since the order is another one then.
 *
 * A group that GICD_CTLR disables is not forwarded at all; a write of that register
 * kicks every vCPU.
 */
#include <linux/sched.h>
#include "../core/kick.h"
#include "../hyp/hyp.h"
#include "v2/lists.h"
#include "cpuif.h"
#include "hw.h"
#include "queue.h"

/* GICD_CTLR lets its group through. What is active was let through. */
static bool forwarded(const struct keel_vm *vm, const struct keel_irq *irq)
{
	return irq->s.active || READ_ONCE(vm->gic.ctlr) & BIT(irq->s.group1);
}

/* The events that make another order right: a group's enable changes. */
static u32 group_events(u32 open)
{
	u32 events = 0;
	unsigned int group;

	for (group = 0; group < 2; group++)
		events |= open & BIT(group) ? KEEL_ICH_GRP_DIE(group) : KEEL_ICH_GRP_EIE(group);
	return events;
}

/* The events for one that is left out. */
static u32 leave_out(unsigned int row, u32 open)
{
	if (row == KEEL_ROW_ACTIVE)
		return KEEL_ICH_LRENPIE | keel_gic_hw.dir_trap;
	return (open & BIT(row) ? KEEL_ICH_NPIE : 0) | group_events(open);
}

/* One more for the list registers, in which there is room. list lock. */
static __always_inline void place(struct keel_vcpu *vcpu, struct keel_irq *irq)
{
	struct keel_ctx_gic *c = &vcpu->ctx.gic;

	raw_spin_lock(&irq->lock);
	/* who has changed it just now waits for the list's lock to move it, and kicks then */
	if (keel_irq_wanted(&irq->s) && forwarded(vcpu->vm, irq)) {
		c->lr[c->used] = keel_irq_to_lr(&irq->s);
		vcpu->gic.lr_irq[c->used++] = irq;
		irq->in_lr = true;
		c->hcr |= KEEL_ICH_EN;
	}
	raw_spin_unlock(&irq->lock);
}

/* There is room for all of them, so it does not matter in which order. list lock. */
static void place_all(struct keel_vcpu *vcpu)
{
	struct keel_gic_cpu *g = &vcpu->gic;
	struct keel_irq *irq;
	unsigned int word;
	u64 used;

	for (word = 0; word < KEEL_NR_WORDS; word++)
		for (used = g->ranks.used[word]; used; used &= used - 1)
			list_for_each_entry(irq, &g->listed[keel_rank_first(word, used)], entry)
				place(vcpu, irq);
}

/* Of one rank as many as there is room for. False: there were more. list lock. */
static bool place_some(struct keel_vcpu *vcpu, unsigned int rank)
{
	struct keel_irq *irq;

	list_for_each_entry(irq, &vcpu->gic.listed[rank], entry) {
		if (vcpu->ctx.gic.used == vcpu->gic.lrs)
			return false;
		place(vcpu, irq);
	}
	return true;
}

/*
 * Of what the distributor forwards the first in order. Rare, and out of the way of the rest. list
 * lock.
 */
static noinline void place_first(struct keel_vcpu *vcpu)
{
	u32 open = keel_cpuif_groups(keel_vgic_vmcr(vcpu));
	struct keel_ranks r = vcpu->gic.ranks;
	int rank;

	keel_rank_keep(&r, READ_ONCE(vcpu->vm->gic.ctlr));
	while ((rank = keel_rank_next(&r, open)) >= 0)
		if (!place_some(vcpu, rank))
			vcpu->ctx.gic.hcr |= leave_out(keel_rank_row(rank), open);
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

	vcpu->ctx.gic.hcr = always_traps(vcpu->vm);
	/* who adds from here on finds the vCPU in the guest and kicks it */
	if (!READ_ONCE(g->nr_listed))
		return;
	raw_spin_lock(&g->lock);
	if (likely(g->nr_listed <= g->lrs))
		place_all(vcpu);
	else
		place_first(vcpu);
	raw_spin_unlock(&g->lock);
}

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
	if (!vcpu->ctx.gic.in_cpu)
		keel_v2_lists_load(vcpu);
}

/* IRQs off, where nobody can be told. */
static void note_completed(struct keel_vcpu *vcpu, u32 intid)
{
	if (!keel_queue_awaited(vcpu->vm, intid))
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

/* Not in a list register. Those that are come first, or nearly so. list lock. */
static struct keel_irq *unlisted_of(struct keel_gic_cpu *g, unsigned int rank)
{
	struct keel_irq *irq;

	list_for_each_entry(irq, &g->listed[rank], entry)
		if (!irq->in_lr && READ_ONCE(irq->s.active))
			return irq;
	return NULL;
}

/*
 * The active interrupt of the highest priority that is in no list register: an
 * EOI that matched none was meant for it, since interrupts end in the reverse
 * order of their beginning.
 */
static struct keel_irq *first_unlisted(struct keel_gic_cpu *g)
{
	struct keel_ranks active = {};
	struct keel_irq *irq = NULL;
	int rank;

	raw_spin_lock(&g->lock);
	active.used[KEEL_WORD_ACTIVE] = g->ranks.used[KEEL_WORD_ACTIVE];
	while (!irq && (rank = keel_rank_next(&active, 0)) >= 0)
		irq = unlisted_of(g, rank);
	raw_spin_unlock(&g->lock);
	return irq;
}

static void end_unlisted(struct keel_vcpu *vcpu)
{
	struct keel_ctx_gic *c = &vcpu->ctx.gic;
	struct keel_irq *irq;
	bool completed;

	for (; c->eoicount; c->eoicount--) {
		irq = first_unlisted(&vcpu->gic);
		if (!irq)
			continue;
		if (keel_queue_deactivate(vcpu->vm, irq, &completed) && completed)
			note_completed(vcpu, irq->s.intid);
		/* without its list register the host's was not deactivated with it */
		if (irq->s.hw)
			keel_request(vcpu, KEEL_REQ_TIMER);
	}
}

/* Read one list register back. True: a level-sensitive interrupt was completed. list lock. */
static bool fold(struct keel_vcpu *vcpu, struct keel_irq *irq, u64 lr)
{
	bool completed;

	raw_spin_lock(&irq->lock);
	completed = keel_irq_from_lr(&irq->s, lr);
	irq->in_lr = false;
	if ((lr & KEEL_LR_HW) && !(lr & KEEL_LR_STATE))
		irq->hw_done = true;
	if (!keel_irq_wanted(&irq->s))
		keel_queue_move(irq, NULL);
	else if (irq->rank != keel_rank(&irq->s))
		keel_queue_move(irq, vcpu);
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
	unsigned int i, n;
	u32 completed = 0;

	lockdep_assert_irqs_disabled();
	if (c->present && !c->in_cpu)
		keel_v2_lists_save(vcpu);
	n = c->used;
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
