/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What user space may need beyond the host's own <linux/kvm.h>: parts of the
 * KVM ABI that are newer than that header. Numbers and layouts are those of
 * the KVM API document.
 */
#ifndef KEEL_UAPI_KEEL_H
#define KEEL_UAPI_KEEL_H

#include <linux/kvm.h>
#include <linux/types.h>

#ifndef KVM_CAP_USER_MEMORY2	/* since 6.8 */
#define KVM_CAP_USER_MEMORY2	231
#define KVM_SET_USER_MEMORY_REGION2 \
	_IOW(KVMIO, 0x49, struct kvm_userspace_memory_region2)

struct kvm_userspace_memory_region2 {
	__u32 slot;
	__u32 flags;
	__u64 guest_phys_addr;
	__u64 memory_size;
	__u64 userspace_addr;
	__u64 guest_memfd_offset;
	__u32 guest_memfd;
	__u32 pad1;
	__u64 pad2[14];
};
#endif

#endif
