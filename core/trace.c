// SPDX-License-Identifier: GPL-2.0-only
/*
 * Firing the tracepoints of the host kernel's KVM. They are found by name: the
 * kernel gives a module all tracepoints there are. What is called is what the
 * tracepoint itself calls, with the arguments that it has in 6.1 to 7.3; events
 * that look into in-tree KVM's structures are left alone. The module's own
 * (events.c) are fired the same way.
 */
#include <linux/kernel.h>
#include <linux/preempt.h>
#include <linux/rcupdate.h>
#include <linux/srcu.h>
#include <linux/string.h>
#include <linux/tracepoint.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include <asm/sysreg.h>
#include <asm/virt.h>
#include "../hyp/context.h"
#include "trace.h"

/* kvm_exit's "ret" */
enum { RET_IRQ, RET_SERROR, RET_TRAP, RET_ILLEGAL };
/* kvm_set_irq's source */
#define SOURCE_ID_USER	0
/* kvm_mmio's "type" */
enum { MMIO_READ_LATER, MMIO_READ, MMIO_WRITE };

static const char *const names[KEEL_NR_EVENTS] = {
	[KEEL_EVENT_ENTRY]	= "kvm_entry",
	[KEEL_EVENT_EXIT]	= "kvm_exit",
	[KEEL_EVENT_FAULT]	= "kvm_guest_fault",
	[KEEL_EVENT_MMIO]	= "kvm_mmio",
	[KEEL_EVENT_SYSREG]	= "kvm_handle_sys_reg",
	[KEEL_EVENT_HVC]	= "kvm_hvc_arm64",
	[KEEL_EVENT_WFX]	= "kvm_wfx_arm64",
	[KEEL_EVENT_IRQ_LINE]	= "kvm_irq_line",
	[KEEL_EVENT_IRQFD]	= "kvm_set_irq",
	[KEEL_EVENT_PENDING]	= "vgic_update_irq_pending",
	[KEEL_EVENT_TIMER]	= "kvm_timer_update_irq",
	[KEEL_EVENT_WAKEUP]	= "kvm_vcpu_wakeup",
	[KEEL_EVENT_USER]	= "kvm_userspace_exit",
};

static struct tracepoint none;
struct tracepoint *keel_tracepoint[KEEL_NR_EVENTS] = { [0 ... KEEL_NR_EVENTS - 1] = &none };

static void note(struct tracepoint *tp, void *unused)
{
	unsigned int i;

	for (i = 0; i < KEEL_NR_EVENTS; i++)
		if (!keel_own_events[i] && !strcmp(tp->name, names[i]))
			keel_tracepoint[i] = tp;
}

void keel_trace_init(void)
{
	unsigned int i;

	for (i = 0; i < KEEL_NR_EVENTS; i++)
		if (keel_own_events[i])
			keel_tracepoint[i] = keel_own_events[i];
	if (IS_ENABLED(CONFIG_TRACEPOINTS))
		for_each_kernel_tracepoint(note, NULL);
}

/*
 * The list of probes must stay while it is gone through. How the kernel's own tracepoints see to
 * that changed in 7.2.
 */
#ifdef KEEL_HAVE_TRACE_SRCU
#define hold_probes()	guard(srcu_fast_notrace)(&tracepoint_srcu)
#define let_go()	do { } while (0)
#else
#define hold_probes()	preempt_disable_notrace()
#define let_go()	preempt_enable_notrace()
#endif

/*
 * In place (vhe/inplace.c) the CPU is the guest's but for its registers: not the world that probes
 * know.
 */
static bool in_guests_world(void)
{
	return is_kernel_in_hyp_mode() && !(read_sysreg(hcr_el2) & HCR_TGE);
}

/* types: of the event's arguments in the kernel. */
#define FIRE(event, types, ...) do { \
	if (in_guests_world() || !rcu_is_watching()) \
		break; \
	hold_probes(); \
	((int (*)types)keel_tracepoint[event]->iterator)(NULL, __VA_ARGS__); \
	let_go(); \
} while (0)

void keel_trace_entry(u64 pc)
{
	FIRE(KEEL_EVENT_ENTRY, (void *, unsigned long), pc);
}

static int exit_kind(int code)
{
	switch (code) {
	case KEEL_EXIT_SYNC:
		return RET_TRAP;
	case KEEL_EXIT_SERROR:
		return RET_SERROR;
	case KEEL_EXIT_ILLEGAL:
		return RET_ILLEGAL;
	default:
		return RET_IRQ;
	}
}

void keel_trace_exit(int code, u64 esr, u64 pc)
{
	unsigned int ec = code == KEEL_EXIT_SYNC ? ESR_ELx_EC(esr) : 0;

	/* EL2's own messages that it did what the guest was about */
	if (ec == KEEL_EC_POSTED)
		ec = ESR_ELx_EC_SYS64;
	if (ec == KEEL_EC_REFILL)
		ec = ESR_ELx_EC_DABT_LOW;
	FIRE(KEEL_EVENT_EXIT, (void *, int, unsigned int, unsigned long), exit_kind(code), ec, pc);
}

void keel_trace_fault(u64 pc, u64 esr, u64 far, u64 ipa)
{
	FIRE(KEEL_EVENT_FAULT, (void *, unsigned long, unsigned long, unsigned long, unsigned long long),
	     pc, esr, far, ipa);
}

void keel_trace_mmio(bool write, int len, u64 ipa, const void *data)
{
	int type = write ? MMIO_WRITE : data ? MMIO_READ : MMIO_READ_LATER;

	FIRE(KEEL_EVENT_MMIO, (void *, int, int, u64, void *), type, len, ipa, (void *)data);
}

void keel_trace_sysreg(u64 esr)
{
	FIRE(KEEL_EVENT_SYSREG, (void *, unsigned long), esr);
}

void keel_trace_hvc(u64 pc, u64 x0, u64 imm)
{
	FIRE(KEEL_EVENT_HVC, (void *, unsigned long, unsigned long, unsigned long), pc, x0, imm);
}

void keel_trace_wfx(u64 pc, bool wfe)
{
	FIRE(KEEL_EVENT_WFX, (void *, unsigned long, bool), pc, wfe);
}

void keel_trace_irq_line(u32 type, int vcpu, int irq, int level)
{
	FIRE(KEEL_EVENT_IRQ_LINE, (void *, unsigned int, int, int, int), type, vcpu, irq, level);
}

void keel_trace_irqfd(u32 gsi, int level)
{
	FIRE(KEEL_EVENT_IRQFD, (void *, unsigned int, int, int), gsi, level, SOURCE_ID_USER);
}

void keel_trace_pending(long vcpu_id, u32 intid, bool level)
{
	FIRE(KEEL_EVENT_PENDING, (void *, unsigned long, u32, bool), vcpu_id, intid, level);
}

void keel_trace_timer(long vcpu_id, u32 intid, bool level)
{
	FIRE(KEEL_EVENT_TIMER, (void *, unsigned long, u32, int), vcpu_id, intid, level);
}

void keel_trace_wakeup(u64 ns, bool slept)
{
	FIRE(KEEL_EVENT_WAKEUP, (void *, u64, bool, bool), ns, slept, true);
}

void keel_trace_user(u32 reason, int ret)
{
	FIRE(KEEL_EVENT_USER, (void *, u32, int), reason, ret);
}

void keel_trace_its(u64 its, unsigned int op, u32 device, u32 event, u32 intid, u32 collection)
{
	FIRE(KEEL_EVENT_ITS, (void *, u64, unsigned int, u32, u32, u32, u32), its, op, device, event, intid, collection);
}

void keel_trace_psci(u32 vcpu_id, const u64 x[4])
{
	FIRE(KEEL_EVENT_PSCI, (void *, u32, u32, u64, u64, u64), vcpu_id, x[0], x[1], x[2], x[3]);
}

void keel_trace_rollover(u64 generation)
{
	FIRE(KEEL_EVENT_ROLLOVER, (void *, u64), generation);
}
