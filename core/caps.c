// SPDX-License-Identifier: GPL-2.0-only
/*
 * What KVM_CHECK_EXTENSION reports. A capability is reported only when its
 * whole path works; VMMs switch features on by what they read here, and some
 * compare with exactly 1.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/kvm.h>
#include <linux/minmax.h>
#include <linux/cpumask.h>
#include <asm/cpufeature.h>
#include <asm/sysreg.h>
#include "../arch/abi.h"
#include "../arch/arch.h"
#include "../arch/pmu.h"
#include "../arch/pvtime.h"
#include "../mmu/mmu.h"
#include "compat.h"
#include "device.h"
#include "objects.h"

/* The level of this VM, or of the next one. */
static enum keel_abi abi_of(const struct keel_vm *vm)
{
	return vm ? vm->arch.abi : keel_abi_level();
}

/* Booleans that hold everywhere. */
static bool always(unsigned long cap)
{
	switch (cap) {
	case KVM_CAP_USER_MEMORY:
	case KVM_CAP_USER_MEMORY2:
	case KVM_CAP_DESTROY_MEMORY_REGION_WORKS:
	case KVM_CAP_JOIN_MEMORY_REGIONS_WORKS:
	case KVM_CAP_READONLY_MEM:
	case KVM_CAP_PRE_FAULT_MEMORY:
	case KEEL_CAP_MEMORY_RIGHTS:
	case KVM_CAP_SYNC_MMU:
	case KVM_CAP_INTERNAL_ERROR_DATA:
	case KVM_CAP_IMMEDIATE_EXIT:
	case KVM_CAP_ONE_REG:
	case KVM_CAP_MP_STATE:
	case KVM_CAP_VCPU_EVENTS:
	case KVM_CAP_CHECK_EXTENSION_VM:
	case KVM_CAP_ENABLE_CAP_VM:
	case KVM_CAP_DEVICE_CTRL:
	case KVM_CAP_VCPU_ATTRIBUTES:
	case KVM_CAP_IOEVENTFD:
	case KVM_CAP_IOEVENTFD_ANY_LENGTH:
	case KVM_CAP_BINARY_STATS_FD:
	case KVM_CAP_ARM_PSCI:
	case KVM_CAP_ARM_PSCI_0_2:
	case KVM_CAP_ARM_USER_IRQ:
	case KVM_CAP_ARM_IRQ_LINE_LAYOUT_2:
	case KVM_CAP_SYSTEM_EVENT_DATA:
	case KVM_CAP_ARM_NISV_TO_USER:
	case KVM_CAP_ARM_INJECT_EXT_DABT:
	case KVM_CAP_ARM_SYSTEM_SUSPEND:
	case KVM_CAP_COUNTER_OFFSET:
	case KVM_CAP_PTP_KVM:
	case KVM_CAP_ARM_SET_DEVICE_ADDR:
	case KVM_CAP_HALT_POLL:
	case KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP:
	case KEEL_CAP_ARM_DECODE_NISV:
	case KEEL_CAP_VM_IMAGE:
		return true;
	}
	return false;
}

static bool has_feature(unsigned int feature)
{
	return keel_reset_supported_features() & BIT(feature);
}

static int count(const struct keel_vm *vm, unsigned long cap)
{
	switch (cap) {
	case KVM_CAP_NR_VCPUS:
		return min_t(unsigned int, num_online_cpus(), keel_vgic_max_vcpus(NULL));
	case KVM_CAP_MAX_VCPUS:
	case KVM_CAP_MAX_VCPU_ID:
		return keel_vgic_max_vcpus(vm);
	case KVM_CAP_NR_MEMSLOTS:
		return KEEL_NR_MEMSLOTS;
	case KVM_CAP_ARM_VM_IPA_SIZE:
		return keel_mmu_ipa_limit();
	case KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2:
		return KVM_DIRTY_LOG_MANUAL_PROTECT_ENABLE | KVM_DIRTY_LOG_INITIALLY_SET;
	case KVM_CAP_DIRTY_LOG_RING_ACQ_REL:
		return KEEL_RING_MAX_BYTES;
	case KVM_CAP_ARM_SUPPORTED_BLOCK_SIZES:
		return keel_mmu_block_sizes();
	case KVM_CAP_COALESCED_MMIO:
		return KVM_COALESCED_MMIO_PAGE_OFFSET;
	case KVM_CAP_COALESCED_PIO:
		return 1;
	case KVM_CAP_SET_GUEST_DEBUG:
		return 1;
	case KVM_CAP_ARM_SUPPORTED_REG_MASK_RANGES:
		return BIT(0);
	case KVM_CAP_SET_GUEST_DEBUG2:
		return KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP | KVM_GUESTDBG_USE_SW_BP |
		       KVM_GUESTDBG_USE_HW;
	}
	return 0;
}

static unsigned int dfr0(unsigned int shift)
{
	return (read_sanitised_ftr_reg(SYS_ID_AA64DFR0_EL1) >> shift) & 0xf;
}

/* FEAT_RAS: a virtual SError carries a syndrome. */
static bool has_ras(void)
{
	return (read_sanitised_ftr_reg(SYS_ID_AA64PFR0_EL1) >> 28) & 0xf;
}

/* What needs a GIC to give to guests. */
static int by_gic(const struct keel_vm *vm, unsigned long cap)
{
	if (!(vm && READ_ONCE(vm->gic.present)) && !keel_vgic_supported())
		return 0;
	switch (cap) {
	case KVM_CAP_IRQCHIP:
	case KVM_CAP_IRQFD:
	case KVM_CAP_IRQFD_RESAMPLE:
	case KVM_CAP_SIGNAL_MSI:
		return 1;
	case KVM_CAP_IRQ_ROUTING:
		return KEEL_MAX_ROUTES;
	}
	return 0;
}

/* What depends on the CPU. */
static int by_host(unsigned long cap)
{
	switch (cap) {
	case KVM_CAP_ARM_EL1_32BIT:
		return has_feature(KVM_ARM_VCPU_EL1_32BIT);
	case KVM_CAP_ARM_SVE:
		return has_feature(KVM_ARM_VCPU_SVE);
	case KVM_CAP_ARM_PTRAUTH_ADDRESS:
		return has_feature(KVM_ARM_VCPU_PTRAUTH_ADDRESS);
	case KVM_CAP_ARM_PTRAUTH_GENERIC:
		return has_feature(KVM_ARM_VCPU_PTRAUTH_GENERIC);
	case KVM_CAP_ARM_PMU_V3:
		return keel_pmu_supported();
	case KVM_CAP_STEAL_TIME:
		return keel_pvtime_supported();
	case KVM_CAP_ARM_INJECT_SERROR_ESR:
		return has_ras();
	case KVM_CAP_GUEST_DEBUG_HW_BPS:
		return dfr0(12) + 1;
	case KVM_CAP_GUEST_DEBUG_HW_WPS:
		return dfr0(20) + 1;
	}
	return 0;
}

/* A message must say which device it comes from. Not a question for the system fd. */
static int msi_devid(const struct keel_vm *vm)
{
	return vm ? READ_ONCE(vm->gic.lpi.present) : -EINVAL;
}

int keel_caps_check(struct keel_vm *vm, unsigned long cap)
{
	if (cap == KVM_CAP_MSI_DEVID)
		return msi_devid(vm);
	if (cap == KVM_CAP_ARM_CACHEABLE_PFNMAP_SUPPORTED)
		return vm ? keel_mmu_caches_frames() : -EINVAL;
	if (cap == KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE)
		return vm ? vm->mmu.log.split_chunk : 0;
	if (cap == KVM_CAP_ARM_WRITABLE_IMP_ID_REGS)
		return abi_of(vm) >= KEEL_ABI_7_3;
	if (cap == KVM_CAP_ARM_PMU_V3_STRICT)
		return abi_of(vm) >= KEEL_ABI_7_3 && keel_pmu_supported();
	if (cap == KVM_CAP_ARM_EL2)
		return abi_of(vm) >= KEEL_ABI_7_3 && has_feature(KVM_ARM_VCPU_HAS_EL2);
	return always(cap) ? 1 : count(vm, cap) ?: by_host(cap) ?: by_gic(vm, cap);
}

/* At any time and as often as one likes: vCPUs that poll meanwhile go on by the old limit. */
static int halt_poll(struct keel_vm *vm, u64 ns)
{
	if (ns > U32_MAX)
		return -EINVAL;
	WRITE_ONCE(vm->halt_poll_ns, ns);
	return 0;
}

/* What a vCPU is made with. */
static int enable_ring(struct keel_vm *vm, u64 bytes)
{
	int ret;

	mutex_lock(&vm->lock);
	ret = keel_ring_enable(vm, bytes);
	mutex_unlock(&vm->lock);
	return ret;
}

/* Before the first vCPU. */
static int imp_id(struct keel_vm *vm)
{
	int err = -EINVAL;

	mutex_lock(&vm->lock);
	if (vm->arch.abi >= KEEL_ABI_7_3 && !vm->nr_vcpus) {
		vm->arch.imp_id_writable = true;
		err = 0;
	}
	mutex_unlock(&vm->lock);
	return err;
}

int keel_caps_enable(struct keel_vm *vm, const struct kvm_enable_cap *cap)
{
	if (cap->flags)
		return -EINVAL;
	switch (cap->cap) {
	case KVM_CAP_ARM_NISV_TO_USER:
		mutex_lock(&vm->lock);
		vm->arch.nisv_to_user = true;
		mutex_unlock(&vm->lock);
		return 0;
	case KEEL_CAP_ARM_DECODE_NISV:
		return keel_undescribed_enable(vm, cap->args[0]);
	case KVM_CAP_ARM_SYSTEM_SUSPEND:
		mutex_lock(&vm->lock);
		vm->arch.system_suspend = true;
		mutex_unlock(&vm->lock);
		return 0;
	case KVM_CAP_ARM_WRITABLE_IMP_ID_REGS:
		return imp_id(vm);
	case KVM_CAP_HALT_POLL:
		return halt_poll(vm, cap->args[0]);
	case KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE:
		return keel_log_set_split(vm, cap->args[0]);
	case KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2:
		return keel_log_set_manual(vm, cap->args[0]);
	case KVM_CAP_DIRTY_LOG_RING_ACQ_REL:
		return enable_ring(vm, cap->args[0]);
	case KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP:
		return keel_ring_enable_bitmap(vm);
	default:
		return -EINVAL;
	}
}
