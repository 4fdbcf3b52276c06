/* SPDX-License-Identifier: GPL-2.0-only */
/* Host side of nVHE: host calls, memory shared with EL2, the image in memory. Kernel context. */
#ifndef KEEL_NVHE_CALL_H
#define KEEL_NVHE_CALL_H

#include <linux/percpu.h>
#include "../el2.h"

struct keel_call_result {
	long ret;
	u64 value;
};

/*
 * One host call on this CPU, which is taken. A report is printed, and gives -EFAULT. IRQs off where
 * el2.h says so.
 */
struct keel_call_result keel_call(enum keel_call nr, u64 a1, u64 a2, u64 a3, u64 a4);

/* The same without any check, and for any number. The CPU's EL2 is the stub's or keel's. */
struct keel_call_result keel_call_raw(u64 id, u64 a1, u64 a2, u64 a3, u64 a4);

/* This CPU's data that EL2 shares; NULL before keel_nvhe_module_init(). */
struct keel_el2_cpu *keel_nvhe_cpu_data(int cpu);
/* Is EL2 of this CPU keel's? Preemption off. */
bool keel_nvhe_taken(void);

/*
 * Share whole pages, physically contiguous, in the linear map, with EL2, and
 * end that (complete on all CPUs on return). Sleepable.
 */
int keel_map_share(void *start, size_t size);
void keel_map_unshare(void *start, size_t size);
/* Physical address of the image, and its size. */
u64 keel_map_image(u64 *size);

#endif
