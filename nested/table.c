// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registers of virtual EL2. Three homes: the CPU's register of EL1 (HW), the
 * page at VNCR_EL2, where the guest reaches it without a trap (PAGE), and memory (OWN).
 * Rows are as in arch/sysreg.c; reg is of the home's kind. What is in no row is
 * UNDEFINED at virtual EL2.
 */
#include <linux/kernel.h>
#include <asm/sysreg.h>
#include "../arch/idfields.h"
#include "../arch/sve.h"
#include "../arch/sysreg.h"
#include "../core/compat.h"
#include "../hyp/hyp.h"
#include "../timer/timer.h"
#include "el1timer.h"
#include "gic.h"
#include "nv.h"
#include "table.h"


/* Of CNTHCTL_EL2 what CNTKCTL_EL1 has. */
#define CNTHCTL_IN_CPU	(BIT_ULL(17) | GENMASK_ULL(9, 0))

/* As after reset with its MMU off, in the form of HCR_EL2.E2H=0 (Arm ARM D24.2). */
#define SCTLR_RESET	0x30c50830
#define TCR_RESET	0x80800000
#define CPTR_RESET	0x22ff

/* ---- homes ---- */

static bool hw_access(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	if (write)
		keel_sr_write(vcpu, r->reg, *val);
	else
		*val = keel_sr_read(vcpu, r->reg);
	return true;
}

static bool page_access(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	if (write)
		keel_nv_write(vcpu->nv, r->reg, *val);
	else
		*val = keel_nv_read(vcpu->nv, r->reg);
	return true;
}

static bool own_access(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	if (write)
		vcpu->nv->own[r->reg] = *val;
	else
		*val = vcpu->nv->own[r->reg];
	return true;
}

/* Partly one, partly the other: bits of mask are in the CPU's register. */
static bool split_access(struct keel_vcpu *vcpu, const struct keel_sysreg *r, enum keel_reg reg,
			 u64 mask, bool write, u64 *val)
{
	own_access(vcpu, r, write, val);
	if (write)
		keel_sr_write(vcpu, reg, *val & mask);
	else
		*val = (*val & ~mask) | (keel_sr_read(vcpu, reg) & mask);
	return true;
}

/* HPMN is after reset the number of counters, which user space may yet change. */
static bool mdcr_access(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	own_access(vcpu, r, write, val);
	if (write)
		vcpu->nv->mdcr_written = true;
	else if (!vcpu->nv->mdcr_written)
		*val |= READ_ONCE(vcpu->vm->arch.pmu.n);
	return true;
}

static bool cptr_access(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	return split_access(vcpu, r, KEEL_CPACR_EL1, KEEL_CPTR_IN_CPU, write, val);
}

static bool cnthctl_access(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
			   u64 *val)
{
	return split_access(vcpu, r, KEEL_CNTKCTL_EL1, CNTHCTL_IN_CPU, write, val);
}

/* In the page, where the guest finds what it wrote. */
static bool hcr_access(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	if (write)
		keel_nv_write(vcpu->nv, r->reg, *val | KEEL_HCR_E2H);
	else
		*val = keel_nv_read(vcpu->nv, r->reg) | KEEL_HCR_E2H;
	return true;
}

/*
 * The guest's own are loads and stores: these are user space's, and a reset's, which finds 0 and
 * moves no count.
 */
static bool cntvoff_access(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
			   u64 *val)
{
	bool changes = write && *val != keel_nv_read(vcpu->nv, r->reg);

	page_access(vcpu, r, write, val);
	if (changes)
		keel_el1timer_cntvoff_set(vcpu);
	return true;
}

static bool zcr_access(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	return keel_sve_has(vcpu) && hw_access(vcpu, r, write, val);
}

/* By their names at EL2; they are what the names of EL0 reach there. */
static bool timer_access(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	u32 at_el0 = sys_reg(3, 3, 14, sys_reg_CRm(r->enc), sys_reg_Op2(r->enc));

	return keel_timer_sysreg(vcpu, at_el0, write, val);
}

/* EL1's timers, of which the comparator relative to now has no place in the page. */
static bool el02_access(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	return keel_el1timer_access(
		vcpu, sys_reg(3, 3, 14, sys_reg_CRm(r->enc), sys_reg_Op2(r->enc)), write, val);
}

static bool sre_access(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	if (!write)
		*val = KEEL_SRE_EL2;
	return true;
}

static bool ich_access(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	unsigned int n = keel_nv_nr_lrs();
	const struct keel_nv *nv = vcpu->nv;
	u64 lr[KEEL_NR_LRS];

	keel_nv_read_lrs(nv, lr);
	switch (sys_reg_Op2(r->enc)) {
	case 1:
		*val = keel_ich_vtr(keel_hyp_gic_vtr());
		break;
	case 2:
		*val = keel_ich_misr(keel_nv_read(nv, KEEL_PAGE_ICH_HCR_EL2),
				     keel_nv_read(nv, KEEL_PAGE_ICH_VMCR_EL2), lr, n);
		break;
	case 3:
		*val = keel_ich_eisr(lr, n);
		break;
	default:
		*val = keel_ich_elrsr(lr, n);
	}
	return true;
}

/* ---- user space: the same values ---- */

#define USER(name, fn, vis) \
	static int get_##name(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 *val) \
	{ \
		return fn(vcpu, r, false, val) ? 0 : -ENOENT; \
	} \
	static int set_##name(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 val) \
	{ \
		return fn(vcpu, r, true, &val) ? 0 : -ENOENT; \
	} \
	static const struct keel_sysreg_user user_##name = { \
		.get = get_##name, .set = set_##name, .visible = vis }

static bool has_fgt(const struct keel_vcpu *vcpu)
{
	return KEEL_IDFIELD_OF(READ_ONCE(vcpu->vm->arch.idregs[KEEL_IDX_AA64MMFR0]), AA64MMFR0, FGT);
}

USER(hw, hw_access, NULL);
USER(own, own_access, NULL);
USER(page, page_access, NULL);
USER(fgt, page_access, has_fgt);
USER(hcr, hcr_access, NULL);
USER(mdcr, mdcr_access, NULL);
USER(cntvoff, cntvoff_access, NULL);
USER(cptr, cptr_access, NULL);
USER(cnthctl, cnthctl_access, NULL);
USER(zcr, zcr_access, keel_sve_has);
USER(timer, timer_access, NULL);
USER(zero, keel_sysreg_raz_wi, NULL);

#define ROW(n, op1, crn, crm, op2, m, a, u, r, v) \
	{ .enc = sys_reg(3, op1, crn, crm, op2), .modes = KEEL_SYSREG_##m, .reg = (r), .name = #n, \
	  .access = (a), .user = (u), .reset = (v) }
#define EL2(n, crn, crm, op2, a, u, r, v)	ROW(n##_EL2, 4, crn, crm, op2, RW, a, u, r, v)
#define HW(n, crn, crm, op2, v)		EL2(n, crn, crm, op2, hw_access, &user_hw, KEEL_##n##_EL1, v)
/* Of those that HCR_EL2.TVM concerns, by whichever name. */
#define VM(n, crn, crm, op2, v)		EL2(n, crn, crm, op2, keel_sysreg_vm, &user_hw, KEEL_##n##_EL1, v)
#define OWN(n, crn, crm, op2)		EL2(n, crn, crm, op2, own_access, &user_own, KEEL_OWN_##n##_EL2, 0)
#define PAGE(n, crn, crm, op2, u)	EL2(n, crn, crm, op2, page_access, &user_##u, KEEL_PAGE_##n##_EL2, 0)
#define TIMER(n, op1, crm, op2, a, u)	ROW(n, op1, 14, crm, op2, RW, a, u, -1, 0)
#define GIC(n, crm, op2)		ROW(n, 4, 12, crm, op2, R, ich_access, NULL, -1, 0)

static const struct keel_sysreg table[] = {
	PAGE(VPIDR, 0, 0, 0, page),
	PAGE(VMPIDR, 0, 0, 5, page),
	VM(SCTLR, 1, 0, 0, SCTLR_RESET),
	OWN(ACTLR, 1, 0, 1),
	EL2(HCR, 1, 1, 0, hcr_access, &user_hcr, KEEL_PAGE_HCR_EL2, KEEL_HCR_E2H),
	EL2(MDCR, 1, 1, 1, mdcr_access, &user_mdcr, KEEL_OWN_MDCR_EL2, 0),
	EL2(CPTR, 1, 1, 2, cptr_access, &user_cptr, KEEL_OWN_CPTR_EL2, CPTR_RESET),
	PAGE(HSTR, 1, 1, 3, page),
	PAGE(HFGRTR, 1, 1, 4, fgt),
	PAGE(HFGWTR, 1, 1, 5, fgt),
	PAGE(HFGITR, 1, 1, 6, page),
	EL2(HACR, 1, 1, 7, keel_sysreg_raz_wi, &user_zero, -1, 0),
	EL2(ZCR, 1, 2, 0, zcr_access, &user_zcr, KEEL_ZCR_EL1, 0),
	PAGE(HCRX, 1, 2, 2, page),
	VM(TTBR0, 2, 0, 0, 0),
	VM(TTBR1, 2, 0, 1, 0),
	VM(TCR, 2, 0, 2, TCR_RESET),
	PAGE(VTTBR, 2, 1, 0, page),
	PAGE(VTCR, 2, 1, 2, page),
	PAGE(HDFGRTR, 3, 1, 4, fgt),
	PAGE(HDFGWTR, 3, 1, 5, fgt),
	PAGE(HAFGRTR, 3, 1, 6, fgt),
	HW(SPSR, 4, 0, 0, 0),
	HW(ELR, 4, 0, 1, 0),
	VM(AFSR0, 5, 1, 0, 0),
	VM(AFSR1, 5, 1, 1, 0),
	VM(ESR, 5, 2, 0, 0),
	PAGE(VSESR, 5, 2, 3, page),
	VM(FAR, 6, 0, 0, 0),
	OWN(HPFAR, 6, 0, 4),
	VM(MAIR, 10, 2, 0, 0),
	VM(AMAIR, 10, 3, 0, 0),
	HW(VBAR, 12, 0, 0, 0),
	PAGE(VDISR, 12, 1, 1, page),
	ROW(ICC_SRE_EL2, 4, 12, 9, 5, RW, sre_access, NULL, -1, 0),
	GIC(ICH_VTR_EL2, 11, 1),
	GIC(ICH_MISR_EL2, 11, 2),
	GIC(ICH_EISR_EL2, 11, 3),
	GIC(ICH_ELRSR_EL2, 11, 5),
	VM(CONTEXTIDR, 13, 0, 1, 0),
	PAGE(TPIDR, 13, 0, 2, page),
	PAGE(CNTVOFF, 14, 0, 3, cntvoff),
	EL2(CNTHCTL, 14, 1, 0, cnthctl_access, &user_cnthctl, KEEL_OWN_CNTHCTL_EL2, 0),
	TIMER(CNTHP_TVAL_EL2, 4, 2, 0, timer_access, NULL),
	TIMER(CNTHP_CTL_EL2, 4, 2, 1, timer_access, &user_timer),
	TIMER(CNTHP_CVAL_EL2, 4, 2, 2, timer_access, &user_timer),
	TIMER(CNTHV_TVAL_EL2, 4, 3, 0, timer_access, NULL),
	TIMER(CNTHV_CTL_EL2, 4, 3, 1, timer_access, &user_timer),
	TIMER(CNTHV_CVAL_EL2, 4, 3, 2, timer_access, &user_timer),
	ROW(CNTKCTL_EL12, 5, 14, 1, 0, RW, own_access, NULL, KEEL_OWN_CNTKCTL_EL12, 0),
	TIMER(CNTP_TVAL_EL02, 5, 2, 0, el02_access, NULL),
	TIMER(CNTP_CTL_EL02, 5, 2, 1, el02_access, NULL),
	TIMER(CNTP_CVAL_EL02, 5, 2, 2, el02_access, NULL),
	TIMER(CNTV_TVAL_EL02, 5, 3, 0, el02_access, NULL),
	TIMER(CNTV_CTL_EL02, 5, 3, 1, el02_access, NULL),
	TIMER(CNTV_CVAL_EL02, 5, 3, 2, el02_access, NULL),
	/* the stack pointer that SPSel chooses at virtual EL2 */
	ROW(SP_EL2, 6, 4, 1, 0, NONE, NULL, &user_hw, KEEL_SP_EL1, 0),
};

const struct keel_sysreg *keel_nested_table(unsigned int *nr)
{
	*nr = ARRAY_SIZE(table);
	return table;
}

const struct keel_sysreg *keel_nested_find(u32 enc)
{
	return keel_sysreg_find(table, ARRAY_SIZE(table), enc);
}

bool keel_nested_is_memory(const struct keel_sysreg *r)
{
	return r->access == own_access || r->access == mdcr_access || r->access == sre_access ||
	       r->access == ich_access;
}

/* Not resident in a CPU. */
void keel_nested_reset_table(struct keel_vcpu *vcpu)
{
	const struct keel_sysreg *r;

	for (r = table; r < table + ARRAY_SIZE(table); r++)
		if (r->user)
			r->user->set(vcpu, r, r->reset);
}
