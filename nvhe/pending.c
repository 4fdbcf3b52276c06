// SPDX-License-Identifier: GPL-2.0-only
/* Host side of the nVHE world switch: not there yet, so that no vCPU can be run. */
#include <linux/errno.h>
#include "../hyp/hyp.h"

int keel_nvhe_run(struct keel_vcpu *vcpu)
{
	return KEEL_EXIT_IRQ;
}

void keel_nvhe_load(struct keel_vcpu *vcpu)
{
}

void keel_nvhe_put(struct keel_vcpu *vcpu)
{
}

u64 keel_nvhe_sr_read(struct keel_vcpu *vcpu, enum keel_reg reg)
{
	return 0;
}

void keel_nvhe_sr_write(struct keel_vcpu *vcpu, enum keel_reg reg, u64 val)
{
}

u32 keel_nvhe_gic_vmcr(struct keel_vcpu *vcpu)
{
	return 0;
}

void keel_nvhe_tlb_flush_vmid(const struct keel_s2 *s2)
{
}

void keel_nvhe_tlb_flush_ipa(const struct keel_s2 *s2, ipa_t ipa, int level)
{
}

void keel_nvhe_tlb_flush_range(const struct keel_s2 *s2, ipa_t start, u64 size)
{
}

void keel_nvhe_tlb_flush_all(void)
{
}

void keel_nvhe_tlb_module_init(void)
{
}

int keel_nvhe_vcpu_init(struct keel_vcpu *vcpu)
{
	return 0;
}

void keel_nvhe_vcpu_destroy(struct keel_vcpu *vcpu)
{
}

u32 keel_nvhe_gic_vtr(void)
{
	return 0;
}
