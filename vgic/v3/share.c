// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's side of a VM's struct keel_gic_share: made, kept up to date, and
 * taken away. Also the SPIs' array is shared, if EL2 can have its memory.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include "../../core/vcpus.h"
#include "../../hyp/gic_share.h"
#include "../../hyp/hyp.h"
#include "../frame.h"
#include "ident.h"
#include "share.h"

static size_t spi_size(const struct keel_vm *vm)
{
	return vm->gic.nr_spis * sizeof(*vm->gic.spi);
}

static u32 ask_ctlr(struct keel_vm *vm)
{
	return keel_ident_ctlr(vm);
}

static u32 ask_typer(struct keel_vm *vm)
{
	return keel_ident_typer(vm);
}

static u32 ask_iidr(struct keel_vm *vm)
{
	return keel_frame_iidr(READ_ONCE(vm->gic.iidr_rev));
}

static u32 ask_hidden(struct keel_vm *vm)
{
	return keel_guest_has_memory(vm, ipa(vm->gic.dist_base), KEEL_FRAME_SIZE);
}

/* Two may do it at once: whoever is last to tell has seen the last change. */
static void tell(struct keel_vm *vm, u32 *word, u32 (*ask)(struct keel_vm *vm))
{
	u32 val;

	do {
		val = ask(vm);
		WRITE_ONCE(*word, val);
		/* the other's change, or the other sees this */
		smp_mb();
	} while (ask(vm) != val);
}

static void tell_all(struct keel_vm *vm, struct keel_gic_share *share)
{
	tell(vm, &share->ctlr, ask_ctlr);
	tell(vm, &share->typer, ask_typer);
	tell(vm, &share->iidr, ask_iidr);
	tell(vm, &share->hidden, ask_hidden);
}

void keel_share_update(struct keel_vm *vm)
{
	struct keel_gic_share *share;

	/* the change before the look, as keel_share_make() publishes before it looks */
	smp_mb();
	share = READ_ONCE(vm->gic.share);
	if (share)
		tell_all(vm, share);
}

static void fill(struct keel_vm *vm, struct keel_gic_share *share)
{
	struct keel_vcpu *vcpu;
	unsigned int i;

	share->nr_irqs = KEEL_NR_PRIVATE + vm->gic.nr_spis;
	keel_for_each_vcpu(i, vcpu, vm)
		if (vcpu->id < ARRAY_SIZE(share->ctx))
			share->ctx[vcpu->id] = vcpu->ctx.self;
	share->spi = keel_hyp_share(vm->gic.spi, spi_size(vm));
}

void keel_share_make(struct keel_vm *vm)
{
	struct keel_gic_share *share = (void *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	struct keel_vcpu *vcpu;
	unsigned int i;

	lockdep_assert_held(&vm->config_lock);
	if (!share)
		return;
	share->self = keel_hyp_share(share, PAGE_SIZE);
	if (!share->self) {
		free_page((unsigned long)share);
		return;
	}
	fill(vm, share);
	WRITE_ONCE(vm->gic.share, share);
	keel_share_update(vm);
	keel_for_each_vcpu(i, vcpu, vm) {
		vcpu->ctx.gic_dist = vm->gic.dist_base;
		WRITE_ONCE(vcpu->ctx.gic_share, share->self);
	}
}

void keel_share_drop(struct keel_vm *vm)
{
	struct keel_gic_share *share = vm->gic.share;

	if (!share)
		return;
	vm->gic.share = NULL;
	if (share->spi)
		keel_hyp_unshare(vm->gic.spi, spi_size(vm));
	keel_hyp_unshare(share, PAGE_SIZE);
	free_page((unsigned long)share);
}
