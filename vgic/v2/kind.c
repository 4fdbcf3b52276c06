// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parameter that says whether guests get a GICv2, and of which kind. VMMs have
 * no other way to ask than to try, and QEMU prefers a GICv2 to a GICv3: so it is
 * not offered unasked where the host has a GICv3 for guests.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/moduleparam.h>
#include <linux/string.h>
#include <asm/page.h>
#include "../hw.h"
#include "kind.h"

enum choice { AUTO, HW, SOFT, OFF, NR_CHOICES };

static const char *const names[] = { [AUTO] = "auto", [HW] = "hw", [SOFT] = "soft", [OFF] = "off" };
static int choice;

static int set_choice(const char *val, const struct kernel_param *kp)
{
	int i;

	for (i = 0; i < NR_CHOICES; i++) {
		if (!sysfs_streq(val, names[i]))
			continue;
		WRITE_ONCE(choice, i);
		return 0;
	}
	return -EINVAL;
}

static int get_choice(char *buf, const struct kernel_param *kp)
{
	return snprintf(buf, PAGE_SIZE, "%s\n", names[READ_ONCE(choice)]);
}

static const struct kernel_param_ops ops = { .set = set_choice, .get = get_choice };

module_param_cb(gicv2, &ops, NULL, 0644);
MODULE_PARM_DESC(gicv2, "GICv2 for new VMs: hw, with the host's GICV; soft, in software; off; "
		 "auto, hw, or soft where guests would have no GIC");

/* Its timer's interrupts have to be made active, as only a GIC's can be. */
static enum keel_v2_kind soft(void)
{
	return keel_gic_hw.is_gic ? KEEL_V2_SOFT : KEEL_V2_NONE;
}

static enum keel_v2_kind by_host(bool or_soft)
{
	switch (keel_gic_hw.model) {
	case KEEL_GIC_V2:
		return KEEL_V2_HW;
	case KEEL_GIC_NONE:
		return or_soft ? soft() : KEEL_V2_NONE;
	default:
		return KEEL_V2_NONE;
	}
}

enum keel_v2_kind keel_v2_kind(void)
{
	switch (READ_ONCE(choice)) {
	case SOFT:
		return soft();
	case OFF:
		return KEEL_V2_NONE;
	case HW:
		return by_host(false);
	default:
		return by_host(true);
	}
}

bool keel_v2_offered(void)
{
	return keel_v2_kind() != KEEL_V2_NONE;
}
