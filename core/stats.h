/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM_GET_STATS_FD on VM and vCPU fds: binary statistics. */
#ifndef KEEL_CORE_STATS_H
#define KEEL_CORE_STATS_H

struct keel_vm;
struct keel_vcpu;

/* A new fd, which holds the VM, or -errno. Sleepable, no lock needed. */
int keel_stats_vm_fd(struct keel_vm *vm);
int keel_stats_vcpu_fd(struct keel_vcpu *vcpu);

#endif
