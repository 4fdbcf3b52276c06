// SPDX-License-Identifier: GPL-2.0-only
/*
 * Host calls at EL2: the number and the arguments are checked here, and only
 * what makes sense goes on. On this CPU's EL2 stack, DAIF masked.
 */
#include <linux/align.h>
#include <linux/arm-smccc.h>
#include <linux/errno.h>
#include <linux/nospec.h>
#include <linux/sizes.h>
#include <asm/barrier.h>
#include <asm/sysreg.h>
#include "../../hyp/entry.h"
#include "../../hyp/guarded.h"
#include "image.h"

/* EL2's tables have pages of this size, whatever the host's size is. */
#define EL2_PAGE	SZ_4K

/* One byte. */
static __always_inline bool probe(u64 addr, bool fence)
{
	asm volatile("at s1e2w, %0" :: "r" (addr));
	isb();	/* PAR_EL1 after AT (Arm ARM C5.4) */
	return !(keel_guarded_par(fence) & SYS_PAR_EL1_F);
}

/*
 * The address need not make sense. PAR_EL1 may hold a result that the guest or
 * the host has not read yet. On the path of fast exits, by name: guarded.h.
 */
noinline bool keel_calls_writable(u64 addr, u64 size)
{
	bool fence = keel_hyp_features.par_erratum, good = addr + size >= addr;
	u64 pos, saved = keel_guarded_par(fence);

	for (pos = ALIGN_DOWN(addr, EL2_PAGE); good && pos < addr + size; pos += EL2_PAGE)
		good = probe(pos, fence);
	write_sysreg(saved, par_el1);
	return good;
}

/*
 * The first call of every stay: the way in (start.S) ends in it. Any other time it changes nothing.
 */
static long version(u64 *value)
{
	keel_switch_take(keel_image_cpu());
	*value = KEEL_EL2_VERSION;
	return 0;
}

static long unmap_sync(void)
{
	dsb(ishst);	/* Arm ARM D8.17.5: the change of the tables before the TLBI */
	asm volatile("tlbi alle2is" ::: "memory");
	keel_el2_tlb_complete();
	return 0;
}

/* What passes may still be a context only by accident: EL2 cannot know what the host does not. */
static long run_vcpu(u64 addr)
{
	struct keel_ctx *ctx = (struct keel_ctx *)addr;

	if (!IS_ALIGNED(addr, EL2_PAGE) || !keel_calls_writable(addr, sizeof(*ctx)) ||
	    !keel_switch_is_context(ctx))
		return -EINVAL;
	return keel_switch_run(ctx);
}

/* From host.S. */
long keel_calls_host(u64 id, u64 a1, u64 a2, u64 a3, u64 a4, u64 *value);
long keel_calls_host(u64 id, u64 a1, u64 a2, u64 a3, u64 a4, u64 *value)
{
	u64 nr = id - KEEL_CALL_BASE;

	if (nr == KEEL_CALL_RUN)
		return run_vcpu(a1);
	if (nr >= KEEL_NR_CALLS)
		return SMCCC_RET_NOT_SUPPORTED;
	switch ((enum keel_call)array_index_nospec(nr, KEEL_NR_CALLS)) {
	case KEEL_CALL_VERSION:
		return version(value);
	case KEEL_CALL_UNMAP_SYNC:
		return unmap_sync();
	case KEEL_CALL_GIC_PROBE:
		return keel_el2_gic_probe(value);
	case KEEL_CALL_RUN:	/* above */
	case KEEL_CALL_TLB_VMID:
		return keel_el2_tlb_vmid(a1, a2);
	case KEEL_CALL_TLB_IPA:
		return keel_el2_tlb_ipa(a1, a2, a3);
	case KEEL_CALL_TLB_RANGE:
		return keel_el2_tlb_range(a1, a2, a3, a4);
	case KEEL_CALL_TLB_LOCAL:
		return keel_el2_tlb_local(a1, a2);
	case KEEL_CALL_TLB_ALL:
		return keel_el2_tlb_all();
	case KEEL_NR_CALLS:
		break;
	}
	return SMCCC_RET_NOT_SUPPORTED;
}
