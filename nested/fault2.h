/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Faults of what is below virtual EL2 with a stage 2 of its own (HCR_EL2.VM): whose they are, the
 * hypervisor's or keel's. Below is live; vCPU mutex, sleepable.
 */
#ifndef KEEL_NESTED_FAULT2_H
#define KEEL_NESTED_FAULT2_H

#include <linux/types.h>
#include "../hyp/hyp.h"
#include "walk2.h"

struct keel_exit;
struct keel_vcpu;

/*
 * The hypervisor's tables as they are now, its access flag set where it wants that. 0: this is so.
 * KEEL_FAULT_DONE: they changed again and again, the guest is to try again. KEEL_FAULT_NO_READ,
 * NO_WRITE: user space withholds the table at *at. For at.c without below being live, too.
 */
int keel_fault2_walk(struct keel_vcpu *vcpu, u64 addr, struct keel_walk2_result *res, ipa_t *at);
/*
 * A translation or permission fault, as of keel_exit_decode(). 0: it is the hypervisor's, with
 * *status. Else a verdict of keel_mmu_fault(), or -errno, and exit->ipa is the hypervisor's
 * address.
 */
int keel_fault2_resolve(struct keel_vcpu *vcpu, struct keel_exit *exit, u8 *status);
/* An abort. The same, but that virtual EL2 has been told what is its: KEEL_FAULT_DONE. */
int keel_fault2_handle(struct keel_vcpu *vcpu, struct keel_exit *exit);

#endif
