// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_IOEVENTFD: guest writes that signal an eventfd instead of leaving to
 * user space.
 *
 * vm->eventfds->lock makes collision check and registration one step. Inside
 * it is only the bus's lock. The signalling side takes no lock: the bus keeps
 * the device alive.
 *
 * Ioeventfds on ports and on s390 channels (KVM_IOEVENTFD_FLAG_{PIO,VIRTIO_CCW_NOTIFY})
 * are accepted and remembered, so that collisions and removal work as the ABI
 * says, but an arm64 guest has no instruction that reaches them.
 */
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include "bus.h"
#include "compat.h"
#include "eventfd.h"
#include "ioeventfd_match.h"
#include "objects.h"

struct keel_eventfds {
	struct mutex lock;
	struct list_head list;		/* struct ioeventfd; under lock */
};

struct ioeventfd {
	struct keel_bus_dev dev;
	struct list_head node;
	struct eventfd_ctx *ctx;		/* [I] */
	struct keel_ioeventfd_key key;		/* [I] */
};

static int signal_write(struct keel_vcpu *vcpu, struct keel_bus_dev *dev, ipa_t addr, int len,
			const void *val)
{
	struct ioeventfd *p = container_of(dev, struct ioeventfd, dev);

	if (!keel_ioeventfd_takes(&p->key, addr.v, len, val))
		return -EOPNOTSUPP;
	keel_compat_eventfd_signal(p->ctx);
	return 0;
}

static const struct keel_bus_ops ioeventfd_ops = {
	.write = signal_write,
	.quick = true,
};

int keel_ioeventfd_vm_init(struct keel_vm *vm)
{
	struct keel_eventfds *e = kzalloc(sizeof(*e), GFP_KERNEL_ACCOUNT);

	if (!e)
		return -ENOMEM;
	mutex_init(&e->lock);
	INIT_LIST_HEAD(&e->list);
	vm->eventfds = e;
	return 0;
}

/* Waits until no vCPU is signalling p. */
static void remove(struct keel_vm *vm, struct ioeventfd *p)
{
	if (p->key.space == KEEL_IOEVENTFD_MMIO)
		keel_bus_unregister(vm, &p->dev);
	list_del(&p->node);
	eventfd_ctx_put(p->ctx);
	kfree(p);
}

void keel_ioeventfd_vm_destroy(struct keel_vm *vm)
{
	struct ioeventfd *p, *n;

	if (!vm->eventfds)
		return;
	list_for_each_entry_safe(p, n, &vm->eventfds->list, node)
		remove(vm, p);
	mutex_destroy(&vm->eventfds->lock);
	kfree(vm->eventfds);
	vm->eventfds = NULL;
}

static struct ioeventfd *create(struct eventfd_ctx *ctx, const struct kvm_ioeventfd *args)
{
	struct ioeventfd *p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);

	if (!p)
		return NULL;
	p->ctx = ctx;
	p->key = keel_ioeventfd_key(args);
	p->dev.ops = &ioeventfd_ops;
	p->dev.base = ipa(args->addr);
	p->dev.len = args->len;
	p->dev.uncounted = true;
	return p;
}

static int publish(struct keel_vm *vm, struct ioeventfd *p)
{
	struct ioeventfd *other;
	int ret;

	lockdep_assert_held(&vm->eventfds->lock);
	list_for_each_entry(other, &vm->eventfds->list, node)
		if (keel_ioeventfd_collide(&other->key, &p->key))
			return -EEXIST;
	ret = p->key.space == KEEL_IOEVENTFD_MMIO ? keel_bus_register(vm, &p->dev) : 0;
	if (!ret)
		list_add_tail(&p->node, &vm->eventfds->list);
	return ret;
}

static int assign(struct keel_vm *vm, const struct kvm_ioeventfd *args)
{
	struct eventfd_ctx *ctx;
	struct ioeventfd *p;
	int ret;

	ret = keel_ioeventfd_check(args);
	if (ret)
		return ret;
	ctx = eventfd_ctx_fdget(args->fd);
	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	ret = -ENOMEM;
	p = create(ctx, args);
	if (!p)
		goto err_put;

	mutex_lock(&vm->eventfds->lock);
	ret = publish(vm, p);
	mutex_unlock(&vm->eventfds->lock);
	if (!ret)
		return 0;

	kfree(p);
err_put:
	eventfd_ctx_put(ctx);
	return ret;
}

static int deassign(struct keel_vm *vm, const struct kvm_ioeventfd *args)
{
	struct keel_ioeventfd_key key = keel_ioeventfd_key(args);
	struct eventfd_ctx *ctx = eventfd_ctx_fdget(args->fd);
	struct ioeventfd *p;
	int ret = -ENOENT;

	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	mutex_lock(&vm->eventfds->lock);
	list_for_each_entry(p, &vm->eventfds->list, node) {
		if (p->ctx == ctx && keel_ioeventfd_same(&p->key, &key)) {
			remove(vm, p);
			ret = 0;
			break;
		}
	}
	mutex_unlock(&vm->eventfds->lock);
	eventfd_ctx_put(ctx);
	return ret;
}

int keel_ioeventfd(struct keel_vm *vm, const struct kvm_ioeventfd *args)
{
	if (args->flags & KVM_IOEVENTFD_FLAG_DEASSIGN)
		return deassign(vm, args);
	return assign(vm, args);
}
