// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_DEV_TYPE_VFIO: the list of VFIO files, groups or devices, that user space
 * says are of a VM. They stay open as long as they are in it, and nothing else
 * follows: DMA is coherent wherever VFIO assigns a device on arm64, and
 * no code of keel's asks whether there is one.
 *
 * VFIO is not told of the VM. It would take it for a struct kvm, as in-tree KVM has them,
 * and count references in there; a device of which it knows no VM is opened all the same.
 */
#include <linux/errno.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kvm.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "../uapi/keel.h"
#include "devfd.h"
#include "objects.h"
#include "vfio.h"

struct entry {
	struct list_head node;
	struct file *file;	/* with a reference */
};

struct list {
	struct mutex lock;
	struct list_head files;	/* lock */
};

/* ---- VFIO's word ---- */

/*
 * VFIO is a module, or not there: it is held for the question. 0, 1, or -ENOENT: no such function.
 */
static int ask(const char *name, struct file *file)
{
	bool (*fn)(struct file *file) = __symbol_get(name);
	bool answer;

	if (!fn)
		return -ENOENT;
	answer = fn(file);
	__symbol_put(name);
	return answer;
}

/* Older kernels (6.1) have files of groups only, and no function for both. */
static bool is_vfio(struct file *file)
{
	int answer = ask("vfio_file_is_valid", file);

	if (answer < 0)
		answer = ask("vfio_file_is_group", file);
	return answer > 0;
}

/* ---- the list ---- */

static struct entry *find(struct list *list, const struct file *file)
{
	struct entry *e;

	lockdep_assert_held(&list->lock);
	list_for_each_entry(e, &list->files, node)
		if (e->file == file)
			return e;
	return NULL;
}

static int add_locked(struct list *list, struct file *file)
{
	struct entry *e;

	if (find(list, file))
		return -EEXIST;
	e = kmalloc(sizeof(*e), GFP_KERNEL_ACCOUNT);
	if (!e)
		return -ENOMEM;
	e->file = get_file(file);
	list_add_tail(&e->node, &list->files);
	return 0;
}

static void drop(struct entry *e)
{
	list_del(&e->node);
	fput(e->file);
	kfree(e);
}

static int add(struct list *list, struct file *file)
{
	int ret;

	if (!is_vfio(file))
		return -EINVAL;
	mutex_lock(&list->lock);
	ret = add_locked(list, file);
	mutex_unlock(&list->lock);
	return ret;
}

static int del(struct list *list, struct file *file)
{
	struct entry *e;

	mutex_lock(&list->lock);
	e = find(list, file);
	if (e)
		drop(e);
	mutex_unlock(&list->lock);
	return e ? 0 : -ENOENT;
}

/* ---- the device ---- */

static bool is_known(const struct kvm_device_attr *attr)
{
	return attr->group == KVM_DEV_VFIO_FILE &&
	       (attr->attr == KVM_DEV_VFIO_FILE_ADD || attr->attr == KVM_DEV_VFIO_FILE_DEL);
}

static int has_attr(struct keel_device *dev, const struct kvm_device_attr *attr)
{
	return is_known(attr) ? 0 : -ENXIO;
}

static int set_attr(struct keel_device *dev, const struct kvm_device_attr *attr)
{
	struct file *file;
	s32 fd;
	int ret;

	if (!is_known(attr))
		return -ENXIO;
	if (get_user(fd, (const s32 __user *)u64_to_user_ptr(attr->addr)))
		return -EFAULT;
	file = fget(fd);
	if (!file)
		return -EBADF;
	ret = attr->attr == KVM_DEV_VFIO_FILE_ADD ? add(dev->private, file)
						  : del(dev->private, file);
	fput(file);
	return ret;
}

static bool has_one(const struct keel_device *dev)
{
	struct keel_device *other;

	list_for_each_entry(other, &dev->vm->devices, node)
		if (other->ops == dev->ops)
			return true;
	return false;
}

static int create(struct keel_device *dev, u32 type)
{
	struct list *list;

	lockdep_assert_held(&dev->vm->lock);
	if (has_one(dev))
		return -EBUSY;
	list = kmalloc(sizeof(*list), GFP_KERNEL_ACCOUNT);
	if (!list)
		return -ENOMEM;
	mutex_init(&list->lock);
	INIT_LIST_HEAD(&list->files);
	dev->private = list;
	return 0;
}

static void destroy(struct keel_device *dev)
{
	struct list *list = dev->private;
	struct entry *e, *next;

	list_for_each_entry_safe(e, next, &list->files, node)
		drop(e);
	kfree(list);
}

/* The list ends with its fd, so that the files do not wait for the VM's end. */
static bool ends_with_fd(struct keel_device *dev)
{
	return true;
}

static const struct keel_device_ops vfio_ops = {
	.name = "kvm-vfio",
	.create = create,
	.destroy = destroy,
	.release = ends_with_fd,
	.set_attr = set_attr,
	.has_attr = has_attr,
};

int keel_vfio_register(void)
{
	return keel_devfd_register_type(KVM_DEV_TYPE_VFIO, &vfio_ops);
}
