/* SPDX-License-Identifier: GPL-2.0-only */
/* Kernel types for pure sources compiled on the build machine. */
#ifndef KEEL_UNIT_LINUX_TYPES_H
#define KEEL_UNIT_LINUX_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include_next <linux/types.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef long long s64;

struct rcu_head {
	void *next, *func;
};

#ifndef __user
#define __user
#endif
#ifndef __iomem
#define __iomem
#endif
#ifndef __rcu
#define __rcu
#endif

#endif
