// SPDX-License-Identifier: GPL-2.0-only
/*
 * Accesses to the distributor and SGIs as fast exits: reads of what no list
 * register may know better, writes to SPIs that are on no vCPU's list before
 * and after, an SGI to a vCPU that need not be told of it. Everything else goes
 * to the host from the beginning, which must come to the same: both have the
 * registers from vgic/v3/dist.def, and what they do from vgic/field.h.
 *
 * What the host shares (hyp/gic_share.h) is touched only if this world has it:
 * under nVHE rubbish makes an exit go to the host, no more. The VM stays as
 * long as its vCPU is in the guest, and its memory with it.
 *
 * As all of hyp/fast.c, with the guest's EL1 in the CPU; nothing waits: locks
 * are tried.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/kernel.h>
#include <linux/nospec.h>
#include <asm/barrier.h>
#include <asm/cputype.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>
#include <asm/sysreg.h>
#include "../vgic/field.h"
#include "../vgic/v3/dist_fast.h"
#include "../vgic/vgic.h"
#include "affinity.h"
#include "collect.h"
#include "entry.h"
#include "gic_fast.h"
#include "gic_share.h"
#include "gicc_fast.h"
#include "post.h"
#include "syndrome.h"
#include "world.h"

/* ---- what the host shares ---- */

static struct keel_gic_share *find_share(const struct keel_ctx *ctx)
{
	struct keel_gic_share *share = (struct keel_gic_share *)ctx->gic_share;

	if (!share || !keel_world_has((u64)share, sizeof(*share)) || share->self != (u64)share)
		return NULL;
	return share;
}

/* n SPIs from this one on. NULL: they are not all there. */
static struct keel_irq *find_spis(const struct keel_gic_share *share, u32 intid, u32 n)
{
	struct keel_irq *irq = (struct keel_irq *)READ_ONCE(share->spi);

	if (!irq || intid < KEEL_NR_PRIVATE || intid + n > share->nr_irqs)
		return NULL;
	irq += array_index_nospec(intid - KEEL_NR_PRIVATE, share->nr_irqs - KEEL_NR_PRIVATE);
	return keel_world_has((u64)irq, n * sizeof(*irq)) ? irq : NULL;
}

/* ---- registers of the distributor ---- */

/* Single bytes, of which a list register knows nothing: some value of theirs is as good as any. */
static bool read_fields(const struct keel_gic_share *share, struct keel_dist_fields f, u64 *val)
{
	const struct keel_irq *irq = find_spis(share, f.intid, f.n);
	u32 i;

	if (!irq)
		return false;
	*val = 0;
	for (i = 0; i < f.n; i++)
		*val |= (u64)keel_field_get(&irq[i].s, f.kind) << (i * f.bits);
	return true;
}

/*
 * The host's raw spinlock, tried by load and store exclusive: its own functions
 * are patched for the CPU, which the image of nVHE is not, and watched by
 * lockdep, which would want SP_EL0. Spurious failure counts as taken.
 */
static bool try_lock(struct keel_irq *irq)
{
	u32 *lock = (u32 *)&irq->lock.raw_lock.val, old, failed = 1;

	asm volatile("	ldaxr	%w0, %2\n"
		     "	cbnz	%w0, 1f\n"
		     "	stxr	%w1, %w3, %2\n"
		     "1:"
		     : "=&r" (old), "+&r" (failed), "+Q" (*lock) : "r" (_Q_LOCKED_VAL) : "memory");
	return !failed;
}

static void unlock(struct keel_irq *irq)
{
	smp_store_release(&irq->lock.raw_lock.locked, 0);
}

static bool write_one(struct keel_irq *irq, enum keel_field kind, u32 val)
{
	struct keel_irq_state s;
	bool quiet;

	if (!try_lock(irq))
		return false;
	s = irq->s;
	keel_field_set(&s, kind, val);
	quiet = keel_irq_stays_quiet(irq, &s);
	if (quiet)
		keel_field_set(&irq->s, kind, val);
	unlock(irq);
	return quiet;
}

static bool write_fields(const struct keel_gic_share *share, struct keel_dist_fields f, u64 val)
{
	struct keel_irq *irq = find_spis(share, f.intid, f.n);
	u32 i;

	if (!irq)
		return false;
	for (i = 0; i < f.n; i++, val >>= f.bits) {
		u32 v = val & (BIT(f.bits) - 1);

		if ((v || !KEEL_FIELD_ONES(f.kind)) && !write_one(&irq[i], f.kind, v))
			return false;
	}
	return true;
}

static bool access_dist(const struct keel_gic_share *share, u32 offset, unsigned int len,
			bool write, u64 *val)
{
	struct keel_dist_fields f;

	if (!write && len == 4 && keel_dist_read_word(share, offset, val))
		return true;
	return keel_dist_find_fields(offset, len, &f) &&
	       (write ? write_fields(share, f, *val) : read_fields(share, f, val));
}

/* ---- exits ---- */

/*
 * It is known to be a fault by translation, with an address in HPFAR_EL2, only after
 * keel_esr_abort_is_plain().
 */
bool keel_gic_fast_mmio(struct keel_ctx *ctx)
{
	u32 offset = (read_sysreg(hpfar_el2) << 8) - ctx->gic_dist +
		     (read_sysreg(far_el2) & GENMASK(11, 0));
	struct keel_gic_share *share = find_share(ctx);
	bool write = ctx->esr & ESR_ELx_WNR;
	u64 val = keel_esr_abort_stored(ctx);

	if (!share)
		return keel_gicc_fast_mmio(ctx);
	if (READ_ONCE(share->hidden) || !keel_esr_abort_is_plain(ctx, keel_world_sctlr()) ||
	    !keel_collect_is_confirmed(ctx->esr) ||
	    !access_dist(share, offset, keel_esr_abort_bytes(ctx->esr), write, &val))
		return false;
	if (!write)
		keel_esr_abort_load(ctx, val);
	keel_hyp_skip(ctx);
	return true;
}

/* The vCPU of that affinity, other than the sender. */
static struct keel_ctx *find_target(const struct keel_ctx *ctx, u64 aff)
{
	unsigned int id = keel_affinity_to_id(aff);
	const struct keel_gic_share *share = find_share(ctx);
	struct keel_ctx *to;

	if (!share || id >= ARRAY_SIZE(share->ctx))
		return NULL;
	to = (struct keel_ctx *)READ_ONCE(
		share->ctx[array_index_nospec(id, ARRAY_SIZE(share->ctx))]);
	if (!to || to == ctx || !keel_world_has((u64)to, sizeof(*to)) || !keel_hyp_is_context(to))
		return NULL;
	return (READ_ONCE(to->sys[KEEL_MPIDR_EL1]) & MPIDR_HWID_BITMASK) == aff ? to : NULL;
}

/* Set bits of a word that the host changes too. */
static void set_bits(unsigned long *word, u64 bits)
{
	u64 val;
	u32 failed;

	asm volatile("1:	ldaxr	%0, %2\n"
		     "	orr	%0, %0, %3\n"
		     "	stlxr	%w1, %0, %2\n"
		     "	cbnz	%w1, 1b"
		     : "=&r" (val), "=&r" (failed), "+Q" (*word) : "r" (bits) : "memory");
}

bool keel_gic_fast_sgi(struct keel_ctx *ctx)
{
	unsigned int rt = FIELD_GET(KEEL_ESR_SYS_RT, ctx->esr);
	enum keel_post post;
	struct keel_ctx *to;
	u64 val, aff;

	if (!keel_esr_is_sgi(ctx) || !ctx->gic_share)
		return false;
	val = rt == KEEL_XZR ? 0 : ctx->x[rt];
	if (!keel_sgi_is_single(val, &aff))
		return false;
	to = find_target(ctx, aff);
	if (!to)
		return false;
	post = keel_post(&to->posted, &to->mode, BIT_ULL(FIELD_GET(KEEL_SGI_INTID, val)), set_bits);
	if (post == KEEL_POST_NO)
		return false;
	keel_hyp_skip(ctx);
	if (likely(post == KEEL_POST_DONE))
		return true;
	ctx->esr = (u64)KEEL_EC_POSTED << ESR_ELx_EC_SHIFT | keel_affinity_to_id(aff);
	return false;
}
