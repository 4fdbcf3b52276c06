/* SPDX-License-Identifier: GPL-2.0-only */
/* The ring of coalesced writes, which user space may scribble over at any time. */
#ifndef KEEL_CORE_COALESCED_RING_H
#define KEEL_CORE_COALESCED_RING_H

#include <linux/kvm.h>
#include <linux/types.h>

/*
 * Append one write of up to 8 bytes. The caller is the only producer. False:
 * no room, or user space broke the indices; nothing was written then.
 */
bool keel_coalesced_ring_push(struct kvm_coalesced_mmio_ring *ring, u64 addr, u32 len,
			      const void *val);

/* [addr, addr + len) lies within the zone. An empty zone holds nothing but an empty range. */
bool keel_coalesced_ring_covers(u64 zone, u32 zone_size, u64 addr, u64 len);

#endif
