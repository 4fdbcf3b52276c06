// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exceptions that keel takes on the guest's behalf to its EL1, or virtual EL2, and the events
 * that user space saves and restores (KVM_{GET,SET}_VCPU_EVENTS). Whatever is
 * synchronous takes effect at once: PC, PSTATE, ELR_EL1 and SPSR_EL1 are those
 * after the exception when the function returns, so callers must not step over
 * the instruction as well. All functions: vCPU mutex held, IRQs on.
 */
#include <linux/bitops.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <asm/cpufeature.h>
#include <asm/esr.h>
#include <asm/sysreg.h>
#include "../core/objects.h"
#include "../nested/below.h"
#include "../nested/context.h"
#include "aarch32.h"
#include "arch.h"
#include "entry_state.h"
#include "idfields.h"
#include "walk_regime.h"

/* Named by Arm ARM D24.2 (SCTLR_EL1, ID_AA64PFR1_EL1); not in every host's header. */
#define SCTLR_SPAN	BIT_ULL(23)
#define SCTLR_DSSBS	BIT_ULL(44)
#define SCTLR_SPINTMASK	BIT_ULL(62)

#define FSC_ADDRESS_SIZE_L0	0x00
#define FSC_ABORT_WALK_L0	0x14	/* external abort on the walk */
#define PAGE_BITS		GENMASK_ULL(11, 0)	/* of HPFAR_EL2's page */
#define SERROR_IMPDEF		ESR_ELx_ISV	/* ISS.IDS: syndrome is IMPLEMENTATION DEFINED */

static struct keel_entry_ctl entry_ctl(struct keel_vcpu *vcpu)
{
	const u64 *id = vcpu->ctx.idregs;
	u64 pfr1 = id[KEEL_IDX_AA64PFR1];
	u64 mmfr1 = id[KEEL_IDX_AA64MMFR1];
	u64 sctlr = keel_sr_read(vcpu, KEEL_SCTLR_EL1);

	return (struct keel_entry_ctl) {
		.pan = KEEL_IDFIELD_OF(mmfr1, AA64MMFR1, PAN),
		.span = sctlr & SCTLR_SPAN,
		.ssbs = KEEL_IDFIELD_OF(pfr1, AA64PFR1, SSBS),
		.dssbs = sctlr & SCTLR_DSSBS,
		.mte = KEEL_IDFIELD_OF(pfr1, AA64PFR1, MTE) >= 2,
		.nmi = KEEL_IDFIELD_OF(pfr1, AA64PFR1, NMI),
		.spintmask = sctlr & SCTLR_SPINTMASK,
	};
}

static void enter_vector(struct keel_vcpu *vcpu, enum keel_vector vector)
{
	struct keel_ctx *ctx = &vcpu->ctx;
	u64 vbar = keel_sr_read(vcpu, KEEL_VBAR_EL1);
	struct keel_entry_state s =
		keel_entry_state_compute(keel_context_origin(vcpu), vbar, vector, entry_ctl(vcpu));

	keel_sr_write(vcpu, KEEL_ELR_EL1, ctx->pc);
	keel_sr_write(vcpu, KEEL_SPSR_EL1, keel_context_spsr(vcpu, keel_debug_guest_pstate(vcpu)));
	keel_context_entered(vcpu);
	ctx->pc = s.pc;
	ctx->pstate = s.pstate;
}

static void enter_sync(struct keel_vcpu *vcpu, u64 esr)
{
	keel_sr_write(vcpu, KEEL_ESR_EL1, esr);
	enter_vector(vcpu, KEEL_VECTOR_SYNC);
}

void keel_inject_irq(struct keel_vcpu *vcpu)
{
	enter_vector(vcpu, KEEL_VECTOR_IRQ);
}

/*
 * IL is 1 whatever the instruction's width: EC 0, instruction aborts and data
 * aborts without a valid ISS are defined so (Arm ARM D24.2.40, ESR_EL1.IL).
 */
static u64 syndrome(u64 ec, u64 iss)
{
	return (ec << ESR_ELx_EC_SHIFT) | ESR_ELx_IL | iss;
}

void keel_inject_sync(struct keel_vcpu *vcpu, u64 esr)
{
	enter_sync(vcpu, esr);
}

void keel_inject_undef(struct keel_vcpu *vcpu)
{
	if (keel_aarch32_el1(vcpu))
		keel_aarch32_undef(vcpu);
	else
		enter_sync(vcpu, syndrome(ESR_ELx_EC_UNKNOWN, 0));
}

/* Reads of op0=3, op1=0, 1 or 3, CRn=0, CRm=0..7 (Arm ARM, AArch64.CheckForIDRegister). */
static bool is_id_read(const struct keel_sysreg_trap *t)
{
	return !t->write && t->op0 == 3 && (t->op1 <= 1 || t->op1 == 3) && !t->crn && t->crm <= 7;
}

void keel_inject_sysreg(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	bool idst = KEEL_IDFIELD(vcpu->ctx.idregs, AA64MMFR2, IDS);

	if (idst && is_id_read(&exit->sysreg) && !keel_aarch32_el1(vcpu))
		enter_sync(vcpu, lower_32_bits(exit->esr));
	else
		keel_inject_undef(vcpu);
}

static void inject_abort(struct keel_vcpu *vcpu, bool exec, u64 fsc, u64 far)
{
	bool size = fsc == FSC_ADDRESS_SIZE_L0, lower;
	u64 ec;

	if (!size && keel_below_routes_aborts(vcpu))
		keel_below_leave(vcpu);
	lower = keel_entry_state_from_el0(keel_context_origin(vcpu));

	if (keel_aarch32_el1(vcpu)) {
		keel_aarch32_abort(vcpu, exec, size, far);
		return;
	}
	if (exec)
		ec = lower ? ESR_ELx_EC_IABT_LOW : ESR_ELx_EC_IABT_CUR;
	else
		ec = lower ? ESR_ELx_EC_DABT_LOW : ESR_ELx_EC_DABT_CUR;
	keel_sr_write(vcpu, KEEL_FAR_EL1, far);
	enter_sync(vcpu, syndrome(ec, fsc));
}

void keel_inject_dabt(struct keel_vcpu *vcpu, u64 far)
{
	inject_abort(vcpu, false, ESR_ELx_FSC_EXTABT, far);
}

void keel_inject_iabt(struct keel_vcpu *vcpu, u64 far)
{
	inject_abort(vcpu, true, ESR_ELx_FSC_EXTABT, far);
}

/* For the table in this page. */
struct search {
	struct keel_vm *vm;
	u64 page;
	bool found;
};

static int read_others(void *ctx, u64 addr, void *data, size_t len)
{
	struct search *s = ctx;

	s->found = (addr & ~PAGE_BITS) == s->page;
	return s->found ? -EFAULT : keel_guest_fetch(s->vm, ipa(addr), data, len);
}

/*
 * The CPU tells where the descriptor was that it could not read, not of which level: that is found
 * by a walk. If the tables have changed it is an abort like any other. -ENOMEM: no memory now.
 */
static int walk_status(struct keel_vcpu *vcpu, const struct keel_exit *exit, u64 *fsc)
{
	struct search search = { .vm = vcpu->vm, .page = exit->ipa.v & ~PAGE_BITS };
	struct keel_walk walk = keel_walk_regime(vcpu);
	int level = 0, err;
	u64 out;

	walk.read = read_others;
	walk.ctx = &search;
	walk.level = &level;
	err = keel_walk(&walk, exit->far, &out);
	if (search.found)
		*fsc = FSC_ABORT_WALK_L0 + level;
	return err == -ENOMEM ? err : 0;
}

void keel_inject_abort(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	bool walk = exit->abort.s1ptw && !keel_aarch32_el1(vcpu) && !keel_below_has_stage2(vcpu);
	u64 fsc = ESR_ELx_FSC_EXTABT;

	/* what the guest is told does not hang on the host's memory: it comes here again */
	if (walk && walk_status(vcpu, exit, &fsc))
		return;
	inject_abort(vcpu, exit->abort.exec, fsc, exit->far);
}

void keel_inject_size_fault(struct keel_vcpu *vcpu, bool exec, u64 far)
{
	inject_abort(vcpu, exec, FSC_ADDRESS_SIZE_L0, far);
}

/* The line stays up until the CPU reports that the guest took the exception. */
void keel_inject_serror(struct keel_vcpu *vcpu, u64 esr)
{
	esr &= ESR_ELx_ISS_MASK;
	vcpu->ctx.vsesr = esr;
	set_bit(KEEL_LINE_SERROR, &vcpu->ctx.lines);
}

static bool host_has_ras(void)
{
	return KEEL_IDFIELD_OF(read_sanitised_ftr_reg(SYS_ID_AA64PFR0_EL1), AA64PFR0, RAS);
}

int keel_inject_get_events(struct keel_vcpu *vcpu, struct kvm_vcpu_events *ev)
{
	memset(ev, 0, sizeof(*ev));
	ev->exception.serror_pending = test_bit(KEEL_LINE_SERROR, &vcpu->ctx.lines);
	ev->exception.serror_has_esr = host_has_ras();
	if (ev->exception.serror_pending && ev->exception.serror_has_esr)
		ev->exception.serror_esr = vcpu->ctx.vsesr;
	return 0;
}

static int events_check(const struct kvm_vcpu_events *ev)
{
	if (memchr_inv(ev->reserved, 0, sizeof(ev->reserved)) ||
	    memchr_inv(ev->exception.pad, 0, sizeof(ev->exception.pad)))
		return -EINVAL;
	if (!ev->exception.serror_pending || !ev->exception.serror_has_esr)
		return 0;
	if (!host_has_ras() || ev->exception.serror_esr & ~ESR_ELx_ISS_MASK)
		return -EINVAL;
	return 0;
}

/* Between two runs: what is below virtual EL2 is not in the CPU's place. */
static void inject_by_user(struct keel_vcpu *vcpu)
{
	if (keel_context_is_below(vcpu))
		keel_below_resume(vcpu);
	keel_inject_dabt(vcpu, vcpu->ctx.far);
	keel_below_leave(vcpu);
}

/*
 * serror_pending = 0 leaves a pending SError alone. An external abort is taken
 * at once and answers an MMIO access that user space was asked to complete.
 */
int keel_inject_set_events(struct keel_vcpu *vcpu, const struct kvm_vcpu_events *ev)
{
	int ret = events_check(ev);

	/* KVM_ARM_VCPU_INIT takes away what was pending before it */
	if (ret || !vcpu->initialised)
		return ret;
	if (ev->exception.serror_pending)
		keel_inject_serror(vcpu, ev->exception.serror_has_esr ?
				   ev->exception.serror_esr : SERROR_IMPDEF);
	if (ev->exception.ext_dabt_pending) {
		vcpu->mmio_pending = KEEL_MMIO_NONE;
		inject_by_user(vcpu);
	}
	return 0;
}
