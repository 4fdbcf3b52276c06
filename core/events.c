// SPDX-License-Identifier: GPL-2.0-only
/*
 * The trace events that keel brings along: those of system "keel", and where the host
 * kernel was built without KVM, those of system "kvm" too.
 */
#include <linux/string.h>
#include <linux/types.h>
#include "trace.h"

#if IS_ENABLED(CONFIG_TRACEPOINTS)
#define CREATE_TRACE_POINTS
#include "events/keel.h"
#ifdef KEEL_KVM_EVENTS
#include "events/kvm.h"
#endif

struct tracepoint *const keel_own_events[KEEL_NR_EVENTS] = {
	[KEEL_EVENT_ITS]	= &__tracepoint_keel_its_command,
	[KEEL_EVENT_PSCI]	= &__tracepoint_keel_psci,
	[KEEL_EVENT_ROLLOVER]	= &__tracepoint_keel_vmid_rollover,
#ifdef KEEL_KVM_EVENTS
	[KEEL_EVENT_ENTRY]	= &__tracepoint_kvm_entry,
	[KEEL_EVENT_EXIT]	= &__tracepoint_kvm_exit,
	[KEEL_EVENT_FAULT]	= &__tracepoint_kvm_guest_fault,
	[KEEL_EVENT_MMIO]	= &__tracepoint_kvm_mmio,
	[KEEL_EVENT_SYSREG]	= &__tracepoint_kvm_handle_sys_reg,
	[KEEL_EVENT_HVC]	= &__tracepoint_kvm_hvc_arm64,
	[KEEL_EVENT_WFX]	= &__tracepoint_kvm_wfx_arm64,
	[KEEL_EVENT_IRQ_LINE]	= &__tracepoint_kvm_irq_line,
	[KEEL_EVENT_IRQFD]	= &__tracepoint_kvm_set_irq,
	[KEEL_EVENT_PENDING]	= &__tracepoint_vgic_update_irq_pending,
	[KEEL_EVENT_TIMER]	= &__tracepoint_kvm_timer_update_irq,
	[KEEL_EVENT_WAKEUP]	= &__tracepoint_kvm_vcpu_wakeup,
	[KEEL_EVENT_USER]	= &__tracepoint_kvm_userspace_exit,
#endif
};
#else
struct tracepoint *const keel_own_events[KEEL_NR_EVENTS];
#endif
