// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/keel, and /dev/kvm at its fixed minor, which most VMMs hard-code. Both
 * serve the same system ioctls.
 */
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include "compat.h"
#include "device.h"
#include "ioctl.h"
#include "log.h"
#include "vm.h"

static bool kvm_node = true;
module_param(kvm_node, bool, 0444);
MODULE_PARM_DESC(kvm_node, "also serve /dev/kvm (default: yes)");

/*
 * kmod makes /dev/kvm at boot, and its first open loads keel, where in-tree KVM does not
 * have the minor.
 */
MODULE_ALIAS_MISCDEV(KVM_MINOR);
MODULE_ALIAS("devname:kvm");

/* All nodes are there. Until then the module may still go, whoever has an fd of it. */
static bool is_complete;

static int create_vm(unsigned long type)
{
	struct keel_vm *vm = keel_vm_create(type);

	return IS_ERR(vm) ? PTR_ERR(vm) : keel_vm_open_fd(vm);
}

static long dev_ioctl(struct file *file, unsigned int nr, unsigned long arg)
{
	switch (nr) {
	case KVM_GET_API_VERSION:
		return arg ? -EINVAL : KVM_API_VERSION;
	case KVM_CREATE_VM:
		return create_vm(arg);
	case KVM_CHECK_EXTENSION:
		return keel_caps_check(NULL, arg);
	case KVM_GET_VCPU_MMAP_SIZE:
		return arg ? -EINVAL : KEEL_VCPU_MMAP_SIZE;
	default:
		return -EINVAL;
	}
}

/* As for KVM on arm64: no 32-bit VMM. Under the lock that a node's end takes, too. */
static int dev_open(struct inode *inode, struct file *file)
{
	return in_compat_syscall() || !READ_ONCE(is_complete) ? -ENODEV : 0;
}

static const struct file_operations dev_fops = {
	.owner = THIS_MODULE,
	.open = dev_open,
	.unlocked_ioctl = dev_ioctl,
	.compat_ioctl = keel_no_compat_ioctl,
	.llseek = noop_llseek,
};

static struct miscdevice keel_node = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "keel",
	.fops = &dev_fops,
};

static struct miscdevice kvm_alias = {
	.minor = KVM_MINOR,
	.name = "kvm",
	.fops = &dev_fops,
};

static int no_open(struct inode *inode, struct file *file)
{
	return -ENODEV;
}

int keel_device_check(void)
{
	/*
	 * In-tree KVM holds the minor for as long as it owns EL2: try it for a moment.
	 * Nobody gets an fd of it, which would outlive a load that is refused.
	 */
	static const struct file_operations nothing = { .owner = THIS_MODULE, .open = no_open };
	static struct miscdevice probe = { .minor = KVM_MINOR, .name = "keel-probe", .fops = &nothing, .mode = 0400 };
	int err = misc_register(&probe);

	if (err == -EBUSY)
		keel_err("in-tree KVM is active: boot with kvm-arm.mode=none to free EL2 for keel");
	if (!err)
		misc_deregister(&probe);
	return err;
}

int keel_device_init(void)
{
	int err = misc_register(&keel_node);

	if (err)
		return err;
	err = kvm_node ? misc_register(&kvm_alias) : 0;
	if (err)
		misc_deregister(&keel_node);
	else
		WRITE_ONCE(is_complete, true);
	return err;
}

void keel_device_exit(void)
{
	if (kvm_node)
		misc_deregister(&kvm_alias);
	misc_deregister(&keel_node);
}
