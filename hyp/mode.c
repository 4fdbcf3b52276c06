// SPDX-License-Identifier: GPL-2.0-only
/* Which mode the host is in. */
#include <linux/init.h>
#include <asm/virt.h>
#include "mode.h"

DEFINE_STATIC_KEY_FALSE(keel_mode_nvhe);

void __init keel_mode_init(void)
{
	if (!is_kernel_in_hyp_mode())
		static_branch_enable(&keel_mode_nvhe);
}

const char *keel_mode_name(void)
{
	return static_branch_unlikely(&keel_mode_nvhe) ? "nVHE" : "VHE";
}
