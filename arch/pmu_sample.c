// SPDX-License-Identifier: GPL-2.0-only
/*
 * Samples of the host's perf that fall into a guest. While the PMU's driver serves a counter's
 * overflow, perf asks whether what that interrupted is a guest, and where in it.
 *
 * The answer is yes where it is certain: the counter has overflowed between an entry and its exit,
 * and the interrupt is the one that the host takes right after that exit. Events that the host's
 * own code brings to an end, in an exit's long way or in another interrupt's handler, stay the
 * host's, unless another counter has overflowed in the guest at the same exit: one interrupt serves
 * both. Whatever else perf records from an interrupt is the host's too.
 */
#include <linux/hardirq.h>
#include <linux/percpu.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <asm/barrier.h>
#include <asm/cpufeature.h>
#include <asm/daifflags.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>
#include "../hyp/context.h"
#include "pmu.h"
#include "pmu_logic.h"
#include "pmu_sample.h"

/*
 * [o] Of the last entry at which the CPU counted anything. Values, since its vCPU may be gone.
 * Written with IRQs and NMIs off, but for nmi.
 */
struct note {
	u64 pc;
	bool early;	/* something had overflowed before */
	bool guest;	/* the guest's: and nothing had before */
	bool user;
	bool nmi;	/* its NMI is being taken */
};

static DEFINE_PER_CPU(struct note, notes);

/* Counters that have overflowed and nobody has served. */
static u64 overflown(void)
{
	return read_sysreg(pmovsset_el0) & read_sysreg(pmintenset_el1);
}

/*
 * Where the PMU's interrupt is an NMI, it comes as soon as it is let in: here, and not among what
 * else follows an exit.
 */
static void take_nmi(struct note *n)
{
	WRITE_ONCE(n->nmi, true);
	barrier();	/* the note is there before it can be asked for */
	local_daif_restore(DAIF_PROCCTX_NOIRQ);
	isb();	/* Arm ARM D1.13.4: what is pending must be taken after this, not before */
	local_daif_mask();
	WRITE_ONCE(n->nmi, false);
}

void keel_pmu_sample_enter(void)
{
	struct note *n = this_cpu_ptr(&notes);

	n->guest = false;
	n->early = overflown();
}

void keel_pmu_sample_leave(const struct keel_ctx *ctx, u64 hosts)
{
	struct note *n = this_cpu_ptr(&notes);
	u64 counters = overflown();

	/* one of the host's alone did so at EL2, or an emulated CPU sees it late */
	if (n->early || !counters || counters & hosts)
		return;
	n->pc = ctx->pc;
	/* EL0, AArch32's user mode as well; virtual EL2 is EL1 to the CPU */
	n->user = (ctx->pstate & PSR_MODE_MASK) == PSR_MODE_EL0t;
	n->guest = true;
	if (system_uses_irq_prio_masking())
		take_nmi(n);
}

/*
 * In an interrupt that has come between a guest's exit and the host's account of it. IRQs are on
 * there in one place, in the midst of enter() (core/run.c); and in softirqs that run before the
 * interrupt returns to it.
 */
static bool is_exits_irq(void)
{
	return in_hardirq() && !in_serving_softirq() && (current->flags & PF_VCPU);
}

/* NULL: the host. Any context. */
static const struct note *sampled(void)
{
	const struct note *n;

	/* of a CPU that counts nothing the note is old, and the PMU off anyway */
	if ((!in_nmi() && !is_exits_irq()) || !keel_pmu_others_any())
		return NULL;
	n = this_cpu_ptr(&notes);
	if (!n->guest || (in_nmi() && !READ_ONCE(n->nmi)))
		return NULL;
	/* the driver stops the PMU while it serves overflows: otherwise this is something else */
	return read_sysreg(pmcr_el0) & KEEL_PMCR_E ? NULL : n;
}

static unsigned int state(void)
{
	const struct note *n = sampled();

	if (!n)
		return 0;
	return PERF_GUEST_ACTIVE | (n->user ? PERF_GUEST_USER : 0);
}

static unsigned long get_ip(void)
{
	const struct note *n = sampled();

	return n ? n->pc : 0;
}

static struct perf_guest_info_callbacks callbacks = { .state = state, .get_ip = get_ip };

/* Nobody else has any: in-tree KVM has when it owns EL2, beside which keel does not load. */
void keel_pmu_sample_register(void)
{
	perf_register_guest_info_callbacks(&callbacks);
}

void keel_pmu_sample_unregister(void)
{
	perf_unregister_guest_info_callbacks(&callbacks);
}
