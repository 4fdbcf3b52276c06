/* SPDX-License-Identifier: GPL-2.0-only */
/* EL2's memory, for those who take CPUs. Host side. */
#ifndef KEEL_NVHE_MAP_H
#define KEEL_NVHE_MAP_H

#include <linux/types.h>

struct keel_el2_cpu;

/*
 * At load: the image in memory and mapped; -errno leaves nothing behind. exit: no CPU has it any
 * more.
 */
int keel_map_init(void);
void keel_map_exit(void);

/* What a CPU needs of it, into its structure. */
void keel_map_parameters(struct keel_el2_cpu *cpu);
/* Physical addresses: where the stub is sent, and the guest vectors of one KEEL_BHB_* kind. */
u64 keel_map_entry(void);
u64 keel_map_guest_vectors(unsigned int kind);

/*
 * The code that runs with the MMU off to the point of coherence: whenever a CPU is
 * taken, since a resume from hibernation writes the image's pages by way of the
 * caches. Any context.
 */
void keel_map_clean_start(void);
/* To the point of coherence, before EL2 reads it with its MMU off. Any context. */
void keel_map_clean(const void *start, size_t size);

#endif
