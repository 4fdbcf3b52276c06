/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/* A device on the MMIO bus, as its implementation fills it in. */
#ifndef KEEL_CORE_BUS_DEV_H
#define KEEL_CORE_BUS_DEV_H

#include <linux/types.h>
#include "types.h"

struct keel_vcpu;
struct keel_bus_dev;

/*
 * read/write: 0 = handled, -EOPNOTSUPP = not mine (try the next device), other
 * -errno = the access fails. vcpu may be NULL. Sleepable, but for a write() of
 * those that are quick.
 */
struct keel_bus_ops {
	int (*read)(struct keel_vcpu *vcpu, struct keel_bus_dev *dev, ipa_t addr, int len,
		    void *val);
	int (*write)(struct keel_vcpu *vcpu, struct keel_bus_dev *dev, ipa_t addr, int len,
		     const void *val);
	void (*destroy)(struct keel_bus_dev *dev);	/* VM goes away; may be NULL */
	bool quick;		/* write() neither sleeps nor waits: any context */
};

struct keel_bus_dev {
	const struct keel_bus_ops *ops;
	ipa_t base;
	u64 len;		/* 0: matches any access that starts at base (ioeventfd wildcard) */
	bool uncounted;		/* does not use up the limit: an ioeventfd, a GICv2's GICC_DIR */
};

#endif
