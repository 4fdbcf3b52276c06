// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's side of a VM's struct keel_gic_share: made, kept up to date, and
 * taken away. Also the SPIs' array is shared, if its memory allows it.
 */
#include <linux/align.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/mm.h>
#include "../core/vcpu.h"
#include "../core/vm.h"
#include "../hyp/gic_share.h"
#include "../hyp/hyp.h"
#include "../vgic/frame.h"
#include "call.h"

static size_t spi_size(const struct keel_vm *vm)
{
	return (vm->gic.nr_irqs - KEEL_NR_PRIVATE) * sizeof(*vm->gic.spi);
}

/* Its pages are its own (kmalloc() aligns such sizes) and in the linear map. */
static bool can_share_spi(const struct keel_vm *vm)
{
	return !is_vmalloc_addr(vm->gic.spi) && IS_ALIGNED((u64)vm->gic.spi, SZ_4K) &&
	       spi_size(vm) > SZ_4K / 2;
}

static u32 read(struct keel_vm *vm, u32 offset)
{
	struct keel_frame_access a = { .vm = vm };

	return keel_frame_read(&a, &keel_dist_map, offset, KEEL_W32);
}

/* Two may do it at once: whoever is last to tell has seen the last change. */
static void tell(struct keel_vm *vm, u32 *word, u32 offset)
{
	u32 val;

	do {
		val = read(vm, offset);
		WRITE_ONCE(*word, val);
		/* the other's change, or the other sees this */
		smp_mb();
	} while (read(vm, offset) != val);
}

void keel_nvhe_gic_update(struct keel_vm *vm)
{
	struct keel_gic_share *share;

	/* the change before the look, as keel_nvhe_gic_share() publishes before it looks */
	smp_mb();
	share = READ_ONCE(vm->gic.share);
	if (!share)
		return;
	tell(vm, &share->ctlr, GICD_CTLR);
	tell(vm, &share->typer, GICD_TYPER);
	tell(vm, &share->iidr, GICD_IIDR);
}

static void fill(struct keel_vm *vm, struct keel_gic_share *share)
{
	struct keel_vcpu *vcpu;
	unsigned int i;

	share->self = virt_to_phys(share);
	share->nr_irqs = vm->gic.nr_irqs;
	keel_for_each_vcpu(i, vcpu, vm)
		if (vcpu->id < ARRAY_SIZE(share->ctx))
			share->ctx[vcpu->id] = vcpu->ctx.self;
	if (can_share_spi(vm) && !keel_map_share(vm->gic.spi, spi_size(vm)))
		share->spi = virt_to_phys(vm->gic.spi);
}

void keel_nvhe_gic_share(struct keel_vm *vm)
{
	struct keel_gic_share *share = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	struct keel_vcpu *vcpu;
	unsigned int i;

	lockdep_assert_held(&vm->config_lock);
	if (!share)
		return;
	if (keel_map_share(share, PAGE_SIZE)) {
		free_page((unsigned long)share);
		return;
	}
	fill(vm, share);
	WRITE_ONCE(vm->gic.share, share);
	keel_nvhe_gic_update(vm);
	keel_for_each_vcpu(i, vcpu, vm)
		WRITE_ONCE(vcpu->ctx.gic_share, share->self);
}

void keel_nvhe_gic_unshare(struct keel_vm *vm)
{
	struct keel_gic_share *share = vm->gic.share;

	if (!share)
		return;
	vm->gic.share = NULL;
	if (share->spi)
		keel_map_unshare(vm->gic.spi, spi_size(vm));
	keel_map_unshare(share, PAGE_SIZE);
	free_page((unsigned long)share);
}
