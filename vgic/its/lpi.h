/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * LPIs: interrupts that an ITS's mappings bring to life, with configuration
 * and pending state in tables in guest memory (IHI 0069, 5.1). Letters as in
 * vm.h, and [t] gic.lpi.lock, which "lock" means below.
 *
 * An LPI is found under RCU. It leaves with its last mapping and is freed when
 * no vCPU has it on its list any more and a grace period has passed. It has no
 * active state: acknowledged it is done (IHI 0069, 4.1.2).
 */
#ifndef KEEL_VGIC_ITS_LPI_H
#define KEEL_VGIC_ITS_LPI_H

#include <linux/llist.h>
#include <linux/rcupdate.h>
#include "../../core/objects.h"
#include "../vgic.h"

#define KEEL_LPI_ID_BITS	16	/* GICD_TYPER.IDbits with LPIs */
#define KEEL_LPI_END		(1u << KEEL_LPI_ID_BITS)

/*
 * What commands allocate: whoever lacks memory for it fails, and waits (wait.c), rather than have
 * the host look for a task to kill, or report that there is none.
 */
#define KEEL_ITS_GFP	(GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN)

struct keel_lpi {
	struct keel_irq irq;		/* irq.target NULL: not mapped to a vCPU */
	struct keel_vm *vm;		/* [I] */
	unsigned int refs;		/* [t] mappings */
	bool dead;			/* no mapping is left; irq.lock */
	struct llist_node to_free;
	struct rcu_head rcu;
};

void keel_lpi_vm_init(struct keel_vm *vm);	/* also without an ITS */
void keel_lpi_vm_destroy(struct keel_vm *vm);	/* no ITS, no vCPU on the way into the guest */

/* May LPIs have this number: GICR_PROPBASER says how many there are. lock. */
bool keel_lpi_valid(struct keel_vm *vm, u32 intid);
/*
 * One more mapping of an LPI, to target (may be NULL), with what the tables say of it. NULL: no
 * memory. lock.
 */
struct keel_lpi *keel_lpi_get(struct keel_vm *vm, u32 intid, struct keel_vcpu *target);
/*
 * One more mapping of an LPI whose state is about to be put in from elsewhere. NULL: no memory.
 * lock.
 */
struct keel_lpi *keel_lpi_adopt(struct keel_vm *vm, u32 intid);
/* One less. lock. */
void keel_lpi_put(struct keel_lpi *lpi);
/* lock: */
void keel_lpi_route(struct keel_lpi *lpi, struct keel_vcpu *target);
void keel_lpi_move_all(struct keel_vm *vm, struct keel_vcpu *from, struct keel_vcpu *to);
void keel_lpi_clear(struct keel_lpi *lpi);
/*
 * Read the configuration again: of one, of all of a vCPU. -ENOMEM: not of all, and to be done
 * again. lock.
 */
int keel_lpi_invalidate(struct keel_lpi *lpi);
int keel_lpi_invalidate_all(struct keel_vcpu *target);
/* The same by INTID; nothing if there is no such LPI. lock. */
int keel_lpi_invalidate_intid(struct keel_vm *vm, u32 intid);
/*
 * GICR_CTLR.EnableLPIs of vcpu changes. -ENOMEM: it has changed, and keel_lpi_read_later() is to
 * follow. lock.
 */
int keel_lpi_enable(struct keel_vcpu *vcpu, bool on);
/*
 * What a register's write could not read, which is not done again as a command is: note it, and
 * read it. -ENOMEM: still not. lock.
 */
void keel_lpi_read_later(struct keel_vm *vm);
int keel_lpi_read_again(struct keel_vm *vm);
/* Free those that have gone. lock. */
void keel_lpi_reap(struct keel_vm *vm);
/* Write pending LPIs to their vCPUs' tables. lock, no vCPU runs. -EFAULT, -ENOMEM. */
int keel_lpi_save_pending(struct keel_vm *vm);
/* The same of one, if it is and has a place: for a restore that has taken it out and failed. */
void keel_lpi_put_back_pending(struct keel_lpi *lpi);

/*
 * Make pending. 1; 0: mapped to no vCPU; -EBUSY: whose LPIs are off. Any context, under RCU or
 * lock.
 */
int keel_lpi_raise(struct keel_lpi *lpi);
static inline struct keel_lpi *keel_lpi_of(struct keel_irq *irq)
{
	return container_of(irq, struct keel_lpi, irq);
}

static inline void keel_lpi_bury(struct keel_lpi *lpi)
{
	llist_add(&lpi->to_free, &lpi->vm->gic.lpi.to_free);
}

/*
 * It was taken off its list. Exactly one of this and keel_lpi_put() sees an LPI
 * that is dead and on no list. irq->lock, IRQs off.
 */
static inline void keel_lpi_unlisted(struct keel_irq *irq)
{
	lockdep_assert_held(&irq->lock);
	if (keel_lpi_of(irq)->dead)
		keel_lpi_bury(keel_lpi_of(irq));
}

#endif
