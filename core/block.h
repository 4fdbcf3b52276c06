/* SPDX-License-Identifier: GPL-2.0-only */
/* A vCPU that waits: in WFI, stopped or suspended. */
#ifndef KEEL_CORE_BLOCK_H
#define KEEL_CORE_BLOCK_H

#include "objects.h"

/* Block until an event (line, timer, request, signal). WFI, or stopped. Sleepable, [v]. Verdict-less: the loop re-checks. */
void keel_vcpu_block(struct keel_vcpu *vcpu);
/* Something would let the vCPU leave WFI: an interrupt line or timer. */
bool keel_vcpu_has_event(struct keel_vcpu *vcpu);

#endif
