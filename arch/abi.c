// SPDX-License-Identifier: GPL-2.0-only
/* The parameter that says which kernel's KVM new VMs are like. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <asm/page.h>
#include "abi.h"

static const char *const names[] = { [KEEL_ABI_6_12] = "6.12", [KEEL_ABI_7_3] = "7.3" };
static int level = KEEL_ABI_7_3;

static int set_level(const char *val, const struct kernel_param *kp)
{
	int i;

	for (i = 0; i < KEEL_NR_ABIS; i++) {
		if (!sysfs_streq(val, names[i]))
			continue;
		WRITE_ONCE(level, i);
		return 0;
	}
	return -EINVAL;
}

static int get_level(char *buf, const struct kernel_param *kp)
{
	return snprintf(buf, PAGE_SIZE, "%s\n", names[READ_ONCE(level)]);
}

static const struct kernel_param_ops ops = { .set = set_level, .get = get_level };

module_param_cb(abi, &ops, NULL, 0644);
MODULE_PARM_DESC(abi, "which kernel's KVM new VMs are like, and may migrate to: 6.12 or 7.3");

enum keel_abi keel_abi_level(void)
{
	return READ_ONCE(level);
}
