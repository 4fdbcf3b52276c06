// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's debug registers when accesses trap (MDCR_EL2.TDA, TDOSA), and
 * ONE_REG's view of them. Between runs all of them are in memory; the first
 * trapped access asks for them to be switched in (debug.c says for how long).
 */
#include <linux/errno.h>
#include <asm/sysreg.h>
#include "../core/objects.h"
#include "../nested/nv.h"
#include "idfields.h"
#include "mdscr.h"
#include "sysreg.h"

#define NR_CLAIM_TAGS	8

enum { BVR = 4, BCR = 5, WVR = 6, WCR = 7 };	/* op2 */

static u64 *slot(struct keel_vcpu *vcpu, const struct keel_sysreg *r)
{
	struct keel_debug_regs *d = &vcpu->ctx.dbg;
	unsigned int n = sys_reg_CRm(r->enc);

	switch (sys_reg_Op2(r->enc)) {
	case BVR:
		return &d->bvr[n];
	case BCR:
		return &d->bcr[n];
	case WVR:
		return &d->wvr[n];
	default:
		return &d->wcr[n];
	}
}

/* Control registers are 32 bits of meaning; an address keeps what it is given. */
static u64 defined_bits(const struct keel_sysreg *r)
{
	unsigned int op2 = sys_reg_Op2(r->enc);

	return op2 == BCR || op2 == WCR ? GENMASK_ULL(31, 0) : ~0ULL;
}

static bool implemented(const struct keel_vcpu *vcpu, const struct keel_sysreg *r)
{
	u64 dfr0 = vcpu->ctx.idregs[KEEL_IDX_AA64DFR0];
	unsigned int lsb = sys_reg_Op2(r->enc) <= BCR ? KEEL_LSB_AA64DFR0_BRPs :
			   KEEL_LSB_AA64DFR0_WRPs;

	/* one less than the number */
	return sys_reg_CRm(r->enc) <= ((dfr0 >> lsb) & 0xf);
}

bool keel_sysreg_debug_bp(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write, u64 *val)
{
	if (!implemented(vcpu, r))
		return false;
	if (write)
		*slot(vcpu, r) = *val & defined_bits(r);
	else
		*val = *slot(vcpu, r);
	vcpu->ctx.flags |= KEEL_CTX_DEBUG_GUEST;
	return true;
}

bool keel_sysreg_debug_mdscr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
			     u64 *val)
{
	keel_sysreg_mem(vcpu, r, write, val);
	/*
	 * beside virtual EL2 it traps each time, and what it enables is switched in before the next
	 * entry all the same
	 */
	if (!keel_nv(vcpu))
		vcpu->ctx.flags |= KEEL_CTX_DEBUG_GUEST;
	return true;
}

/*
 * In the guest's world, where the CPU has the guest's own value: only while that enables neither
 * breakpoints nor the debugging of EL1 itself, for which more would have to be switched in, and
 * stays so.
 */
bool keel_sysreg_debug_try_mdscr(struct keel_vcpu *vcpu, bool write, u64 *val)
{
	if (!vcpu->arch.debug_quiet || (write && *val & (KEEL_MDSCR_KDE | KEEL_MDSCR_MDE)))
		return false;
	if (write)
		write_sysreg(*val, mdscr_el1);
	else
		*val = read_sysreg(mdscr_el1);
	return true;
}

bool keel_sysreg_debug_oslar(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
			     u64 *val)
{
	u64 *oslsr = &vcpu->ctx.sys[KEEL_OSLSR_EL1];

	*oslsr &= ~(u64)KEEL_OSLSR_OSLK;
	if (*val & 1)
		*oslsr |= KEEL_OSLSR_OSLK;
	return true;
}

/* Claim tags are shared with an external debugger: here they are the guest's own notes. */
bool keel_sysreg_debug_claimset(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
				u64 *val)
{
	u64 tags = GENMASK_ULL(NR_CLAIM_TAGS - 1, 0);

	if (write)
		vcpu->arch.dbgclaim |= *val & tags;
	else
		*val = tags;
	return true;
}

bool keel_sysreg_debug_claimclr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
				u64 *val)
{
	if (write)
		vcpu->arch.dbgclaim &= ~*val;
	else
		*val = vcpu->arch.dbgclaim;
	return true;
}

bool keel_sysreg_debug_authstatus(struct keel_vcpu *vcpu, const struct keel_sysreg *r, bool write,
				  u64 *val)
{
	*val = read_sysreg(dbgauthstatus_el1);
	return true;
}

static int get_bp(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 *val)
{
	*val = *slot(vcpu, r);
	return 0;
}

static int set_bp(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 val)
{
	*slot(vcpu, r) = val & defined_bits(r);
	return 0;
}

const struct keel_sysreg_user keel_sysreg_user_bp = { .get = get_bp, .set = set_bp };

static int get_oslsr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 *val)
{
	*val = vcpu->ctx.sys[KEEL_OSLSR_EL1];
	return 0;
}

static int set_oslsr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 val)
{
	if ((val & ~(u64)KEEL_OSLSR_OSLK) != KEEL_OSLSR_OSLM)
		return -EINVAL;
	vcpu->ctx.sys[KEEL_OSLSR_EL1] = val;
	return 0;
}

const struct keel_sysreg_user keel_sysreg_user_oslsr = { .get = get_oslsr, .set = set_oslsr };
