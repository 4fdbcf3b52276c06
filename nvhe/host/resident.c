// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's side of the world switch under nVHE. The host needs the EL1
 * registers itself, so a vCPU's are in the CPU only within RUN: nothing is ever
 * resident, and memory (vcpu->ctx) is always right outside of it.
 */
#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/io.h>
#include <linux/irqflags.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include <linux/smp.h>
#include <asm/barrier.h>
#include <asm/cpufeature.h>
#include <asm/daifflags.h>
#include <asm/sysreg.h>
#include "../../arch/pmu.h"
#include "../../core/objects.h"
#include "../../hyp/features.h"
#include "../../hyp/hyp.h"
#include "../../hyp/tlb_range.h"
#include "call.h"

/* EL2's pages would be shared with what is beside it: kmalloc() has pages of their own for such sizes only. */
static bool has_own_pages(const void *start, size_t size)
{
	return !is_vmalloc_addr(start) && IS_ALIGNED((u64)start, SZ_4K) && size > SZ_4K / 2;
}

u64 keel_nvhe_share(void *start, size_t size)
{
	if (!has_own_pages(start, size) || keel_map_share(start, size))
		return 0;
	return virt_to_phys(start);
}

void keel_nvhe_unshare(void *start, size_t size)
{
	keel_map_unshare(start, size);
}

/* Another vCPU on the same tables may have left translations under the same VMID and ASIDs. */
static void flush_stranger(struct keel_vcpu *vcpu)
{
	int *last = this_cpu_ptr(vcpu->s2->last_vcpu);
	const struct keel_s2 *s2 = &vcpu->s2->hw;

	if (*last == vcpu->idx)
		return;
	if (*last >= 0)
		keel_call(KEEL_CALL_TLB_LOCAL, s2->vttbr, s2->vtcr, 0, 0);
	*last = vcpu->idx;
}

void keel_nvhe_load(struct keel_vcpu *vcpu)
{
	const struct keel_s2 *s2 = &vcpu->s2->hw;

	clear_bit(KEEL_REQ_RELOAD, &vcpu->requests);
	flush_stranger(vcpu);
	vcpu->ctx.vttbr = s2->vttbr;
	vcpu->ctx.vtcr = s2->vtcr;
}

static long call_run_masked(struct keel_vcpu *vcpu)
{
	bool others = keel_pmu_others_any();
	long code;

	if (keel_pmu_on(vcpu))
		keel_pmu_enter(vcpu);
	if (others)
		keel_pmu_others_enter(&vcpu->ctx);
	code = keel_call(KEEL_CALL_RUN, vcpu->ctx.self, 0, 0, 0).ret;
	if (others)
		keel_pmu_others_leave(&vcpu->ctx);
	if (keel_pmu_on(vcpu))
		keel_pmu_leave(vcpu);
	return code;
}

/* Memory is what the next RUN loads. */
bool keel_nvhe_is_loaded(const struct keel_vcpu *vcpu)
{
	return true;
}

/*
 * "IRQs off" may be the GIC's priority mask (pseudo-NMI), which also decides what
 * ends a guest's run: open while PSTATE keeps the host from being interrupted.
 */
static long call_run(struct keel_vcpu *vcpu)
{
	long code;

	if (!system_uses_irq_prio_masking())
		return call_run_masked(vcpu);
	local_daif_mask();
	pmr_sync();	/* the GIC knows before the guest runs */
	code = call_run_masked(vcpu);
	local_daif_restore(DAIF_PROCCTX_NOIRQ);
	return code;
}

int keel_nvhe_run(struct keel_vcpu *vcpu)
{
	struct keel_ctx *ctx = &vcpu->ctx;
	long code = call_run(vcpu);

	if (ctx->flags & KEEL_CTX_VSE_TAKEN) {
		ctx->flags &= ~KEEL_CTX_VSE_TAKEN;
		clear_bit(KEEL_LINE_SERROR, &ctx->lines);
	}
	/* EL2 died, under this guest or another, and has said so; or it is not keel's */
	return code < 0 || code > KEEL_EXIT_FAILED ? KEEL_EXIT_FAILED : code;
}

void keel_nvhe_put(struct keel_vcpu *vcpu)
{
}

u64 keel_nvhe_sr_read(struct keel_vcpu *vcpu, enum keel_reg reg)
{
	return vcpu->ctx.sys[reg];
}

void keel_nvhe_sr_write(struct keel_vcpu *vcpu, enum keel_reg reg, u64 val)
{
	vcpu->ctx.sys[reg] = val;
}

u32 keel_nvhe_gic_vmcr(struct keel_vcpu *vcpu)
{
	return vcpu->ctx.gic.vmcr;
}

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

/* At load no CPU is taken yet. */
u32 keel_nvhe_gic_vtr(void)
{
	struct keel_call_result r = { .ret = -ENODEV };
	unsigned long flags;
	bool taken;

	local_irq_save(flags);
	taken = keel_nvhe_taken();
	if (taken || !keel_nvhe_enable_cpu())
		r = keel_call(KEEL_CALL_GIC_PROBE, 0, 0, 0, 0);
	if (!taken)
		keel_nvhe_disable_cpu();
	local_irq_restore(flags);
	return r.ret ? 0 : r.value;
}
