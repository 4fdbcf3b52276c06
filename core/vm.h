/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VM. It lives as long as a VM fd, a vCPU fd, a device fd or a running ioctl
 * refers to it (refs). Letters say who protects a field:
 *  [I] immutable after creation   [V] vm->lock   [a] atomic   [c] config_lock
 *  [s] srcu to read, slots_lock/bus lock to replace
 */
#ifndef KEEL_CORE_VM_H
#define KEEL_CORE_VM_H

#include <linux/kvm.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/refcount.h>
#include <linux/srcu.h>
#include "../arch/arch_vm.h"
#include "../mmu/mmu.h"
#include "../timer/timer.h"
#include "../vgic/vgic.h"
#include "bus.h"
#include "irqfd.h"
#include "routing.h"

#define KEEL_MAX_VCPUS	512

struct keel_vcpu;

struct keel_vm {
	refcount_t refs;
	struct mm_struct *mm;		/* [I] mm_count reference; ioctls from another mm fail with EIO */
	struct srcu_struct srcu;	/* slots and buses; readers may sleep in user memory */
	struct srcu_struct irq_srcu;	/* routes and resamplefds; readers wait for nothing */

	struct mutex lock;		/* vCPU creation, caps */
	struct mutex config_lock;	/* VM-wide arch configuration: ID registers, filters, features; inside vcpu->mutex */

	/* Published with release, read with acquire, never removed before the VM goes. */
	struct keel_vcpu *vcpus[KEEL_MAX_VCPUS];	/* by creation index [V, release] */
	struct keel_vcpu *vcpu_by_id[KEEL_MAX_VCPUS];	/* by vcpu_id [V, release] */
	unsigned int nr_vcpus;		/* [V, release after vcpus[]] */
	bool has_run;			/* [c] some vCPU entered KVM_RUN's guest loop once */
	bool dead;			/* [a] VM is broken: every ioctl gives EIO */
	s64 halt_poll_ns;		/* [a] KVM_CAP_HALT_POLL: longest poll in WFI; < 0: the module's parameter */

	int __percpu *last_vcpu;	/* [o] index of the vCPU that last ran on the CPU, -1 none */
	struct keel_mmu mmu;
	struct keel_timer_vm timer;
	struct keel_arch_vm arch;
	struct keel_gic gic;
	struct keel_bus mmio_bus;
	struct keel_eventfds *eventfds;		/* [I] core/ioeventfd.c */
	struct keel_irqfds irqfds;
	struct keel_routing routing;
	struct keel_coalesced *coalesced;	/* [I] core/coalesced.c */
	struct list_head devices;		/* [V] core/devfd.c: KVM_CREATE_DEVICE's objects */
};

struct keel_vm *keel_vm_create(unsigned long type);	/* ERR_PTR; a reference is returned */
void keel_vm_get(struct keel_vm *vm);
void keel_vm_put(struct keel_vm *vm);			/* may sleep and destroy */
int keel_vm_open_fd(struct keel_vm *vm);		/* consumes no reference */

/* The vCPU with this id or creation index, or NULL. Any context, no lock. */
struct keel_vcpu *keel_vm_vcpu_by_id(struct keel_vm *vm, unsigned int id);
struct keel_vcpu *keel_vm_vcpu(struct keel_vm *vm, unsigned int idx);
/* The vCPU whose MPIDR affinity is this (MPIDR_EL1 affinity bits only), or NULL. */
struct keel_vcpu *keel_vm_vcpu_by_mpidr(struct keel_vm *vm, u64 mpidr);

#define keel_for_each_vcpu(i, v, vm) \
	for ((i) = 0; (i) < smp_load_acquire(&(vm)->nr_vcpus) && ((v) = (vm)->vcpus[(i)], true); (i)++)

/* Make a complete vCPU visible to the VM. vm->lock. */
void keel_vm_publish_vcpu(struct keel_vm *vm, struct keel_vcpu *vcpu);

/*
 * Lock every vCPU's mutex (trylock; -EBUSY if one is running). vm->lock held.
 * For configuration that must not race with a running vCPU.
 */
int keel_vm_lock_all_vcpus(struct keel_vm *vm);
void keel_vm_unlock_all_vcpus(struct keel_vm *vm);

#endif
