// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_IRQFD. An irqfd sits in its eventfd's wait queue: being signalled raises
 * the interrupt from whatever context that is. With a resamplefd the line
 * stays up until the guest is done with the interrupt; then it falls, the
 * resamplefd is signalled and the source may raise it again.
 *
 * An irqfd is on the list until somebody takes it off, under irqfds->lock: by
 * KVM_IRQFD, with the VM, or because the eventfd goes away. Whoever does
 * queues its end, which a work item brings about since it must wait.
 *
 * irqfds->mutex -> eventfd's wait queue lock -> irqfds->lock.
 */
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "../vgic/vgic.h"
#include "compat.h"
#include "irqfd.h"
#include "routing.h"
#include "vm.h"

struct irqfd {
	struct keel_vm *vm;			/* [I] outlives it: keel_irqfd_release() */
	u32 gsi;				/* [I] */
	struct eventfd_ctx *ctx;		/* [I] */
	struct eventfd_ctx *resample;		/* [I] NULL: none */
	struct list_head entry;			/* irqfds->list, empty once taken off */
	struct list_head resampler;		/* irqfds->resamplers */
	wait_queue_entry_t wait;
	poll_table poll;			/* while assigning */
	int hook_err;				/* while assigning */
	struct work_struct end;
};

/* Ends have a queue of their own: deassigning waits for all that began before. */
static struct workqueue_struct *ends;

/* Any context. */
static void raise(struct irqfd *p)
{
	int intid;

	if (keel_routing_send(p->vm, p->gsi))
		return;
	intid = keel_routing_intid(p->vm, p->gsi);
	if (intid < 0)
		return;
	if (p->resample)
		keel_vgic_set_line(p->vm, NULL, intid, true);
	else
		keel_vgic_pulse(p->vm, intid);
}

static void lower(struct irqfd *p)
{
	int intid = keel_routing_intid(p->vm, p->gsi);

	if (intid >= 0)
		keel_vgic_set_line(p->vm, NULL, intid, false);
}

/* The guest completed a level-sensitive interrupt. Any context. */
static void resample(struct keel_vm *vm, u32 intid)
{
	struct irqfd *p;
	int idx;

	idx = srcu_read_lock(&vm->srcu);
	list_for_each_entry_srcu(p, &vm->irqfds.resamplers, resampler,
				 srcu_read_lock_held(&vm->srcu)) {
		if (keel_routing_intid(vm, p->gsi) != intid)
			continue;
		keel_vgic_set_line(vm, NULL, intid, false);
		keel_compat_eventfd_signal(p->resample);
	}
	srcu_read_unlock(&vm->srcu, idx);
}

static bool shares_line(struct irqfd *p)
{
	struct irqfd *other;

	lockdep_assert_held(&p->vm->irqfds.lock);
	list_for_each_entry(other, &p->vm->irqfds.resamplers, resampler)
		if (other->gsi == p->gsi)
			return true;
	return false;
}

/* The line falls, unless another may be holding it up. */
static void stop_resampling(struct irqfd *p)
{
	struct keel_irqfds *fds = &p->vm->irqfds;
	bool shared;

	spin_lock_irq(&fds->lock);
	list_del_rcu(&p->resampler);
	shared = shares_line(p);
	spin_unlock_irq(&fds->lock);
	if (!shared)
		lower(p);
	synchronize_srcu_expedited(&p->vm->srcu);
	eventfd_ctx_put(p->resample);
}

static void end(struct work_struct *work)
{
	struct irqfd *p = container_of(work, struct irqfd, end);
	u64 count;

	/* after this nobody raises any more */
	eventfd_ctx_remove_wait_queue(p->ctx, &p->wait, &count);
	if (p->resample)
		stop_resampling(p);
	eventfd_ctx_put(p->ctx);
	kfree(p);
}

static void take_off(struct irqfd *p)
{
	lockdep_assert_held(&p->vm->irqfds.lock);
	if (list_empty(&p->entry))
		return;
	list_del_init(&p->entry);
	queue_work(ends, &p->end);
}

/* The eventfd's wait queue lock is held, IRQs off. Nonzero: the event is consumed. */
static int wake(wait_queue_entry_t *wait, unsigned int mode, int sync, void *key)
{
	struct irqfd *p = container_of(wait, struct irqfd, wait);
	__poll_t events = key_to_poll(key);
	unsigned long flags;
	int consumed = 0;
	u64 count;

	if (events & EPOLLIN) {
		eventfd_ctx_do_read(p->ctx, &count);
		raise(p);
		consumed = 1;
	}
	if (events & EPOLLHUP) {
		spin_lock_irqsave(&p->vm->irqfds.lock, flags);
		take_off(p);
		spin_unlock_irqrestore(&p->vm->irqfds.lock, flags);
	}
	return consumed;
}

static void hook(struct file *file, wait_queue_head_t *queue, poll_table *poll)
{
	struct irqfd *p = container_of(poll, struct irqfd, poll);

	p->hook_err = keel_compat_wait_exclusive(queue, &p->wait);
}

static bool is_used(struct keel_irqfds *fds, const struct eventfd_ctx *ctx)
{
	struct irqfd *p;

	lockdep_assert_held(&fds->lock);
	list_for_each_entry(p, &fds->list, entry)
		if (p->ctx == ctx)
			return true;
	return false;
}

static int publish(struct irqfd *p)
{
	struct keel_irqfds *fds = &p->vm->irqfds;
	int err = 0;

	spin_lock_irq(&fds->lock);
	if (is_used(fds, p->ctx)) {
		err = -EBUSY;
	} else {
		list_add_tail(&p->entry, &fds->list);
		if (p->resample)
			list_add_tail_rcu(&p->resampler, &fds->resamplers);
	}
	spin_unlock_irq(&fds->lock);
	return err;
}

static void put_resample(struct irqfd *p)
{
	if (p->resample)
		eventfd_ctx_put(p->resample);
}

/* Another irqfd, of whatever VM, has the eventfd: this one has raised nothing. */
static void withdraw(struct irqfd *p)
{
	struct keel_irqfds *fds = &p->vm->irqfds;

	spin_lock_irq(&fds->lock);
	list_del_init(&p->entry);
	if (p->resample)
		list_del_rcu(&p->resampler);
	spin_unlock_irq(&fds->lock);
	synchronize_srcu_expedited(&p->vm->srcu);
	eventfd_ctx_put(p->ctx);
	put_resample(p);
}

/* file keeps the eventfd from going away meanwhile. */
static int assign_file(struct irqfd *p, struct file *file, const struct kvm_irqfd *args)
{
	__poll_t events;
	int err;

	if (args->flags & KVM_IRQFD_FLAG_RESAMPLE) {
		p->resample = eventfd_ctx_fdget(args->resamplefd);
		if (IS_ERR(p->resample))
			return PTR_ERR(p->resample);
	}
	p->ctx = eventfd_ctx_fileget(file);
	if (IS_ERR(p->ctx)) {
		put_resample(p);
		return PTR_ERR(p->ctx);
	}
	err = publish(p);
	if (err) {
		eventfd_ctx_put(p->ctx);
		put_resample(p);
		return err;
	}
	init_poll_funcptr(&p->poll, hook);
	events = vfs_poll(file, &p->poll);
	if (p->hook_err) {
		withdraw(p);
		return p->hook_err;
	}
	/* an event that came before somebody listened */
	if (events & EPOLLIN)
		raise(p);
	return 0;
}

static int assign(struct keel_vm *vm, const struct kvm_irqfd *args)
{
	struct file *file;
	struct irqfd *p;
	int err;

	lockdep_assert_held(&vm->irqfds.mutex);
	if (!smp_load_acquire(&vm->gic.initialised))
		return -EAGAIN;
	p = kzalloc(sizeof(*p), GFP_KERNEL_ACCOUNT);
	if (!p)
		return -ENOMEM;
	p->vm = vm;
	p->gsi = args->gsi;
	INIT_LIST_HEAD(&p->entry);
	INIT_WORK(&p->end, end);
	init_waitqueue_func_entry(&p->wait, wake);

	file = eventfd_fget(args->fd);
	err = PTR_ERR_OR_ZERO(file);
	if (!err) {
		err = assign_file(p, file, args);
		fput(file);
	}
	if (err)
		kfree(p);
	return err;
}

static void take_off_matching(struct keel_irqfds *fds, const struct eventfd_ctx *ctx, u32 gsi)
{
	struct irqfd *p, *n;

	spin_lock_irq(&fds->lock);
	list_for_each_entry_safe(p, n, &fds->list, entry)
		if (!ctx || (p->ctx == ctx && p->gsi == gsi))
			take_off(p);
	spin_unlock_irq(&fds->lock);
	flush_workqueue(ends);
}

static int deassign(struct keel_vm *vm, const struct kvm_irqfd *args)
{
	struct eventfd_ctx *ctx = eventfd_ctx_fdget(args->fd);

	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	take_off_matching(&vm->irqfds, ctx, args->gsi);
	eventfd_ctx_put(ctx);
	return 0;
}

int keel_irqfd(struct keel_vm *vm, const struct kvm_irqfd *args)
{
	int ret;

	if (args->flags & ~(KVM_IRQFD_FLAG_DEASSIGN | KVM_IRQFD_FLAG_RESAMPLE))
		return -EINVAL;
	mutex_lock(&vm->irqfds.mutex);
	ret = args->flags & KVM_IRQFD_FLAG_DEASSIGN ? deassign(vm, args) : assign(vm, args);
	mutex_unlock(&vm->irqfds.mutex);
	return ret;
}

void keel_irqfd_vm_init(struct keel_vm *vm)
{
	mutex_init(&vm->irqfds.mutex);
	spin_lock_init(&vm->irqfds.lock);
	INIT_LIST_HEAD(&vm->irqfds.list);
	INIT_LIST_HEAD(&vm->irqfds.resamplers);
}

void keel_irqfd_release(struct keel_vm *vm)
{
	mutex_lock(&vm->irqfds.mutex);
	take_off_matching(&vm->irqfds, NULL, 0);
	mutex_unlock(&vm->irqfds.mutex);
}

int keel_irqfd_module_init(void)
{
	ends = alloc_workqueue("keel-irqfd", WQ_UNBOUND, 0);
	if (!ends)
		return -ENOMEM;
	keel_vgic_notify_eoi = resample;
	return 0;
}

/* No VM is left, and so no work. */
void keel_irqfd_module_exit(void)
{
	keel_vgic_notify_eoi = NULL;
	destroy_workqueue(ends);
}
