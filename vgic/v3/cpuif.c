// SPDX-License-Identifier: GPL-2.0-only
/*
 * A GICv3's CPU interface: what user space saves and restores of it, and the few
 * accesses of the guest that trap. The rest goes to the hardware.
 */
#include <linux/bitfield.h>
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <asm/sysreg.h>
#include "../../core/objects.h"
#include "../../hyp/hyp.h"
#include "../../nested/nested.h"
#include "../cpuif.h"
#include "../hw.h"
#include "apr.h"

/* The rest of ICH_VMCR_EL2 */
#define VMCR_CBPR	BIT(4)
#define VMCR_EOIM	BIT(9)
#define VMCR_BPR1	GENMASK(20, 18)
#define VMCR_BPR0	GENMASK(23, 21)

/* ICC_CTLR_EL1 (12.2.6) */
#define CTLR_CBPR	BIT(0)
#define CTLR_EOIMODE	BIT(1)
#define CTLR_PRIBITS	GENMASK(10, 8)
#define CTLR_IDBITS	GENMASK(13, 11)
#define CTLR_SEIS	BIT(14)
#define CTLR_A3V	BIT(15)

#define SRE_ALL		7	/* SRE, DFB, DIB: system registers, no bypass */

static u64 read_ctlr(const struct keel_vcpu *vcpu)
{
	u32 vmcr = vcpu->ctx.gic.vmcr;

	return FIELD_PREP(CTLR_CBPR, FIELD_GET(VMCR_CBPR, vmcr)) |
	       FIELD_PREP(CTLR_EOIMODE, FIELD_GET(VMCR_EOIM, vmcr)) |
	       FIELD_PREP(CTLR_PRIBITS, vcpu->gic.pri_bits - 1) |
	       FIELD_PREP(CTLR_IDBITS, vcpu->gic.id_bits) |
	       FIELD_PREP(CTLR_SEIS, keel_gic_hw.seis) | FIELD_PREP(CTLR_A3V, keel_gic_hw.a3v);
}

static void set_modes(struct keel_vcpu *vcpu, u64 ctlr)
{
	u32 *vmcr = &vcpu->ctx.gic.vmcr;

	*vmcr &= ~(u32)(VMCR_CBPR | VMCR_EOIM);
	*vmcr |= FIELD_PREP(VMCR_CBPR, FIELD_GET(CTLR_CBPR, ctlr)) |
		 FIELD_PREP(VMCR_EOIM, FIELD_GET(CTLR_EOIMODE, ctlr));
}

/* A VM saved where there were fewer bits may go on here, not the other way round. */
static int user_ctlr(struct keel_vcpu *vcpu, bool write, u64 *val)
{
	struct keel_gic_cpu *g = &vcpu->gic;

	if (!write) {
		*val = read_ctlr(vcpu);
		return 0;
	}
	if (FIELD_GET(CTLR_PRIBITS, *val) + 1 > keel_gic_hw.pri_bits ||
	    FIELD_GET(CTLR_IDBITS, *val) > keel_gic_hw.id_bits ||
	    FIELD_GET(CTLR_SEIS, *val) != keel_gic_hw.seis || FIELD_GET(CTLR_A3V, *val) != keel_gic_hw.a3v)
		return -EINVAL;
	g->pri_bits = FIELD_GET(CTLR_PRIBITS, *val) + 1;
	g->id_bits = FIELD_GET(CTLR_IDBITS, *val);
	set_modes(vcpu, *val);
	return 0;
}

/* mask: a field of ICH_VMCR_EL2 that is the register's value. */
static int user_field(struct keel_vcpu *vcpu, u32 mask, bool write, u64 *val)
{
	u32 *vmcr = &vcpu->ctx.gic.vmcr;
	unsigned int shift = __ffs(mask);

	if (write)
		*vmcr = (*vmcr & ~mask) | ((u32)(*val << shift) & mask);
	else
		*val = (*vmcr & mask) >> shift;
	return 0;
}

/* With CBPR the Group 1 binary point is the other one's, plus one, and writes are ignored. */
static int user_bpr1(struct keel_vcpu *vcpu, bool write, u64 *val)
{
	u32 vmcr = vcpu->ctx.gic.vmcr;

	if (!(vmcr & VMCR_CBPR))
		return user_field(vcpu, VMCR_BPR1, write, val);
	if (!write)
		*val = min_t(u64, FIELD_GET(VMCR_BPR0, vmcr) + 1, 7);
	return 0;
}

static int user_sre(bool write, u64 *val)
{
	if (write)
		return *val & 1 ? 0 : -EINVAL;
	*val = SRE_ALL;
	return 0;
}

/*
 * As a CPU interface has them that has the VM's priority bits, whatever this CPU's has. Those with
 * fewer bits of preemption than of priority leave registers without a use.
 */
static int user_apr(struct keel_vcpu *vcpu, u32 *apr, unsigned int n, bool write, u64 *val)
{
	unsigned int regs = keel_apr_regs(vcpu->gic.pri_bits), hw = keel_gic_hw.aprs;
	u32 own[KEEL_APR_MAX];

	if (n >= regs)
		return -EINVAL;
	regs = min(regs, hw);
	keel_apr_fit(own, regs, apr, hw);
	if (!write) {
		*val = own[n];
	} else if (n < regs) {
		own[n] = *val;
		keel_apr_fit(apr, hw, own, regs);
	}
	return 0;
}

static int user_access(struct keel_vcpu *vcpu, u32 sysreg, bool write, u64 *val)
{
	struct keel_ctx_gic *c = &vcpu->ctx.gic;

	switch (sysreg) {
	case SYS_ICC_PMR_EL1:
		return user_field(vcpu, KEEL_VMCR_PMR, write, val);
	case SYS_ICC_BPR0_EL1:
		return user_field(vcpu, VMCR_BPR0, write, val);
	case SYS_ICC_BPR1_EL1:
		return user_bpr1(vcpu, write, val);
	case SYS_ICC_IGRPEN0_EL1:
		return user_field(vcpu, KEEL_VMCR_ENG0, write, val);
	case SYS_ICC_IGRPEN1_EL1:
		return user_field(vcpu, KEEL_VMCR_ENG1, write, val);
	case SYS_ICC_CTLR_EL1:
		return user_ctlr(vcpu, write, val);
	case SYS_ICC_SRE_EL1:
		return user_sre(write, val);
	case SYS_ICC_AP0R0_EL1 ... SYS_ICC_AP0R3_EL1:
		return user_apr(vcpu, c->ap0r, sys_reg_Op2(sysreg) & 3, write, val);
	case SYS_ICC_AP1R0_EL1 ... SYS_ICC_AP1R3_EL1:
		return user_apr(vcpu, c->ap1r, sys_reg_Op2(sysreg) & 3, write, val);
	}
	return -ENXIO;
}

static bool is_ours(u32 sysreg)
{
	static const u32 ours[] = {
		SYS_ICC_PMR_EL1, SYS_ICC_BPR0_EL1, SYS_ICC_BPR1_EL1, SYS_ICC_IGRPEN0_EL1,
		SYS_ICC_IGRPEN1_EL1, SYS_ICC_CTLR_EL1, SYS_ICC_SRE_EL1,
		SYS_ICC_AP0R0_EL1, SYS_ICC_AP0R1_EL1, SYS_ICC_AP0R2_EL1, SYS_ICC_AP0R3_EL1,
		SYS_ICC_AP1R0_EL1, SYS_ICC_AP1R1_EL1, SYS_ICC_AP1R2_EL1, SYS_ICC_AP1R3_EL1,
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ours); i++)
		if (ours[i] == sysreg)
			return true;
	return false;
}

int keel_cpuif_uaccess(struct keel_vcpu *vcpu, u32 sysreg, bool write, u64 *val)
{
	if (!is_ours(sysreg))
		return keel_nested_gic_uaccess(vcpu, sysreg, write, val);
	if (!val)
		return 0;
	keel_hyp_put(vcpu);
	return user_access(vcpu, sysreg, write, val);
}

/* The registers are the CPU's, however many bits user space wants. */
static u64 read_rpr(const struct keel_vcpu *vcpu)
{
	return keel_apr_running(vcpu->ctx.gic.ap0r, vcpu->ctx.gic.ap1r, keel_gic_hw.aprs);
}

/* Trap along with ICC_DIR_EL1 where that has no trap of its own (ICH_HCR_EL2.TC). */
static bool common(struct keel_vcpu *vcpu, u32 sysreg, bool write, u64 *val)
{
	keel_hyp_put(vcpu);
	switch (sysreg) {
	case SYS_ICC_CTLR_EL1:
		if (write)
			set_modes(vcpu, *val);
		else
			*val = read_ctlr(vcpu);
		return true;
	case SYS_ICC_PMR_EL1:
		if (write)
			*val &= keel_irq_pmr_mask(keel_gic_hw.pri_bits);
		user_field(vcpu, KEEL_VMCR_PMR, write, val);
		return true;
	case SYS_ICC_RPR_EL1:
		*val = read_rpr(vcpu);
		return !write;
	}
	return false;
}

bool keel_vgic_sysreg(struct keel_vcpu *vcpu, u32 sysreg, bool write, u64 *val)
{
	if (!vcpu->ctx.gic.in_cpu)
		return false;
	switch (sysreg) {
	case SYS_ICC_SGI1R_EL1:
		keel_vgic_send_sgi(vcpu, *val, true);
		return true;
	case SYS_ICC_ASGI1R_EL1:
	case SYS_ICC_SGI0R_EL1:
		keel_vgic_send_sgi(vcpu, *val, false);
		return true;
	case SYS_ICC_SRE_EL1:
		if (!write)
			*val = SRE_ALL;
		return true;
	case SYS_ICC_DIR_EL1:
		keel_cpuif_deactivate(vcpu, *val & GENMASK(23, 0));
		return true;
	default:
		return common(vcpu, sysreg, write, val);
	}
}
