// SPDX-License-Identifier: GPL-2.0-only
/*
 * A host that passes rubbish to EL2 in what it shares of a VM's GIC: around
 * every run of a vCPU that has such a page, the page's address, or what is in
 * it, is something else. EL2 must leave such exits to the host, so that the
 * guest does not feel it. For the check only. The parameter "spoilt" counts.
 */
#include <linux/atomic.h>
#include <linux/io.h>
#include <linux/kprobes.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/vmalloc.h>
#include "nvhe/el2.h"
#include "hyp/gic_share.h"

static unsigned int spoilt;
module_param(spoilt, uint, 0444);
static atomic_t next;
static unsigned long busy;	/* bit 0: a page has rubbish in it */
static u64 page[512] __aligned(4096);

/* What to put back after the run. */
struct kept {
	struct keel_ctx *ctx;
	u64 gic_share;
	struct keel_gic_share *share;	/* NULL: nothing changed in it */
	u64 spi, target[2];
	u32 nr_irqs;
};

/* The address of nothing that EL2 has mapped; or, not unmapped, also of what is no such thing. */
static u64 rubbish(const struct keel_ctx *ctx, unsigned int n, bool unmapped)
{
	u64 pa = page_to_phys(vmalloc_to_page(page));
	const u64 bad[] = {
		1, 8, 4096, pa, pa + 8, (u64)page, 1ULL << 47, 1ULL << 48, 1ULL << 52, 1ULL << 63,
		~0ULL, ~0ULL << 12, ~0ULL << 3,
		ctx->self + 8, ctx->gic_share + 8, ctx->gic_share + 4088,
	};

	return bad[n % (ARRAY_SIZE(bad) - 3 * unmapped)];
}

static void spoil_page(struct kept *k, unsigned int n)
{
	struct keel_gic_share *s = phys_to_virt(k->gic_share);
	unsigned int i;

	k->share = s;
	k->spi = s->spi;
	k->nr_irqs = s->nr_irqs;
	s->spi = rubbish(k->ctx, n, true);
	if (n % 3 == 0)
		s->nr_irqs = n % 2 ? 0 : 33;
	for (i = 0; i < ARRAY_SIZE(k->target); i++) {
		k->target[i] = s->ctx[i];
		s->ctx[i] = rubbish(k->ctx, n + 1 + i, false);
	}
}

static int enter(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kept *k = (void *)ri->data;
	unsigned int n = atomic_inc_return(&next);

	k->ctx = NULL;
	k->share = NULL;
	if ((u32)regs->regs[0] != KEEL_CALL_RUN)
		return 1;
	k->ctx = phys_to_virt(regs->regs[1]);
	k->gic_share = k->ctx->gic_share;
	if (!k->gic_share)
		return 1;
	if (n % 2 && !test_and_set_bit_lock(0, &busy))
		spoil_page(k, n / 2);
	else
		k->ctx->gic_share = rubbish(k->ctx, n / 2, false);
	spoilt++;
	return 0;
}

static int leave(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	struct kept *k = (void *)ri->data;
	unsigned int i;

	k->ctx->gic_share = k->gic_share;
	if (!k->share)
		return 0;
	k->share->spi = k->spi;
	k->share->nr_irqs = k->nr_irqs;
	for (i = 0; i < ARRAY_SIZE(k->target); i++)
		k->share->ctx[i] = k->target[i];
	clear_bit_unlock(0, &busy);
	return 0;
}

static struct kretprobe probe = {
	.kp.symbol_name = "keel_call",
	.entry_handler = enter,
	.handler = leave,
	.data_size = sizeof(struct kept),
	.maxactive = 16,
};

static int __init el2_share_init(void)
{
	/* as a page has it, but EL2 has no such page */
	page[0] = page_to_phys(vmalloc_to_page(page));
	return register_kretprobe(&probe);
}

static void __exit el2_share_exit(void)
{
	unregister_kretprobe(&probe);
}

module_init(el2_share_init);
module_exit(el2_share_exit);
MODULE_DESCRIPTION("Rubbish in what keel's EL2 shares with the host, in checks");
MODULE_LICENSE("GPL");
