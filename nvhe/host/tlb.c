// SPDX-License-Identifier: GPL-2.0-only
/* TLB maintenance under nVHE: calls, of which each needs a CPU that is taken. */
#include <linux/irqflags.h>
#include <linux/smp.h>
#include <asm/barrier.h>
#include "../../core/objects.h"
#include "../../hyp/features.h"
#include "../../hyp/hyp.h"
#include "../../hyp/tlb_range.h"
#include "call.h"

/* One broadcast, for a CPU that can do it. */
struct flush {
	enum keel_call call;
	const struct keel_s2 *s2;
	u64 a3, a4;
	bool done;
};

/* IRQs off. */
static void flush_here(void *info)
{
	struct flush *f = info;

	if (!keel_nvhe_taken())
		return;
	f->done = !keel_call(f->call, f->s2 ? READ_ONCE(f->s2->vttbr) : 0, f->s2 ? f->s2->vtcr : 0,
			     f->a3, f->a4).ret;
}

/*
 * This CPU's EL2 may not be keel's, as it is about to go offline: then any
 * other's will do. Where no CPU is taken no guest runs, because the machine is going
 * down, or until one comes back from idle: taking it forgets all translations.
 */
static void flush(struct flush *f)
{
	unsigned long flags;
	int cpu;

	local_irq_save(flags);
	flush_here(f);
	local_irq_restore(flags);
	if (likely(f->done))
		return;
	for_each_online_cpu(cpu) {
		smp_call_function_single(cpu, flush_here, f, 1);
		if (f->done)
			return;
	}
}

/*
 * False: the VM has had no VMID yet, so it has no TLB entry either; its first
 * vCPU to get one will see the tables as they are now (DSB there, DSB here).
 * A VMID of a past generation may belong to another VM: that one loses
 * entries, which is harmless.
 */
static bool has_vmid(const struct keel_s2 *s2)
{
	dsb(ishst);	/* Arm ARM D8.17.5: the change of the tables before the TLBI */
	return READ_ONCE(s2->vttbr) & KEEL_VTTBR_VMID;
}

void keel_nvhe_tlb_flush_vmid(const struct keel_s2 *s2)
{
	struct flush f = { .call = KEEL_CALL_TLB_VMID, .s2 = s2 };

	if (has_vmid(s2))
		flush(&f);
}

void keel_nvhe_tlb_flush_ipa(const struct keel_s2 *s2, ipa_t ipa, int level)
{
	struct flush f = {
		.call = KEEL_CALL_TLB_IPA, .s2 = s2,
		.a3 = keel_tlb_ipa_operand(ipa.v, PAGE_SHIFT, keel_hyp_features.tlbi_level ? level : 0),
	};

	if (has_vmid(s2))
		flush(&f);
}

void keel_nvhe_tlb_flush_range(const struct keel_s2 *s2, ipa_t start, u64 size)
{
	bool range = keel_hyp_features.tlbi_range && !(s2->vtcr & KEEL_VTCR_DS);
	struct flush f = {
		.call = KEEL_CALL_TLB_RANGE, .s2 = s2, .a3 = start.v, .a4 = size >> PAGE_SHIFT,
	};

	if (f.a4 > keel_tlb_most_pages(range)) {
		keel_nvhe_tlb_flush_vmid(s2);
		return;
	}
	if (has_vmid(s2))
		flush(&f);
}

/* On a taken CPU: a vCPU is about to be entered. */
void keel_nvhe_tlb_flush_all(void)
{
	keel_call(KEEL_CALL_TLB_ALL, 0, 0, 0, 0);
}
