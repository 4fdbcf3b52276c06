/* SPDX-License-Identifier: GPL-2.0-only */
/* A vCPU that waits: in WFI, stopped or suspended. */
#ifndef KEEL_CORE_BLOCK_H
#define KEEL_CORE_BLOCK_H

#include "objects.h"

/*
 * Block until an event (line, timer, request, signal). WFI, or stopped. Sleepable, [v]. Returns
 * nothing: callers look again.
 */
void keel_vcpu_block(struct keel_vcpu *vcpu);
/*
 * Would something let it leave WFI (interrupt line, timer)? Brings its timers and posted SGIs up to
 * date first. Own thread.
 */
bool keel_vcpu_find_event(struct keel_vcpu *vcpu);

#endif
