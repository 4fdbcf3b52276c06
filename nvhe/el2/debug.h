/* SPDX-License-Identifier: GPL-2.0-only */
/* The host's profiling and tracing around a guest, at EL2. */
#ifndef KEEL_NVHE_DEBUG_H
#define KEEL_NVHE_DEBUG_H

struct keel_el2_world;

/* The CPU is taken: host.mdcr is known. */
void keel_el2_debug_take(struct keel_el2_world *w);
/* First of all while the host's world is still whole; and when it is again. */
void keel_el2_debug_quiet(struct keel_el2_world *w);
void keel_el2_debug_resume(const struct keel_el2_world *w);

#endif
