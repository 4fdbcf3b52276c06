// SPDX-License-Identifier: GPL-2.0-only
/*
 * Residency under nVHE. The host needs the EL1 registers itself, so a vCPU's are
 * in the CPU only within RUN: nothing is ever resident, and memory (vcpu->ctx)
 * is always right outside of it.
 */
#include <linux/align.h>
#include <linux/bitops.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/sizes.h>
#include "../../core/objects.h"
#include "../../hyp/hyp.h"
#include "call.h"

/*
 * EL2's pages would be shared with what is beside it: kmalloc() has pages of their own for such
 * sizes only.
 */
static bool has_own_pages(const void *start, size_t size)
{
	return !is_vmalloc_addr(start) && IS_ALIGNED((u64)start, SZ_4K) && size > SZ_4K / 2;
}

u64 keel_nvhe_share(void *start, size_t size)
{
	if (!has_own_pages(start, size) || keel_map_share(start, size))
		return 0;
	return virt_to_phys(start);
}

void keel_nvhe_unshare(void *start, size_t size)
{
	keel_map_unshare(start, size);
}

/* Another vCPU on the same tables may have left translations under the same VMID and ASIDs. */
static void flush_stranger(struct keel_vcpu *vcpu)
{
	int *last = this_cpu_ptr(vcpu->s2->last_vcpu);
	const struct keel_s2 *s2 = &vcpu->s2->hw;

	if (*last == vcpu->idx)
		return;
	if (*last >= 0)
		keel_call(KEEL_CALL_TLB_LOCAL, s2->vttbr, s2->vtcr, 0, 0);
	*last = vcpu->idx;
}

void keel_nvhe_load(struct keel_vcpu *vcpu)
{
	const struct keel_s2 *s2 = &vcpu->s2->hw;

	clear_bit(KEEL_REQ_RELOAD, &vcpu->requests);
	flush_stranger(vcpu);
	vcpu->ctx.vttbr = s2->vttbr;
	vcpu->ctx.vtcr = s2->vtcr;
}

/* Memory is what the next RUN loads. */
bool keel_nvhe_is_loaded(const struct keel_vcpu *vcpu)
{
	return true;
}

void keel_nvhe_put(struct keel_vcpu *vcpu)
{
}

u64 keel_nvhe_sr_read(struct keel_vcpu *vcpu, enum keel_reg reg)
{
	return vcpu->ctx.sys[reg];
}

void keel_nvhe_sr_write(struct keel_vcpu *vcpu, enum keel_reg reg, u64 val)
{
	vcpu->ctx.sys[reg] = val;
}
