// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vCPU's SVE as user space sees it: how long its vectors are, the memory for its
 * registers, and these by ONE_REG. In memory they are whenever an ioctl runs.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <linux/nospec.h>
#include <linux/string.h>
#include "../core/objects.h"
#include "../hyp/hyp.h"
#include "../hyp/sve.h"
#include "sve.h"
#include "sve_layout.h"

bool keel_sve_has(const struct keel_vcpu *vcpu)
{
	return vcpu->arch.features & BIT(KVM_ARM_VCPU_SVE);
}

int keel_sve_check_finalized(const struct keel_vcpu *vcpu)
{
	return keel_sve_has(vcpu) && !vcpu->arch.sve_state ? -EPERM : 0;
}

/* The longest vector: all that is offered, unless user space has set less. */
static unsigned int longest(const struct keel_vcpu *vcpu)
{
	return vcpu->arch.sve_vq ?: keel_sve_layout_longest(keel_sve_offer());
}

int keel_sve_finalize(struct keel_vcpu *vcpu)
{
	unsigned int size = PAGE_ALIGN(keel_sve_size(longest(vcpu)));
	struct keel_ctx *ctx = &vcpu->ctx;
	void *state;

	if (!keel_sve_has(vcpu))
		return -EINVAL;
	if (vcpu->arch.sve_state)
		return -EPERM;
	state = alloc_pages_exact(size, GFP_KERNEL_ACCOUNT | __GFP_ZERO);
	if (!state)
		return -ENOMEM;
	ctx->sve_state = keel_hyp_share(state, size);
	if (!ctx->sve_state) {
		free_pages_exact(state, size);
		return -ENOMEM;
	}
	ctx->sve_vq = longest(vcpu);
	ctx->flags |= KEEL_CTX_FP_MORE | KEEL_CTX_FAST_MORE;
	vcpu->arch.sve_state = state;
	return 0;
}

void keel_sve_reset(struct keel_vcpu *vcpu)
{
	if (!vcpu->arch.sve_state)
		vcpu->arch.sve_vq = 0;	/* all that is offered */
	else
		memset(vcpu->arch.sve_state, 0, keel_sve_size(vcpu->ctx.sve_vq));
}

void keel_sve_destroy(struct keel_vcpu *vcpu)
{
	unsigned int size = PAGE_ALIGN(keel_sve_size(vcpu->ctx.sve_vq));

	if (!vcpu->arch.sve_state)
		return;
	keel_hyp_unshare(vcpu->arch.sve_state, size);
	free_pages_exact(vcpu->arch.sve_state, size);
}

static int get_lengths(struct keel_vcpu *vcpu, u64 *words)
{
	if (!keel_sve_has(vcpu))
		return -ENOENT;
	memset(words, 0, KVM_ARM64_SVE_VLS_WORDS * sizeof(*words));
	words[0] = keel_sve_layout_upto(keel_sve_offer(), longest(vcpu));
	return 0;
}

static int check_lengths(const struct keel_vcpu *vcpu)
{
	if (!keel_sve_has(vcpu))
		return -ENOENT;
	return vcpu->arch.sve_state ? -EPERM : 0;
}

static int set_lengths(struct keel_vcpu *vcpu, const u64 *words)
{
	unsigned int vq = keel_sve_layout_wanted(words, keel_sve_offer());

	if (!vq)
		return -EINVAL;
	vcpu->arch.sve_vq = vq;
	return 0;
}

static int find(const struct keel_vcpu *vcpu, u64 id, struct keel_sve_region *r)
{
	int err = keel_sve_layout_region(id, keel_sve_has(vcpu) ? longest(vcpu) : 0, r) ?:
		  keel_sve_check_finalized(vcpu);

	if (!err)
		r->offset = array_index_nospec(r->offset, keel_sve_size(vcpu->ctx.sve_vq));
	return err;
}

int keel_sve_get(struct keel_vcpu *vcpu, u64 id, void *buf)
{
	struct keel_sve_region r;
	int err;

	if (id == KVM_REG_ARM64_SVE_VLS)
		return get_lengths(vcpu, buf);
	err = find(vcpu, id, &r);
	if (err)
		return err;
	memcpy(buf, vcpu->arch.sve_state + r.offset, r.size);
	memset(buf + r.size, 0, r.user_size - r.size);
	return 0;
}

size_t keel_sve_given(const struct keel_vcpu *vcpu, u64 id)
{
	struct keel_sve_region r;

	return id == KVM_REG_ARM64_SVE_VLS || find(vcpu, id, &r) ? KVM_REG_SIZE(id) : r.size;
}

int keel_sve_check(const struct keel_vcpu *vcpu, u64 id)
{
	struct keel_sve_region unused;

	return id == KVM_REG_ARM64_SVE_VLS ? check_lengths(vcpu) : find(vcpu, id, &unused);
}

int keel_sve_set(struct keel_vcpu *vcpu, u64 id, const void *buf)
{
	struct keel_sve_region r;
	int err = keel_sve_check(vcpu, id);

	if (err)
		return err;
	if (id == KVM_REG_ARM64_SVE_VLS)
		return set_lengths(vcpu, buf);
	err = find(vcpu, id, &r);
	if (!err)
		memcpy(vcpu->arch.sve_state + r.offset, buf, r.size);
	return err;
}

/* The lengths first, since a restore has to set them before all else. */
unsigned int keel_sve_nr_regs(const struct keel_vcpu *vcpu)
{
	return keel_sve_has(vcpu) ? 1 + KEEL_SVE_NR_REGS : 0;
}

u64 keel_sve_reg_id(unsigned int i)
{
	return i ? keel_sve_layout_id(i - 1) : KVM_REG_ARM64_SVE_VLS;
}
