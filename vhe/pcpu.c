// SPDX-License-Identifier: GPL-2.0-only
/* What keel holds for each host CPU under VHE. Taking and giving one is in vhe/cpu.c. */
#include "pcpu.h"

DEFINE_PER_CPU(struct keel_pcpu, keel_pcpu);
