// SPDX-License-Identifier: GPL-2.0-only
/*
 * Emulation of trapped system registers other than debug's. Context of all:
 * sleepable, vCPU mutex held; false makes the access UNDEFINED.
 */
#include <asm/kvm_arm.h>
#include <asm/pgtable-hwdef.h>
#include <asm/sysreg.h>
#include "../core/errata.h"
#include "../core/objects.h"
#include "../hyp/hyp.h"
#include "../mmu/mmu.h"
#include "../timer/timer.h"
#include "../vgic/vgic.h"
#include "cache.h"
#include "idfields.h"
#include "idreg.h"
#include "sysreg.h"

#define CSSELR_DEFINED	GENMASK_ULL(3, 0)	/* Level, InD */

bool keel_sysreg_raz_wi(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	if (!write)
		*val = 0;
	return true;
}

/* A register whose only home is ctx.sys. */
bool keel_sysreg_mem(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	if (write)
		vcpu->ctx.sys[r->reg] = *val;
	else
		*val = vcpu->ctx.sys[r->reg];
	return true;
}

/* Likewise, but writes are ignored. */
bool keel_sysreg_read_only(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
			   u64 *val)
{
	if (!write)
		*val = vcpu->ctx.sys[r->reg];
	return true;
}

bool keel_sysreg_idreg(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	*val = vcpu->ctx.idregs[KEEL_IDLIMITS_IDX(sys_reg_CRm(r->enc), sys_reg_Op2(r->enc))];
	return true;
}

static bool caches_on(struct keel_vcpu *vcpu)
{
	u64 on = SCTLR_ELx_M | SCTLR_ELx_C;

	return (keel_sr_read(vcpu, KEEL_SCTLR_EL1) & on) == on;
}

/*
 * ThunderX2 219: a TTBR written at EL1, with loads and prefetches around it, can
 * end in an abort of another thread of the core. Then all of these registers trap
 * always, and are written from here.
 *
 * AmpereOne AC03_CPU_38: TCR_EL1.{HA,HD}, which ID_AA64MMFR1_EL1 denies, work, and
 * wrongly. They are RES0, as they should be.
 *
 * Without FWB what the guest wrote with its caches off is in memory, what the
 * host wrote for it may be in a cache. Clean when the caches are turned on or
 * off, and watch for that (TVM) only while they are off.
 */
bool keel_sysreg_vm(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	bool was_on;

	if (!write) {
		*val = keel_sr_read(vcpu, r->reg);
		return true;
	}
	if (keel_errata_has(TCR) && r->reg == KEEL_TCR_EL1)
		*val &= ~(u64)(TCR_HA | TCR_HD);
	was_on = caches_on(vcpu);
	keel_sr_write(vcpu, r->reg, *val);
	if (!vcpu->arch.traps.vm)
		return true;
	if (was_on != caches_on(vcpu))
		keel_mmu_flush_vm(vcpu->vm);
	if (caches_on(vcpu))
		keel_traps_set_vm(vcpu, false);
	return true;
}

/*
 * Maintenance by set and way cannot be virtualised one line at a time. A guest
 * uses it when it turns its caches on or off: clean all of its memory at the
 * first, and again when the caches have changed state.
 */
bool keel_sysreg_set_way(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	if (keel_idreg_host_fwb() || vcpu->arch.traps.vm)
		return true;
	keel_mmu_flush_vm(vcpu->vm);
	keel_traps_set_vm(vcpu, true);
	return true;
}

static unsigned int ras(const struct keel_vcpu *vcpu)
{
	return KEEL_IDFIELD(vcpu->ctx.idregs, AA64PFR0, RAS);
}

bool keel_sysreg_ras(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	return ras(vcpu) && keel_sysreg_raz_wi(vcpu, r, write, val);
}

/* What came with FEAT_RASv1p1, which ID_AA64PFR1_EL1.RAS_frac may tell as well. */
bool keel_sysreg_ras_1(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	bool frac = ras(vcpu) == 1 && KEEL_IDFIELD(vcpu->ctx.idregs, AA64PFR1, RAS_frac);

	return (ras(vcpu) > 1 || frac) && keel_sysreg_raz_wi(vcpu, r, write, val);
}

/* LORegions: none (LORID_EL1 is 0). ID_AA64MMFR1_EL1.LO tells. */
bool keel_sysreg_lor(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	return KEEL_IDFIELD(vcpu->ctx.idregs, AA64MMFR1, LO) &&
	       keel_sysreg_raz_wi(vcpu, r, write, val);
}

bool keel_sysreg_imp_id(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	return !r->user->get(vcpu, r, val);
}

bool keel_sysreg_clidr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	*val = READ_ONCE(vcpu->vm->arch.clidr);
	return true;
}

bool keel_sysreg_ccsidr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	*val = keel_cache_ccsidr(vcpu, keel_sr_read(vcpu, KEEL_CSSELR_EL1) & CSSELR_DEFINED);
	return true;
}

bool keel_sysreg_csselr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	if (write)
		keel_sr_write(vcpu, KEEL_CSSELR_EL1, *val & CSSELR_DEFINED);
	else
		*val = keel_sr_read(vcpu, KEEL_CSSELR_EL1);
	return true;
}

bool keel_sysreg_ctr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	*val = READ_ONCE(vcpu->vm->arch.ctr);
	return true;
}

bool keel_sysreg_timer(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	return keel_timer_sysreg(vcpu, r->enc, write, val);
}

bool keel_sysreg_gic(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	return keel_vgic_sysreg(vcpu, r->enc, write, val);
}
