// SPDX-License-Identifier: GPL-2.0-only
/*
 * Device fds: creation by type, the attribute ioctls, and the VM's list of
 * devices. What a device is and does belongs to its ops.
 *
 * vm->lock protects vm->devices and is the outermost lock here.
 */
#include <linux/anon_inodes.h>
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kvm.h>
#include <linux/module.h>
#include <linux/nospec.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "compat.h"
#include "devfd.h"
#include "ioctl.h"
#include "vm.h"

static const struct keel_device_ops *types[KVM_DEV_TYPE_MAX];	/* [I] after module init */

int keel_devfd_register_type(u32 type, const struct keel_device_ops *ops)
{
	if (type >= ARRAY_SIZE(types))
		return -EINVAL;
	if (types[type])
		return -EEXIST;
	types[type] = ops;
	return 0;
}

static const struct keel_device_ops *find_type(u32 type)
{
	const struct keel_device_ops *ops;

	if (type >= ARRAY_SIZE(types))
		return NULL;
	ops = types[array_index_nospec(type, ARRAY_SIZE(types))];
	return ops && ops->offered && !ops->offered() ? NULL : ops;
}

static void destroy(struct keel_device *dev)
{
	lockdep_assert_held(&dev->vm->lock);
	list_del(&dev->node);
	dev->ops->destroy(dev);
	kfree(dev);
}

/* Newest first: a device may rest on an older one. */
void keel_devfd_vm_destroy(struct keel_vm *vm)
{
	struct keel_device *dev, *n;

	mutex_lock(&vm->lock);
	list_for_each_entry_safe(dev, n, &vm->devices, node)
		destroy(dev);
	mutex_unlock(&vm->lock);
}

static long access_attr(struct keel_device *dev,
			int (*fn)(struct keel_device *dev, const struct kvm_device_attr *attr),
			const void __user *arg)
{
	struct kvm_device_attr attr;

	if (!fn)
		return -EPERM;
	if (copy_from_user(&attr, arg, sizeof(attr)))
		return -EFAULT;
	return fn(dev, &attr);
}

static long devfd_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct keel_device *dev = file->private_data;
	const void __user *user = (const void __user *)arg;

	if (dev->vm->mm != current->mm)
		return -EIO;
	switch (cmd) {
	case KVM_SET_DEVICE_ATTR:
		return access_attr(dev, dev->ops->set_attr, user);
	case KVM_GET_DEVICE_ATTR:
		return access_attr(dev, dev->ops->get_attr, user);
	case KVM_HAS_DEVICE_ATTR:
		return access_attr(dev, dev->ops->has_attr, user);
	default:
		return -ENOTTY;
	}
}

static int devfd_release(struct inode *inode, struct file *file)
{
	struct keel_device *dev = file->private_data;
	struct keel_vm *vm = dev->vm;

	mutex_lock(&vm->lock);
	if (dev->ops->release && dev->ops->release(dev))
		destroy(dev);
	mutex_unlock(&vm->lock);
	keel_vm_put(vm);
	return 0;
}

static const struct file_operations devfd_fops = {
	.owner = THIS_MODULE,
	.unlocked_ioctl = devfd_ioctl,
	.compat_ioctl = keel_no_compat_ioctl,
	.release = devfd_release,
};

static struct keel_device *create(struct keel_vm *vm, const struct keel_device_ops *ops, u32 type)
{
	struct keel_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL_ACCOUNT);
	int ret;

	lockdep_assert_held(&vm->lock);
	if (!dev)
		return ERR_PTR(-ENOMEM);
	dev->ops = ops;
	dev->vm = vm;
	ret = ops->create(dev, type);
	if (ret) {
		kfree(dev);
		return ERR_PTR(ret);
	}
	list_add(&dev->node, &vm->devices);
	return dev;
}

/* The fd holds the VM. Only once it exists can user space get at the device. */
static int install(struct keel_device *dev, int fd)
{
	struct file *file = anon_inode_getfile(dev->ops->name, &devfd_fops, dev, O_RDWR);

	if (IS_ERR(file))
		return PTR_ERR(file);
	keel_vm_get(dev->vm);
	fd_install(fd, file);
	return 0;
}

static int create_as(struct keel_vm *vm, const struct keel_device_ops *ops, u32 type, int fd)
{
	struct keel_device *dev;
	int err;

	mutex_lock(&vm->lock);
	dev = create(vm, ops, type);
	err = IS_ERR(dev) ? PTR_ERR(dev) : install(dev, fd);
	if (!IS_ERR(dev) && err)
		destroy(dev);
	mutex_unlock(&vm->lock);
	return err;
}

/* A device whose fd could not be told would be there, and nobody's: so it is told first. */
int keel_devfd_create(struct keel_vm *vm, struct kvm_create_device *cd, void __user *to)
{
	const struct keel_device_ops *ops = find_type(cd->type);
	u32 was = cd->fd;
	int err;

	if (!ops)
		return -ENODEV;
	/* Flags that nobody defined have no effect, as in KVM. */
	if (cd->flags & KVM_CREATE_DEVICE_TEST)
		return copy_to_user(to, cd, sizeof(*cd)) ? -EFAULT : 0;

	err = get_unused_fd_flags(O_CLOEXEC);
	if (err < 0)
		return err;
	cd->fd = err;
	err = copy_to_user(to, cd, sizeof(*cd)) ? -EFAULT : create_as(vm, ops, cd->type, cd->fd);
	if (!err)
		return 0;
	put_unused_fd(cd->fd);
	cd->fd = was;
	return copy_to_user(to, cd, sizeof(*cd)) ? -EFAULT : err;
}

int keel_devfd_create_hidden(struct keel_vm *vm, u32 type)
{
	const struct keel_device_ops *ops = find_type(type);

	return ops ? PTR_ERR_OR_ZERO(create(vm, ops, type)) : -ENODEV;
}
