// SPDX-License-Identifier: GPL-2.0-only
/*
 * List registers, active priorities and control of the GICv3 virtual CPU
 * interface. While the host runs it is off (ICH_HCR_EL2.En = 0), whatever the
 * other registers hold.
 */
#include <linux/irqchip/arm-gic-v3.h>
#include <asm/sysreg.h>
#include "../vgic/hw.h"
#include "../vgic/v3/apr.h"
#include "context.h"
#include "features.h"
#include "gicv3.h"

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
	switch (keel_hyp_features.aprs) {
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
	switch (keel_hyp_features.aprs) {
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
void keel_gicv3_probe(void)
{
	u32 vtr = read_sysreg_s(SYS_ICH_VTR_EL2);

	keel_hyp_features.lrs = (vtr & 0xf) + 1;
	keel_hyp_features.aprs = keel_apr_regs((vtr >> 26 & 7) + 1);
}

void keel_gicv3_forget(struct keel_gicv3_live *live)
{
	live->hcr = UNKNOWN_HCR;
	live->lrs = keel_hyp_features.lrs;
}

void keel_gicv3_load(const struct keel_ctx *ctx)
{
	write_sysreg_s(ctx->gic.vmcr, SYS_ICH_VMCR_EL2);
	load_aprs(&ctx->gic);
}

void keel_gicv3_save(struct keel_ctx *ctx)
{
	ctx->gic.vmcr = read_sysreg_s(SYS_ICH_VMCR_EL2);
	save_aprs(&ctx->gic);
}

/*
 * Without anything to present the interface stays off. What is left in list
 * registers goes all the same: ICC_HPPIR1_EL1 would show another vCPU's.
 */
void keel_gicv3_enter(const struct keel_ctx *ctx, struct keel_gicv3_live *live)
{
	const struct keel_ctx_gic *g = &ctx->gic;
	unsigned int i;

	for (i = 0; i < g->used; i++)
		write_lr(i, g->lr[i]);
	for (; i < live->lrs; i++)
		write_lr(i, 0);
	live->lrs = g->used;
	if (live->hcr == g->hcr)
		return;
	write_sysreg_s(g->hcr, SYS_ICH_HCR_EL2);
	live->hcr = g->hcr;
}

/*
 * EOIs of what is in no list register. With EOImode they only drop the priority, and ICC_DIR_EL1
 * traps.
 */
static u8 read_eoicount(void)
{
	if (read_sysreg_s(SYS_ICH_VMCR_EL2) & KEEL_ICH_VMCR_EOIM)
		return 0;
	return (u32)read_sysreg_s(SYS_ICH_HCR_EL2) >> KEEL_ICH_EOICOUNT_SHIFT;
}

/* ICH_ELRSR_EL2 names those that ended without a wish for maintenance: they need not be read. */
void keel_gicv3_leave(struct keel_ctx *ctx, struct keel_gicv3_live *live)
{
	struct keel_ctx_gic *g = &ctx->gic;
	unsigned long empty;
	unsigned int i;

	if (!g->used)
		return;
	if ((g->hcr & KEEL_ICH_LRENPIE) || g->counts)
		g->eoicount = read_eoicount();
	empty = read_sysreg_s(SYS_ICH_ELRSR_EL2);
	for (i = 0; i < g->used; i++)
		g->lr[i] = empty & BIT(i) ? g->lr[i] & ~LR_STATE : read_lr(i);
	live->lrs = fls(~empty & (BIT(g->used) - 1));
	write_sysreg_s(0, SYS_ICH_HCR_EL2);
	live->hcr = 0;
}
