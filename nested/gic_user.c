// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS of virtual EL2: its list registers and what goes with them, as
 * they are in the page.
 */
#include <linux/errno.h>
#include <asm/sysreg.h>
#include "../core/compat.h"
#include "../hyp/hyp.h"
#include "../vgic/hw.h"
#include "gic.h"
#include "nested.h"
#include "nv.h"

/* ICH_AP{0,1}R<n>_EL2 as many as there are preemption bits for. */
static bool has_apr(unsigned int offset)
{
	unsigned int n = (offset - KEEL_PAGE_ICH_AP0R0_EL2) / 8 % 4;

	return n < keel_gic_hw.aprs;
}

static int fixed(u64 is, bool write, u64 *val)
{
	if (write)
		return *val == is ? 0 : -EINVAL;
	*val = is;
	return 0;
}

static int in_page(struct keel_nv *nv, unsigned int offset, bool write, u64 *val)
{
	if (offset >= KEEL_PAGE_ICH_AP0R0_EL2 && offset < KEEL_PAGE_ICH_HCR_EL2 && !has_apr(offset))
		return -EINVAL;
	if (write)
		keel_nv_write(nv, offset, *val);
	else
		*val = keel_nv_read(nv, offset);
	return 0;
}

int keel_nested_gic_uaccess(struct keel_vcpu *vcpu, u32 sysreg, bool write, u64 *val)
{
	unsigned int offset = keel_page_ich(sysreg);
	struct keel_nv *nv = keel_nv(vcpu);

	if (!nv || (!offset && sysreg != SYS_ICC_SRE_EL2 && sysreg != SYS_ICH_VTR_EL2))
		return -ENXIO;
	if (!val)
		return 0;
	if (offset)
		return in_page(nv, offset, write, val);
	return fixed(sysreg == SYS_ICC_SRE_EL2 ? KEEL_SRE_EL2 : keel_ich_vtr(keel_hyp_gic_vtr()),
		     write, val);
}
