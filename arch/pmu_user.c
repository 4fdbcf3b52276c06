// SPDX-License-Identifier: GPL-2.0-only
/*
 * ONE_REG's views of PMU registers: those that hold something, of all counters
 * there can be. Context: vCPU mutex held, sleepable.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <asm/sysreg.h>
#include "../core/compat.h"
#include "../core/kick.h"
#include "idreg.h"
#include "pmu.h"
#include "pmu_host.h"
#include "sysreg.h"

static bool has_pmu(const struct keel_vcpu *vcpu)
{
	return vcpu->arch.pmu.on;
}

static bool is_strict(const struct keel_vcpu *vcpu)
{
	return vcpu->arch.features & BIT(KVM_ARM_VCPU_PMU_V3_STRICT);
}

unsigned int keel_sysreg_pmu_index(u32 enc)
{
	if (enc == SYS_PMCCNTR_EL0)
		return KEEL_PMU_CYCLE;
	/* PMEVCNTR<n>_EL0, PMEVTYPER<n>_EL0, and PMCCFILTR_EL0 in the place of a 31st */
	return (sys_reg_CRm(enc) & 3) << 3 | sys_reg_Op2(enc);
}

static int get_cr(struct keel_vcpu *vcpu, const struct keel_sysreg *row, u64 *val)
{
	*val = keel_pmu_pmcr(keel_pmu_regs(vcpu));
	return 0;
}

/* More counters than there are is no error, and no change. */
static void set_n(struct keel_vcpu *vcpu, unsigned int n)
{
	struct keel_vm *vm = vcpu->vm;

	mutex_lock(&vm->config_lock);
	if (!vm->has_run && !is_strict(vcpu) && n <= vm->arch.pmu.host->n)
		WRITE_ONCE(vm->arch.pmu.n, n);
	mutex_unlock(&vm->config_lock);
}

static int set_cr(struct keel_vcpu *vcpu, const struct keel_sysreg *row, u64 val)
{
	struct keel_pmu_regs *r = &vcpu->arch.pmu.regs;

	set_n(vcpu, (val >> KEEL_PMCR_N_SHIFT) & 0x1f);
	r->pmcr = keel_pmu_pmcr_kept(val, !keel_idreg_host_aa32());
	keel_pmu_event_renew(vcpu, ~0U);
	return 0;
}

const struct keel_sysreg_user keel_sysreg_user_pmu_cr = { .get = get_cr, .set = set_cr, .visible = has_pmu };

/* The register behind both names of a pair. */
static u32 *bits_of(struct keel_pmu_regs *r, u32 enc)
{
	switch (enc) {
	case SYS_PMCNTENSET_EL0:
	case SYS_PMCNTENCLR_EL0:
		return &r->cnten;
	case SYS_PMINTENSET_EL1:
	case SYS_PMINTENCLR_EL1:
		return &r->inten;
	default:
		return &r->ovs;
	}
}

static int get_bits(struct keel_vcpu *vcpu, const struct keel_sysreg *row, u64 *val)
{
	struct keel_pmu_regs *r = keel_pmu_regs(vcpu);

	*val = *bits_of(r, row->enc) & keel_pmu_implemented(r);
	return 0;
}

/* By either name the value becomes the register's. */
static int set_bits(struct keel_vcpu *vcpu, const struct keel_sysreg *row, u64 val)
{
	struct keel_pmu_regs *r = keel_pmu_regs(vcpu);

	*bits_of(r, row->enc) = val & keel_pmu_implemented(r);
	keel_request(vcpu, KEEL_REQ_PMU);
	return 0;
}

const struct keel_sysreg_user keel_sysreg_user_pmu_bits = {
	.get = get_bits, .set = set_bits, .visible = has_pmu,
};

/* Listed for those that saved it from KVM: it holds nothing. */
static int get_swinc(struct keel_vcpu *vcpu, const struct keel_sysreg *row, u64 *val)
{
	*val = 0;
	return 0;
}

static int set_swinc(struct keel_vcpu *vcpu, const struct keel_sysreg *row, u64 val)
{
	return 0;
}

const struct keel_sysreg_user keel_sysreg_user_pmu_swinc = {
	.get = get_swinc, .set = set_swinc, .visible = has_pmu,
};

static int get_selr(struct keel_vcpu *vcpu, const struct keel_sysreg *row, u64 *val)
{
	*val = vcpu->arch.pmu.regs.sel;
	return 0;
}

static int set_selr(struct keel_vcpu *vcpu, const struct keel_sysreg *row, u64 val)
{
	vcpu->arch.pmu.regs.sel = val & 0x1f;
	return 0;
}

const struct keel_sysreg_user keel_sysreg_user_pmu_selr = {
	.get = get_selr, .set = set_selr, .visible = has_pmu,
};

static int get_userenr(struct keel_vcpu *vcpu, const struct keel_sysreg *row, u64 *val)
{
	*val = vcpu->arch.pmu.regs.userenr;
	return 0;
}

static int set_userenr(struct keel_vcpu *vcpu, const struct keel_sysreg *row, u64 val)
{
	vcpu->arch.pmu.regs.userenr = val & KEEL_PMUSERENR_ALL;
	return 0;
}

const struct keel_sysreg_user keel_sysreg_user_pmu_userenr = {
	.get = get_userenr, .set = set_userenr, .visible = has_pmu,
};

static int get_cntr(struct keel_vcpu *vcpu, const struct keel_sysreg *row, u64 *val)
{
	keel_pmu_regs(vcpu);
	*val = keel_pmu_event_value(vcpu, keel_sysreg_pmu_index(row->enc));
	return 0;
}

static int set_cntr(struct keel_vcpu *vcpu, const struct keel_sysreg *row, u64 val)
{
	keel_pmu_regs(vcpu);
	keel_pmu_event_set(vcpu, keel_sysreg_pmu_index(row->enc), val);
	return 0;
}

const struct keel_sysreg_user keel_sysreg_user_pmu_cntr = {
	.get = get_cntr, .set = set_cntr, .visible = has_pmu,
};

static int get_typer(struct keel_vcpu *vcpu, const struct keel_sysreg *row, u64 *val)
{
	*val = vcpu->arch.pmu.regs.typer[keel_sysreg_pmu_index(row->enc)];
	return 0;
}

/* Also bits that a guest's write would lose, as in KVM. */
static int set_typer(struct keel_vcpu *vcpu, const struct keel_sysreg *row, u64 val)
{
	unsigned int i = keel_sysreg_pmu_index(row->enc);

	vcpu->arch.pmu.regs.typer[i] = val;
	keel_pmu_event_renew(vcpu, BIT(i));
	return 0;
}

const struct keel_sysreg_user keel_sysreg_user_pmu_typer = {
	.get = get_typer, .set = set_typer, .visible = has_pmu,
};

/* What a kernel before 7.3 does not know is not in a VM's stream that may go there. */
static bool shows_mmir(const struct keel_vcpu *vcpu)
{
	return vcpu->vm->arch.abi >= KEEL_ABI_7_3;
}

static int get_mmir(struct keel_vcpu *vcpu, const struct keel_sysreg *row, u64 *val)
{
	*val = READ_ONCE(vcpu->vm->arch.pmu.slots);
	return 0;
}

/* config_lock held. A VM of before PMMIR_EL1 meant anything is restored with 0. */
static int replace_slots(struct keel_vm *vm, u64 val)
{
	if (val == vm->arch.pmu.slots)
		return 0;
	if (vm->has_run)
		return -EBUSY;
	if (val)
		return -EINVAL;
	WRITE_ONCE(vm->arch.pmu.slots, 0);
	return 0;
}

static int set_mmir(struct keel_vcpu *vcpu, const struct keel_sysreg *row, u64 val)
{
	int err;

	if (val > 0xff)
		return -EINVAL;
	mutex_lock(&vcpu->vm->config_lock);
	err = replace_slots(vcpu->vm, val);
	mutex_unlock(&vcpu->vm->config_lock);
	return err;
}

const struct keel_sysreg_user keel_sysreg_user_pmu_mmir = {
	.get = get_mmir, .set = set_mmir, .visible = has_pmu, .listed = shows_mmir,
};
