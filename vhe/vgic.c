// SPDX-License-Identifier: GPL-2.0-only
/*
 * The GICv3 virtual CPU interface of a CPU. While the host runs it is off
 * (ICH_HCR_EL2.En = 0), whatever the other registers hold.
 *
 * ICC_SRE_EL2.Enable stays 0 for every guest: ICC_SRE_EL1 traps, all other
 * ICC_* by ICH_HCR_EL2 for guests without a GIC. Neither register matters to
 * the host, which runs at EL2.
 */
#include <linux/irqchip/arm-gic-v3.h>
#include <asm/sysreg.h>
#include "../core/vcpu.h"
#include "../hyp/hyp.h"
#include "../vgic/hw.h"
#include "cpu.h"
#include "vgic.h"

#define LR_STATE	GENMASK_ULL(63, 62)
#define UNKNOWN_HCR	(~0U)	/* a value that is never written */

#define EACH_LR(x) \
	x(0) x(1) x(2) x(3) x(4) x(5) x(6) x(7) x(8) x(9) x(10) x(11) x(12) x(13) x(14) x(15)

static u64 read_lr(unsigned int n)
{
	switch (n) {
#define CASE(i)	case i: return read_sysreg_s(SYS_ICH_LR##i##_EL2);
	EACH_LR(CASE)
#undef CASE
	}
	return 0;
}

static void write_lr(unsigned int n, u64 val)
{
	switch (n) {
#define CASE(i)	case i: write_sysreg_s(val, SYS_ICH_LR##i##_EL2); break;
	EACH_LR(CASE)
#undef CASE
	}
}

/* Registers beyond the implemented number of priority bits are UNDEFINED. */
static void save_aprs(struct keel_ctx_gic *g)
{
	switch (keel_vhe_features.aprs) {
	case 4:
		g->ap0r[3] = read_sysreg_s(SYS_ICH_AP0R3_EL2);
		g->ap0r[2] = read_sysreg_s(SYS_ICH_AP0R2_EL2);
		g->ap1r[3] = read_sysreg_s(SYS_ICH_AP1R3_EL2);
		g->ap1r[2] = read_sysreg_s(SYS_ICH_AP1R2_EL2);
		fallthrough;
	case 2:
		g->ap0r[1] = read_sysreg_s(SYS_ICH_AP0R1_EL2);
		g->ap1r[1] = read_sysreg_s(SYS_ICH_AP1R1_EL2);
		fallthrough;
	default:
		g->ap0r[0] = read_sysreg_s(SYS_ICH_AP0R0_EL2);
		g->ap1r[0] = read_sysreg_s(SYS_ICH_AP1R0_EL2);
	}
}

static void load_aprs(const struct keel_ctx_gic *g)
{
	switch (keel_vhe_features.aprs) {
	case 4:
		write_sysreg_s(g->ap0r[3], SYS_ICH_AP0R3_EL2);
		write_sysreg_s(g->ap0r[2], SYS_ICH_AP0R2_EL2);
		write_sysreg_s(g->ap1r[3], SYS_ICH_AP1R3_EL2);
		write_sysreg_s(g->ap1r[2], SYS_ICH_AP1R2_EL2);
		fallthrough;
	case 2:
		write_sysreg_s(g->ap0r[1], SYS_ICH_AP0R1_EL2);
		write_sysreg_s(g->ap1r[1], SYS_ICH_AP1R1_EL2);
		fallthrough;
	default:
		write_sysreg_s(g->ap0r[0], SYS_ICH_AP0R0_EL2);
		write_sysreg_s(g->ap1r[0], SYS_ICH_AP1R0_EL2);
	}
}

/* ICH_VTR_EL2: ListRegs 4:0, PREbits 28:26. */
void keel_vhe_vgic_probe(void)
{
	u32 vtr;

	if (!keel_vhe_features.gicv3)
		return;
	vtr = read_sysreg_s(SYS_ICH_VTR_EL2);
	keel_vhe_features.lrs = (vtr & 0xf) + 1;
	switch ((vtr >> 26 & 7) + 1) {
	case 7 ... 8:
		keel_vhe_features.aprs = 4;
		break;
	case 6:
		keel_vhe_features.aprs = 2;
		break;
	default:
		keel_vhe_features.aprs = 1;
	}
}

/* A CPU that was powered down meanwhile has lost what was written. */
static void set_idle(struct keel_pcpu *p)
{
	write_sysreg_s(p->host_sre & ~ICC_SRE_EL2_ENABLE, SYS_ICC_SRE_EL2);
	p->ich_hcr = UNKNOWN_HCR;
	p->lrs_live = keel_vhe_features.lrs;
}

void keel_vhe_vgic_take(void)
{
	struct keel_pcpu *p = this_cpu_ptr(&keel_pcpu);

	if (!keel_vhe_features.gicv3)
		return;
	p->host_sre = read_sysreg_s(SYS_ICC_SRE_EL2);
	p->host_ich_hcr = read_sysreg_s(SYS_ICH_HCR_EL2);
	set_idle(p);
}

void keel_vhe_vgic_give(void)
{
	const struct keel_pcpu *p = this_cpu_ptr(&keel_pcpu);

	if (!keel_vhe_features.gicv3)
		return;
	write_sysreg_s(p->host_ich_hcr, SYS_ICH_HCR_EL2);
	write_sysreg_s(p->host_sre, SYS_ICC_SRE_EL2);
}

void keel_vhe_vgic_load(const struct keel_ctx *ctx)
{
	if (!keel_vhe_features.gicv3)
		return;
	set_idle(this_cpu_ptr(&keel_pcpu));
	if (!ctx->gic.present)
		return;
	write_sysreg_s(ctx->gic.vmcr, SYS_ICH_VMCR_EL2);
	load_aprs(&ctx->gic);
}

void keel_vhe_vgic_save(struct keel_ctx *ctx)
{
	if (!keel_vhe_features.gicv3 || !ctx->gic.present)
		return;
	ctx->gic.vmcr = read_sysreg_s(SYS_ICH_VMCR_EL2);
	save_aprs(&ctx->gic);
}

/* Without anything to present the interface stays off, and the list registers as they are. */
void keel_vhe_vgic_enter(const struct keel_ctx *ctx)
{
	struct keel_pcpu *p = this_cpu_ptr(&keel_pcpu);
	const struct keel_ctx_gic *g = &ctx->gic;
	unsigned int i;

	if (!keel_vhe_features.gicv3)
		return;
	if (g->used) {
		for (i = 0; i < g->used; i++)
			write_lr(i, g->lr[i]);
		for (; i < p->lrs_live; i++)
			write_lr(i, 0);
		p->lrs_live = g->used;
	}
	if (p->ich_hcr == g->hcr)
		return;
	write_sysreg_s(g->hcr, SYS_ICH_HCR_EL2);
	p->ich_hcr = g->hcr;
}

/* EOIs of what is in no list register. With EOImode they only drop the priority, and ICC_DIR_EL1 traps. */
static u8 read_eoicount(void)
{
	if (read_sysreg_s(SYS_ICH_VMCR_EL2) & ICH_VMCR_EOIM_MASK)
		return 0;
	return (u32)read_sysreg_s(SYS_ICH_HCR_EL2) >> KEEL_ICH_EOICOUNT_SHIFT;
}

/* ICH_ELRSR_EL2 names those that ended without a wish for maintenance: they need not be read. */
void keel_vhe_vgic_leave(struct keel_ctx *ctx)
{
	struct keel_ctx_gic *g = &ctx->gic;
	unsigned long empty;
	unsigned int i;

	if (!g->used || !keel_vhe_features.gicv3)
		return;
	if (g->hcr & KEEL_ICH_LRENPIE)
		g->eoicount = read_eoicount();
	empty = read_sysreg_s(SYS_ICH_ELRSR_EL2);
	for (i = 0; i < g->used; i++)
		g->lr[i] = empty & BIT(i) ? g->lr[i] & ~LR_STATE : read_lr(i);
	write_sysreg_s(0, SYS_ICH_HCR_EL2);
	this_cpu_ptr(&keel_pcpu)->ich_hcr = 0;
}

/* May be called by a thread that is about to sleep; IRQs on. */
u32 keel_hyp_gic_vmcr(struct keel_vcpu *vcpu)
{
	int cpu;
	u32 vmcr;

	preempt_disable();
	/* pairs with the release in vhe/resident.c */
	cpu = smp_load_acquire(&vcpu->resident_cpu);
	if (cpu == smp_processor_id()) {
		vmcr = read_sysreg_s(SYS_ICH_VMCR_EL2);
	} else {
		if (cpu >= 0)
			keel_hyp_put(vcpu);
		vmcr = vcpu->ctx.gic.vmcr;
	}
	preempt_enable();
	return vmcr;
}
