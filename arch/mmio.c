// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest access to an address that is no memory: served by a device of the
 * in-kernel bus, or handed to user space through the run page and finished at
 * the next KVM_RUN. All functions: vCPU mutex held, IRQs on, sleepable.
 *
 * User space may write the run page at any time, so nothing that was put there
 * is trusted when it comes back: only the data bytes are read, once.
 */
#include <linux/bits.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <asm/esr.h>
#include <asm/ptrace.h>
#include "../core/bus.h"
#include "../core/objects.h"
#include "../core/trace.h"
#include "../nested/below.h"
#include "arch.h"
#include "entry_state.h"
#include "mmio.h"
#include "mmio_data.h"
#include "undescribed.h"

/* SCTLR_EL1: byte order of data accesses at EL1 and EL0 (Arm ARM D24.2.174). */
#define SCTLR_EE	BIT_ULL(25)
#define SCTLR_E0E	BIT_ULL(24)
#define XZR		31
/* What user space may see of the syndrome of an access that is not described. */
#define NISV_ISS	(ESR_ELx_CM | ESR_ELx_WNR | ESR_ELx_FSC)

bool keel_mmio_is_big_endian(struct keel_vcpu *vcpu)
{
	u64 pstate = vcpu->ctx.pstate;

	if (pstate & PSR_MODE32_BIT)
		return pstate & PSR_AA32_E_BIT;
	return keel_sr_read(vcpu, KEEL_SCTLR_EL1) &
	       (keel_entry_state_from_el0(pstate) ? SCTLR_E0E : SCTLR_EE);
}

static struct keel_mmio_form access_form(struct keel_vcpu *vcpu)
{
	return (struct keel_mmio_form) {
		.len = vcpu->arch.mmio.len,
		.big_endian = keel_mmio_is_big_endian(vcpu),
		.sign_extend = vcpu->arch.mmio.sign_extend,
		.reg64 = vcpu->arch.mmio.reg64,
	};
}

/* The instruction ends: a load gets its bytes, PC moves on. */
static void finish(struct keel_vcpu *vcpu, const u8 data[8])
{
	u8 rt = vcpu->arch.mmio.rt;

	if (!vcpu->arch.mmio.write && rt != XZR)
		vcpu->ctx.x[rt] = keel_mmio_data_load(access_form(vcpu), data);
	keel_exit_skip(&vcpu->ctx);
}

/* Whose instruction is not emulated. */
static int exit_undescribed(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	struct kvm_run *run = vcpu->run;

	if (!READ_ONCE(vcpu->vm->arch.nisv_to_user))
		return -ENOSYS;
	run->exit_reason = KVM_EXIT_ARM_NISV;
	run->arm_nisv.esr_iss = exit->esr & NISV_ISS;
	run->arm_nisv.fault_ipa = exit->ipa.v;
	return KEEL_USER;
}

static int undescribed(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	int verdict = -ENOSYS;

	/* whose instructions are where keel does not find them */
	if (keel_undescribed_wanted(vcpu) && !keel_below_has_stage2(vcpu))
		verdict = keel_undescribed_access(vcpu, exit);
	return verdict == -ENOSYS ? exit_undescribed(vcpu, exit) : verdict;
}

/* In line twice: most accesses are the whole instruction, and shall not pay for the others. */
static __always_inline int to_user(struct keel_vcpu *vcpu, const u8 data[8],
				   enum keel_mmio_pending pending)
{
	struct kvm_run *run = vcpu->run;

	run->exit_reason = KVM_EXIT_MMIO;
	run->mmio.phys_addr = vcpu->arch.mmio.ipa;
	run->mmio.len = vcpu->arch.mmio.len;
	run->mmio.is_write = vcpu->arch.mmio.write;
	memcpy(run->mmio.data, data, 8);
	vcpu->mmio_pending = pending;
	vcpu->stat.mmio_user++;
	return KEEL_USER;
}

int keel_mmio_to_user(struct keel_vcpu *vcpu, const u8 data[8], enum keel_mmio_pending pending)
{
	return to_user(vcpu, data, pending);
}

static void note_access(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	vcpu->arch.mmio.ipa = exit->ipa.v;
	vcpu->arch.mmio.len = 1 << exit->abort.size_log2;
	vcpu->arch.mmio.rt = exit->abort.rt;
	vcpu->arch.mmio.write = exit->abort.write;
	vcpu->arch.mmio.sign_extend = exit->abort.sign_extend;
	vcpu->arch.mmio.reg64 = exit->abort.reg64;
}

static void trace_access(struct keel_vcpu *vcpu, bool to_user, const u8 data[8])
{
	bool write = vcpu->arch.mmio.write;

	keel_trace_mmio(write, vcpu->arch.mmio.len, vcpu->arch.mmio.ipa,
			write || !to_user ? data : NULL);
}

static __always_inline int access_bus(struct keel_vcpu *vcpu, u8 data[8])
{
	ipa_t addr = ipa(vcpu->arch.mmio.ipa);
	u8 len = vcpu->arch.mmio.len;
	int ret;

	if (vcpu->arch.mmio.write)
		ret = keel_bus_write(vcpu, addr, len, data);
	else
		ret = keel_bus_read(vcpu, addr, len, data);
	if (keel_traced(KEEL_EVENT_MMIO))
		trace_access(vcpu, ret == -EOPNOTSUPP, data);
	return ret;
}

int keel_mmio_access(struct keel_vcpu *vcpu, u8 data[8])
{
	return access_bus(vcpu, data);
}

static int access_device(struct keel_vcpu *vcpu)
{
	u8 data[8] __aligned(8) = {}, rt = vcpu->arch.mmio.rt;
	int ret;

	if (vcpu->arch.mmio.write)
		keel_mmio_data_store(access_form(vcpu), rt == XZR ? 0 : vcpu->ctx.x[rt], data);
	ret = access_bus(vcpu, data);
	if (ret == -EOPNOTSUPP)
		return to_user(vcpu, data, KEEL_MMIO_WHOLE);
	if (ret)
		keel_inject_dabt(vcpu, vcpu->ctx.far);
	else
		finish(vcpu, data);
	return KEEL_RESUME;
}

/*
 * Order matters: an instruction fetch or a table walk outside memory is the
 * guest's fault in the literal sense, and maintenance of no memory does nothing.
 */
int keel_mmio_abort(struct keel_vcpu *vcpu, const struct keel_exit *exit)
{
	const struct keel_abort *a = &exit->abort;

	if (a->exec || a->s1ptw) {
		keel_inject_abort(vcpu, exit);
		return KEEL_RESUME;
	}
	if (a->cm) {
		keel_exit_skip(&vcpu->ctx);
		return KEEL_RESUME;
	}
	if (!a->isv)
		return undescribed(vcpu, exit);
	note_access(vcpu, exit);
	return access_device(vcpu);
}

int keel_mmio_complete(struct keel_vcpu *vcpu)
{
	enum keel_mmio_pending pending = vcpu->mmio_pending;
	u64 *answer = (u64 *)vcpu->run->mmio.data;
	u64 data;

	static_assert(sizeof(vcpu->run->mmio.data) == sizeof(data));
	static_assert(offsetof(struct kvm_run, mmio.data) % sizeof(data) == 0);
	vcpu->mmio_pending = KEEL_MMIO_NONE;
	data = READ_ONCE(*answer);
	if (keel_traced(KEEL_EVENT_MMIO) && !vcpu->arch.mmio.write)
		trace_access(vcpu, false, (const u8 *)&data);
	if (pending == KEEL_MMIO_PART)
		return keel_undescribed_complete(vcpu, (const u8 *)&data);
	finish(vcpu, (const u8 *)&data);
	return KEEL_RESUME;
}
