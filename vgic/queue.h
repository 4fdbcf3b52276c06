/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vCPU's list of pending and active interrupts, as the two files that work on it see
 * it: queue.c, from any context, and lists.c, at the vCPU's entries and exits.
 */
#ifndef KEEL_VGIC_QUEUE_H
#define KEEL_VGIC_QUEUE_H

#include "../core/objects.h"
#include "its/lpi.h"
#include "vgic.h"

static inline void keel_queue_take_off(struct keel_gic_cpu *g, struct keel_irq *irq)
{
	bool alone = irq->entry.next == irq->entry.prev;

	list_del(&irq->entry);
	if (alone)
		keel_rank_drop(&g->ranks, irq->rank);
	WRITE_ONCE(g->nr_listed, g->nr_listed - 1);
}

static inline void keel_queue_put_on(struct keel_gic_cpu *g, struct keel_irq *irq)
{
	unsigned int rank = keel_rank(&irq->s);

	irq->rank = rank;
	list_add_tail(&irq->entry, &g->listed[rank]);
	keel_rank_use(&g->ranks, rank);
	WRITE_ONCE(g->nr_listed, g->nr_listed + 1);
}

/* Both lists' locks and irq->lock. */
static inline void keel_queue_move(struct keel_irq *irq, struct keel_vcpu *to)
{
	if (irq->vcpu)
		keel_queue_take_off(&irq->vcpu->gic, irq);
	if (to)
		keel_queue_put_on(&to->gic, irq);
	else if (irq->s.intid >= KEEL_FIRST_LPI)
		keel_lpi_unlisted(irq);
	irq->vcpu = to;
}

/*
 * Whether a resamplefd may wait for it. One that is assigned while it is being completed did not
 * raise it.
 */
static inline bool keel_queue_awaited(const struct keel_vm *vm, u32 intid)
{
	return intid >= KEEL_NR_PRIVATE && intid <= KEEL_MAX_SPI && READ_ONCE(vm->gic.resamplers);
}

/*
 * Any context but under a list's lock or irq->lock. False: a list register has it, nothing was
 * done.
 */
bool keel_queue_deactivate(struct keel_vm *vm, struct keel_irq *irq, bool *completed);

#endif
