/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events for tracing: those of the host kernel's own KVM, system "kvm", so that
 * perf, trace-cmd and bpftrace scripts find what they know. They are in the
 * kernel also when its KVM does not run, and nobody else fires them then. For a kernel
 * that was built without KVM the module has them, and for all those of system "keel".
 * Documentation/observe.rst lists them.
 *
 * keel_trace_*(): any context; nothing is emitted where RCU does not watch, nor in place.
 * Whoever calls one asks keel_traced() first, which costs a load of a counter.
 */
#ifndef KEEL_CORE_TRACE_H
#define KEEL_CORE_TRACE_H

#include <linux/compiler.h>
#include <linux/jump_label.h>
#include <linux/tracepoint-defs.h>
#include <linux/types.h>

enum keel_event {
	KEEL_EVENT_ENTRY, KEEL_EVENT_EXIT, KEEL_EVENT_FAULT, KEEL_EVENT_MMIO, KEEL_EVENT_SYSREG,
	KEEL_EVENT_HVC, KEEL_EVENT_WFX, KEEL_EVENT_IRQ_LINE, KEEL_EVENT_IRQFD, KEEL_EVENT_PENDING,
	KEEL_EVENT_TIMER, KEEL_EVENT_WAKEUP, KEEL_EVENT_USER, KEEL_EVENT_ITS, KEEL_EVENT_ROLLOVER,
	KEEL_EVENT_PSCI,
	KEEL_NR_EVENTS
};

/* The module's own; NULL: the host kernel's. */
extern struct tracepoint *const keel_own_events[KEEL_NR_EVENTS];
/* One that neither has is a tracepoint that nobody can enable. */
extern struct tracepoint *keel_tracepoint[KEEL_NR_EVENTS];

static __always_inline bool keel_traced(enum keel_event event)
{
	const struct static_key *key = (const struct static_key *)&keel_tracepoint[event]->key;

	return unlikely(atomic_read(&key->enabled) > 0);
}

void keel_trace_init(void);	/* module load, before anything else can be traced */

/* The guest is entered at pc. */
void keel_trace_entry(u64 pc);
/* It was left. code: enum keel_exit_code; esr counts if that is a trap. */
void keel_trace_exit(int code, u64 esr, u64 pc);
/* A stage-2 fault: the syndrome, the guest's virtual and intermediate physical address. */
void keel_trace_fault(u64 pc, u64 esr, u64 far, u64 ipa);
/*
 * An access to no memory was served in the kernel, or is user space's. data: len bytes; NULL: they
 * come later.
 */
void keel_trace_mmio(bool write, int len, u64 ipa, const void *data);
void keel_trace_sysreg(u64 esr);
/* A hypercall: x0 and the immediate. */
void keel_trace_hvc(u64 pc, u64 x0, u64 imm);
void keel_trace_wfx(u64 pc, bool wfe);
/* KVM_IRQ_LINE: KVM_ARM_IRQ_TYPE_*, vCPU and interrupt as in the ioctl. */
void keel_trace_irq_line(u32 type, int vcpu, int irq, int level);
/* An irqfd or an MSI. */
void keel_trace_irqfd(u32 gsi, int level);
/* An interrupt's input has changed; vcpu_id -1: an SPI's. */
void keel_trace_pending(long vcpu_id, u32 intid, bool level);
/* A timer's interrupt line has changed. */
void keel_trace_timer(long vcpu_id, u32 intid, bool level);
/* A vCPU goes on that had nothing to do for so long; slept, and not only polled. */
void keel_trace_wakeup(u64 ns, bool slept);
/* KVM_RUN returns: the reason in the run page, and the ioctl's result. */
void keel_trace_user(u32 reason, int ret);
/*
 * The ITS at its (guest physical) takes a command; fields that it has not are whatever the queue
 * has there.
 */
void keel_trace_its(u64 its, unsigned int op, u32 device, u32 event, u32 intid, u32 collection);
/* A vCPU calls PSCI, as its x0 to x3 say. */
void keel_trace_psci(u32 vcpu_id, const u64 x[4]);
/* All VMIDs were given away, and all is begun anew. */
void keel_trace_rollover(u64 generation);

#endif
