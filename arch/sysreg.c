// SPDX-License-Identifier: GPL-2.0-only
/*
 * The table of system registers, and the handling of a trapped access: find
 * the row, emulate, step over the instruction; else an UNDEFINED exception.
 *
 * What is not in the table is UNDEFINED on purpose. That covers all that keel
 * hides: SPE, TRBE, trace, BRBE, AMU, MPAM, SME, MTE, GCS,
 * the GIC's ICC registers without an in-kernel GIC, and IMPLEMENTATION
 * DEFINED registers.
 */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>
#include "../core/compat.h"
#include "../core/objects.h"
#include "../core/trace.h"
#include "../hyp/affinity.h"
#include "../nested/nested.h"
#include "arch.h"
#include "cp15.h"
#include "sysreg.h"

/*
 * At reset of a CPU that enters at EL1 with its MMU off (Arm ARM D24.2.118):
 * SA, SA0, CP15BEN, nAA, nTWI, nTWE, EIS and SPAN are 1.
 */
#define SCTLR_RESET	0x00c50078

/*
 * Read as Advanced SIMD and VFP of AArch32 at reset: bits 10:8, RES1 with no trapped
 * floating-point.
 */
#define FPEXC32_RESET	0x00000700

#define ROW(n, e, m, a, u, r, v) \
	{ .enc = (e), .modes = KEEL_SYSREG_##m, .reg = (r), .name = (n), .access = (a), .user = (u), .reset = (v) }

/* Never traps; held in ctx.sys. */
#define PLAIN(n, v)	ROW(#n, SYS_##n, NONE, NULL, &keel_sysreg_user_plain, KEEL_##n, v)
/* Held in ctx.sys and traps (sometimes). */
#define REG(n, m, a, v)	ROW(#n, SYS_##n, m, a, &keel_sysreg_user_plain, KEEL_##n, v)
/* Written with HCR_EL2.TVM set. */
#define VM(n, v)	REG(n, RW, keel_sysreg_vm, v)
#define KEY(n)		ROW(#n, SYS_##n, NONE, NULL, &keel_sysreg_user_key, KEEL_##n, 0)
/* Trapped, without a state of its own. */
#define TRAP(n, m, a)	ROW(#n, SYS_##n, m, a, NULL, -1, 0)
/* A view for user space other than ctx.sys. */
#define VIEW(n, m, a, u)	ROW(#n, SYS_##n, m, a, &keel_sysreg_user_##u, -1, 0)

#define BREAK1(crm, op2, n) \
	ROW(n, sys_reg(2, 0, 0, crm, op2), RW, keel_sysreg_debug_bp, &keel_sysreg_user_bp, -1, 0)
#define BREAK(n) \
	BREAK1(n, 4, "DBGBVR" #n "_EL1"), BREAK1(n, 5, "DBGBCR" #n "_EL1"), \
	BREAK1(n, 6, "DBGWVR" #n "_EL1"), BREAK1(n, 7, "DBGWCR" #n "_EL1")

/* The PMU's; CNT and TYP are one counter's, of eight in a row. */
#define PMU(n, m, a, u)	ROW(#n, SYS_##n, m, keel_sysreg_pmu_##a, &keel_sysreg_user_pmu_##u, -1, 0)
#define CNT(n)	ROW("PMEVCNTR" #n "_EL0", SYS_PMEVCNTRn_EL0(n), RW, keel_sysreg_pmu_cntr, \
		    &keel_sysreg_user_pmu_cntr, -1, 0)
#define TYP(n)	ROW("PMEVTYPER" #n "_EL0", SYS_PMEVTYPERn_EL0(n), RW, keel_sysreg_pmu_typer, \
		    &keel_sysreg_user_pmu_typer, -1, 0)

#define ID(crm, op2) \
	ROW("ID_" #crm "_" #op2, sys_reg(3, 0, 0, crm, op2), R, keel_sysreg_idreg, &keel_sysreg_user_idreg, -1, 0)
#define IDS(crm) \
	ID(crm, 0), ID(crm, 1), ID(crm, 2), ID(crm, 3), ID(crm, 4), ID(crm, 5), ID(crm, 6), ID(crm, 7)

const struct keel_sysreg keel_sysreg_table[] = {
	TRAP(DC_ISW, W, keel_sysreg_set_way),
	TRAP(DC_CSW, W, keel_sysreg_set_way),
	TRAP(DC_CISW, W, keel_sysreg_set_way),

	/* The debug communications channel: nobody is at the other end. */
	TRAP(OSDTRRX_EL1, RW, keel_sysreg_raz_wi),
	BREAK(0),
	BREAK(1),
	REG(MDCCINT_EL1, RW, keel_sysreg_mem, 0),
	REG(MDSCR_EL1, RW, keel_sysreg_debug_mdscr, 0),
	BREAK(2),
	TRAP(OSDTRTX_EL1, RW, keel_sysreg_raz_wi),
	BREAK(3),
	BREAK(4),
	BREAK(5),
	TRAP(OSECCR_EL1, RW, keel_sysreg_raz_wi),
	BREAK(6),
	BREAK(7),
	BREAK(8),
	BREAK(9),
	BREAK(10),
	BREAK(11),
	BREAK(12),
	BREAK(13),
	BREAK(14),
	BREAK(15),

	TRAP(MDRAR_EL1, R, keel_sysreg_raz_wi),		/* no ROM table */
	TRAP(OSLAR_EL1, W, keel_sysreg_debug_oslar),
	ROW("OSLSR_EL1", SYS_OSLSR_EL1, R, keel_sysreg_read_only, &keel_sysreg_user_oslsr,
	    KEEL_OSLSR_EL1, KEEL_OSLSR_OSLM),
	TRAP(OSDLR_EL1, RW, keel_sysreg_raz_wi),	/* no debugger, no double lock */
	TRAP(DBGPRCR_EL1, RW, keel_sysreg_raz_wi),
	TRAP(DBGCLAIMSET_EL1, RW, keel_sysreg_debug_claimset),
	TRAP(DBGCLAIMCLR_EL1, RW, keel_sysreg_debug_claimclr),
	TRAP(DBGAUTHSTATUS_EL1, R, keel_sysreg_debug_authstatus),
	TRAP(MDCCSR_EL0, R, keel_sysreg_raz_wi),
	TRAP(DBGDTR_EL0, RW, keel_sysreg_raz_wi),
	TRAP(DBGDTRRX_EL0, RW, keel_sysreg_raz_wi),	/* DBGDTRTX_EL0 when written */
	PLAIN(DBGVCR32_EL2, 0),

	VIEW(MIDR_EL1, NONE, NULL, midr),
	ROW("MPIDR_EL1", SYS_MPIDR_EL1, NONE, NULL, &keel_sysreg_user_mpidr, -1, 0),
	VIEW(REVIDR_EL1, R, keel_sysreg_imp_id, revidr),
	IDS(1),
	IDS(2),
	IDS(3),
	IDS(4),
	IDS(5),
	IDS(6),
	IDS(7),

	VM(SCTLR_EL1, SCTLR_RESET),
	REG(ACTLR_EL1, RW, keel_sysreg_read_only, 0),	/* reset to the host's below */
	PLAIN(CPACR_EL1, 0),
	ROW("ZCR_EL1", SYS_ZCR_EL1, NONE, NULL, &keel_sysreg_user_zcr, KEEL_ZCR_EL1, 0),
	VM(TTBR0_EL1, 0),
	VM(TTBR1_EL1, 0),
	VM(TCR_EL1, 0),
	VIEW(TCR2_EL1, NONE, NULL, once),
	KEY(APIAKEYLO_EL1),
	KEY(APIAKEYHI_EL1),
	KEY(APIBKEYLO_EL1),
	KEY(APIBKEYHI_EL1),
	KEY(APDAKEYLO_EL1),
	KEY(APDAKEYHI_EL1),
	KEY(APDBKEYLO_EL1),
	KEY(APDBKEYHI_EL1),
	KEY(APGAKEYLO_EL1),
	KEY(APGAKEYHI_EL1),
	TRAP(ICC_PMR_EL1, RW, keel_sysreg_gic),
	VM(AFSR0_EL1, 0),
	VM(AFSR1_EL1, 0),
	VM(ESR_EL1, 0),
	/* Error records: none (ERRIDR.NUM is 0). */
	TRAP(ERRIDR_EL1, R, keel_sysreg_ras),
	TRAP(ERRSELR_EL1, RW, keel_sysreg_ras),
	TRAP(ERXFR_EL1, R, keel_sysreg_ras),
	TRAP(ERXCTLR_EL1, RW, keel_sysreg_ras),
	TRAP(ERXSTATUS_EL1, RW, keel_sysreg_ras),
	TRAP(ERXADDR_EL1, RW, keel_sysreg_ras),
	TRAP(ERXPFGF_EL1, R, keel_sysreg_ras_1),
	TRAP(ERXPFGCTL_EL1, RW, keel_sysreg_ras_1),
	TRAP(ERXPFGCDN_EL1, RW, keel_sysreg_ras_1),
	TRAP(ERXMISC0_EL1, RW, keel_sysreg_ras),
	TRAP(ERXMISC1_EL1, RW, keel_sysreg_ras),
	TRAP(ERXMISC2_EL1, RW, keel_sysreg_ras_1),
	TRAP(ERXMISC3_EL1, RW, keel_sysreg_ras_1),
	VM(FAR_EL1, 0),
	PLAIN(PAR_EL1, 0),
	PMU(PMINTENSET_EL1, RW, inten, bits),
	PMU(PMINTENCLR_EL1, RW, inten, bits),
	PMU(PMMIR_EL1, R, mmir, mmir),
	VM(MAIR_EL1, 0),
	VIEW(PIRE0_EL1, NONE, NULL, once),
	VIEW(PIR_EL1, NONE, NULL, once),
	VM(AMAIR_EL1, 0),
	TRAP(LORSA_EL1, RW, keel_sysreg_lor),
	TRAP(LOREA_EL1, RW, keel_sysreg_lor),
	TRAP(LORN_EL1, RW, keel_sysreg_lor),
	TRAP(LORC_EL1, RW, keel_sysreg_lor),
	TRAP(LORID_EL1, R, keel_sysreg_lor),
	PLAIN(VBAR_EL1, 0),
	PLAIN(DISR_EL1, 0),
	/* The rest of the GIC's CPU interface traps only to be UNDEFINED. */
	TRAP(ICC_DIR_EL1, W, keel_sysreg_gic),
	TRAP(ICC_RPR_EL1, R, keel_sysreg_gic),
	TRAP(ICC_SGI1R_EL1, W, keel_sysreg_gic),
	TRAP(ICC_ASGI1R_EL1, W, keel_sysreg_gic),
	TRAP(ICC_SGI0R_EL1, W, keel_sysreg_gic),
	TRAP(ICC_CTLR_EL1, RW, keel_sysreg_gic),
	TRAP(ICC_SRE_EL1, RW, keel_sysreg_gic),
	VM(CONTEXTIDR_EL1, 0),
	PLAIN(TPIDR_EL1, 0),
	PLAIN(CNTKCTL_EL1, 0),

	TRAP(CCSIDR_EL1, R, keel_sysreg_ccsidr),
	VIEW(CLIDR_EL1, R, keel_sysreg_clidr, clidr),
	VIEW(AIDR_EL1, R, keel_sysreg_imp_id, aidr),
	REG(CSSELR_EL1, RW, keel_sysreg_csselr, 0),
	VIEW(CTR_EL0, R, keel_sysreg_ctr, ctr),
	PMU(PMCR_EL0, RW, cr, cr),
	PMU(PMCNTENSET_EL0, RW, cnten, bits),
	PMU(PMCNTENCLR_EL0, RW, cnten, bits),
	PMU(PMOVSCLR_EL0, RW, ovs, bits),
	PMU(PMSWINC_EL0, W, swinc, swinc),
	PMU(PMSELR_EL0, RW, selr, selr),
	TRAP(PMCEID0_EL0, R, keel_sysreg_pmu_ceid),
	TRAP(PMCEID1_EL0, R, keel_sysreg_pmu_ceid),
	PMU(PMCCNTR_EL0, RW, cntr, cntr),
	TRAP(PMXEVTYPER_EL0, RW, keel_sysreg_pmu_typer),
	TRAP(PMXEVCNTR_EL0, RW, keel_sysreg_pmu_cntr),
	PMU(PMUSERENR_EL0, RW, userenr, userenr),
	PMU(PMOVSSET_EL0, RW, ovs, bits),
	PLAIN(TPIDR_EL0, 0),
	PLAIN(TPIDRRO_EL0, 0),

	/* ONE_REG's timer registers are not these rows: timer/reg.c. */
	TRAP(CNTPCT_EL0, R, keel_sysreg_timer),
	TRAP(CNTVCT_EL0, R, keel_sysreg_timer),
	TRAP(CNTPCTSS_EL0, R, keel_sysreg_timer),
	TRAP(CNTVCTSS_EL0, R, keel_sysreg_timer),
	TRAP(CNTP_TVAL_EL0, RW, keel_sysreg_timer),
	TRAP(CNTP_CTL_EL0, RW, keel_sysreg_timer),
	TRAP(CNTP_CVAL_EL0, RW, keel_sysreg_timer),
	TRAP(CNTV_TVAL_EL0, RW, keel_sysreg_timer),
	TRAP(CNTV_CTL_EL0, RW, keel_sysreg_timer),
	TRAP(CNTV_CVAL_EL0, RW, keel_sysreg_timer),

	KEEL_PMU_EACH(CNT),
	KEEL_PMU_EACH(TYP),
	PMU(PMCCFILTR_EL0, RW, typer, typer),

	PLAIN(DACR32_EL2, 0),
	PLAIN(IFSR32_EL2, 0),
	PLAIN(FPEXC32_EL2, FPEXC32_RESET),
};

const unsigned int keel_sysreg_nr = ARRAY_SIZE(keel_sysreg_table);

int keel_sysreg_module_init(void)
{
	bool valid = keel_sysreg_table_valid(keel_sysreg_table, keel_sysreg_nr, KEEL_NR_REGS) &&
		     keel_cp15_tables_valid();

	return valid ? 0 : -EINVAL;
}

static bool from_el0(const struct keel_vcpu *vcpu)
{
	return (vcpu->ctx.pstate & PSR_MODE_MASK) == PSR_MODE_EL0t;
}

static const struct keel_sysreg *find(const struct keel_vcpu *vcpu,
				      const struct keel_sysreg_trap *t)
{
	u32 enc = sys_reg(t->op0, t->op1, t->crn, t->crm, t->op2);
	const struct keel_sysreg *r = keel_sysreg_find(keel_sysreg_table, keel_sysreg_nr, enc);
	unsigned int mode = t->write ? KEEL_SYSREG_W : KEEL_SYSREG_R;

	if (!r || !(r->modes & mode))
		return NULL;
	/* op1=3 is EL0's space; all other registers of the table are EL1's */
	if (from_el0(vcpu) && t->op1 != 3)
		return NULL;
	return r;
}

static enum keel_sysreg_answer emulate(struct keel_vcpu *vcpu, const struct keel_sysreg_trap *t,
				       u64 *val)
{
	const struct keel_sysreg *r = find(vcpu, t);

	if (!r)
		return keel_nested_trap(vcpu, t, val);
	return r->access(vcpu, r, t->write, val) ? KEEL_SYSREG_DONE : KEEL_SYSREG_UNDEFINED;
}

int keel_sysreg_trap(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	const struct keel_sysreg_trap *t = &exit->sysreg;
	struct keel_ctx *ctx = &vcpu->ctx;
	u64 val = 0;

	if (keel_traced(KEEL_EVENT_SYSREG))
		keel_trace_sysreg(exit->esr);
	if (t->write && t->rt < 31)
		val = ctx->x[t->rt];
	switch (emulate(vcpu, t, &val)) {
	case KEEL_SYSREG_UNDEFINED:
		keel_inject_sysreg(vcpu, exit);
		break;
	case KEEL_SYSREG_DONE:
		if (!t->write && t->rt < 31)
			ctx->x[t->rt] = val;
		keel_exit_skip(ctx);
		break;
	case KEEL_SYSREG_AGAIN:
		break;
	case KEEL_SYSREG_LEAVE:
		return (int)val;
	}
	return KEEL_RESUME;
}

/* Bit 31 is RES1. */
void keel_sysreg_init_mpidr(struct keel_vcpu *vcpu)
{
	vcpu->ctx.sys[KEEL_MPIDR_EL1] = BIT_ULL(31) | keel_affinity_of_id(vcpu->id);
}

/* The vCPU is not resident anywhere. Registers without an architectural reset value become 0. */
void keel_sysreg_reset(struct keel_vcpu *vcpu)
{
	struct keel_ctx *ctx = &vcpu->ctx;
	const struct keel_sysreg *r;
	unsigned int i;

	/* lookups by affinity see that one at any time */
	for (i = 0; i < KEEL_NR_REGS; i++)
		if (i != KEEL_MPIDR_EL1)
			ctx->sys[i] = 0;
	for (r = keel_sysreg_table; r < keel_sysreg_table + keel_sysreg_nr; r++)
		if (r->reg >= 0)
			ctx->sys[r->reg] = r->reset;
	memset(vcpu->arch.once_listed, 0, sizeof(vcpu->arch.once_listed));
	ctx->sys[KEEL_ACTLR_EL1] = read_sysreg_s(SYS_ACTLR_EL1);
}
