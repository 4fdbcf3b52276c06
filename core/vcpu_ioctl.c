// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vCPU fd: ioctls under the vCPU mutex, and the mapping of the run page.
 * Contracts: Documentation/uapi.rst.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/uaccess.h>
#include "../arch/abi.h"
#include "../arch/arch.h"
#include "../arch/sve.h"
#include "coalesced.h"
#include "compat.h"
#include "device.h"
#include "ioctl.h"
#include "stats.h"
#include "vcpu.h"
#include "vcpu_attr.h"
#include "vcpu_ioctl.h"
#include "vm.h"

static int vcpu_init(struct keel_vcpu *vcpu, const struct kvm_vcpu_init *init)
{
	return keel_reset_vcpu_init(vcpu, init);
}

static int one_reg(struct keel_vcpu *vcpu, const void __user *argp, bool set)
{
	struct kvm_one_reg reg;

	if (!vcpu->initialised)
		return -ENOEXEC;
	if (copy_from_user(&reg, argp, sizeof(reg)))
		return -EFAULT;
	/* a reset that PSCI left for this vCPU shows in its registers */
	if (test_and_clear_bit(KEEL_REQ_RESET, &vcpu->requests))
		keel_reset_vcpu(vcpu);
	return set ? keel_onereg_set(vcpu, &reg) : keel_onereg_get(vcpu, &reg);
}

static int reg_list(struct keel_vcpu *vcpu, void __user *argp)
{
	if (!vcpu->initialised)
		return -ENOEXEC;
	return keel_sve_check_finalized(vcpu) ?: keel_onereg_list(vcpu, argp);
}

static int get_mp_state(struct keel_vcpu *vcpu, void __user *argp)
{
	struct kvm_mp_state state = { .mp_state = READ_ONCE(vcpu->mp_state) };

	return copy_to_user(argp, &state, sizeof(state)) ? -EFAULT : 0;
}

static int set_mp_state(struct keel_vcpu *vcpu, const struct kvm_mp_state *state)
{
	if (state->mp_state != KVM_MP_STATE_RUNNABLE && state->mp_state != KVM_MP_STATE_STOPPED &&
	    state->mp_state != KVM_MP_STATE_SUSPENDED)
		return -EINVAL;
	spin_lock(&vcpu->power_lock);
	WRITE_ONCE(vcpu->mp_state, state->mp_state);
	spin_unlock(&vcpu->power_lock);
	return 0;
}

/* Linux 6.12 does not ask for KVM_ARM_VCPU_INIT first. */
static bool has_events(const struct keel_vcpu *vcpu)
{
	return vcpu->initialised || vcpu->vm->arch.abi < KEEL_ABI_7_3;
}

static int get_events(struct keel_vcpu *vcpu, void __user *argp)
{
	struct kvm_vcpu_events events = {};
	int err;

	if (!has_events(vcpu))
		return -ENOEXEC;
	err = keel_inject_get_events(vcpu, &events);
	if (err)
		return err;
	return copy_to_user(argp, &events, sizeof(events)) ? -EFAULT : 0;
}

static int set_events(struct keel_vcpu *vcpu, const void __user *argp)
{
	struct kvm_vcpu_events events;

	if (!has_events(vcpu))
		return -ENOEXEC;
	if (copy_from_user(&events, argp, sizeof(events)))
		return -EFAULT;
	return keel_inject_set_events(vcpu, &events);
}

static int set_signal_mask(struct keel_vcpu *vcpu, struct kvm_signal_mask __user *argp)
{
	struct kvm_signal_mask mask;
	sigset_t set;

	if (!argp) {
		vcpu->sigset_active = false;
		return 0;
	}
	if (copy_from_user(&mask, argp, sizeof(mask)))
		return -EFAULT;
	if (mask.len != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, argp->sigset, sizeof(set)))
		return -EFAULT;
	sigdelsetmask(&set, sigmask(SIGKILL) | sigmask(SIGSTOP));
	vcpu->sigset = set;
	vcpu->sigset_active = true;
	return 0;
}

/* Before KVM_ARM_VCPU_INIT too: VMMs describe a vCPU's devices first. */
static int device_attr(struct keel_vcpu *vcpu, unsigned int nr, const struct kvm_device_attr *attr)
{
	if (nr == KVM_HAS_DEVICE_ATTR)
		return keel_vcpu_attr_has(vcpu, attr);
	return nr == KVM_GET_DEVICE_ATTR ? keel_vcpu_attr_get(vcpu, attr)
					 : keel_vcpu_attr_set(vcpu, attr);
}

static int finalize(struct keel_vcpu *vcpu, const int __user *argp)
{
	int feature;

	if (!vcpu->initialised)
		return -ENOEXEC;
	if (get_user(feature, argp))
		return -EFAULT;
	return feature == KVM_ARM_VCPU_SVE ? keel_sve_finalize(vcpu) : -EINVAL;
}

/* What is left of the range goes back, whatever the result. */
static int prefault(struct keel_vcpu *vcpu, void __user *argp)
{
	struct kvm_pre_fault_memory range;
	int err;

	if (!vcpu->initialised)
		return -ENOEXEC;
	if (copy_from_user(&range, argp, sizeof(range)))
		return -EFAULT;
	err = keel_mmu_prefault(vcpu, &range);
	return copy_to_user(argp, &range, sizeof(range)) ? -EFAULT : err;
}

/* All but KVM_RUN. */
static long other_ioctl(struct keel_vcpu *vcpu, unsigned int nr, void __user *argp)
{
	switch (nr) {
	case KVM_ARM_VCPU_INIT:
		return KEEL_WITH_COPY(argp, struct kvm_vcpu_init, vcpu_init(vcpu, &arg_));
	case KVM_GET_ONE_REG:
		return one_reg(vcpu, argp, false);
	case KVM_SET_ONE_REG:
		return one_reg(vcpu, argp, true);
	case KVM_GET_REG_LIST:
		return reg_list(vcpu, argp);
	case KVM_GET_MP_STATE:
		return get_mp_state(vcpu, argp);
	case KVM_SET_MP_STATE:
		return KEEL_WITH_COPY(argp, struct kvm_mp_state, set_mp_state(vcpu, &arg_));
	case KVM_GET_VCPU_EVENTS:
		return get_events(vcpu, argp);
	case KVM_SET_VCPU_EVENTS:
		return set_events(vcpu, argp);
	case KVM_SET_GUEST_DEBUG:
		return KEEL_WITH_COPY(argp, struct kvm_guest_debug, keel_debug_set(vcpu, &arg_));
	case KVM_SET_SIGNAL_MASK:
		return set_signal_mask(vcpu, argp);
	case KVM_HAS_DEVICE_ATTR:
	case KVM_GET_DEVICE_ATTR:
	case KVM_SET_DEVICE_ATTR:
		return KEEL_WITH_COPY(argp, struct kvm_device_attr, device_attr(vcpu, nr, &arg_));
	case KVM_ARM_VCPU_FINALIZE:
		return finalize(vcpu, argp);
	case KVM_PRE_FAULT_MEMORY:
		return prefault(vcpu, argp);
	case KVM_GET_STATS_FD:
		return keel_stats_vcpu_fd(vcpu);
	default:
		return -EINVAL;
	}
}

static long vcpu_ioctl(struct file *file, unsigned int nr, unsigned long arg)
{
	struct keel_vcpu *vcpu = file->private_data;
	long ret;

	if (vcpu->vm->mm != current->mm)
		return -EIO;
	if (_IOC_TYPE(nr) != KVMIO)
		return -EINVAL;
	if (mutex_lock_killable(&vcpu->mutex))
		return -EINTR;
	if (nr == KVM_RUN)
		ret = arg ? -EINVAL : keel_vcpu_run(vcpu);
	else
		ret = other_ioctl(vcpu, nr, (void __user *)arg);
	mutex_unlock(&vcpu->mutex);
	return ret;
}

static vm_fault_t vcpu_fault(struct vm_fault *vmf)
{
	struct keel_vcpu *vcpu = vmf->vma->vm_file->private_data;
	struct page *page;

	if (vmf->pgoff == 0)
		page = virt_to_page(vcpu->run);
	else if (vmf->pgoff == KVM_COALESCED_MMIO_PAGE_OFFSET)
		page = keel_coalesced_page(vcpu->vm);
	else
		page = keel_ring_page(vcpu, vmf->pgoff);
	if (!page)
		return VM_FAULT_SIGBUS;
	get_page(page);
	vmf->page = page;
	return 0;
}

static const struct vm_operations_struct vcpu_vm_ops = { .fault = vcpu_fault };

static int vcpu_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (keel_ring_meets(file->private_data, vma->vm_pgoff, vma_pages(vma)) &&
	    (vma->vm_flags & (VM_EXEC | VM_SHARED)) != VM_SHARED)
		return -EINVAL;
	vma->vm_ops = &vcpu_vm_ops;
	return 0;
}

static int vcpu_release(struct inode *inode, struct file *file)
{
	struct keel_vcpu *vcpu = file->private_data;

	keel_vm_put(vcpu->vm);
	return 0;
}

static const struct file_operations vcpu_fops = {
	.owner = THIS_MODULE,
	.release = vcpu_release,
	.unlocked_ioctl = vcpu_ioctl,
	.compat_ioctl = keel_no_compat_ioctl,
	.mmap = vcpu_mmap,
	.llseek = noop_llseek,
};

int keel_vcpu_open_fd(struct keel_vcpu *vcpu)
{
	char name[32];

	snprintf(name, sizeof(name), "kvm-vcpu:%u", vcpu->id);
	return anon_inode_getfd(name, &vcpu_fops, vcpu, O_RDWR | O_CLOEXEC);
}
