/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The MMIO bus: in-kernel devices and ioeventfds registered by guest physical
 * range. Lookup under vm->srcu; registration under slots_lock.
 */
#ifndef KEEL_CORE_BUS_H
#define KEEL_CORE_BUS_H

#include <linux/types.h>
#include "types.h"

struct keel_vm;
struct keel_vcpu;
struct keel_bus_dev;
struct keel_bus_table;

/*
 * read/write: 0 = handled, -EOPNOTSUPP = not mine (try the next device), other
 * -errno = the access fails. vcpu may be NULL. Sleepable.
 */
struct keel_bus_ops {
	int (*read)(struct keel_vcpu *vcpu, struct keel_bus_dev *dev, ipa_t addr, int len, void *val);
	int (*write)(struct keel_vcpu *vcpu, struct keel_bus_dev *dev, ipa_t addr, int len, const void *val);
	void (*destroy)(struct keel_bus_dev *dev);	/* VM goes away; may be NULL */
};

struct keel_bus_dev {
	const struct keel_bus_ops *ops;
	ipa_t base;
	u64 len;		/* 0: matches any access that starts at base (ioeventfd wildcard) */
};

struct keel_bus {
	struct keel_bus_table __rcu *table;	/* [s] sorted by base */
};

int keel_bus_init(struct keel_vm *vm);
void keel_bus_destroy(struct keel_vm *vm);
int keel_bus_register(struct keel_vm *vm, struct keel_bus_dev *dev);	/* -ENOSPC beyond 1000, -ENOMEM */
int keel_bus_unregister(struct keel_vm *vm, struct keel_bus_dev *dev);	/* after return no reader holds dev */
/* One access of 1, 2, 4 or 8 bytes. -EOPNOTSUPP: nobody's, goes to user space. vm->srcu is taken inside. */
int keel_bus_read(struct keel_vcpu *vcpu, ipa_t addr, int len, void *val);
int keel_bus_write(struct keel_vcpu *vcpu, ipa_t addr, int len, const void *val);

#endif
