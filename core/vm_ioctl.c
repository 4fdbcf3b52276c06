// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VM fd. Every ioctl of a process other than the creator's, or of a
 * broken VM, gives EIO. Contracts: Documentation/uapi.rst.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>
#include "../arch/arch.h"
#include "../image/image.h"
#include "../vgic/v3/share.h"
#include "coalesced.h"
#include "compat.h"
#include "debugfs.h"
#include "devfd.h"
#include "device.h"
#include "eventfd.h"
#include "ioctl.h"
#include "irqline.h"
#include "stats.h"
#include "vcpu.h"
#include "vm.h"

/* The first is the beginning of the second, and keel has none of the flags that use the rest. */
static int set_memory(struct keel_vm *vm, void __user *argp, size_t len)
{
	struct kvm_userspace_memory_region2 mem = {};
	int err;

	if (copy_from_user(&mem, argp, len))
		return -EFAULT;
	err = keel_memslot_set(vm, &mem);
	/* memory over the distributor comes first, for vCPUs that run as well */
	keel_share_update(vm);
	return err;
}

static int preferred_target(void __user *argp)
{
	struct kvm_vcpu_init init;

	keel_reset_target(&init);
	return copy_to_user(argp, &init, sizeof(init)) ? -EFAULT : 0;
}

static int has_attr(struct keel_vm *vm, const struct kvm_device_attr *attr)
{
	return attr->group == KVM_ARM_VM_SMCCC_CTRL ? keel_smccc_vm_has_attr(vm, attr) : -ENXIO;
}

static int set_attr(struct keel_vm *vm, const struct kvm_device_attr *attr)
{
	return attr->group == KVM_ARM_VM_SMCCC_CTRL ? keel_smccc_vm_set_attr(vm, attr) : -ENXIO;
}

/* The status shares its place with the number. arm64's KVM tells none, and leaves the number. */
static int irq_line(struct keel_vm *vm, void __user *argp, bool status)
{
	struct kvm_irq_level irq;
	int err;

	if (copy_from_user(&irq, argp, sizeof(irq)))
		return -EFAULT;
	err = keel_irqline_set(vm, &irq);
	if (err < 0 || !status)
		return err;
	return copy_to_user(argp, &irq, sizeof(irq)) ? -EFAULT : 0;
}

static long vm_ioctl_devices(struct keel_vm *vm, unsigned int nr, void __user *argp)
{
	switch (nr) {
	case KVM_IRQ_LINE:
		return irq_line(vm, argp, false);
	case KVM_IRQ_LINE_STATUS:
		return irq_line(vm, argp, true);
	case KVM_IRQFD:
		return KEEL_WITH_COPY(argp, struct kvm_irqfd, keel_irqfd(vm, &arg_));
	case KVM_SET_GSI_ROUTING:
		return KEEL_WITH_COPY(argp, struct kvm_irq_routing,
				 keel_routing_set(vm, &arg_, argp + sizeof(arg_)));
	case KVM_SIGNAL_MSI:
		return KEEL_WITH_COPY(argp, struct kvm_msi, keel_routing_signal_msi(vm, &arg_));
	case KVM_IOEVENTFD:
		return KEEL_WITH_COPY(argp, struct kvm_ioeventfd, keel_ioeventfd(vm, &arg_));
	case KVM_REGISTER_COALESCED_MMIO:
		return KEEL_WITH_COPY(argp, struct kvm_coalesced_mmio_zone,
				      keel_coalesced_register(vm, &arg_));
	case KVM_UNREGISTER_COALESCED_MMIO:
		return KEEL_WITH_COPY(argp, struct kvm_coalesced_mmio_zone,
				      keel_coalesced_unregister(vm, &arg_));
	case KVM_CREATE_DEVICE:
		return KEEL_WITH_COPY(argp, struct kvm_create_device,
				      keel_devfd_create(vm, &arg_, argp));
	case KVM_CREATE_IRQCHIP:
		return keel_vgic_create_irqchip(vm);
	case KVM_ARM_SET_DEVICE_ADDR:
		return KEEL_WITH_COPY(argp, struct kvm_arm_device_addr,
				      keel_vgic_set_device_addr(vm, &arg_));
	default:
		return -EINVAL;
	}
}

static long vm_ioctl(struct file *file, unsigned int nr, unsigned long arg)
{
	struct keel_vm *vm = file->private_data;
	void __user *argp = (void __user *)arg;

	if (vm->mm != current->mm)
		return -EIO;
	switch (nr) {
	case KVM_CREATE_VCPU:
		return keel_vcpu_create(vm, arg);
	case KVM_CHECK_EXTENSION:
		return keel_caps_check(vm, arg);
	case KVM_ENABLE_CAP:
		return KEEL_WITH_COPY(argp, struct kvm_enable_cap, keel_caps_enable(vm, &arg_));
	case KVM_SET_USER_MEMORY_REGION:
		return set_memory(vm, argp, sizeof(struct kvm_userspace_memory_region));
	case KVM_SET_USER_MEMORY_REGION2:
		return set_memory(vm, argp, sizeof(struct kvm_userspace_memory_region2));
	case KVM_GET_DIRTY_LOG:
		return KEEL_WITH_COPY(argp, struct kvm_dirty_log, keel_log_get(vm, &arg_));
	case KVM_CLEAR_DIRTY_LOG:
		return KEEL_WITH_COPY(argp, struct kvm_clear_dirty_log, keel_log_clear(vm, &arg_));
	case KVM_SET_MEMORY_ATTRIBUTES:
		return KEEL_WITH_COPY(argp, struct kvm_memory_attributes,
				      keel_rights_set(vm, &arg_));
	case KVM_RESET_DIRTY_RINGS:
		return keel_ring_reset(vm);
	case KVM_ARM_PREFERRED_TARGET:
		return preferred_target(argp);
	case KVM_ARM_SET_COUNTER_OFFSET:
		return KEEL_WITH_COPY(argp, struct kvm_arm_counter_offset,
				      keel_timer_set_counter_offset(vm, &arg_));
	case KVM_HAS_DEVICE_ATTR:
		return KEEL_WITH_COPY(argp, struct kvm_device_attr, has_attr(vm, &arg_));
	case KVM_SET_DEVICE_ATTR:
		return KEEL_WITH_COPY(argp, struct kvm_device_attr, set_attr(vm, &arg_));
	case KVM_ARM_GET_REG_WRITABLE_MASKS:
		return KEEL_WITH_COPY(argp, struct reg_mask_range,
				      keel_onereg_writable_masks(vm, &arg_));
	case KVM_GET_STATS_FD:
		return keel_stats_vm_fd(vm);
	case KEEL_VM_SAVE:
		return KEEL_WITH_COPY(argp, struct keel_vm_image, keel_image_save(vm, &arg_, argp));
	case KEEL_VM_LOAD:
		return KEEL_WITH_COPY(argp, struct keel_vm_image, keel_image_load(vm, &arg_));
	default:
		return vm_ioctl_devices(vm, nr, argp);
	}
}

static int vm_release(struct inode *inode, struct file *file)
{
	struct keel_vm *vm = file->private_data;

	/* eventfds hold no VM: whoever drops the VM means them as well */
	keel_irqfd_release(vm);
	keel_vm_put(vm);
	return 0;
}

static const struct file_operations vm_fops = {
	.owner = THIS_MODULE,
	.release = vm_release,
	.unlocked_ioctl = vm_ioctl,
	.compat_ioctl = keel_no_compat_ioctl,
	.llseek = noop_llseek,
};

int keel_vm_open_fd(struct keel_vm *vm)
{
	int fd;

	/* the fd's own; another thread may close that at once */
	keel_vm_get(vm);
	fd = anon_inode_getfd("kvm-vm", &vm_fops, vm, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		keel_vm_put(vm);
	else
		keel_debugfs_add(vm, fd);
	keel_vm_put(vm);
	return fd;
}
