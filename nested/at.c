// SPDX-License-Identifier: GPL-2.0-only
/*
 * AT S1E2R and S1E2W: the CPU's own walk with virtual EL2's registers. That walk does not
 * wait for stage 2: what it misses there is mapped, and it is made once more.
 */
#include <linux/errno.h>
#include <asm/esr.h>
#include "../arch/exit.h"
#include "../arch/walk.h"
#include "../hyp/hyp.h"
#include "../mmu/mmu.h"
#include "../vhe/nested.h"
#include "at.h"
#include "nv.h"

#define PAR_F		BIT_ULL(0)
#define PAR_S		BIT_ULL(9)	/* with F: stage 2 was in the way */
#define PAR_RES1	BIT_ULL(11)
/* FST: synchronous external abort on the walk, level 0. */
#define PAR_ABORTED	(PAR_F | PAR_RES1 | 0x14ULL << 1)

#define TRIES		4
#define FSC_MISSING	0x07		/* translation fault, level 3 */

struct mapper {
	struct keel_vcpu *vcpu;
	bool interrupted;	/* a signal came before it was done */
};

/* One table's page is read, and mapped as for the CPU's walk. */
static int read_table(void *ctx, u64 addr, void *data, size_t len)
{
	struct mapper *m = ctx;
	struct keel_exit exit = {
		.ec = ESR_ELx_EC_DABT_LOW,
		.ipa = ipa(addr),
		.abort = { .s1ptw = true, .fsc = FSC_MISSING },
	};
	int err = keel_guest_read(m->vcpu->vm, ipa(addr), data, len);

	if (err)
		return err;
	err = keel_mmu_fault(m->vcpu, &exit);
	m->interrupted = err == -EINTR;
	return err == KEEL_FAULT_DONE ? 0 : -EFAULT;
}

/* False: not now. */
static bool map_tables(struct keel_vcpu *vcpu, u64 va)
{
	struct mapper m = { .vcpu = vcpu };
	struct keel_walk walk = {
		.sctlr = keel_sr_read(vcpu, KEEL_SCTLR_EL1),
		.tcr = keel_sr_read(vcpu, KEEL_TCR_EL1),
		.ttbr0 = keel_sr_read(vcpu, KEEL_TTBR0_EL1),
		.ttbr1 = keel_sr_read(vcpu, KEEL_TTBR1_EL1),
		.read = read_table,
		.ctx = &m,
	};
	u64 out;

	/* where it ends the next try tells */
	keel_walk(&walk, va, &out);
	return !m.interrupted;
}

/* False: the instruction is to be executed once more. */
static bool translate(struct keel_vcpu *vcpu, u64 va, bool write, u64 *par)
{
	unsigned int i;
	int err;

	for (i = 0; i < TRIES; i++) {
		err = keel_vhe_nested_at(vcpu, va, write, par);
		if (err == -EAGAIN)
			return false;
		if (err)
			break;
		if ((*par & (PAR_F | PAR_S)) != (PAR_F | PAR_S))
			return true;
		if (!map_tables(vcpu, va))
			return false;
	}
	*par = PAR_ABORTED;
	return true;
}

bool keel_nested_at(struct keel_vcpu *vcpu, unsigned int crm, unsigned int op2, u64 va)
{
	/* S12E1R to S12E0W are about what is below, whose memory aborts */
	u64 par = PAR_ABORTED;

	if (crm != 8 || op2 == 2 || op2 == 3)
		return false;
	/* who asked steps over it */
	if (op2 < 2 && !translate(vcpu, va, op2 == 1, &par))
		vcpu->ctx.pc -= 4;
	else
		vcpu->ctx.sys[KEEL_PAR_EL1] = par;
	return true;
}
