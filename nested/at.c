// SPDX-License-Identifier: GPL-2.0-only
/*
 * AT S1E2R and S1E2W: the CPU's own walk with virtual EL2's registers. That walk does not
 * wait for stage 2: what it misses there is mapped, and it is made once more.
 */
#include <linux/bitfield.h>
#include <linux/errno.h>
#include <linux/sched/signal.h>
#include <asm/barrier.h>
#include <asm/esr.h>
#include "../arch/exit.h"
#include "../arch/walk.h"
#include "../hyp/hyp.h"
#include "../mmu/mmu.h"
#include "../vhe/nested.h"
#include "at.h"
#include "nv.h"

#define PAR_F		BIT_ULL(0)
#define PAR_FST		GENMASK_ULL(6, 1)
#define PAR_S		BIT_ULL(9)	/* with F: stage 2 was in the way */
#define PAR_RES1	BIT_ULL(11)
/* FST: synchronous external abort on the walk, level 0. */
#define PAR_ABORTED	(PAR_F | PAR_RES1 | 0x14ULL << 1)

#define TRIES		4
#define FST_KIND	0x3c
#define FST_PERMISSION	0x0c
#define FST_MISSING	0x07		/* translation fault, level 3 */

/* What came of the tables of one address. */
struct mapper {
	struct keel_vcpu *vcpu;
	unsigned int fst;	/* what the CPU says that stage 2 is about */
	bool readable;		/* all of them can be, for stage 2: what is forbidden then is a write */
	bool nothing;		/* there is no such memory for the last of them */
	int verdict;		/* of the last of them: as of keel_mmu_fault() ... */
	u64 at;			/* ... at this address */
};

static bool forbidden(const struct mapper *m)
{
	return (m->fst & FST_KIND) == FST_PERMISSION;
}

static int fault(const struct mapper *m, u64 addr, bool write)
{
	struct keel_exit exit = {
		.ec = ESR_ELx_EC_DABT_LOW,
		.ipa = ipa(addr),
		.abort = { .s1ptw = true, .write = write, .fsc = write ? m->fst : FST_MISSING },
	};

	return keel_mmu_fault(m->vcpu, &exit);
}

/* One table's page is read, and mapped as for the CPU's walk. */
static int read_table(void *ctx, u64 addr, void *data, size_t len)
{
	struct mapper *m = ctx;

	m->at = addr;
	m->verdict = fault(m, addr, false);
	if (m->verdict != KEEL_FAULT_DONE)
		return -EFAULT;
	/* what is broken was told by a signal */
	if (keel_guest_read(m->vcpu->vm, ipa(addr), data, len)) {
		m->nothing = !signal_pending(current);
		return -EFAULT;
	}
	return 0;
}

static void map_tables(struct mapper *m, u64 va)
{
	struct keel_vcpu *vcpu = m->vcpu;
	struct keel_walk walk = {
		.sctlr = keel_sr_read(vcpu, KEEL_SCTLR_EL1),
		.tcr = keel_sr_read(vcpu, KEEL_TCR_EL1),
		.ttbr0 = keel_sr_read(vcpu, KEEL_TTBR0_EL1),
		.ttbr1 = keel_sr_read(vcpu, KEEL_TTBR1_EL1),
		.read = read_table,
		.ctx = m,
	};
	u64 out;

	m->verdict = KEEL_FAULT_DONE;
	/* where it ends the next try tells */
	keel_walk(&walk, va, &out);
	if (m->nothing || m->verdict != KEEL_FAULT_DONE)
		return;
	/* access flags are set in the last table */
	if (m->readable && forbidden(m))
		m->verdict = fault(m, m->at, true);
	m->readable = true;
	dsb(ishst);	/* the tables of stage 2 before the CPU's walk */
}

static bool met_stage2(u64 par)
{
	return (par & (PAR_F | PAR_S)) == (PAR_F | PAR_S);
}

static enum keel_sysreg_answer leave(int err, u64 *val)
{
	*val = err;
	return KEEL_SYSREG_LEAVE;
}

/* Of a walk that found no end: the guest hears of it, or user space does, or it is made once more. */
static enum keel_sysreg_answer give_up(const struct mapper *m, u64 *val)
{
	if (m->nothing)
		return KEEL_SYSREG_DONE;
	switch (m->verdict) {
	case -EINTR:
	case KEEL_FAULT_DONE:
	case KEEL_FAULT_WAIT:
		return KEEL_SYSREG_AGAIN;
	case KEEL_FAULT_NO_READ:
		return leave(keel_exit_refuse(m->vcpu, ipa(m->at), KEEL_MEMORY_NO_READ), val);
	case KEEL_FAULT_NO_WRITE:
		return leave(keel_exit_refuse(m->vcpu, ipa(m->at), KEEL_MEMORY_NO_WRITE), val);
	}
	return m->verdict < 0 ? leave(m->verdict, val) : KEEL_SYSREG_DONE;
}

/* DONE: par is the answer. */
static enum keel_sysreg_answer translate(struct keel_vcpu *vcpu, u64 *val, bool write, u64 *par)
{
	struct mapper m = { .vcpu = vcpu, .verdict = KEEL_FAULT_DONE };
	unsigned int i;
	int err;

	for (i = 0; i < TRIES && !m.nothing && m.verdict == KEEL_FAULT_DONE; i++) {
		err = keel_vhe_nested_at(vcpu, *val, write, par);
		if (err == -EAGAIN)
			return KEEL_SYSREG_AGAIN;
		m.nothing = err;
		if (!err && !met_stage2(*par))
			return KEEL_SYSREG_DONE;
		m.fst = FIELD_GET(PAR_FST, *par);
		if (!err)
			map_tables(&m, *val);
	}
	*par = PAR_ABORTED;
	return give_up(&m, val);
}

enum keel_sysreg_answer keel_nested_at(struct keel_vcpu *vcpu, unsigned int crm, unsigned int op2, u64 *val)
{
	enum keel_sysreg_answer answer = KEEL_SYSREG_DONE;
	/* S12E1R to S12E0W are about what is below, whose memory aborts */
	u64 par = PAR_ABORTED;

	if (crm != 8 || op2 == 2 || op2 == 3)
		return KEEL_SYSREG_UNDEFINED;
	if (op2 < 2)
		answer = translate(vcpu, val, op2 == 1, &par);
	if (answer == KEEL_SYSREG_DONE)
		vcpu->ctx.sys[KEEL_PAR_EL1] = par;
	return answer;
}
