/* SPDX-License-Identifier: GPL-2.0-only */
/* Guests that have SVE, and what is in its registers. vl: a length in bytes; vq: in 16 bytes. */
#ifndef SVE_H
#define SVE_H

#include "regs.h"
#include "vm.h"

#define SVE		(1u << KVM_ARM_VCPU_SVE)
#define MAX_VL		256
#define BYTES(vl)	(32 * (vl) + 17 * (vl) / 8)
#define SVE_FRESH	DATA_BASE	/* memory of its own, first touched by an event */
#define SVE_FRESH_PAGES	512

#define set_zcr(v)	do { msr(s3_0_c1_c2_0, v); isb(); } while (0)

/* As sve_load() takes it. FFR holds ones from the bottom, then zeroes. */
struct sve_image {
	u8 b[BYTES(MAX_VL)] __attribute__((aligned(16)));
};

void sve_image_fill(struct sve_image *m, u64 vl, u64 seed);
/* The first byte that differs, or -1. */
s64 sve_image_differs(const struct sve_image *a, const struct sve_image *b, u64 vl);

/* --- the guest's side --- */

/* By vCPU. */
extern struct sve_image sve_in[4], sve_out[4];
void sve_on(void);

/* --- the host's side --- */

/* Ends the case as skipped where guests have none. */
void need_sve(void);
int sve_finalize(int vcpu);
/* What is offered, as bits of vq - 1; the highest of such, as vq; that in bytes. */
u64 sve_offered(void);
unsigned int sve_longest(u64 set);
u64 sve_max_vl(void);
/* KVM_REG_ARM64_SVE_VLS with this first and this last word. */
int sve_set_lengths(int vcpu, u64 set, u64 beyond);
/*
 * n vCPUs, finalised, the i-th with the longest of the lengths that are at most vq[i] (NULL: all).
 */
struct vm *sve_vm(unsigned int n, const unsigned int *vq, void (*fn)(u64), u64 arg);

#endif
