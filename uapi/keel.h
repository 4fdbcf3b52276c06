/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What user space may need beyond the host's own <linux/kvm.h>: capabilities of
 * keel's own, and parts of the KVM ABI that are newer than that header. Numbers and
 * layouts of the latter are those of the KVM API document.
 */
#ifndef KEEL_UAPI_KEEL_H
#define KEEL_UAPI_KEEL_H

#include <linux/kvm.h>
#include <linux/types.h>

/*
 * Capabilities of keel's own, by KVM_CHECK_EXTENSION and KVM_ENABLE_CAP of a VM: their
 * numbers are far above those of the KVM ABI, for which other hypervisors answer 0 and EINVAL.
 */
#define KEEL_CAP(nr)	(0x6b650000 + (nr))

/*
 * args[0] = 1: loads and stores to no memory that the CPU does not describe are decoded from
 * the guest's instruction, and become accesses of devices like others. 0: they are not.
 */
#define KEEL_CAP_ARM_DECODE_NISV	KEEL_CAP(1)

/*
 * KVM_SET_MEMORY_ATTRIBUTES takes KEEL_MEMORY_NO_*. KVM_CAP_MEMORY_ATTRIBUTES stays 0, since
 * the attribute of the KVM ABI, private memory, is not there.
 */
#define KEEL_CAP_MEMORY_RIGHTS	KEEL_CAP(2)

/*
 * Attributes of pages: what is withheld of them, in bits far above those of the KVM ABI. An access
 * that needs it ends KVM_RUN with EFAULT and KVM_EXIT_MEMORY_FAULT, before it is made; kvm_run then
 * has struct keel_memory_fault at the place of its union, which is run->memory_fault where the
 * host's header has that (6.8). Given back meanwhile, it is run again.
 */
#define KEEL_MEMORY_NO_READ	(1ULL << 61)	/* loads, and walks of the guest's own tables */
#define KEEL_MEMORY_NO_WRITE	(1ULL << 62)	/* stores, and walks that update a table */
#define KEEL_MEMORY_NO_EXEC	(1ULL << 63)	/* instruction fetches */

struct keel_memory_fault {
	__u64 flags;		/* the one of KEEL_MEMORY_NO_* that refused */
	__u64 gpa;		/* of the page */
	__u64 size;		/* its size */
};

/*
 * A VM's state but for its memory, as one image, and the way back into a VM that was made the
 * same way. Documentation/uapi.rst says what that means, and what each refuses.
 */
#define KEEL_CAP_VM_IMAGE	KEEL_CAP(3)

struct keel_vm_image {
	__u64 addr;		/* of the image */
	/* LOAD: its length. SAVE: that of the buffer, and on return its own, with E2BIG as well */
	__u64 size;
	__u32 flags;		/* KEEL_VM_LOAD_* */
	__u32 pad;		/* 0 */
};

#define KEEL_VM_SAVE	_IOWR('k', 0xe0, struct keel_vm_image)
#define KEEL_VM_LOAD	_IOW('k', 0xe1, struct keel_vm_image)

/* the guest's clock has stood still; else it has gone on */
#define KEEL_VM_LOAD_FREEZE	(1U << 0)

#ifndef KVM_EXIT_MEMORY_FAULT		/* since 6.8 */
#define KVM_EXIT_MEMORY_FAULT	39
#endif

#ifndef KVM_SET_MEMORY_ATTRIBUTES	/* since 6.8 */
#define KVM_SET_MEMORY_ATTRIBUTES _IOW(KVMIO, 0xd2, struct kvm_memory_attributes)

struct kvm_memory_attributes {
	__u64 address;
	__u64 size;
	__u64 attributes;
	__u64 flags;
};
#endif

#ifndef KVM_CAP_PRE_FAULT_MEMORY	/* since 6.11 */
#define KVM_CAP_PRE_FAULT_MEMORY	236
#define KVM_PRE_FAULT_MEMORY _IOWR(KVMIO, 0xd5, struct kvm_pre_fault_memory)

struct kvm_pre_fault_memory {
	__u64 gpa;
	__u64 size;
	__u64 flags;
	__u64 padding[5];
};
#endif

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

#ifndef KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP	/* since 6.3 */
#define KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP 225
#endif

#ifndef KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE	/* since 6.5 */
#define KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE 228
#define KVM_CAP_ARM_SUPPORTED_BLOCK_SIZES 229
#endif

#ifndef KVM_ARM_GET_REG_WRITABLE_MASKS	/* since 6.7 */
#define KVM_CAP_ARM_SUPPORTED_REG_MASK_RANGES 230
#define KVM_ARM_FEATURE_ID_RANGE	0
#define KVM_ARM_FEATURE_ID_RANGE_SIZE	(3 * 8 * 8)

struct reg_mask_range {
	__u64 addr;
	__u32 range;
	__u32 reserved[13];
};

#define KVM_ARM_GET_REG_WRITABLE_MASKS _IOR(KVMIO, 0xb6, struct reg_mask_range)
#endif

#ifndef KVM_ARM_VM_SMCCC_CTRL	/* since 6.4 */
#define KVM_ARM_VM_SMCCC_CTRL		0
#define KVM_ARM_VM_SMCCC_FILTER		0

enum kvm_smccc_filter_action {
	KVM_SMCCC_FILTER_HANDLE = 0,
	KVM_SMCCC_FILTER_DENY,
	KVM_SMCCC_FILTER_FWD_TO_USER,
};

struct kvm_smccc_filter {
	__u32 base;
	__u32 nr_functions;
	__u8 action;
	__u8 pad[15];
};

/* kvm_run.hypercall.flags, the 64 bits after hypercall.ret */
#define KVM_HYPERCALL_EXIT_SMC		(1U << 0)
#define KVM_HYPERCALL_EXIT_16BIT	(1U << 1)
#endif

#ifndef KVM_SYSTEM_EVENT_SHUTDOWN_FLAG_PSCI_OFF2	/* since 6.14 */
#define KVM_SYSTEM_EVENT_SHUTDOWN_FLAG_PSCI_OFF2	(1ULL << 0)
#endif

#ifndef KVM_CAP_ARM_WRITABLE_IMP_ID_REGS	/* since 6.15 */
#define KVM_CAP_ARM_WRITABLE_IMP_ID_REGS 239
#define KVM_REG_ARM_VENDOR_HYP_BMAP_2	KVM_REG_ARM_FW_FEAT_BMAP_REG(3)
#define KVM_REG_ARM_VENDOR_HYP_BIT_DISCOVER_IMPL_VER	0
#define KVM_REG_ARM_VENDOR_HYP_BIT_DISCOVER_IMPL_CPUS	1
#endif

#ifndef KVM_CAP_ARM_PMU_V3_STRICT	/* since 7.3, and with it the attribute */
#define KVM_CAP_ARM_PMU_V3_STRICT	251
#define KVM_ARM_VCPU_PMU_V3_STRICT	9
#endif

#ifndef KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS	/* newer than 6.12 */
#define KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS	4
#endif

#ifndef KVM_DEV_VFIO_FILE	/* 6.1 has KVM_DEV_VFIO_GROUP alone */
#define KVM_DEV_VFIO_FILE		1
#define KVM_DEV_VFIO_FILE_ADD		1
#define KVM_DEV_VFIO_FILE_DEL		2
#endif

#ifndef KVM_CAP_ARM_CACHEABLE_PFNMAP_SUPPORTED	/* since 6.17 */
#define KVM_CAP_ARM_CACHEABLE_PFNMAP_SUPPORTED 243
#endif

#ifndef KVM_CAP_ARM_EL2	/* since 6.16 */
#define KVM_CAP_ARM_EL2			240
#define KVM_CAP_ARM_EL2_E2H0		241
#define KVM_DEV_ARM_VGIC_GRP_MAINT_IRQ	9
#endif

#ifndef KVM_ARM_VCPU_HAS_EL2	/* since 6.7 */
#define KVM_ARM_VCPU_HAS_EL2		7
#endif

#ifndef KVM_ARM_VCPU_HAS_EL2_E2H0	/* newer than 6.12 */
#define KVM_ARM_VCPU_HAS_EL2_E2H0	8
#endif

#ifndef KVM_ARM_VCPU_TIMER_IRQ_HVTIMER	/* since 6.4 */
#define KVM_ARM_VCPU_TIMER_IRQ_HVTIMER	2
#define KVM_ARM_VCPU_TIMER_IRQ_HPTIMER	3
#endif

#ifndef KVM_ARM_SET_COUNTER_OFFSET	/* since 6.4 */
#define KVM_CAP_COUNTER_OFFSET 227
#define KVM_ARM_SET_COUNTER_OFFSET _IOW(KVMIO, 0xb5, struct kvm_arm_counter_offset)
struct kvm_arm_counter_offset {
	__u64 counter_offset;
	__u64 reserved;
};
#endif

#endif
