// SPDX-License-Identifier: GPL-2.0-only
/*
 * AT of virtual EL2: the CPU's own walk with virtual EL2's registers, or for a moment with those of
 * what is below. That walk does not wait for stage 2: what it misses there is mapped, and it is
 * made once more. What the guest's own stage 2 refuses is an answer.
 */
#include <linux/bitfield.h>
#include <linux/errno.h>
#include <linux/sched/signal.h>
#include <asm/barrier.h>
#include <asm/esr.h>
#include "../arch/exit.h"
#include "../arch/idfields.h"
#include "../arch/walk_regime.h"
#include "../hyp/hyp.h"
#include "../mmu/mmu.h"
#include "../vhe/nested.h"
#include "at.h"
#include "below.h"
#include "fault2.h"
#include "nv.h"

#define PAR_F		BIT_ULL(0)
#define PAR_FST		GENMASK_ULL(6, 1)
#define PAR_PTW		BIT_ULL(8)	/* with F: ... of stage 1's tables */
#define PAR_S		BIT_ULL(9)	/* with F: stage 2 was in the way */
#define PAR_PA		GENMASK_ULL(47, 12)
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
	/* all of them can be, for stage 2: what is forbidden then is a write */
	bool readable;
	bool nothing;		/* there is no such memory for the last of them */
	/* of the last of them: as of keel_mmu_fault(), 0: the guest's own stage 2 refuses it ... */
	int verdict;
	u8 status;		/* ... as this says ... */
	u64 at, memory;		/* ... at this address, which is that of the guest's memory */
};

static bool forbidden(const struct mapper *m)
{
	return (m->fst & FST_KIND) == FST_PERMISSION;
}

static int fault(struct mapper *m, u64 addr, bool write)
{
	struct keel_exit exit = {
		.ec = ESR_ELx_EC_DABT_LOW,
		.ipa = ipa(addr),
		.abort = { .s1ptw = true, .write = write, .fsc = write ? m->fst : FST_MISSING },
	};
	int verdict = keel_below_has_stage2(m->vcpu) ? keel_fault2_resolve(m->vcpu, &exit, &m->status) :
						       keel_mmu_fault(m->vcpu, &exit);

	m->memory = exit.ipa.v;
	return verdict;
}

/* One table's page is read, and mapped as for the CPU's walk. */
static int read_table(void *ctx, u64 addr, void *data, size_t len)
{
	struct mapper *m = ctx;
	int err;

	m->at = addr;
	m->verdict = fault(m, addr, false);
	if (m->verdict != KEEL_FAULT_DONE)
		return -EFAULT;
	/* what is broken was told by a signal */
	err = keel_guest_read(m->vcpu->vm, ipa(m->memory), data, len);
	if (err == -ENOMEM)
		m->verdict = err;
	else if (err)
		m->nothing = !signal_pending(current);
	return err ? -EFAULT : 0;
}

static void map_tables(struct mapper *m, u64 va)
{
	struct keel_vcpu *vcpu = m->vcpu;
	struct keel_walk walk = keel_walk_regime(vcpu);
	u64 out;

	walk.read = read_table;
	walk.ctx = m;
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

/* Of what stage 2 refused; walk: of stage 1's tables. */
static u64 refusal(u8 status, bool walk)
{
	return PAR_F | PAR_RES1 | PAR_S | (walk ? PAR_PTW : 0) | FIELD_PREP(PAR_FST, status);
}

static enum keel_sysreg_answer leave(int err, u64 *val)
{
	*val = err;
	return KEEL_SYSREG_LEAVE;
}

/*
 * Of a walk that found no end: the guest hears of it, or user space does, or it is made once more.
 */
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
		return leave(keel_exit_refuse(m->vcpu, ipa(m->memory), KEEL_MEMORY_NO_READ), val);
	case KEEL_FAULT_NO_WRITE:
		return leave(keel_exit_refuse(m->vcpu, ipa(m->memory), KEEL_MEMORY_NO_WRITE), val);
	}
	return m->verdict < 0 ? leave(m->verdict, val) : KEEL_SYSREG_DONE;
}

/* Stage 1 of what has its registers in the CPU's place. DONE: par is the answer. */
static enum keel_sysreg_answer translate(struct keel_vcpu *vcpu, u64 *val, enum keel_vhe_at op,
					 u64 *par)
{
	struct mapper m = { .vcpu = vcpu, .verdict = KEEL_FAULT_DONE };
	unsigned int i;
	int err;

	for (i = 0; i < TRIES && !m.nothing && m.verdict == KEEL_FAULT_DONE; i++) {
		err = keel_vhe_nested_at(vcpu, *val, op, par);
		if (err == -EAGAIN)
			return KEEL_SYSREG_AGAIN;
		m.nothing = err;
		if (!err && !met_stage2(*par))
			return KEEL_SYSREG_DONE;
		m.fst = FIELD_GET(PAR_FST, *par);
		if (!err)
			map_tables(&m, *val);
	}
	*par = m.verdict ? PAR_ABORTED : refusal(m.status, true);
	return give_up(&m, val);
}

/* Stage 2 of what stage 1 made of it, in the place of that. */
static enum keel_sysreg_answer translate_more(struct keel_vcpu *vcpu,
					      const struct keel_walk2_access *access, u64 *val,
					      u64 *par)
{
	struct mapper m = { .vcpu = vcpu };
	struct keel_walk2_result res;
	ipa_t table;

	if (*par & PAR_F || !keel_below_has_stage2(vcpu))
		return KEEL_SYSREG_DONE;
	m.verdict = keel_fault2_walk(vcpu, *par & PAR_PA, &res, &table);
	if (m.verdict) {
		m.memory = table.v;
		return give_up(&m, val);
	}
	keel_walk2_check(&res, *access);
	*par = res.end == KEEL_WALK2_OK ? (*par & ~PAR_PA) | (res.pa & PAR_PA)
					: refusal(keel_walk2_status(&res), false);
	return KEEL_SYSREG_DONE;
}

/* What is below has its registers in the CPU's place meanwhile. both: stage 2 as well. */
static enum keel_sysreg_answer translate_below(struct keel_vcpu *vcpu, u64 *val,
					       enum keel_vhe_at op, bool both, u64 *par)
{
	struct keel_walk2_access access = {
		.read = !keel_vhe_at_writes(op), .write = keel_vhe_at_writes(op), .el0 = keel_vhe_at_is_el0(op),
	};
	enum keel_sysreg_answer answer;
	bool el1 = vcpu->nv->el1;

	if (!keel_below_resume(vcpu)) {
		*par = PAR_ABORTED;
		return KEEL_SYSREG_DONE;
	}
	answer = translate(vcpu, val, op, par);
	if (answer == KEEL_SYSREG_DONE && both)
		answer = translate_more(vcpu, &access, val, par);
	keel_below_leave(vcpu);
	vcpu->nv->el1 = el1;
	return answer;
}

static bool has_pan2(const struct keel_vcpu *vcpu)
{
	return KEEL_IDFIELD(vcpu->ctx.idregs, AA64MMFR1, PAN) >= 2;
}

/* By op1, CRm and op2. False: there is none such. both: it is about stage 2 as well. */
static bool decode(const struct keel_sysreg_trap *t, enum keel_vhe_at *op, bool *both)
{
	*both = t->op1 && t->op2 > 3;
	if (t->crm == 8)
		*op = (enum keel_vhe_at)(t->op2 & 3);
	else
		*op = t->op2 ? KEEL_VHE_AT_S1E1WP : KEEL_VHE_AT_S1E1RP;
	if (t->crm == 9)
		return !t->op1 && t->op2 < 2;
	return t->crm == 8 && (t->op1 ? t->op2 < 2 || *both : t->op2 < 4);
}

enum keel_sysreg_answer keel_nested_at(struct keel_vcpu *vcpu, const struct keel_sysreg_trap *t,
				       u64 *val)
{
	bool both, own = keel_nv_hcr(vcpu->nv) & KEEL_HCR_TGE;
	enum keel_sysreg_answer answer;
	enum keel_vhe_at op;
	u64 par;

	if (!decode(t, &op, &both) || (t->crm == 9 && !has_pan2(vcpu)))
		return KEEL_SYSREG_UNDEFINED;
	/* S1E2*, and all with HCR_EL2.TGE, are about virtual EL2's own */
	if (own || (t->op1 && !both))
		answer = translate(vcpu, val, op, &par);
	else
		answer = translate_below(vcpu, val, op, both, &par);
	if (answer == KEEL_SYSREG_DONE)
		vcpu->ctx.sys[KEEL_PAR_EL1] = par;
	return answer;
}
