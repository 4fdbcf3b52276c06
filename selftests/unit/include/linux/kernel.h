/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KEEL_UNIT_LINUX_KERNEL_H
#define KEEL_UNIT_LINUX_KERNEL_H

#include <stddef.h>
#include <linux/types.h>

#ifndef ARRAY_SIZE
#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#endif

#endif
