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

/* One table's page is read, and mapped as for the CPU's walk. */
static int read_table(void *ctx, u64 addr, void *data, size_t len)
{
	struct keel_vcpu *vcpu = ctx;
	struct keel_exit exit = {
		.ec = ESR_ELx_EC_DABT_LOW,
		.ipa = ipa(addr),
		.abort = { .s1ptw = true, .fsc = FSC_MISSING },
	};
	int err = keel_guest_read(vcpu->vm, ipa(addr), data, len);

	if (err)
		return err;
	return keel_mmu_fault(vcpu, &exit) == KEEL_FAULT_DONE ? 0 : -EFAULT;
}

static void map_tables(struct keel_vcpu *vcpu, u64 va)
{
	struct keel_walk walk = {
		.sctlr = keel_sr_read(vcpu, KEEL_SCTLR_EL1),
		.tcr = keel_sr_read(vcpu, KEEL_TCR_EL1),
		.ttbr0 = keel_sr_read(vcpu, KEEL_TTBR0_EL1),
		.ttbr1 = keel_sr_read(vcpu, KEEL_TTBR1_EL1),
		.read = read_table,
		.ctx = vcpu,
	};
	u64 out;

	/* where it ends the next try tells */
	keel_walk(&walk, va, &out);
}

static u64 translate(struct keel_vcpu *vcpu, u64 va, bool write)
{
	unsigned int i;
	u64 par;

	for (i = 0; i < TRIES; i++) {
		if (!keel_vhe_nested_at(vcpu, va, write, &par))
			break;
		if ((par & (PAR_F | PAR_S)) != (PAR_F | PAR_S))
			return par;
		map_tables(vcpu, va);
	}
	return PAR_ABORTED;
}

bool keel_nested_at(struct keel_vcpu *vcpu, unsigned int crm, unsigned int op2, u64 va)
{
	if (crm != 8 || op2 == 2 || op2 == 3)
		return false;
	/* S12E1R to S12E0W are about what is below, whose memory aborts */
	vcpu->ctx.sys[KEEL_PAR_EL1] = op2 < 2 ? translate(vcpu, va, op2 == 1) : PAR_ABORTED;
	return true;
}
