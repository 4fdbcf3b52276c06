// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a guest learns of caches. It sees one level of one set and one way each
 * (so that loops by set and way are short), with the host's line sizes; user
 * space may describe something else.
 */
#include <linux/bitfield.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <asm/cpufeature.h>
#include <asm/sysreg.h>
#include "../core/objects.h"
#include "cache.h"

/* CTR_EL0, Arm ARM D24.2.34. */
#define CTR_IMINLINE	GENMASK_ULL(3, 0)	/* log2 of words */
#define CTR_DMINLINE	GENMASK_ULL(19, 16)
#define CTR_IDC		BIT_ULL(28)
#define CTR_DIC		BIT_ULL(29)
#define CTR_L1I_POLICY	GENMASK_ULL(15, 14)
#define L1IP_VIPT	2			/* holds on a PIPT cache, too */
#define CTR_WRITABLE	(CTR_IMINLINE | CTR_DMINLINE | CTR_IDC | CTR_DIC)

/* CLIDR_EL1, Arm ARM D24.2.27. */
#define CLIDR_CTYPE1	GENMASK_ULL(2, 0)
#define CTYPE_SEPARATE	3
#define CLIDR_LOUIS_F	GENMASK_ULL(23, 21)
#define CLIDR_LOC_F	GENMASK_ULL(26, 24)
#define CLIDR_LOUU_F	GENMASK_ULL(29, 27)
#define CLIDR_DEFINED	GENMASK_ULL(46, 0)

/* CCSIDR_EL1 in its 32-bit form (no FEAT_CCIDX), D24.2.25. */
#define CCSIDR_LINESIZE	GENMASK(2, 0)		/* log2 of bytes, minus 4 */
#define CCSIDR_DEFINED	GENMASK(27, 0)

#define CSSELR_IND	BIT(0)			/* of instructions alone */

static u64 host_ctr(void)
{
	return read_sanitised_ftr_reg(SYS_CTR_EL0);
}

/* Without IDC the guest must clean to the point of unification: level 1 is above it. */
static u64 first_clidr(u64 ctr)
{
	u64 unification = ctr & CTR_IDC ? 0 : 1;

	return FIELD_PREP(CLIDR_CTYPE1, CTYPE_SEPARATE) | FIELD_PREP(CLIDR_LOC_F, 1) |
	       FIELD_PREP(CLIDR_LOUU_F, unification) | FIELD_PREP(CLIDR_LOUIS_F, unification);
}

void keel_cache_vm_init(struct keel_vm *vm)
{
	vm->arch.ctr = host_ctr();
	vm->arch.clidr = first_clidr(vm->arch.ctr);
}

bool keel_cache_ctr_is_hardware(const struct keel_vm *vm)
{
	return vm->arch.ctr == host_ctr() && !cpus_have_cap(ARM64_MISMATCHED_CACHE_TYPE);
}

/*
 * The LineSize that is the line which the CPU's maintenance works on, of instructions or of data. A
 * cache may be described with longer ones alone.
 */
static u32 least_line(struct keel_vm *vm, unsigned int csselr)
{
	u64 ctr = READ_ONCE(vm->arch.ctr);
	u32 words = csselr & CSSELR_IND ? FIELD_GET(CTR_IMINLINE, ctr) :
					  FIELD_GET(CTR_DMINLINE, ctr);

	return words > 2 ? words - 2 : 0;
}

u32 keel_cache_ccsidr(struct keel_vcpu *vcpu, unsigned int csselr)
{
	if (csselr >= KEEL_CACHE_NR_CCSIDR)
		return 0;
	if (vcpu->arch.ccsidr_set & BIT(csselr))
		return vcpu->arch.ccsidr[csselr];
	return FIELD_PREP(CCSIDR_LINESIZE, least_line(vcpu->vm, csselr));
}

int keel_cache_set_ccsidr(struct keel_vcpu *vcpu, unsigned int csselr, u32 val)
{
	if (val == keel_cache_ccsidr(vcpu, csselr))
		return 0;
	if ((val & ~CCSIDR_DEFINED) ||
	    FIELD_GET(CCSIDR_LINESIZE, val) < least_line(vcpu->vm, csselr))
		return -EINVAL;
	vcpu->arch.ccsidr[csselr] = val;
	vcpu->arch.ccsidr_set |= BIT(csselr);
	return 0;
}

u64 keel_cache_clidr_writable(void)
{
	return CLIDR_DEFINED;
}

/*
 * A hierarchy without a point of unification or coherency below some cache needs a host with IDC.
 */
int keel_cache_set_clidr(struct keel_vcpu *vcpu, u64 val)
{
	bool unified = !FIELD_GET(CLIDR_LOC_F, val) ||
		       (!FIELD_GET(CLIDR_LOUIS_F, val) && !FIELD_GET(CLIDR_LOUU_F, val));

	if ((val & ~CLIDR_DEFINED) || (unified && !(host_ctr() & CTR_IDC)))
		return -EINVAL;
	mutex_lock(&vcpu->vm->config_lock);
	WRITE_ONCE(vcpu->vm->arch.clidr, val);
	mutex_unlock(&vcpu->vm->config_lock);
	return 0;
}

u64 keel_cache_ctr_writable(enum keel_abi abi)
{
	return CTR_WRITABLE | (abi >= KEEL_ABI_7_3 ? CTR_L1I_POLICY : 0);
}

/* Smaller lines and fewer guarantees only make the guest do more. */
static int check_ctr(enum keel_abi abi, u64 host, u64 val)
{
	if ((host ^ val) & ~keel_cache_ctr_writable(abi))
		return -EINVAL;
	if (((host ^ val) & CTR_L1I_POLICY) && FIELD_GET(CTR_L1I_POLICY, val) != L1IP_VIPT)
		return -EINVAL;
	if ((val & ~host) & (CTR_IDC | CTR_DIC))
		return -EINVAL;
	if ((val & CTR_IMINLINE) > (host & CTR_IMINLINE) ||
	    (val & CTR_DMINLINE) > (host & CTR_DMINLINE))
		return -EINVAL;
	return 0;
}

int keel_cache_set_ctr(struct keel_vcpu *vcpu, u64 val)
{
	struct keel_vm *vm = vcpu->vm;
	int err;

	mutex_lock(&vm->config_lock);
	if (vm->has_run)
		err = val == vm->arch.ctr ? 0 : -EBUSY;
	else
		err = check_ctr(vm->arch.abi, host_ctr(), val);
	if (!err)
		WRITE_ONCE(vm->arch.ctr, val);
	mutex_unlock(&vm->config_lock);
	return err;
}
