/* SPDX-License-Identifier: GPL-2.0-only */
/* The vCPU fd. */
#ifndef KEEL_CORE_VCPU_IOCTL_H
#define KEEL_CORE_VCPU_IOCTL_H

struct keel_vcpu;

/* A new fd, which takes over one VM reference, or -errno with nothing taken. */
int keel_vcpu_open_fd(struct keel_vcpu *vcpu);

#endif
