// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fault injection for a keel.ko whose calls go here (failing-module): what gives it memory,
 * files and the like, or copies from and to user space, fails the n-th time that a thread asks.
 * For the check only, on emulated hosts.
 *
 * Parameters: nth, for the thread that writes it, and how many are left when it is read; any_nth,
 * for whichever thread comes; every and any_every, the same for each n-th until something else is
 * written; struck, how many calls have failed since; a_copy: was what failed last one, Y or N. In
 * debugfs "failing": where in keel what has failed, and what there asked for the guest's memory.
 */
#include <linux/debugfs.h>
#include <linux/kallsyms.h>
#include <linux/module.h>
#include <linux/preempt.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/stacktrace.h>
#include <linux/string.h>
#include <linux/xarray.h>
#include "calls.h"

#define MOST_SITES	512
#define MOST_FRAMES	16
#define ASKED_BY_MANY	"keel_guest_"

static DEFINE_RAW_SPINLOCK(lock);
static struct task_struct *who;	/* NULL: anybody */
static unsigned int left, period, struck;
static bool copied;		/* what has failed is a copy */

/* By name: where a module is loaded differs each time. */
static struct site { char callee[64], caller[KSYM_SYMBOL_LEN]; } sites[MOST_SITES];
static unsigned int nr_sites;
static struct dentry *file;

bool failing_strikes(u64 *args, unsigned int how, unsigned long caller, const char *callee);

static void note(unsigned long caller, const char *callee)
{
	char name[KSYM_SYMBOL_LEN];
	unsigned int i;

	sprint_symbol(name, caller);
	for (i = 0; i < nr_sites; i++)
		if (!strcmp(sites[i].callee, callee) && !strcmp(sites[i].caller, name))
			return;
	if (nr_sites == MOST_SITES)
		return;
	strscpy(sites[nr_sites].callee, callee, sizeof(sites[nr_sites].callee));
	strscpy(sites[nr_sites++].caller, name, sizeof(name));
}

/* Where it is for others that a call was made, also where that one was asked to. */
static void note_all(unsigned long caller, const char *callee)
{
	unsigned long frame[MOST_FRAMES];
	unsigned int i = 0, n = stack_trace_save(frame, MOST_FRAMES, 0);
	char name[KSYM_SYMBOL_LEN];

	note(caller, callee);
	while (i < n && frame[i] != caller)
		i++;
	for (; i + 1 < n; i++) {
		sprint_symbol_no_offset(name, frame[i]);
		if (!strncmp(name, ASKED_BY_MANY, strlen(ASKED_BY_MANY))) {
			*strchrnul(name, ' ') = '\0';
			note(frame[i + 1], name);
			return;
		}
	}
}

static bool is_stored(struct xarray *xa, unsigned long index)
{
	XA_STATE(xas, xa, index);
	bool stored;

	rcu_read_lock();
	stored = xas_load(&xas);
	rcu_read_unlock();
	return stored;
}

static u64 verdict(const u64 *args, unsigned int how)
{
	switch (how) {
	case FAIL_ENOMEM:
		return -ENOMEM;
	case FAIL_XARRAY:
		return (u64)-ENOMEM << 2 | 2;
	case FAIL_COPY:
		return args[2];
	case FAIL_CLEAR:
		return args[1];
	default:
		return 0;
	}
}

/* True: the call fails, and what it returns is in the first argument. */
bool failing_strikes(u64 *args, unsigned int how, unsigned long caller, const char *callee)
{
	unsigned long flags;
	bool now;

	if (!READ_ONCE(left) || !in_task() || (READ_ONCE(who) && who != current))
		return false;
	if (how == FAIL_XARRAY && is_stored((struct xarray *)args[0], args[1]))
		return false;
	raw_spin_lock_irqsave(&lock, flags);
	now = left && !--left;
	if (now) {
		copied = how == FAIL_COPY || how == FAIL_CLEAR;
		note_all(caller, callee);
		WRITE_ONCE(left, period);
		WRITE_ONCE(struck, struck + 1);
	}
	raw_spin_unlock_irqrestore(&lock, flags);
	if (now)
		args[0] = verdict(args, how);
	return now;
}

static int arm(const char *val, struct task_struct *task, bool again)
{
	unsigned long flags;
	unsigned int n;
	int err = kstrtouint(val, 0, &n);

	if (err)
		return err;
	raw_spin_lock_irqsave(&lock, flags);
	WRITE_ONCE(who, task);
	WRITE_ONCE(left, n);
	WRITE_ONCE(struck, 0);
	period = again ? n : 0;
	raw_spin_unlock_irqrestore(&lock, flags);
	return 0;
}

static int set_nth(const char *val, const struct kernel_param *kp)
{
	return arm(val, current, false);
}

static int set_any(const char *val, const struct kernel_param *kp)
{
	return arm(val, NULL, false);
}

static int set_every(const char *val, const struct kernel_param *kp)
{
	return arm(val, current, true);
}

static int set_any_every(const char *val, const struct kernel_param *kp)
{
	return arm(val, NULL, true);
}

static int get_left(char *buf, const struct kernel_param *kp)
{
	return sprintf(buf, "%u\n", READ_ONCE(left));
}

static const struct kernel_param_ops nth_ops = { .set = set_nth, .get = get_left };
static const struct kernel_param_ops any_ops = { .set = set_any, .get = get_left };
module_param_cb(nth, &nth_ops, NULL, 0644);
static const struct kernel_param_ops every_ops = { .set = set_every, .get = get_left };
static const struct kernel_param_ops any_every_ops = { .set = set_any_every, .get = get_left };
module_param_cb(any_nth, &any_ops, NULL, 0644);
module_param_cb(every, &every_ops, NULL, 0644);
module_param_cb(any_every, &any_every_ops, NULL, 0644);
module_param(struck, uint, 0444);
module_param_named(a_copy, copied, bool, 0444);

static int sites_show(struct seq_file *s, void *unused)
{
	unsigned int i;

	for (i = 0; i < nr_sites; i++)
		seq_printf(s, "failed: %s %s\n", sites[i].caller, sites[i].callee);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(sites);

static int __init failing_init(void)
{
	file = debugfs_create_file("failing", 0400, NULL, NULL, &sites_fops);
	return 0;
}

static void __exit failing_exit(void)
{
	debugfs_remove(file);
}

module_init(failing_init);
module_exit(failing_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("What keel asks of the kernel fails");
