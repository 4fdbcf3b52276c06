// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* Arithmetic of the coalesced ring. Its page is shared with user space: each index is read once. */
#include <linux/compiler.h>
#include <linux/string.h>
#include <asm/barrier.h>
#include <asm/page.h>
#include "coalesced_ring.h"

bool keel_coalesced_ring_push(struct kvm_coalesced_mmio_ring *ring, u64 addr, u32 len,
			      const void *val)
{
	struct kvm_coalesced_mmio *slot;
	u32 last = READ_ONCE(ring->last);
	u32 next = (last + 1) % KVM_COALESCED_MMIO_MAX;

	if (len > sizeof(slot->data) || last >= KVM_COALESCED_MMIO_MAX)
		return false;
	/* The slot is written only if first moved on: user space has read it. */
	if (next == READ_ONCE(ring->first))
		return false;

	slot = &ring->coalesced_mmio[last];
	slot->phys_addr = addr;
	slot->len = len;
	slot->pio = 0;
	memcpy(slot->data, val, len);
	/* The entry before its index; pairs with user space's read of last. */
	smp_store_release(&ring->last, next);
	return true;
}

bool keel_coalesced_ring_covers(u64 zone, u32 zone_size, u64 addr, u64 len)
{
	return addr >= zone && len <= zone_size && addr - zone <= zone_size - len;
}
