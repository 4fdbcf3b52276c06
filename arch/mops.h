/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/*
 * A memory copy or set that began on a CPU of the other option (FEAT_MOPS, Arm ARM
 * "Memory Copy and Memory Set exceptions"): its registers mean something else here.
 */
#ifndef KEEL_ARCH_MOPS_H
#define KEEL_ARCH_MOPS_H

#include <linux/types.h>

/*
 * Registers and PC become those of a prologue that does what is left. x: 31 of them; iss: of the
 * exception.
 */
void keel_mops_restart(u64 *x, u64 *pc, u64 pstate, u32 iss);

#endif
