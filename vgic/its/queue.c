// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command queue of an ITS. Commands are done in order, by the vCPU that
 * writes GITS_CWRITER; one that cannot be done is ignored (IHI 0069, 5.2.2).
 *
 * A queue holds up to 32768 commands, some of which visit every LPI. So a run
 * ends after a while, and the vCPU goes on with it before it enters the guest
 * again, looking at its signals in between: for the guest CWRITER's write just
 * takes long. What user space restores, with all vCPUs held, is begun in the
 * same way and finished by the vCPUs; one that is created later looks for it.
 */
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/string.h>
#include "../../core/kick.h"
#include "../../core/trace.h"
#include "../../core/vcpus.h"
#include "its.h"

#define RUN_JIFFIES	1
#define BATCH		16	/* commands */

/*
 * Entries are zeroed when they are unmapped, so that a later save and restore finds no stale ones.
 */
static int clear_entry(struct keel_its *its, u64 addr)
{
	__le64 none = 0;

	return keel_guest_write(its->vm, ipa(addr), &none, sizeof(none));
}

/* What a command that could not be finished for want of memory has done already it does again. */
static int unmap_device(struct keel_its *its, u32 device)
{
	struct keel_its_dte d;
	u64 addr;
	int err;

	if (!keel_its_find_device(its, device, &d))
		return 0;
	err = keel_its_entry(its, its->device_baser, device, &addr);
	if (!err)
		err = clear_entry(its, addr);
	return err == -ENOMEM ? err : keel_its_unmap_device(its, device);
}

/*
 * Not those of the device's events: an ITT is zero when the guest maps a device
 * with it, also one that it had before.
 */
static int mapd(struct keel_its *its, const struct keel_its_cmd *c)
{
	struct keel_its_dte d = { .event_bits = c->event_bits, .itt = c->itt };

	return c->valid ? keel_its_map_device(its, c->device, d) : unmap_device(its, c->device);
}

static int mapti(struct keel_its *its, const struct keel_its_cmd *c)
{
	if (!keel_lpi_valid(its->vm, c->intid))
		return -EINVAL;
	return keel_its_map_event(its, c->device, c->event, c->intid, c->collection);
}

static int mapc(struct keel_its *its, const struct keel_its_cmd *c)
{
	if (!c->valid)
		return keel_its_unmap_collection(its, c->collection);
	if (c->rdbase == KEEL_ITS_UNMAPPED)
		return 0;
	return keel_its_map_collection(its, c->collection, c->rdbase);
}

static int discard(struct keel_its *its, const struct keel_its_cmd *c)
{
	struct keel_its_dte d;
	int err;

	if (!keel_its_find_device(its, c->device, &d) ||
	    !keel_its_find_event(its, c->device, c->event))
		return 0;
	err = clear_entry(its, keel_its_ite_addr(d.itt, c->event));
	return err == -ENOMEM ? err : keel_its_unmap_event(its, c->device, c->event);
}

static void movall(struct keel_its *its, const struct keel_its_cmd *c)
{
	struct keel_vcpu *from = keel_vm_vcpu_by_id(its->vm, c->rdbase);
	struct keel_vcpu *to = keel_vm_vcpu_by_id(its->vm, c->rdbase2);

	if (from && to && from != to)
		keel_lpi_move_all(its->vm, from, to);
}

static int invall(struct keel_its *its, const struct keel_its_cmd *c)
{
	struct keel_vcpu *target;

	keel_its_find_collection(its, c->collection, &target);
	return target ? keel_lpi_invalidate_all(target) : 0;
}

/* Commands that act on the LPI of a mapped event. */
static int to_event(struct keel_its *its, const struct keel_its_cmd *c)
{
	struct keel_its_event *e = keel_its_find_event(its, c->device, c->event);

	if (!e)
		return 0;
	switch (c->op) {
	case KEEL_ITS_INT:
		keel_lpi_raise(e->lpi);
		break;
	case KEEL_ITS_CLEAR:
		keel_lpi_clear(e->lpi);
		break;
	case KEEL_ITS_INV:
		return keel_lpi_invalidate(e->lpi);
	}
	return 0;
}

/*
 * A flat switch over the commands. SYNC has nothing to wait for. -ENOMEM: to be done again; other
 * errors are the guest's.
 */
static int execute(struct keel_its *its, const struct keel_its_cmd *c)
{
	switch (c->op) {
	case KEEL_ITS_MAPD:
		return mapd(its, c);
	case KEEL_ITS_MAPC:
		return mapc(its, c);
	case KEEL_ITS_MAPI:
	case KEEL_ITS_MAPTI:
		return mapti(its, c);
	case KEEL_ITS_MOVI:
		keel_its_move_event(its, c->device, c->event, c->collection);
		break;
	case KEEL_ITS_MOVALL:
		movall(its, c);
		break;
	case KEEL_ITS_DISCARD:
		return discard(its, c);
	case KEEL_ITS_INVALL:
		return invall(its, c);
	case KEEL_ITS_INT:
	case KEEL_ITS_CLEAR:
	case KEEL_ITS_INV:
		return to_event(its, c);
	}
	return 0;
}

static void trace(const struct keel_its *its, const struct keel_its_cmd *c)
{
	if (keel_traced(KEEL_EVENT_ITS))
		keel_trace_its(its->base, c->op, c->device, c->event, c->intid, c->collection);
}

/* Commands that were read at once: what is in the queue the guest leaves alone. */
struct batch {
	u32 nr, done;
	__le64 cmd[BATCH][KEEL_ITS_CMD_SIZE / 8];
};

/*
 * Up to the end of a page at most. What cannot be read is zero, which is no command. -ENOMEM: not
 * now.
 */
static int fetch(struct keel_its *its, struct batch *b)
{
	u64 addr = keel_its_queue_base(its->cbaser) + its->creadr;
	u64 end = its->creadr < its->cwriter ? its->cwriter : keel_its_queue_size(its->cbaser);
	size_t len =
		min3((size_t)(end - its->creadr), PAGE_SIZE - offset_in_page(addr), sizeof(b->cmd));
	int err = keel_guest_read(its->vm, ipa(addr), b->cmd, len);

	if (err == -ENOMEM)
		return err;
	if (err)
		memset(b->cmd, 0, len);
	b->nr = len / KEEL_ITS_CMD_SIZE;
	b->done = 0;
	return 0;
}

static int step(struct keel_its *its, struct batch *b)
{
	u64 dw[ARRAY_SIZE(b->cmd[0])];
	struct keel_its_cmd cmd;
	unsigned int i;

	if (b->done == b->nr && fetch(its, b))
		return -ENOMEM;
	for (i = 0; i < ARRAY_SIZE(dw); i++)
		dw[i] = le64_to_cpu(b->cmd[b->done][i]);
	cmd = keel_its_cmd_decode(dw);
	if (execute(its, &cmd) == -ENOMEM)
		return -ENOMEM;
	trace(its, &cmd);
	b->done++;
	its->creadr += KEEL_ITS_CMD_SIZE;
	if (its->creadr >= keel_its_queue_size(its->cbaser))
		its->creadr = 0;
	return 0;
}

static bool has_work(const struct keel_its *its)
{
	return its->enabled && its->creadr != its->cwriter;
}

static bool is_over(unsigned long end)
{
	return time_after_eq(jiffies, end) || signal_pending(current);
}

/* Until end, in jiffies. Positive: there is more; -ENOMEM: and nothing of it could be done. */
static int run(struct keel_its *its, unsigned long end)
{
	bool moved = false;
	struct batch b;
	int err = 0;

	for (b.nr = b.done = 0; !err && has_work(its) && !is_over(end);) {
		err = step(its, &b);
		moved |= !err;
		cond_resched();
	}
	keel_lpi_reap(its->vm);
	return err && !moved ? err : has_work(its);
}

void keel_its_queue_request(struct keel_vm *vm, struct keel_vcpu *by)
{
	struct keel_vcpu *vcpu;
	unsigned int i;

	if (by) {
		keel_request(by, KEEL_REQ_ITS);
		return;
	}
	keel_for_each_vcpu(i, vcpu, vm)
		keel_request(vcpu, KEEL_REQ_ITS);
}

void keel_its_queue_run(struct keel_its *its, struct keel_vcpu *by)
{
	lockdep_assert_held(&its->vm->gic.lpi.lock);
	if (keel_lpi_read_again(its->vm) || run(its, jiffies + RUN_JIFFIES))
		keel_its_queue_request(its->vm, by);
}

/*
 * All of a VM's ITSes in the time of one: the next call begins where this one ends. As above;
 * -ENOMEM: one lacks memory, and no other that has more to do has got on.
 */
static int run_all(struct keel_lpis *l)
{
	unsigned long end = jiffies + RUN_JIFFIES;
	struct list_head *first = l->turn;
	bool more = false;
	int err = 0, ret;

	do {
		if (l->turn != &l->its) {
			ret = run(list_entry(l->turn, struct keel_its, entry), end);
			if (ret < 0)
				err = ret;
			more |= ret > 0;
			cond_resched();
		}
		l->turn = l->turn->next;
	} while (l->turn != first && !is_over(end));
	more |= !err && l->turn != first;
	return more ? 1 : err;
}

int keel_its_queue_work(struct keel_vcpu *vcpu)
{
	struct keel_lpis *l = &vcpu->vm->gic.lpi;
	int more = mutex_lock_interruptible(&l->lock) ? 1 : 0;

	if (!more) {
		more = keel_lpi_read_again(vcpu->vm) ?: run_all(l);
		mutex_unlock(&l->lock);
	}
	return more;
}

void keel_its_queue_ask(const struct keel_vcpu *vcpu)
{
	unsigned int i, nr = READ_ONCE(vcpu->vm->nr_vcpus);
	unsigned int *asked = &vcpu->vm->gic.lpi.asked;
	struct keel_vcpu *other;

	/* another one each time: who is asked tells nobody else that it has no memory either */
	for (i = 0; i < nr; i++) {
		WRITE_ONCE(*asked, (READ_ONCE(*asked) + 1) % nr);
		other = keel_vm_vcpu(vcpu->vm, READ_ONCE(*asked) % nr);
		if (other == vcpu || !READ_ONCE(other->task))
			continue;
		keel_vcpu_request(other, KEEL_REQ_ITS_TRY);
		return;
	}
}
