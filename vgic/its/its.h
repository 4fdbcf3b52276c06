/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An Interrupt Translation Service of a VM (IHI 0069, chapter 5): it maps a
 * device's message, DeviceID and EventID, to an LPI and the LPI's collection
 * to a vCPU. Letters as in lpi.h.
 *
 * What is mapped is kept in the kernel; the tables in guest memory get it when
 * user space saves them. One xarray by DeviceID and EventID is read without a
 * lock, so a message is translated in any context.
 */
#ifndef KEEL_VGIC_ITS_ITS_H
#define KEEL_VGIC_ITS_ITS_H

#include <linux/kvm.h>
#include <linux/rcupdate.h>
#include <linux/xarray.h>
#include "cmd.h"
#include "table.h"
#include "lpi.h"
#include "../vgic.h"

#define KEEL_ITS_SIZE		(2 * 0x10000UL)	/* control frame, translation frame */
/* Events mapped by one ITS: more than there are LPIs. The guest shares no more than that. */
#define KEEL_ITS_MAX_EVENTS	KEEL_ITS_NR_IDS

/* A mapped event. Found under RCU. */
struct keel_its_event {
	struct keel_lpi *lpi;		/* [I] holds one of its refs */
	u16 collection;			/* [t] */
	struct rcu_head rcu;
};

struct keel_its {
	struct keel_vm *vm;		/* [I] */
	struct list_head entry;		/* gic.lpi.its */
	struct keel_bus_dev bus;
	struct rcu_head rcu;		/* who translates may still have it */
	/* [c] guest physical, KEEL_GIC_NOWHERE if none; read without */
	u64 base;
	bool enabled;			/* [t], read without */
	u64 device_baser, collection_baser, cbaser;	/* [t] as they read */
	u32 cwriter, creadr;		/* [t] offsets */
	struct xarray devices;		/* [t] by DeviceID: its DTE without V and next, a value */
	struct xarray collections;	/* [t] by ICID: RDbase or KEEL_ITS_UNMAPPED, a value */
	struct xarray events;		/* [t] by keel_its_key() */
	u32 nr_events;			/* [t] */
};

static inline unsigned long keel_its_key(u32 device, u32 event)
{
	return (unsigned long)device << KEEL_ITS_ID_BITS | event;
}

/* ---- vgic/its/its.c: the registers ---- */
extern const struct keel_bus_ops keel_its_ops;
/* Off, no table, no queue. lock. */
void keel_its_reset(struct keel_its *its);
/*
 * User space's access to a register. -ENXIO: none there; -EINVAL: not aligned, or bad value. val
 * NULL: only ask. lock.
 */
int keel_its_uaccess(struct keel_its *its, u64 offset, bool write, u64 *val);

/* ---- vgic/its/map.c: what is mapped. lock, but for place, unplace and the last two ---- */
void keel_its_map_init(struct keel_its *its);
/* Messages to this address are its. config_lock. -ENOMEM: none of them. */
int keel_its_place(struct keel_its *its, u64 base);
void keel_its_unplace(struct keel_its *its, u64 base);	/* no more */
/* All devices, with their events. */
void keel_its_unmap_devices(struct keel_its *its);
/* All collections: events stay in theirs, mapped to nobody. */
void keel_its_unmap_collections(struct keel_its *its);
void keel_its_unmap_all(struct keel_its *its);
/*
 * Guest physical address of the entry of a device or collection. -EINVAL: the table has none in
 * guest memory; -ENOMEM.
 */
int keel_its_entry(struct keel_its *its, u64 baser, u32 id, u64 *addr);
/* 0 or -errno: -ENOENT, no such thing; -EINVAL, out of range; -ENOSPC; -ENOMEM; -EEXIST. */
int keel_its_map_device(struct keel_its *its, u32 device, struct keel_its_dte d);
int keel_its_unmap_device(struct keel_its *its, u32 device);
bool keel_its_find_device(struct keel_its *its, u32 device, struct keel_its_dte *d);
int keel_its_map_collection(struct keel_its *its, u32 id, u32 rdbase);
int keel_its_unmap_collection(struct keel_its *its, u32 id);
bool keel_its_find_collection(struct keel_its *its, u32 id, struct keel_vcpu **target);
int keel_its_map_event(struct keel_its *its, u32 device, u32 event, u32 intid, u32 collection);
int keel_its_unmap_event(struct keel_its *its, u32 device, u32 event);
struct keel_its_event *keel_its_find_event(struct keel_its *its, u32 device, u32 event);
int keel_its_move_event(struct keel_its *its, u32 device, u32 event, u32 collection);
/*
 * The same from an image: the guest's memory is not looked at, nor does an LPI get a target. What
 * is mapped already stays as it is. -EINVAL: no such vCPU, device or collection; -ENOSPC; -ENOMEM.
 */
int keel_its_put_device(struct keel_its *its, u32 device, u64 dte);
int keel_its_put_collection(struct keel_its *its, u32 id, u32 rdbase);
int keel_its_put_event(struct keel_its *its, u32 device, u32 event, u32 intid, u32 collection);
/* A device's message. As keel_lpi_raise(), and -EBUSY: the ITS is off. Under RCU or lock. */
int keel_its_translate(struct keel_its *its, u32 device, u32 event);
/*
 * A message as user space or an irqfd sends it. Any context. 1: delivered,
 * 0: the guest does not want it; -ENODEV: no ITS; -EINVAL: no DeviceID or not
 * an ITS's address; -EBUSY.
 */
int keel_its_msi(struct keel_vm *vm, u64 addr, u32 flags, u32 device, u32 event);

/* ---- vgic/its/queue.c: the commands ---- */
/*
 * Work on the queue for a tick, or until a signal. The rest is left to vCPU by; to all vCPUs if by
 * is NULL (user space). lock.
 */
void keel_its_queue_run(struct keel_its *its, struct keel_vcpu *by);
/*
 * The same for what is left; NULL: whichever vCPU comes first, some may be off. Then none is in
 * KVM_RUN.
 */
void keel_its_queue_request(struct keel_vm *vm, struct keel_vcpu *by);
/*
 * KEEL_REQ_ITS: vcpu goes on with the queues of all ITSes, for a tick at most, behind
 * keel_lpi_read_again(). 0: they are empty; positive: there is more; -ENOMEM: one lacks memory, and
 * none that has more to do has got on.
 */
int keel_its_queue_work(struct keel_vcpu *vcpu);
/*
 * For what vcpu has no memory, another one that is in KVM_RUN may have, of its own node or group:
 * KEEL_REQ_ITS_TRY to it.
 */
void keel_its_queue_ask(const struct keel_vcpu *vcpu);

/* ---- vgic/its/wait.c ---- */
/*
 * KEEL_REQ_ITS, KEEL_REQ_ITS_TRY: finish what is left in the queues, or as much as signals and
 * memory allow. The vCPU's thread, before an entry; sleeps, no lock but the vCPU's own. 0; -EINTR:
 * a signal, or other work of the host's, comes first; -EAGAIN: for a second there was no memory for
 * what the guest wrote by this vCPU, which does not go on without it. VMMs call KVM_RUN again for
 * that, and end the VM for -ENOMEM. A vCPU that was asked to try does not wait.
 */
int keel_its_finish(struct keel_vcpu *vcpu);

/* ---- vgic/its/save.c: the tables in guest memory. lock, no vCPU runs ---- */
/*
 * What has no place in the guest's memory is left out. -EFAULT: user space has not mapped it;
 * -EINTR: fatal signal.
 */
int keel_its_save(struct keel_its *its);
/*
 * As keel_its_save(), and -EINVAL: the tables contradict themselves; -ENOMEM. Then nothing is
 * mapped.
 */
int keel_its_restore(struct keel_its *its);

/* ---- vgic/its/device.c: KVM_DEV_TYPE_ARM_VGIC_ITS on the device-fd frame ---- */
int keel_its_device_register(void);	/* nothing if the host's is no GICv3 */

#endif
