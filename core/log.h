/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages for the host's administrator. Nothing that a guest or a VMM can cause is printed. */
#ifndef KEEL_CORE_LOG_H
#define KEEL_CORE_LOG_H

#include <linux/printk.h>

#define keel_err(fmt, ...)	pr_err("keel: " fmt "\n", ##__VA_ARGS__)
#define keel_err_once(fmt, ...)	pr_err_once("keel: " fmt "\n", ##__VA_ARGS__)
#define keel_info(fmt, ...)	pr_info("keel: " fmt "\n", ##__VA_ARGS__)

#endif
