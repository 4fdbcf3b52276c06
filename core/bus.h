/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The MMIO bus: in-kernel devices and ioeventfds registered by guest physical
 * range. Lookup under vm->srcu; registration under the bus's own lock, which
 * is innermost. Nobody registers or unregisters while reading vm->srcu.
 */
#ifndef KEEL_CORE_BUS_H
#define KEEL_CORE_BUS_H

#include <linux/mutex.h>
#include <linux/types.h>
#include "bus_dev.h"
#include "types.h"

struct keel_vm;
struct keel_bus_table;

#define KEEL_BUS_MAX_DEVS	1000
#define KEEL_BUS_PAGE		0x1000ul

/* A page where no device was, as of the bus's seq. [v] */
struct keel_bus_gap {
	u64 page;
	unsigned int seq;
};

struct keel_bus {
	struct keel_bus_table __rcu *table;	/* [s] sorted by base */
	struct mutex lock;
	/* tables so far [a]; a table is there before its number */
	unsigned int seq;
	unsigned int nr_counted;		/* under lock */
	unsigned int replaced;			/* under lock: tables that may wait to be freed */
};

void keel_bus_init(struct keel_vm *vm);
void keel_bus_destroy(struct keel_vm *vm);
/* may wait for readers; -ENOSPC beyond 1000, -ENOMEM */
int keel_bus_register(struct keel_vm *vm, struct keel_bus_dev *dev);
/* after return no reader holds dev; -ENOENT */
int keel_bus_unregister(struct keel_vm *vm, struct keel_bus_dev *dev);
/*
 * One access of 1, 2, 4 or 8 bytes. -EOPNOTSUPP: nobody's, goes to user space. vm->srcu is taken
 * inside; [v].
 */
int keel_bus_read(struct keel_vcpu *vcpu, ipa_t addr, int len, void *val);
int keel_bus_write(struct keel_vcpu *vcpu, ipa_t addr, int len, const void *val);
/*
 * The same where nothing may wait, vm->srcu held. False: nothing was done, and keel_bus_write()
 * knows more.
 */
bool keel_bus_try_write(struct keel_vcpu *vcpu, ipa_t addr, int len, const void *val);

/* The page of the last access that was nobody's, and still nobody's. Any context; [v]. */
bool keel_bus_is_gap(const struct keel_vcpu *vcpu, ipa_t addr);

#endif
