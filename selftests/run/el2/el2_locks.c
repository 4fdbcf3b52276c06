// SPDX-License-Identifier: GPL-2.0-only
/*
 * A host that holds the locks of a VM's SPIs while the guest runs: what they
 * protect must be as it was, whatever the guest writes to its distributor. For
 * the check only. The parameters "held" and "changed" count runs.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/string.h>
#include <asm/io.h>
#include "nvhe/el2.h"
#include "hyp/gic_share.h"
#include "vgic/vgic.h"

#define MAX_SPIS	256

static unsigned int held, changed;
module_param(held, uint, 0444);
module_param(changed, uint, 0444);

/* One run at a time. */
static unsigned long busy;
static struct keel_irq *irqs;
static unsigned int nr;
static struct keel_irq_state before[MAX_SPIS];

static void unlock(unsigned int n)
{
	while (n--)
		raw_spin_unlock(&irqs[n].lock);
}

static bool lock_all(void)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (!raw_spin_trylock(&irqs[i].lock)) {
			unlock(i);
			return false;
		}
		before[i] = irqs[i].s;
	}
	return true;
}

/* IRQs are off until the guest was left. */
static int enter(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	const struct keel_ctx *ctx = phys_to_virt(regs->regs[1]);
	const struct keel_gic_share *share;

	if ((u32)regs->regs[0] != KEEL_CALL_RUN || !ctx->gic_share ||
	    test_and_set_bit_lock(0, &busy))
		return 1;
	share = phys_to_virt(ctx->gic_share);
	irqs = phys_to_virt(share->spi);
	nr = min_t(u32, share->nr_irqs - KEEL_NR_PRIVATE, MAX_SPIS);
	if (share->spi && lock_all())
		return 0;
	clear_bit_unlock(0, &busy);
	return 1;
}

static int leave(struct kretprobe_instance *ri, struct pt_regs *regs)
{
	unsigned int i;

	held++;
	for (i = 0; i < nr; i++)
		changed += memcmp(&before[i], &irqs[i].s, sizeof(before[i])) != 0;
	unlock(nr);
	clear_bit_unlock(0, &busy);
	return 0;
}

static struct kretprobe probe = {
	.kp.symbol_name = "keel_call",
	.entry_handler = enter,
	.handler = leave,
	.maxactive = 16,
};

static int __init el2_locks_init(void)
{
	return register_kretprobe(&probe);
}

static void __exit el2_locks_exit(void)
{
	unregister_kretprobe(&probe);
}

module_init(el2_locks_init);
module_exit(el2_locks_exit);
MODULE_DESCRIPTION("Holds locks that keel's EL2 takes, in checks");
MODULE_LICENSE("GPL");
