/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/* Which writes an ioeventfd takes, and which two may not both exist. */
#ifndef KEEL_CORE_IOEVENTFD_MATCH_H
#define KEEL_CORE_IOEVENTFD_MATCH_H

#include <linux/errno.h>
#include <linux/kvm.h>
#include <linux/string.h>
#include <linux/types.h>

/* Address spaces; an arm64 guest reaches the first only. */
enum keel_ioeventfd_space { KEEL_IOEVENTFD_MMIO, KEEL_IOEVENTFD_PIO, KEEL_IOEVENTFD_CCW };

struct keel_ioeventfd_key {
	u64 addr, datamatch;
	u32 len;		/* 0: any length */
	bool any;		/* any value, datamatch is ignored */
	enum keel_ioeventfd_space space;
};

static inline enum keel_ioeventfd_space keel_ioeventfd_space(u32 flags)
{
	if (flags & KVM_IOEVENTFD_FLAG_PIO)
		return KEEL_IOEVENTFD_PIO;
	return flags & KVM_IOEVENTFD_FLAG_VIRTIO_CCW_NOTIFY ? KEEL_IOEVENTFD_CCW
							    : KEEL_IOEVENTFD_MMIO;
}

static inline struct keel_ioeventfd_key keel_ioeventfd_key(const struct kvm_ioeventfd *a)
{
	bool match = a->flags & KVM_IOEVENTFD_FLAG_DATAMATCH;

	return (struct keel_ioeventfd_key){
		.addr = a->addr,
		.len = a->len,
		.datamatch = match ? a->datamatch : 0,
		.any = !match,
		.space = keel_ioeventfd_space(a->flags),
	};
}

/* What an assignment may ask for. A removal is looked up as it is. */
static inline int keel_ioeventfd_check(const struct kvm_ioeventfd *a)
{
	if (a->len != 0 && a->len != 1 && a->len != 2 && a->len != 4 && a->len != 8)
		return -EINVAL;
	if (a->addr + a->len < a->addr)
		return -EINVAL;
	if (a->flags & ~KVM_IOEVENTFD_VALID_FLAG_MASK)
		return -EINVAL;
	/* Without a length there is no telling how much of the value to compare. */
	if (!a->len && (a->flags & KVM_IOEVENTFD_FLAG_DATAMATCH))
		return -EINVAL;
	return 0;
}

/* Some write would belong to both. */
static inline bool keel_ioeventfd_collide(const struct keel_ioeventfd_key *a,
					  const struct keel_ioeventfd_key *b)
{
	if (a->space != b->space || a->addr != b->addr)
		return false;
	if (!a->len || !b->len)
		return true;
	return a->len == b->len && (a->any || b->any || a->datamatch == b->datamatch);
}

static inline bool keel_ioeventfd_same(const struct keel_ioeventfd_key *a,
				       const struct keel_ioeventfd_key *b)
{
	return a->space == b->space && a->addr == b->addr && a->len == b->len &&
	       a->any == b->any && a->datamatch == b->datamatch;
}

/* A value of 1, 2, 4 or 8 bytes in the host's byte order. */
static inline u64 keel_ioeventfd_value(const void *val, int len)
{
	union { u8 b; u16 h; u32 w; u64 d; } v = { .d = 0 };

	memcpy(&v, val, len);
	switch (len) {
	case 1:
		return v.b;
	case 2:
		return v.h;
	case 4:
		return v.w;
	default:
		return v.d;
	}
}

/* datamatch is compared whole: excess high bits mean that it never matches. */
static inline bool keel_ioeventfd_takes(const struct keel_ioeventfd_key *k, u64 addr, int len,
					const void *val)
{
	if (addr != k->addr)
		return false;
	if (!k->len)
		return true;
	return k->len == (u32)len && (k->any || keel_ioeventfd_value(val, len) == k->datamatch);
}

#endif
