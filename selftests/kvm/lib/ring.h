/* SPDX-License-Identifier: GPL-2.0-only */
/* A vCPU's ring of dirty pages as a VMM uses it. */
#ifndef RING_H
#define RING_H

#include <sys/mman.h>
#include "vm.h"

#define RING_PAGE_OFFSET	64
#define RING_RESERVED		64

/* -errno */
static inline int vm_enable(int vm, u32 cap, u64 arg)
{
	struct kvm_enable_cap e = { .cap = cap, .args = { arg } };

	return kvm(vm, KVM_ENABLE_CAP, &e);
}

struct ring {
	struct kvm_dirty_gfn *entries;
	u32 size, next;
};

static inline struct ring ring_map(int vcpu, u32 bytes)
{
	void *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu,
		       RING_PAGE_OFFSET * PAGE);

	REQUIRE(p != MAP_FAILED, "mmap: %d", errno);
	return (struct ring){ p, bytes / sizeof(struct kvm_dirty_gfn), 0 };
}

/* The next entry, if the vCPU has filled it; it is the caller's until ring_done(). */
static inline struct kvm_dirty_gfn *ring_peek(struct ring *r)
{
	struct kvm_dirty_gfn *e = &r->entries[r->next % r->size];

	return __atomic_load_n(&e->flags, __ATOMIC_ACQUIRE) == KVM_DIRTY_GFN_F_DIRTY ? e : NULL;
}

static inline void ring_done(struct ring *r)
{
	struct kvm_dirty_gfn *e = &r->entries[r->next++ % r->size];

	__atomic_store_n(&e->flags, KVM_DIRTY_GFN_F_RESET, __ATOMIC_RELEASE);
}

#endif
