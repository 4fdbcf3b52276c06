/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KEEL_UNIT_LINUX_COMPILER_H
#define KEEL_UNIT_LINUX_COMPILER_H

#ifndef __always_inline
#define __always_inline		inline __attribute__((__always_inline__))
#endif

#ifndef __aligned
#define __aligned(n)		__attribute__((__aligned__(n)))
#endif

#define likely(x)		(x)
#define unlikely(x)		(x)

/* A test may define this: what others do to a word right after it was read. */
__attribute__((__weak__)) void unit_after_read(const volatile void *word);

#define READ_ONCE(x) \
	({ \
		__typeof__(x) once_val_ = *(const volatile __typeof__(x) *)&(x); \
		if (unit_after_read) \
			unit_after_read(&(x)); \
		once_val_; \
	})
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))

#endif
