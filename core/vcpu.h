/* SPDX-License-Identifier: GPL-2.0-only */
/* A vCPU's life, and KVM_RUN. */
#ifndef KEEL_CORE_VCPU_H
#define KEEL_CORE_VCPU_H

#include "objects.h"

/* KVM_CREATE_VCPU: fd or -errno. */
int keel_vcpu_create(struct keel_vm *vm, unsigned long id);
void keel_vcpu_destroy(struct keel_vcpu *vcpu);
/* The VM goes away: take the vCPU's state out of whatever CPU holds it. */
void keel_vcpu_evict(struct keel_vcpu *vcpu);

/* core/run.c: KVM_RUN with the vCPU mutex held. */
int keel_vcpu_run(struct keel_vcpu *vcpu);

#endif
