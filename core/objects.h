/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VM and its vCPUs, as structures: who calls nothing of core/ needs this alone.
 * What is done with them is in vm.h and vcpu.h (their lives), vcpus.h (which vCPU),
 * kick.h (requests) and block.h (waiting).
 *
 * Letters say who protects a field:
 *  [I] immutable after creation   [V] vm->lock   [a] atomic   [c] config_lock
 *  [s] srcu to read, slots_lock/bus lock to replace
 *  [v] vcpu->mutex (held over KVM_RUN and every vCPU ioctl)   [o] own CPU, IRQs off
 *  [p] vcpu->power_lock
 */
#ifndef KEEL_CORE_OBJECTS_H
#define KEEL_CORE_OBJECTS_H

#include <linux/kvm.h>
#include <linux/mm_types.h>
#include <linux/mutex.h>
#include <linux/rcuwait.h>
#include <linux/refcount.h>
#include <linux/signal_types.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <asm/page.h>
#include "../arch/arch_vcpu.h"
#include "../arch/arch_vm.h"
#include "../hyp/context.h"
#include "../hyp/exit_times.h"
#include "../mmu/mmu.h"
#include "../timer/timer.h"
#include "../vgic/routing.h"
#include "../vgic/vgic.h"
#include "bus.h"
#include "irqfd.h"

#define KEEL_MAX_VCPUS	512

struct keel_debugfs;
struct keel_nv;

/* It lives as long as a fd of it or of its vCPUs and devices does (refs). */
struct keel_vm {
	refcount_t refs;
	/* [I] mm_count reference; ioctls from another mm fail with EIO */
	struct mm_struct *mm;
	struct srcu_struct srcu;	/* slots and buses; readers may sleep in user memory */
	struct srcu_struct irq_srcu;	/* routes and resamplefds; readers wait for nothing */

	struct mutex lock;		/* vCPU creation, caps */
	/* VM-wide arch configuration: ID registers, filters, features; inside vcpu->mutex */
	struct mutex config_lock;

	/* Published with release, read with acquire, never removed before the VM goes. */
	struct keel_vcpu *vcpus[KEEL_MAX_VCPUS];	/* by creation index [V, release] */
	struct keel_vcpu *vcpu_by_id[KEEL_MAX_VCPUS];	/* by vcpu_id [V, release] */
	unsigned int nr_vcpus;		/* [V, release after vcpus[]] */
	struct keel_debugfs *debugfs;	/* [I] once its fd is there; NULL: none */
	bool has_run;			/* [c] some vCPU entered KVM_RUN's guest loop once */
	/* [a] KVM_CAP_HALT_POLL: longest poll in WFI; < 0: the module's parameter */
	s64 halt_poll_ns;

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

/* Requests to a vCPU, bits of vcpu->requests: made by anyone, served by the vCPU before entry. */
enum keel_request {
	KEEL_REQ_RESET,		/* PSCI CPU_ON: reset to vcpu->power.reset and run */
	KEEL_REQ_SLEEP,		/* vCPU was stopped or suspended: look at mp_state */
	KEEL_REQ_RELOAD,	/* control registers changed: reload hcr, mdcr, idregs */
	KEEL_REQ_ITS,		/* ITS command queues: go on with them */
	KEEL_REQ_ITS_TRY,	/* the same, once: another vCPU had no memory for it */
	/* the ring of dirty pages is at its limit: user space has to empty it */
	KEEL_REQ_RING,
	KEEL_REQ_PMU,		/* the PMU's registers were written, or a counter overflowed */
	/* load the timers anew: another set the VM's counters, or changed a timer's interrupt */
	KEEL_REQ_TIMER,
	KEEL_NR_REQUESTS
};

/* What a PSCI CPU_ON left for its target. */
struct keel_reset_state {
	u64 pc, context;	/* x0 := context */
	bool big_endian;
	bool pending;
};

#define KEEL_STAT_BUCKETS	32	/* of a logarithmic histogram */
#define KEEL_STAT_ECS		65	/* exception classes, and interrupts */

/* Counters, all u64: core/stats.c describes each field to user space. */
struct keel_vcpu_stat {
	u64 exits, mmio_user, mmio_kernel, wfi, wfe, hvc, signal, abort;
	/* blocking in WFI or stopped: polls and sleeps, waking by an event; ns */
	u64 halt_attempted_poll, halt_successful_poll, halt_wakeup;
	u64 halt_poll_success_ns, halt_poll_fail_ns, halt_wait_ns;
	u64 blocking;			/* 1 while blocked */
	u64 its_memory_waits;		/* sleeps of an ITS's command that has no memory */
	u64 halt_poll_success_hist[KEEL_STAT_BUCKETS], halt_poll_fail_hist[KEEL_STAT_BUCKETS];
	u64 halt_wait_hist[KEEL_STAT_BUCKETS];
	u64 exits_by_ec[KEEL_STAT_ECS];
};

struct keel_vcpu {
	/* [v]; EL2's view, which under nVHE sees these pages and nothing else of the vCPU */
	struct keel_ctx ctx __aligned(PAGE_SIZE);
	struct keel_vm *vm __aligned(PAGE_SIZE);	/* [I]; not in the pages of ctx */
	unsigned int id, idx;		/* [I] vcpu_id, creation index */
	struct mutex mutex;
	/* [I] the run page, kernel address; shared with user space: read fields once */
	struct kvm_run *run;

	/* Residency: which CPU holds the EL1 state, or -1. [a] written with IRQs off on that CPU */
	int resident_cpu;
	int last_cpu;			/* [o] CPU of the last entry */

	struct task_struct *task;	/* [a] in KVM_RUN: who runs it; under rcu */
	struct pid *pid;		/* [v] thread of the last KVM_RUN */
	pid_t tid;			/* [v] its number, to be shown */
	unsigned long requests;		/* [a] bitmap */
	/* blocked in WFI, stopped or suspended; woken in any context */
	struct rcuwait wait;
	sigset_t sigset;		/* [v] KVM_SET_SIGNAL_MASK */
	bool sigset_active;		/* [v] */

	bool initialised;		/* [v] KVM_ARM_VCPU_INIT done */
	bool has_run;			/* [v] */

	spinlock_t power_lock;
	/* [p] KVM_MP_STATE_{RUNNABLE,STOPPED,SUSPENDED}; read racily with READ_ONCE */
	u32 mp_state;
	struct keel_reset_state reset;	/* [p] */

	enum keel_mmio_pending mmio_pending;	/* [v] run->mmio answer to be completed */
	u64 halt_poll_ns;		/* [v] current poll window */

	struct keel_vcpu *kick_owed;	/* [o] who is to be kicked when the guest was left */

	/* [v] of the thread, when it last was asked who else wants the CPU */
	unsigned long switches;

	/*
	 * FP/SIMD: the guest used it in this KVM_RUN; switches of the thread when the CPU's
	 * registers became free. [v]
	 */
	bool fp_wanted;
	unsigned long fp_free_at;

	struct keel_timer_vcpu timer;
	struct keel_gic_cpu gic;
	struct keel_arch_vcpu arch;
	/*
	 * The tables that it runs on: those of the VM, vm->mmu.s2, or below virtual EL2 a shadow.
	 * [v], changed while not resident
	 */
	struct keel_stage2 *s2;
	/* [v] virtual EL2; NULL: it has none. From VCPU_INIT on the same */
	struct keel_nv *nv;
	struct keel_table_cache table_cache;	/* [v]; mmu/ */
	struct keel_bare_page bare_page;	/* [v]; mmu/ */
	struct keel_doubt doubt;	/* [v]; mmu/ */
	struct keel_ring ring;		/* mmu/dirty_ring.h */
	struct keel_bus_gap bus_gap;		/* [v]; core/bus.c */

	u64 left_at;			/* [v] counter at the last exit */
	u64 *left_for;			/* [v] row of host_time: its class */
	/* [v] by leading zeroes of the ticks to the next entry */
	keel_exit_row host_time[KEEL_NR_CLASSES];
	/* [I] ctx.exit_times as the host has it; NULL: none are timed */
	struct keel_exit_times *exit_times;
	struct keel_vcpu_stat stat;	/* [v]; KVM_GET_STATS_FD reads it racily */
};

#endif
