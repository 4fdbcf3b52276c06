/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared by the files that serve an fd's ioctls. */
#ifndef KEEL_CORE_IOCTL_H
#define KEEL_CORE_IOCTL_H

#include <linux/errno.h>
#include <linux/uaccess.h>

struct file;

/* As for KVM on arm64: no 32-bit program, also not one that inherits an fd. */
static inline long keel_no_compat_ioctl(struct file *file, unsigned int nr, unsigned long arg)
{
	return -EINVAL;
}

/*
 * Copy the structure that argp points to into arg_ and evaluate call with it; -EFAULT. Sleepable.
 */
#define KEEL_WITH_COPY(argp, type, call) \
	({ \
		type arg_; \
		copy_from_user(&arg_, argp, sizeof(arg_)) ? -EFAULT : (call); \
	})

#endif
