/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A vCPU and the run loop's services. Letters as in vm.h, and
 *  [v] vcpu->mutex (held over KVM_RUN and every vCPU ioctl)   [o] own CPU, IRQs off
 *  [p] vcpu->power_lock
 */
#ifndef KEEL_CORE_VCPU_H
#define KEEL_CORE_VCPU_H

#include <linux/kvm.h>
#include <linux/mutex.h>
#include <linux/rcuwait.h>
#include <linux/signal_types.h>
#include <linux/spinlock.h>
#include <asm/page.h>
#include "../arch/arch_vcpu.h"
#include "../hyp/context.h"
#include "../timer/timer.h"
#include "vm.h"

/* Requests to a vCPU, bits of vcpu->requests: made by anyone, served by the vCPU before entry. */
enum keel_request {
	KEEL_REQ_RESET,		/* PSCI CPU_ON: reset to vcpu->power.reset and run */
	KEEL_REQ_SLEEP,		/* vCPU was stopped (mp_state): block until it is runnable */
	KEEL_REQ_SUSPEND,	/* mp_state SUSPENDED: WFI-like until wake-up, then KVM_SYSTEM_EVENT_WAKEUP */
	KEEL_REQ_RELOAD,	/* control registers changed: reload hcr, mdcr, idregs */
	KEEL_REQ_ITS,		/* ITS command queues: go on with them */
	KEEL_NR_REQUESTS
};

/* What a PSCI CPU_ON left for its target. */
struct keel_reset_state {
	u64 pc, context;	/* x0 := context */
	bool big_endian;
	bool pending;
};

/* Counters, all u64: core/stats.c describes each field to user space. */
struct keel_vcpu_stat {
	u64 exits, mmio_user, mmio_kernel, wfi, wfe, hvc, signal, abort;
	/* blocking in WFI or stopped: polls and sleeps, waking by an event; ns */
	u64 halt_attempted_poll, halt_successful_poll, halt_wakeup;
	u64 halt_poll_success_ns, halt_poll_fail_ns, halt_wait_ns;
	u64 blocking;			/* 1 while blocked */
};

struct keel_vcpu {
	/* [v]; EL2's view, which under nVHE sees these pages and nothing else of the vCPU */
	struct keel_ctx ctx __aligned(PAGE_SIZE);
	struct keel_vm *vm __aligned(PAGE_SIZE);	/* [I]; not in the pages of ctx */
	unsigned int id, idx;		/* [I] vcpu_id, creation index */
	struct mutex mutex;
	struct kvm_run *run;		/* [I] the run page, kernel address; shared with user space: read fields once */

	/* Residency: which CPU holds the EL1 state, or -1. [a] written with IRQs off on that CPU */
	int resident_cpu;
	int last_cpu;			/* [o] CPU of the last entry */

	struct task_struct *task;	/* [a] in KVM_RUN: who runs it; under rcu */
	struct pid *pid;		/* [v] thread of the last KVM_RUN */
	unsigned long requests;		/* [a] bitmap */
	struct rcuwait wait;		/* blocked in WFI, stopped or suspended; woken in any context */
	sigset_t sigset;		/* [v] KVM_SET_SIGNAL_MASK */
	bool sigset_active;		/* [v] */

	bool initialised;		/* [v] KVM_ARM_VCPU_INIT done */
	bool has_run;			/* [v] */

	spinlock_t power_lock;
	u32 mp_state;			/* [p] KVM_MP_STATE_{RUNNABLE,STOPPED,SUSPENDED}; read racily with READ_ONCE */
	struct keel_reset_state reset;	/* [p] */

	bool mmio_pending;		/* [v] run->mmio answer to be completed */
	u64 halt_poll_ns;		/* [v] current poll window */

	struct keel_vcpu *kick_owed;	/* [o] who is to be kicked when the guest was left */

	unsigned long switches;		/* [v] of the thread, when it last was asked who else wants the CPU */

	/* FP/SIMD: the guest used it in this KVM_RUN; switches of the thread when the CPU's registers became free. [v] */
	bool fp_wanted;
	unsigned long fp_free_at;

	struct keel_timer_vcpu timer;
	struct keel_gic_cpu gic;
	struct keel_arch_vcpu arch;
	struct keel_table_cache table_cache;	/* [v]; mmu/ */
	struct keel_bare_page bare_page;	/* [v]; mmu/ */
	struct keel_bus_gap bus_gap;		/* [v]; core/bus.c */

	struct keel_vcpu_stat stat;	/* [v]; KVM_GET_STATS_FD reads it racily */
};

static inline void keel_request(struct keel_vcpu *vcpu, enum keel_request r)
{
	/* pairs with the smp_mb() between mode = IN_GUEST and the last check in the run loop */
	smp_wmb();
	set_bit(r, &vcpu->requests);
}

/* Make a running vCPU leave the guest, wake a blocked one. Any context, on PREEMPT_RT as well. */
void keel_vcpu_kick(struct keel_vcpu *vcpu);
/* keel_request() then kick. */
void keel_vcpu_request(struct keel_vcpu *vcpu, enum keel_request r);
/* For every vCPU of the VM. */
void keel_vm_request_all(struct keel_vm *vm, enum keel_request r);

/* Block until an event (line, timer, request, signal). WFI, or stopped. Sleepable, [v]. Verdict-less: the loop re-checks. */
void keel_vcpu_block(struct keel_vcpu *vcpu);
/* Something would let the vCPU leave WFI: an interrupt line or timer. */
bool keel_vcpu_has_event(struct keel_vcpu *vcpu);

/* KVM_CREATE_VCPU: fd or -errno. */
int keel_vcpu_create(struct keel_vm *vm, unsigned long id);
void keel_vcpu_destroy(struct keel_vcpu *vcpu);
/* The VM goes away: take the vCPU's state out of whatever CPU holds it. */
void keel_vcpu_evict(struct keel_vcpu *vcpu);

/* core/run.c: KVM_RUN with the vCPU mutex held. */
int keel_vcpu_run(struct keel_vcpu *vcpu);

#endif
