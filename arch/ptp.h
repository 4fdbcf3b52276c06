/* SPDX-License-Identifier: GPL-2.0-only */
/* Host wall-clock time paired with the guest's counter, for the guest's ptp_kvm driver. */
#ifndef KEEL_ARCH_PTP_H
#define KEEL_ARCH_PTP_H

struct keel_vcpu;

/* x1 chooses the counter (KVM_PTP_{VIRT,PHYS}_COUNTER); results into x0..x3. vCPU mutex held. */
void keel_ptp_call(struct keel_vcpu *vcpu);

#endif
