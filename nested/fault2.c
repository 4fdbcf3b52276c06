// SPDX-License-Identifier: GPL-2.0-only
/*
 * Faults of a guest hypervisor's guest. Its address is looked up in the hypervisor's tables
 * (walk2.c); what these forbid is the hypervisor's fault, and what they let happen is mapped in the
 * shadow tables (mmu/shadow.c) by the same steps as the hypervisor's own memory.
 */
#include <linux/errno.h>
#include <linux/mm.h>
#include <asm/byteorder.h>
#include <asm/ptrace.h>
#include "../arch/arch.h"
#include "../arch/exit.h"
#include "../arch/idfields.h"
#include "../hyp/hyp.h"
#include "../mmu/mmu.h"
#include "below.h"
#include "context.h"
#include "fault2.h"
#include "nv.h"

#define SCTLR_EE	BIT_ULL(25)
#define DESC_AF		BIT_ULL(10)
#define TRIES		8

#define ESR_FSC		0x3fULL
#define ESR_DESCRIBED	GENMASK_ULL(24, 14)	/* ISV and what comes with it */

/* Of the tables: whose memory they are in, and what user space withholds of them, if anything. */
struct memory {
	struct keel_vcpu *vcpu;
	int verdict;
	ipa_t at;
};

static bool is_withheld(struct memory *m, u64 pa, bool write)
{
	m->at = ipa(pa);
	m->verdict = keel_guest_refusal(m->vcpu, m->at, write);
	return m->verdict;
}

static int read_memory(void *ctx, u64 pa, void *data, unsigned int len)
{
	struct memory *m = ctx;

	int err = is_withheld(m, pa, false) ? -EACCES
					    : keel_guest_read(m->vcpu->vm, ipa(pa), data, len);

	/* for user space: to the guest nothing is wrong with its table */
	if (err == -ENOMEM)
		m->verdict = err;
	return err;
}

static struct keel_walk2 make_walk(struct memory *m)
{
	struct keel_vcpu *vcpu = m->vcpu;
	const struct keel_nv *nv = vcpu->nv;
	struct keel_walk2 w = {
		.vtcr = keel_nv_read(nv, KEEL_PAGE_VTCR_EL2), .vttbr = keel_nv_read(nv, KEEL_PAGE_VTTBR_EL2),
		.big_endian = keel_context_sctlr(vcpu) & SCTLR_EE,
		.read = read_memory, .ctx = m,
	};

	keel_walk2_features(&w, vcpu->ctx.idregs[KEEL_IDX_AA64MMFR0],
			    vcpu->ctx.idregs[KEEL_IDX_AA64MMFR1]);
	return w;
}

static u64 in_memory(const struct keel_walk2 *w, u64 desc)
{
	return (__force u64)(w->big_endian ? (__force __le64)cpu_to_be64(desc) : cpu_to_le64(desc));
}

/* False: the descriptor is another one now. */
static bool set_access_flag(struct memory *m, const struct keel_walk2 *w,
			    struct keel_walk2_result *res)
{
	u64 desc = res->desc;
	int err;

	if (is_withheld(m, res->desc_at, true))
		return true;
	err = keel_guest_exchange_by(m->vcpu, ipa(res->desc_at), in_memory(w, desc),
				     in_memory(w, desc | DESC_AF));
	if (err == -EFAULT)
		res->end = KEEL_WALK2_ABORT;
	if (err == -ENOMEM)
		m->verdict = err;
	return err != -EAGAIN;
}

int keel_fault2_walk(struct keel_vcpu *vcpu, u64 addr, struct keel_walk2_result *res, ipa_t *at)
{
	struct memory m = { .vcpu = vcpu };
	struct keel_walk2 w = make_walk(&m);
	unsigned int i;

	for (i = 0; i < TRIES; i++) {
		*res = keel_walk2(&w, addr);
		if (m.verdict || res->end != KEEL_WALK2_OK || !res->old ||
		    set_access_flag(&m, &w, res)) {
			*at = m.at;
			return m.verdict;
		}
	}
	return KEEL_FAULT_DONE;
}

/* A walk of stage 1 reads its tables, and writes where a page refused it that could be read. */
static struct keel_walk2_access access_of(const struct keel_vcpu *vcpu, const struct keel_abort *a)
{
	bool exec = a->exec && !a->s1ptw;

	return (struct keel_walk2_access){
		.read = !exec && (!a->write || a->s1ptw), .write = a->write, .exec = exec,
		.el0 = (vcpu->ctx.pstate & PSR_MODE_MASK) == PSR_MODE_EL0t,
	};
}

int keel_fault2_resolve(struct keel_vcpu *vcpu, struct keel_exit *exit, u8 *status)
{
	struct keel_mmu_leaf leaf = { .at = ipa(exit->ipa.v & PAGE_MASK) };
	struct keel_walk2_result res;
	ipa_t table;
	int verdict;

	keel_mmu_begin(vcpu, &leaf);
	verdict = keel_fault2_walk(vcpu, exit->ipa.v, &res, &table);
	if (verdict) {
		exit->ipa = table;
		return verdict;
	}
	keel_walk2_check(&res, access_of(vcpu, &exit->abort));
	if (res.end != KEEL_WALK2_OK) {
		if (keel_mmu_has_changed(vcpu, &leaf))
			return KEEL_FAULT_DONE;
		*status = keel_walk2_status(&res);
		return 0;
	}
	leaf.shift = res.shift;
	leaf.r = res.r;
	leaf.w = res.w;
	leaf.x = res.x0 && res.x1;
	exit->ipa = ipa(res.pa);
	return keel_mmu_fault_below(vcpu, exit, &leaf);
}

/*
 * The syndrome is the CPU's, but for what it says of the tables, which were not the hypervisor's.
 */
static void tell(struct keel_vcpu *vcpu, const struct keel_exit *exit, u8 status)
{
	u64 esr = (lower_32_bits(exit->esr) & ~ESR_FSC) | status;

	if ((status & ~3) == 0x14)
		esr &= ~ESR_DESCRIBED;	/* an external abort on the walk is not described */
	keel_below_leave(vcpu);
	vcpu->nv->own[KEEL_OWN_HPFAR_EL2] = exit->ipa.v >> 12 << 4;
	keel_sr_write(vcpu, KEEL_FAR_EL1, exit->far);
	keel_inject_sync(vcpu, esr);
}

/*
 * Translation, permission and address size faults, those of level -1 too: the shadow has no such
 * address.
 */
static bool is_of_tables(u8 fsc)
{
	return fsc < 0x08 || (fsc & ~3) == 0x0c || fsc == 0x29 || fsc == 0x2b;
}

int keel_fault2_handle(struct keel_vcpu *vcpu, struct keel_exit *exit)
{
	u8 status;
	int ret;

	if (!is_of_tables(exit->abort.fsc))
		return keel_mmu_fault(vcpu, exit);
	ret = keel_fault2_resolve(vcpu, exit, &status);
	if (ret)
		return ret;
	tell(vcpu, exit, status);
	return KEEL_FAULT_DONE;
}
