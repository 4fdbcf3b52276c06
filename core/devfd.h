/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM_CREATE_DEVICE: in-kernel devices, each with an fd of its own through
 * which user space sets it up. A device lives as long as its VM, not its fd.
 */
#ifndef KEEL_CORE_DEVFD_H
#define KEEL_CORE_DEVFD_H

#include <linux/compiler_types.h>
#include <linux/list.h>
#include <linux/types.h>

struct keel_vm;
struct keel_device;
struct kvm_create_device;
struct kvm_device_attr;

/* Sleepable. create, release and destroy: vm->lock held. *_attr: no lock; NULL is -EPERM. */
struct keel_device_ops {
	const char *name;
	/* any context; false: no such type now. May be NULL */
	bool (*offered)(void);
	int (*create)(struct keel_device *dev, u32 type);	/* -errno leaves nothing behind */
	/* with the VM; frees what create made */
	void (*destroy)(struct keel_device *dev);
	/* last fd closed; true: destroy now. May be NULL */
	bool (*release)(struct keel_device *dev);
	int (*set_attr)(struct keel_device *dev, const struct kvm_device_attr *attr);
	int (*get_attr)(struct keel_device *dev, const struct kvm_device_attr *attr);
	int (*has_attr)(struct keel_device *dev, const struct kvm_device_attr *attr);
};

struct keel_device {
	const struct keel_device_ops *ops;	/* [I] */
	struct keel_vm *vm;			/* [I] */
	struct list_head node;			/* vm->devices [V] */
	void *private;				/* ops' own */
};

/* A device that no fd leads to. vm->lock held. -ENODEV: no such type; what create() says. */
int keel_devfd_create_hidden(struct keel_vm *vm, u32 type);

/* From module init only. -EINVAL: no such number; -EEXIST. */
int keel_devfd_register_type(u32 type, const struct keel_device_ops *ops);

/* No fd and no vCPU is left. Before keel_bus_destroy(), in reverse order of creation. */
void keel_devfd_vm_destroy(struct keel_vm *vm);

/*
 * Takes vm->lock. 0 with the fd in cd and in "to" (or nothing done, for
 * KVM_CREATE_DEVICE_TEST); -ENODEV: no such type; -EFAULT: it cannot be told, and nothing was made.
 */
int keel_devfd_create(struct keel_vm *vm, struct kvm_create_device *cd, void __user *to);

#endif
