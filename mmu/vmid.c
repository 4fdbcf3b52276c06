// SPDX-License-Identifier: GPL-2.0-only
/*
 * VMIDs of this machine: the lock around the allocator, the TLB flush of a
 * rollover, VTTBR_EL2, and who was the last to run under a VMID on each CPU.
 */
#include <linux/bitmap.h>
#include <linux/cpumask.h>
#include <linux/init.h>
#include <linux/moduleparam.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "../core/log.h"
#include "../core/trace.h"
#include "../hyp/tlb_range.h"
#include "mmu.h"
#include "vmid.h"
#include "vmid_pool.h"

static unsigned int vmid_bits;
module_param(vmid_bits, uint, 0444);
MODULE_PARM_DESC(vmid_bits, "Use only so many bits of VMID, 2..16 (testing)");

static struct keel_vmid_pool pool;
static DEFINE_RAW_SPINLOCK(lock);	/* innermost; IRQs off */

static unsigned int choose_bits(unsigned int hw_bits)
{
	unsigned int bits = hw_bits;

	if (vmid_bits >= 2 && vmid_bits < hw_bits)
		bits = max(vmid_bits, keel_vmid_pool_min_bits(nr_cpu_ids));
	if (bits != hw_bits)
		keel_info("VMIDs limited to %u bits", bits);
	return min(bits, hw_bits);
}

static int __init alloc_pool(unsigned int bits)
{
	unsigned long *used = bitmap_zalloc(1U << bits, GFP_KERNEL);
	u64 *active = kcalloc(nr_cpu_ids, sizeof(u64), GFP_KERNEL);
	u64 *reserved = kcalloc(nr_cpu_ids, sizeof(u64), GFP_KERNEL);

	if (used && active && reserved) {
		keel_vmid_pool_init(&pool, bits, nr_cpu_ids, used, active, reserved);
		return 0;
	}
	bitmap_free(used);
	kfree(active);
	kfree(reserved);
	return -ENOMEM;
}

int __init keel_vmid_module_init(unsigned int hw_bits)
{
	unsigned int bits = choose_bits(hw_bits);

	if (bits < keel_vmid_pool_min_bits(nr_cpu_ids)) {
		keel_err("%u CPUs need more VMIDs than the %u that %u bits give", nr_cpu_ids,
			 (1U << bits) - 1, bits);
		return -EOPNOTSUPP;
	}
	return alloc_pool(bits);
}

void keel_vmid_module_exit(void)
{
	bitmap_free(pool.used);
	kfree(pool.active);
	kfree(pool.reserved);
}

int keel_vmid_init(struct keel_stage2 *s2)
{
	int cpu;

	s2->last_vcpu = alloc_percpu_gfp(int, GFP_KERNEL_ACCOUNT);
	if (!s2->last_vcpu)
		return -ENOMEM;
	for_each_possible_cpu(cpu)
		*per_cpu_ptr(s2->last_vcpu, cpu) = -1;
	return 0;
}

void keel_vmid_destroy(struct keel_stage2 *s2)
{
	free_percpu(s2->last_vcpu);
}

/*
 * Under the lock. Whoever finds the new id (acquire) finds the VTTBR too. The
 * DSB is the partner of the one in TLB maintenance that precedes its reading
 * of VTTBR: either that sees this VMID and flushes it, or the walks of the
 * guest that is about to enter see the tables after that change.
 */
static void publish(struct keel_stage2 *s2, u64 id)
{
	u64 number = keel_vmid_pool_number(&pool, id);

	WRITE_ONCE(s2->hw.vttbr, (s2->hw.vttbr & ~KEEL_VTTBR_VMID) | FIELD_PREP(KEEL_VTTBR_VMID, number));
	dsb(ish);
	smp_store_release(&s2->vmid, id);
}

static void roll_over(void)
{
	keel_tlb_flush_all();
	if (keel_traced(KEEL_EVENT_ROLLOVER))
		keel_trace_rollover(pool.generation >> pool.bits);
}

void keel_mmu_vmid_update(struct keel_stage2 *s2)
{
	unsigned int cpu = smp_processor_id();
	u64 id;

	lockdep_assert_irqs_disabled();
	/* pairs with publish() on another CPU */
	if (keel_vmid_pool_try(&pool, cpu, smp_load_acquire(&s2->vmid)))
		return;
	raw_spin_lock(&lock);
	id = s2->vmid;
	if (keel_vmid_pool_renew(&pool, cpu, &id))
		roll_over();
	if (id != s2->vmid)
		publish(s2, id);
	raw_spin_unlock(&lock);
}
