/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM_IRQFD: an eventfd that raises an interrupt of the guest. */
#ifndef KEEL_CORE_IRQFD_H
#define KEEL_CORE_IRQFD_H

#include <linux/hashtable.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

struct keel_vm;
struct kvm_irqfd;

struct keel_irqfds {
	struct mutex mutex;		/* assigning and deassigning */
	/* the lists; IRQs off, inside an eventfd's wait queue lock */
	spinlock_t lock;
	struct list_head list;		/* every irqfd that is not on its way out */
	/* those with a resamplefd, by GSI; read under vm->irq_srcu */
	DECLARE_HASHTABLE(resamplers, 6);
	/* how often one was added to them; release, lock to write */
	unsigned long came;
	struct list_head orphans;	/* those whose eventfd has gone; their end is due */
	struct work_struct reap;	/* which brings it about */
};

int keel_irqfd_module_init(void);	/* -ENOMEM */
void keel_irqfd_module_exit(void);
void keel_irqfd_vm_init(struct keel_vm *vm);
/* The VM's fd closes, or the VM goes: deassign all, and wait until none can raise anything. */
void keel_irqfd_release(struct keel_vm *vm);
/*
 * Sleepable, no lock. -EAGAIN: there is no interrupt controller that could
 * take the interrupt (yet); -EBUSY: the eventfd raises an interrupt already.
 */
int keel_irqfd(struct keel_vm *vm, const struct kvm_irqfd *args);

#endif
