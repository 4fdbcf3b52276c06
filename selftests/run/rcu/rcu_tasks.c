// SPDX-License-Identifier: GPL-2.0-only
/* Its load waits for RCU Tasks, which each thread has to give its CPU away for. */
#include <linux/module.h>
#include <linux/rcupdate.h>

static int __init start(void)
{
	synchronize_rcu_tasks();
	return 0;
}
module_init(start);

static void __exit stop(void)
{
}
module_exit(stop);

MODULE_DESCRIPTION("Waits for RCU Tasks");
MODULE_LICENSE("GPL");
