// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's accesses to PMU registers, all of which trap. Context: sleepable,
 * vCPU mutex held; false makes the access UNDEFINED: there is no PMU, no such
 * counter, or PMUSERENR_EL0 keeps EL0 out.
 */
#include <linux/bits.h>
#include <asm/esr.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>
#include "../core/compat.h"
#include "../core/kick.h"
#include "idreg.h"
#include "pmu.h"
#include "pmu_host.h"
#include "sysreg.h"

#define EN	KEEL_PMUSERENR_EN
#define SW	KEEL_PMUSERENR_SW
#define CR	KEEL_PMUSERENR_CR
#define ER	KEEL_PMUSERENR_ER

#define EVENT_COUNTERS	GENMASK(KEEL_PMU_CYCLE - 1, 0)

/* EL0t and AArch32's User mode */
static bool from_el0(const struct keel_vcpu *vcpu)
{
	return !(vcpu->ctx.pstate & (PSR_MODE_MASK & ~PSR_MODE32_BIT));
}

/*
 * The registers, if the access is to be had; NULL: it is not. EL0 needs any of these bits of
 * PMUSERENR_EL0.
 */
static struct keel_pmu_regs *open(struct keel_vcpu *vcpu, u8 el0)
{
	struct keel_pmu_regs *r;

	if (!vcpu->arch.pmu.on)
		return NULL;
	r = keel_pmu_regs(vcpu);
	return from_el0(vcpu) && !(r->userenr & el0) ? NULL : r;
}

static void reset_counters(struct keel_vcpu *vcpu, u32 counters)
{
	unsigned int i;

	for (i = 0; i < KEEL_PMU_NR; i++)
		if (counters & BIT(i))
			keel_pmu_event_set(vcpu, i, 0);
}

/* Where overflows are has changed: LC's for the cycle counter, LP's for the others. */
static u32 moved_ends(u32 changed)
{
	return (changed & KEEL_PMCR_LC ? BIT(KEEL_PMU_CYCLE) : 0) | (changed & KEEL_PMCR_LP ? EVENT_COUNTERS : 0);
}

static void write_pmcr(struct keel_vcpu *vcpu, struct keel_pmu_regs *r, u64 val)
{
	u32 old = r->pmcr;

	if (r->version < KEEL_PMUVER_V3P5)
		val &= ~(u64)KEEL_PMCR_LP;
	r->pmcr = keel_pmu_pmcr_kept(val, !keel_idreg_host_aa32());
	keel_pmu_event_renew(vcpu, moved_ends(old ^ r->pmcr));
	if (val & KEEL_PMCR_C)
		reset_counters(vcpu, BIT(KEEL_PMU_CYCLE));
	if (val & KEEL_PMCR_P)
		reset_counters(vcpu, keel_pmu_implemented(r) & EVENT_COUNTERS);
}

bool keel_sysreg_pmu_cr(struct keel_vcpu *vcpu, const struct keel_sysreg *row, bool write, u64 *val)
{
	struct keel_pmu_regs *r = open(vcpu, EN);

	if (!r)
		return false;
	if (write)
		write_pmcr(vcpu, r, *val);
	else
		*val = keel_pmu_pmcr(r);
	return true;
}

/* Registers of a bit per counter: one name sets bits, one clears them. */
static bool bits(struct keel_vcpu *vcpu, u32 *reg, bool clear, bool write, u64 *val)
{
	u32 there = keel_pmu_implemented(&vcpu->arch.pmu.regs);

	if (!write) {
		*val = *reg & there;
		return true;
	}
	if (clear)
		*reg &= ~(u32)*val;
	else
		*reg |= *val & there;
	keel_request(vcpu, KEEL_REQ_PMU);
	return true;
}

bool keel_sysreg_pmu_cnten(struct keel_vcpu *vcpu, const struct keel_sysreg *row, bool write,
			   u64 *val)
{
	struct keel_pmu_regs *r = open(vcpu, EN);

	return r && bits(vcpu, &r->cnten, row->enc == SYS_PMCNTENCLR_EL0, write, val);
}

bool keel_sysreg_pmu_inten(struct keel_vcpu *vcpu, const struct keel_sysreg *row, bool write,
			   u64 *val)
{
	struct keel_pmu_regs *r = open(vcpu, 0);

	return r && bits(vcpu, &r->inten, row->enc == SYS_PMINTENCLR_EL1, write, val);
}

bool keel_sysreg_pmu_ovs(struct keel_vcpu *vcpu, const struct keel_sysreg *row, bool write,
			 u64 *val)
{
	struct keel_pmu_regs *r = open(vcpu, EN);

	return r && bits(vcpu, &r->ovs, row->enc == SYS_PMOVSCLR_EL0, write, val);
}

bool keel_sysreg_pmu_swinc(struct keel_vcpu *vcpu, const struct keel_sysreg *row, bool write,
			   u64 *val)
{
	struct keel_pmu_regs *r = open(vcpu, SW | EN);

	if (!r)
		return false;
	keel_pmu_swinc(r, *val);
	keel_request(vcpu, KEEL_REQ_PMU);
	return true;
}

bool keel_sysreg_pmu_selr(struct keel_vcpu *vcpu, const struct keel_sysreg *row, bool write,
			  u64 *val)
{
	struct keel_pmu_regs *r = open(vcpu, ER | EN);

	if (!r)
		return false;
	if (write)
		r->sel = *val & 0x1f;
	else
		*val = r->sel;
	return true;
}

bool keel_sysreg_pmu_ceid(struct keel_vcpu *vcpu, const struct keel_sysreg *row, bool write,
			  u64 *val)
{
	/*
	 * STALL_SLOT_BACKEND, STALL_SLOT_FRONTEND, STALL_SLOT: of use to who knows PMMIR_EL1.SLOTS
	 */
	u64 slots = GENMASK_ULL(0x3f, 0x3d);
	const struct keel_pmu_vm *pmu = &vcpu->vm->arch.pmu;
	struct keel_pmu_regs *r = open(vcpu, EN);

	if (!r)
		return false;
	if (vcpu->arch.features & BIT(KVM_ARM_VCPU_PMU_V3_STRICT))
		slots = 0;
	*val = keel_pmu_pmceid(r, row->enc == SYS_PMCEID1_EL0, pmu->host->common & ~slots,
			       pmu->host->extended, pmu->filter);
	return true;
}

bool keel_sysreg_pmu_userenr(struct keel_vcpu *vcpu, const struct keel_sysreg *row, bool write,
			     u64 *val)
{
	if (!vcpu->arch.pmu.on || (write && from_el0(vcpu)))
		return false;
	if (write)
		vcpu->arch.pmu.regs.userenr = *val & KEEL_PMUSERENR_ALL;
	else
		*val = vcpu->arch.pmu.regs.userenr;
	return true;
}

bool keel_sysreg_pmu_mmir(struct keel_vcpu *vcpu, const struct keel_sysreg *row, bool write,
			  u64 *val)
{
	if (!vcpu->arch.pmu.on)
		return false;
	*val = READ_ONCE(vcpu->vm->arch.pmu.slots);
	return true;
}

/* Of the registers that each counter has, whose is this? */
static unsigned int counter_of(const struct keel_pmu_regs *r, u32 enc)
{
	switch (enc) {
	case SYS_PMXEVCNTR_EL0:
	case SYS_PMXEVTYPER_EL0:
		return r->sel;
	default:
		return keel_sysreg_pmu_index(enc);
	}
}

static bool is_there(const struct keel_pmu_regs *r, unsigned int i)
{
	return keel_pmu_implemented(r) & BIT(i);
}

/* EL0 may be let to read counters alone. */
static u8 counter_el0(u32 enc, bool write)
{
	if (write)
		return EN;
	return (enc == SYS_PMCCNTR_EL0 ? CR : ER) | EN;
}

bool keel_sysreg_pmu_cntr(struct keel_vcpu *vcpu, const struct keel_sysreg *row, bool write,
			  u64 *val)
{
	struct keel_pmu_regs *r = open(vcpu, counter_el0(row->enc, write));
	unsigned int i = r ? counter_of(r, row->enc) : 0;

	if (!r || !is_there(r, i))
		return false;
	if (write)
		keel_pmu_event_set(vcpu, i, *val);
	else
		*val = keel_pmu_event_value(vcpu, i);
	return true;
}

/* PMEVCNTR<n>_EL0, n being less than 31, and the two others that are values of counters. */
static bool is_value(u32 enc)
{
	if (enc == SYS_PMCCNTR_EL0 || enc == SYS_PMXEVCNTR_EL0)
		return true;
	return enc >= SYS_PMEVCNTRn_EL0(0) && enc <= SYS_PMEVCNTRn_EL0(30);
}

/* Overflows are noted, events made anew and lines driven with what may wait. */
static bool is_settled(const struct keel_vcpu *vcpu)
{
	const struct keel_pmu_vcpu *pmu = &vcpu->arch.pmu;

	return !READ_ONCE(vcpu->requests) && !READ_ONCE(pmu->raised) && !pmu->renew && !pmu->rearm;
}

bool keel_pmu_try_read(struct keel_vcpu *vcpu, u64 esr, u64 *val)
{
	u32 enc = esr_sys64_to_sysreg(esr);
	struct keel_pmu_regs *r;
	unsigned int i;

	if (!(esr & ESR_ELx_SYS64_ISS_DIR_MASK) || !is_value(enc) || !is_settled(vcpu))
		return false;
	r = open(vcpu, counter_el0(enc, false));
	i = r ? counter_of(r, enc) : 0;
	if (!r || !is_there(r, i))
		return false;
	*val = keel_pmu_event_value_inplace(vcpu, i);
	return true;
}

bool keel_sysreg_pmu_typer(struct keel_vcpu *vcpu, const struct keel_sysreg *row, bool write,
			   u64 *val)
{
	struct keel_pmu_regs *r = open(vcpu, EN);
	unsigned int i = r ? counter_of(r, row->enc) : 0;

	if (!r || !is_there(r, i))
		return false;
	if (!write) {
		*val = r->typer[i];
		return true;
	}
	r->typer[i] = *val & keel_pmu_typer_mask(r);
	keel_pmu_event_renew(vcpu, BIT(i));
	return true;
}
