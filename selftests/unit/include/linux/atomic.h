/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KEEL_UNIT_LINUX_ATOMIC_H
#define KEEL_UNIT_LINUX_ATOMIC_H

/* As the kernel's: fully ordered, return what was there. */
#define cmpxchg(p, old, new) \
	({ \
		__typeof__(*(p)) atomic_old_ = (old); \
		__atomic_compare_exchange_n((p), &atomic_old_, (new), 0, \
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
		atomic_old_; \
	})
#define xchg(p, val)	__atomic_exchange_n((p), (val), __ATOMIC_SEQ_CST)

#endif
