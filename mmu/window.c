// SPDX-License-Identifier: GPL-2.0-only
/*
 * A window: guest physical pages that lead to a device of the host's which was
 * made to be the guest's. Mapped as the guest touches it, like memory, so that
 * nothing is lost when the tables are torn down meanwhile.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include "../core/objects.h"
#include "stage2.h"
#include "window.h"

int keel_mmu_set_window(struct keel_vm *vm, ipa_t ipa, hpa_t pa, u64 size)
{
	struct keel_window *w = &vm->mmu.window;

	lockdep_assert_held(&vm->config_lock);
	if (!PAGE_ALIGNED(ipa.v) || !PAGE_ALIGNED(pa.v))
		return -EINVAL;
	w->ipa = ipa;
	w->pa = pa;
	/* pairs with the acquire of keel_window_has() */
	smp_store_release(&w->size, PAGE_ALIGN(size));
	return 0;
}

void keel_mmu_set_hole(struct keel_vm *vm, ipa_t ipa, u64 size)
{
	struct keel_window *w = &vm->mmu.window;
	u64 end = PAGE_ALIGN(ipa.v + size);

	lockdep_assert_held(&vm->config_lock);
	w->ipa.v = ipa.v & PAGE_MASK;
	w->hole = true;
	/* pairs with the acquire of keel_window_has() */
	smp_store_release(&w->size, end - w->ipa.v);
}

bool keel_window_has(const struct keel_mmu *mmu, ipa_t ipa)
{
	u64 size = smp_load_acquire(&mmu->window.size);

	return size && ipa.v >= mmu->window.ipa.v && ipa.v - mmu->window.ipa.v < size;
}

bool keel_window_meets(const struct keel_mmu *mmu, ipa_t block, u64 size)
{
	u64 len = smp_load_acquire(&mmu->window.size);	/* pairs with keel_mmu_set_window() */

	return len && mmu->window.ipa.v < block.v + size && block.v < mmu->window.ipa.v + len;
}

int keel_window_map(struct keel_vcpu *vcpu, ipa_t ipa)
{
	struct keel_mmu *mmu = &vcpu->vm->mmu;
	struct keel_stage2_map map = {
		.ipa = ipa,
		.pa = hpa(mmu->window.pa.v + (ipa.v - mmu->window.ipa.v)),
		.level = 3,
		.prot = KEEL_S2_W | KEEL_S2_DEVICE,
	};
	int ret;

	read_lock(&mmu->lock);
	ret = keel_stage2_map(vcpu->s2, &map, &vcpu->table_cache);
	read_unlock(&mmu->lock);
	return ret == -EAGAIN ? 0 : ret;
}
