/* SPDX-License-Identifier: GPL-2.0-only */
/* One access to no memory, as vcpu->arch.mmio has it. vCPU mutex held, sleepable. */
#ifndef KEEL_ARCH_MMIO_H
#define KEEL_ARCH_MMIO_H

#include "../core/objects.h"

/* Of the guest's data accesses at this moment. */
bool keel_mmio_is_big_endian(struct keel_vcpu *vcpu);
/*
 * By a device of the bus. -EOPNOTSUPP: nobody's; another error: refused. data is aligned like u64.
 */
int keel_mmio_access(struct keel_vcpu *vcpu, u8 data[8]);
/* By user space. Verdict. */
int keel_mmio_to_user(struct keel_vcpu *vcpu, const u8 data[8], enum keel_mmio_pending pending);

#endif
