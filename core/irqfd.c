// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_IRQFD. An irqfd sits in its eventfd's wait queue: being signalled raises
 * the interrupt from whatever context that is. With a resamplefd the line
 * stays up until the guest is done with the interrupt; then it falls, the
 * resamplefds of all its sources are signalled and each may raise it again.
 *
 * An irqfd is on the list until somebody takes it off, under irqfds->lock.
 * KVM_IRQFD and the VM's end bring about its end themselves. An eventfd that
 * goes away cannot wait, and leaves that to the VM's work item.
 *
 * Nobody waits here for another VM, or for user memory: not for a work item
 * that has not begun, and for no readers but those of vm->irq_srcu.
 *
 * irqfds->mutex -> eventfd's wait queue lock -> irqfds->lock.
 */
#include <linux/err.h>
#include <linux/eventfd.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/poll.h>
#include <linux/rculist.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/srcu.h>
#include <linux/workqueue.h>
#include "../vgic/routing.h"
#include "../vgic/routing_table.h"
#include "../vgic/vgic.h"
#include "compat.h"
#include "irqfd.h"
#include "objects.h"
#include "trace.h"

struct irqfd {
	struct keel_vm *vm;			/* [I] outlives it: keel_irqfd_release() */
	u32 gsi;				/* [I] */
	struct eventfd_ctx *ctx;		/* [I] */
	struct eventfd_ctx *resample;		/* [I] NULL: none */
	struct list_head entry;			/* irqfds->list, or of those to be ended */
	bool off;				/* taken off; under irqfds->lock */
	struct hlist_node resampler;		/* irqfds->resamplers */
	wait_queue_entry_t wait;
	poll_table poll;			/* while assigning */
	int hook_err;				/* while assigning */
};

static struct workqueue_struct *reapers;

/* Any context. */
static void raise(struct irqfd *p)
{
	int intid;

	if (keel_traced(KEEL_EVENT_IRQFD))
		keel_trace_irqfd(p->gsi, 1);
	if (keel_routing_send(p->vm, p->gsi))
		return;
	intid = keel_routing_intid(p->vm, p->gsi);
	if (intid < 0)
		return;
	if (p->resample)
		keel_vgic_user_line(p->vm, NULL, intid, true);
	else if (!keel_vgic_is_owned(p->vm, NULL, intid))
		keel_vgic_pulse(p->vm, intid);
}

static struct hlist_head *resamplers_of(struct keel_vm *vm, u32 gsi)
{
	struct keel_irqfds *fds = &vm->irqfds;

	return &fds->resamplers[hash_min(gsi, HASH_BITS(fds->resamplers))];
}

/* Under vm->irq_srcu. */
static bool is_resampled(struct keel_vm *vm, u32 gsi)
{
	struct irqfd *p;

	hlist_for_each_entry_srcu(p, resamplers_of(vm, gsi), resampler,
				  srcu_read_lock_held(&vm->irq_srcu))
		if (p->gsi == gsi)
			return true;
	return false;
}

/* Under vm->irq_srcu. */
static void tell(struct keel_vm *vm, u32 gsi)
{
	struct irqfd *p;

	hlist_for_each_entry_srcu(p, resamplers_of(vm, gsi), resampler,
				  srcu_read_lock_held(&vm->irq_srcu))
		if (p->gsi == gsi)
			keel_compat_eventfd_signal(p->resample);
}

/*
 * The line falls once, before anybody is told: who is told may raise it again
 * at once, and that must stay. It falls before it is looked up who is to be
 * told: an irqfd that came meanwhile may have found the line up. Under vm->irq_srcu.
 */
static void lower_and_tell(struct keel_vm *vm, const struct keel_routing_table *t, u32 intid)
{
	int gsi;

	keel_vgic_user_line(vm, NULL, intid, false);
	/* pairs with the one in publish() */
	smp_mb();
	for (gsi = keel_routing_table_gsi(t, intid); gsi >= 0;
	     gsi = keel_routing_table_next_gsi(t, gsi))
		tell(vm, gsi);
}

/* Is one of its GSIs resampled? Under vm->irq_srcu; as long as it has GSIs, so preemptible. */
static bool has_resampler(struct keel_vm *vm, const struct keel_routing_table *t, u32 intid)
{
	int gsi = keel_routing_table_gsi(t, intid);

	while (gsi >= 0 && !is_resampled(vm, gsi))
		gsi = keel_routing_table_next_gsi(t, gsi);
	return gsi >= 0;
}

/* The guest completed a level-sensitive interrupt. Preemptible. */
static void resample(struct keel_vm *vm, u32 intid)
{
	const struct keel_routing_table *t;
	int idx = srcu_read_lock(&vm->irq_srcu);

	t = keel_routing_get(vm);
	if (has_resampler(vm, t, intid))
		lower_and_tell(vm, t, intid);
	srcu_read_unlock(&vm->irq_srcu, idx);
}

static void put_resample(struct irqfd *p)
{
	if (p->resample)
		eventfd_ctx_put(p->resample);
}

/* False: a resampling irqfd came since. One that comes after this raises the line after this. */
static bool lower_if_none_came(struct keel_vm *vm, u32 intid, unsigned long came)
{
	struct keel_irqfds *fds = &vm->irqfds;
	bool same;

	spin_lock_irq(&fds->lock);
	same = fds->came == came;
	if (same)
		keel_vgic_user_line(vm, NULL, intid, false);
	spin_unlock_irq(&fds->lock);
	return same;
}

/*
 * The line falls, unless another irqfd may be holding it up, by whatever GSI. Which
 * these are is looked up with IRQs on, since a VMM decides how many there are, and
 * again if one came meanwhile. Sleepable.
 */
static void lower(struct irqfd *p)
{
	struct keel_vm *vm = p->vm;
	int idx = srcu_read_lock(&vm->irq_srcu);
	const struct keel_routing_table *t = keel_routing_get(vm);
	int intid = keel_routing_table_intid(t, p->gsi);
	unsigned long came;

	do {
		/* those that are counted are found; pairs with the one in start_resampling() */
		came = smp_load_acquire(&vm->irqfds.came);
	} while (intid >= 0 && !has_resampler(vm, t, intid) &&
		 !lower_if_none_came(vm, intid, came));
	srcu_read_unlock(&vm->irq_srcu, idx);
}

static void unlink_resampler(struct irqfd *p)
{
	struct keel_vm *vm = p->vm;

	lockdep_assert_held(&vm->irqfds.lock);
	hash_del_rcu(&p->resampler);
	WRITE_ONCE(vm->gic.resamplers, vm->gic.resamplers - 1);
}

/* After this it holds its line up no longer. */
static void stop_resampling(struct irqfd *p)
{
	spin_lock_irq(&p->vm->irqfds.lock);
	unlink_resampler(p);
	spin_unlock_irq(&p->vm->irqfds.lock);
}

static void start_resampling(struct irqfd *p)
{
	struct keel_vm *vm = p->vm;

	lockdep_assert_held(&vm->irqfds.lock);
	hash_add_rcu(vm->irqfds.resamplers, &p->resampler, p->gsi);
	WRITE_ONCE(vm->gic.resamplers, vm->gic.resamplers + 1);
	/* pairs with the one in lower() */
	smp_store_release(&vm->irqfds.came, vm->irqfds.came + 1);
}

/*
 * Sleepable. The irqfds of the list were taken off; after this they are gone. All
 * have let go of their lines before the first line is looked at, so that what is
 * found then are those that stay.
 */
static void end_all(struct keel_vm *vm, struct list_head *list)
{
	struct irqfd *p, *n;
	bool wait = false;
	u64 count;

	list_for_each_entry(p, list, entry) {
		/* after this it raises nothing any more */
		eventfd_ctx_remove_wait_queue(p->ctx, &p->wait, &count);
		if (p->resample)
			stop_resampling(p);
		wait |= !!p->resample;
		cond_resched();
	}
	list_for_each_entry(p, list, entry) {
		if (p->resample)
			lower(p);
		cond_resched();
	}
	if (wait)
		synchronize_srcu_expedited(&vm->irq_srcu);
	list_for_each_entry_safe(p, n, list, entry) {
		put_resample(p);
		eventfd_ctx_put(p->ctx);
		kfree(p);
		cond_resched();
	}
}

static void reap(struct work_struct *work)
{
	struct keel_irqfds *fds = container_of(work, struct keel_irqfds, reap);
	LIST_HEAD(orphans);

	spin_lock_irq(&fds->lock);
	list_splice_init(&fds->orphans, &orphans);
	spin_unlock_irq(&fds->lock);
	end_all(container_of(fds, struct keel_vm, irqfds), &orphans);
}

static void take_off(struct irqfd *p, struct list_head *to)
{
	lockdep_assert_held(&p->vm->irqfds.lock);
	p->off = true;
	list_move_tail(&p->entry, to);
}

static void orphan(struct irqfd *p)
{
	struct keel_irqfds *fds = &p->vm->irqfds;
	unsigned long flags;

	spin_lock_irqsave(&fds->lock, flags);
	if (!p->off) {
		take_off(p, &fds->orphans);
		queue_work(reapers, &fds->reap);
	}
	spin_unlock_irqrestore(&fds->lock, flags);
}

/* The eventfd's wait queue lock is held, IRQs off. Nonzero: the event is consumed. */
static int wake(wait_queue_entry_t *wait, unsigned int mode, int sync, void *key)
{
	struct irqfd *p = container_of(wait, struct irqfd, wait);
	__poll_t events = key_to_poll(key);
	int consumed = 0;
	u64 count;

	if (events & EPOLLIN) {
		eventfd_ctx_do_read(p->ctx, &count);
		raise(p);
		consumed = 1;
	}
	if (events & EPOLLHUP)
		orphan(p);
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
			start_resampling(p);
	}
	spin_unlock_irq(&fds->lock);
	/* before it looks at the line; pairs with the one in lower_and_tell() */
	smp_mb();
	return err;
}

/*
 * Another irqfd, of whatever VM, has the eventfd: this one has raised nothing.
 * But one that went meanwhile may have left the line up for its sake.
 */
static void withdraw(struct irqfd *p)
{
	struct keel_irqfds *fds = &p->vm->irqfds;

	spin_lock_irq(&fds->lock);
	list_del(&p->entry);
	spin_unlock_irq(&fds->lock);
	if (p->resample) {
		stop_resampling(p);
		lower(p);
	}
	synchronize_srcu_expedited(&p->vm->irq_srcu);
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

/*
 * ctx NULL: all. Also waits for the end of those that went before: what the
 * work item has begun is waited for, what it has not is done here.
 */
static void end_matching(struct keel_vm *vm, const struct eventfd_ctx *ctx, u32 gsi)
{
	struct keel_irqfds *fds = &vm->irqfds;
	struct irqfd *p, *n;
	LIST_HEAD(ended);

	lockdep_assert_held(&fds->mutex);
	cancel_work_sync(&fds->reap);
	spin_lock_irq(&fds->lock);
	/* whose item was cancelled, or not queued since one was being cancelled */
	list_splice_init(&fds->orphans, &ended);
	list_for_each_entry_safe(p, n, &fds->list, entry)
		if (!ctx || (p->ctx == ctx && p->gsi == gsi))
			take_off(p, &ended);
	spin_unlock_irq(&fds->lock);
	end_all(vm, &ended);
}

static int deassign(struct keel_vm *vm, const struct kvm_irqfd *args)
{
	struct eventfd_ctx *ctx = eventfd_ctx_fdget(args->fd);

	if (IS_ERR(ctx))
		return PTR_ERR(ctx);
	end_matching(vm, ctx, args->gsi);
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
	hash_init(vm->irqfds.resamplers);
	INIT_LIST_HEAD(&vm->irqfds.orphans);
	INIT_WORK(&vm->irqfds.reap, reap);
}

void keel_irqfd_release(struct keel_vm *vm)
{
	mutex_lock(&vm->irqfds.mutex);
	end_matching(vm, NULL, 0);
	/* an eventfd may have gone in the meantime: now none is left that could */
	cancel_work_sync(&vm->irqfds.reap);
	mutex_unlock(&vm->irqfds.mutex);
}

int keel_irqfd_module_init(void)
{
	reapers = alloc_workqueue("keel-irqfd", WQ_UNBOUND, 0);
	if (!reapers)
		return -ENOMEM;
	keel_vgic_notify_eoi = resample;
	return 0;
}

/* No VM is left, and so no work. */
void keel_irqfd_module_exit(void)
{
	keel_vgic_notify_eoi = NULL;
	destroy_workqueue(reapers);
}
