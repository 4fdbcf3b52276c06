// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vCPU before its entry and the commands of its VM's ITSes that are left: it goes on with them,
 * and waits where the host has no memory for them.
 */
#include <linux/errno.h>
#include <linux/jiffies.h>
#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/sched.h>
#include "../../core/host.h"
#include "../../core/kick.h"
#include "../../core/objects.h"
#include "its.h"

/* How long commands that do not get on are waited for, and at most between tries. */
#define PATIENCE	HZ
#define PAUSE		DIV_ROUND_UP(HZ, 20)

struct patience {
	unsigned long end, pause;	/* jiffies */
};

static struct patience patience(void)
{
	return (struct patience){ .end = jiffies + PATIENCE, .pause = 1 };
}

static void wait_for_memory(struct keel_vcpu *vcpu, struct patience *p)
{
	vcpu->stat.its_memory_waits++;
	schedule_timeout_interruptible(p->pause);
	p->pause = min(2 * p->pause, PAUSE);
}

/* Commands stay undone, for want of memory or of time: the next run goes on with them. */
static int put_off(struct keel_vcpu *vcpu, bool own, bool memory, int err)
{
	keel_request(vcpu, own ? KEEL_REQ_ITS : KEEL_REQ_ITS_TRY);
	if (own && memory)
		keel_its_queue_ask(vcpu);
	return err;
}

int keel_its_finish(struct keel_vcpu *vcpu)
{
	bool own = test_and_clear_bit(KEEL_REQ_ITS, &vcpu->requests);
	bool asked = test_and_clear_bit(KEEL_REQ_ITS_TRY, &vcpu->requests);
	struct patience p = patience();
	int more = own || asked;

	while (more) {
		more = keel_its_queue_work(vcpu);
		if (keel_host_work())
			return more ? put_off(vcpu, own, more < 0, -EINTR) : -EINTR;
		if (more < 0 && !own)
			return 0;
		if (more < 0 && time_after_eq(jiffies, p.end))
			return put_off(vcpu, true, true, -EAGAIN);
		if (more < 0)
			wait_for_memory(vcpu, &p);
		else
			p = patience();
	}
	return 0;
}
