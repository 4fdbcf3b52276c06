// SPDX-License-Identifier: GPL-2.0-only
/* Taking and giving back EL2 of one CPU on an nVHE host. */
#include <linux/errno.h>
#include "../hyp/hyp.h"

int keel_nvhe_module_init(void)
{
	return -ENODEV;
}

void keel_nvhe_module_exit(void)
{
}

int keel_nvhe_enable_cpu(void)
{
	return -ENODEV;
}

void keel_nvhe_disable_cpu(void)
{
}
