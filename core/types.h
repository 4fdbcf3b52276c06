/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Types that every layer shares: typed addresses and the verdict of an exit.
 * Usable on the build host by pure code (needs u64 and bool only).
 */
#ifndef KEEL_CORE_TYPES_H
#define KEEL_CORE_TYPES_H

#include <linux/types.h>
#ifdef __KERNEL__
#include <linux/kvm_types.h>
#endif

/* The kernel's own hpa_t, in a header that <linux/kvm.h> pulls in, is a plain number. */
#define hpa_t keel_hpa_t

/* Intermediate (guest) and host physical addresses: mixing them up does not compile. */
typedef struct { u64 v; } ipa_t;
typedef struct { u64 v; } hpa_t;

static inline ipa_t ipa(u64 v) { return (ipa_t){ v }; }
static inline hpa_t hpa(u64 v) { return (hpa_t){ v }; }
static inline ipa_t ipa_add(ipa_t a, u64 n) { return ipa(a.v + n); }
static inline hpa_t hpa_add(hpa_t a, u64 n) { return hpa(a.v + n); }

/*
 * What follows an exit. A negative value is -errno and leaves KVM_RUN with it;
 * KEEL_USER leaves KVM_RUN with 0, the run page being filled; KEEL_RESUME
 * enters the guest again.
 */
enum keel_verdict { KEEL_USER = 0, KEEL_RESUME = 1 };

#endif
