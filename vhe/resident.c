// SPDX-License-Identifier: GPL-2.0-only
/*
 * Residency of EL1 state. Under VHE the host does not use the EL1 registers,
 * so a vCPU's stay in the CPU over exits, over user space and over other
 * threads, until another vCPU needs the CPU or this vCPU runs elsewhere.
 *
 * pcpu->resident and vcpu->resident_cpu always agree; both change on the CPU
 * concerned with IRQs off. Memory is written before resident_cpu is released
 * to -1, so whoever reads -1 (acquire) reads the registers from memory.
 */
#include <linux/smp.h>
#include <asm/kvm_arm.h>
#include <asm/sysreg.h>
#include "../core/compat.h"
#include "../core/objects.h"
#include "../hyp/aarch32.h"
#include "../hyp/hyp.h"
#include "../nested/below.h"
#include "pcpu.h"
#include "vgic.h"

static void save_el1(struct keel_ctx *ctx)
{
#define EL1(name, cpu)	ctx->sys[KEEL_##name] = read_sysreg_s(SYS_##cpu);
#include "../hyp/regs.def"
	if (keel_hyp_features.ras)
		ctx->sys[KEEL_DISR_EL1] = read_sysreg_s(SYS_VDISR_EL2);
	if (keel_hyp_aarch32(ctx))
		keel_hyp_aarch32_save(ctx);
	keel_vhe_vgic_save(ctx);
}

static void load_el1(const struct keel_ctx *ctx)
{
#define EL1(name, cpu)	write_sysreg_s(ctx->sys[KEEL_##name], SYS_##cpu);
#include "../hyp/regs.def"
	if (keel_hyp_features.ras)
		write_sysreg_s(ctx->sys[KEEL_DISR_EL1], SYS_VDISR_EL2);
	if (keel_hyp_aarch32(ctx))
		keel_hyp_aarch32_load(ctx);
	keel_vhe_vgic_load(ctx);
}

/* MIDR_EL1 and MPIDR_EL1 as EL1 reads them; below virtual EL2 they are what that says. */
static void load_identity(const struct keel_vcpu *vcpu)
{
	bool below = keel_below_is_live(vcpu);

	write_sysreg(below ? keel_nv_read(vcpu->nv, KEEL_PAGE_VPIDR_EL2) : vcpu->ctx.vpidr,
		     vpidr_el2);
	write_sysreg(below ? keel_nv_read(vcpu->nv, KEEL_PAGE_VMPIDR_EL2)
			   : vcpu->ctx.sys[KEEL_MPIDR_EL1],
		     vmpidr_el2);
}

/* Traps that have no effect while the host runs (HCR_EL2.TGE=1). */
static void load_traps(const struct keel_vcpu *vcpu)
{
	const struct keel_ctx *ctx = &vcpu->ctx;

	if (keel_nv(vcpu))
		write_sysreg_s((u64)keel_nv(vcpu)->page, KEEL_SYS_VNCR_EL2);
	load_identity(vcpu);
	if (!keel_hyp_features.fgt)
		return;
	write_sysreg_s(ctx->hfgrtr, SYS_HFGRTR_EL2);
	write_sysreg_s(ctx->hfgwtr, SYS_HFGWTR_EL2);
	write_sysreg_s(ctx->hfgitr, SYS_HFGITR_EL2);
	write_sysreg_s(ctx->hdfgrtr, SYS_HDFGRTR_EL2);
	write_sysreg_s(ctx->hdfgwtr, SYS_HDFGWTR_EL2);
}

static void evict(struct keel_pcpu *p)
{
	struct keel_vcpu *vcpu = p->resident;

	if (!vcpu)
		return;
	save_el1(&vcpu->ctx);
	p->resident = NULL;
	/* pairs with the acquire in keel_vhe_sr_read(), keel_vhe_sr_write() and keel_vhe_put() */
	smp_store_release(&vcpu->resident_cpu, -1);
}

void keel_vhe_evict_this_cpu(void)
{
	evict(this_cpu_ptr(&keel_pcpu));
}

/* Virtual EL2 and what is below are strangers to each other. */
static int who(const struct keel_vcpu *vcpu)
{
	return keel_below_is_live(vcpu) ? vcpu->idx + KEEL_MAX_VCPUS : vcpu->idx;
}

/* Another vCPU on the same tables may have left translations under the same VMID and ASIDs. */
static void flush_stranger(struct keel_vcpu *vcpu)
{
	int *last = this_cpu_ptr(vcpu->s2->last_vcpu), me = who(vcpu);

	if (*last == me)
		return;
	/*
	 * to the instruction cache they are one CPU: what either invalidates there is so for both
	 */
	if (*last >= 0)
		keel_vhe_tlb_flush_local(&vcpu->s2->hw, *last % KEEL_MAX_VCPUS != vcpu->idx);
	*last = me;
}

void keel_vhe_load(struct keel_vcpu *vcpu)
{
	struct keel_pcpu *p = this_cpu_ptr(&keel_pcpu);
	const struct keel_s2 *s2 = &vcpu->s2->hw;
	bool stay = p->resident == vcpu;
	bool anew = !stay || p->vttbr != s2->vttbr;
	bool reload = test_and_clear_bit(KEEL_REQ_RELOAD, &vcpu->requests);

	if (!stay)
		evict(p);
	if (anew) {
		/*
		 * Arm ARM R_LFHQG: walks for the guest that was here may use its registers
		 * until a DSB. A context switch has one, but one thread may run two vCPUs,
		 * or one whose VMID is another now.
		 */
		dsb(nsh);
	}
	if (!stay) {
		load_el1(&vcpu->ctx);
		p->resident = vcpu;
		WRITE_ONCE(vcpu->resident_cpu, smp_processor_id());
	}
	if (!stay || reload)
		load_traps(vcpu);
	if (anew) {
		flush_stranger(vcpu);
		write_sysreg(s2->vtcr, vtcr_el2);
		write_sysreg(s2->vttbr, vttbr_el2);
		p->vttbr = s2->vttbr;
		/* Cortex-A76 erratum 1165522: the tables stand before HCR_EL2.TGE is cleared. */
		isb();
	}
}

bool keel_vhe_is_loaded(const struct keel_vcpu *vcpu)
{
	return READ_ONCE(vcpu->resident_cpu) == vcpu->last_cpu;
}

static void evict_one(void *info)
{
	struct keel_pcpu *p = this_cpu_ptr(&keel_pcpu);

	if (p->resident == info)
		evict(p);
}

void keel_vhe_put(struct keel_vcpu *vcpu)
{
	int cpu;

	/* An offline CPU has been evicted: -ENXIO there means that there is nothing to do. */
	while ((cpu = smp_load_acquire(&vcpu->resident_cpu)) >= 0)
		if (smp_call_function_single(cpu, evict_one, vcpu, 1))
			break;
}

static u64 read_cpu(enum keel_reg reg)
{
	switch (reg) {
#define EL1(name, cpu)	case KEEL_##name: return read_sysreg_s(SYS_##cpu);
#include "../hyp/regs.def"
	default:
		return 0;
	}
}

static void write_cpu(enum keel_reg reg, u64 val)
{
	switch (reg) {
#define EL1(name, cpu)	case KEEL_##name: write_sysreg_s(val, SYS_##cpu); break;
#include "../hyp/regs.def"
	default:
		break;
	}
}

/* Does the register stay in the CPU with a resident vCPU? */
static bool is_el1(enum keel_reg reg)
{
	switch (reg) {
#define EL1(name, cpu)	case KEEL_##name:
#include "../hyp/regs.def"
		return true;
	default:
		return false;
	}
}

/* In the CPU with a resident vCPU, too, but rarely asked for: always read from memory. */
static bool is_rare(enum keel_reg reg)
{
	return reg == KEEL_DISR_EL1 || reg == KEEL_DACR32_EL2 || reg == KEEL_IFSR32_EL2 ||
	       reg == KEEL_DBGVCR32_EL2;
}

/* Pin the vCPU to this CPU's registers (true) or to memory (false). Preemption is off on return. */
static bool pin(struct keel_vcpu *vcpu, enum keel_reg reg)
{
	int cpu;

	preempt_disable();
	if (is_rare(reg)) {
		keel_vhe_put(vcpu);
		return false;
	}
	cpu = smp_load_acquire(&vcpu->resident_cpu);
	if (!is_el1(reg) || cpu < 0)
		return false;
	if (cpu == smp_processor_id())
		return true;
	keel_vhe_put(vcpu);
	return false;
}

u64 keel_vhe_sr_read(struct keel_vcpu *vcpu, enum keel_reg reg)
{
	u64 val = pin(vcpu, reg) ? read_cpu(reg) : vcpu->ctx.sys[reg];

	preempt_enable();
	return val;
}

void keel_vhe_sr_write(struct keel_vcpu *vcpu, enum keel_reg reg, u64 val)
{
	if (pin(vcpu, reg))
		write_cpu(reg, val);
	else
		vcpu->ctx.sys[reg] = val;
	preempt_enable();
}

/* EL2 is the host. */
u64 keel_vhe_share(void *start, size_t size)
{
	return (u64)start;
}

void keel_vhe_unshare(void *start, size_t size)
{
}
