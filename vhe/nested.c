// SPDX-License-Identifier: GPL-2.0-only
/* Address translation by the CPU, outside the guest and with its registers. */
#include <linux/errno.h>
#include <asm/barrier.h>
#include <asm/daifflags.h>
#include <asm/kvm_arm.h>
#include <asm/sysreg.h>
#include "../core/cpu.h"
#include "../core/objects.h"
#include "../hyp/entry.h"
#include "../hyp/features.h"
#include "../hyp/guarded.h"
#include "../hyp/hyp.h"
#include "../mmu/mmu.h"
#include "nested.h"
#include "pcpu.h"

/* PSTATE.PAN as a register: MRS, MSR (Arm ARM C5.2.19). */
#define SYS_PSTATE_PAN_REG	sys_reg(3, 0, 4, 2, 3)

/* PSTATE.PAN matters to two of them: it is the guest's meanwhile. */
static bool execute(const struct keel_ctx *ctx, u64 va, enum keel_vhe_at op)
{
	u64 pan;
	bool answered;

	switch (op) {
	case KEEL_VHE_AT_S1E1R:
		return keel_at_guest(va);
	case KEEL_VHE_AT_S1E1W:
		return keel_at_guest_write(va);
	case KEEL_VHE_AT_S1E0R:
		return keel_at_guest_el0(va);
	case KEEL_VHE_AT_S1E0W:
		return keel_at_guest_el0_write(va);
	default:
		break;
	}
	pan = read_sysreg_s(SYS_PSTATE_PAN_REG);
	write_sysreg_s(ctx->pstate & PSR_PAN_BIT, SYS_PSTATE_PAN_REG);
	answered = op == KEEL_VHE_AT_S1E1WP ? keel_at_guest_pan_write(va) : keel_at_guest_pan(va);
	write_sysreg_s(pan, SYS_PSTATE_PAN_REG);
	return answered;
}

/* keel's vectors, which know how to go on after a walk that aborts. Everything masked. */
static bool translate(const struct keel_ctx *ctx, u64 va, enum keel_vhe_at op, u64 *par)
{
	u64 hcr = read_sysreg(hcr_el2), vbar = read_sysreg(vbar_el1), hcrx = 0;
	bool answered;

	if (keel_hyp_features.hcx) {
		hcrx = read_sysreg_s(SYS_HCRX_EL2);
		write_sysreg_s(ctx->hcrx, SYS_HCRX_EL2);
	}

	write_sysreg(this_cpu_ptr(&keel_pcpu)->vectors, vbar_el1);
	keel_guarded_write_hcr(ctx->hcr | HCR_E2H);
	isb();
	answered = execute(ctx, va, op);
	*par = keel_guarded_read_par();
	keel_guarded_write_hcr(hcr);
	if (keel_hyp_features.hcx)
		write_sysreg_s(hcrx, SYS_HCRX_EL2);
	write_sysreg(vbar, vbar_el1);
	isb();	/* before the host's next access or exception */
	return answered;
}

int keel_vhe_nested_at(struct keel_vcpu *vcpu, u64 va, enum keel_vhe_at op, u64 *par)
{
	unsigned long flags;
	int err = -EAGAIN;

	preempt_disable();
	if (READ_ONCE(vcpu->resident_cpu) != smp_processor_id())
		keel_vhe_put(vcpu);
	local_irq_save(flags);
	local_daif_mask();
	if (keel_cpu_taken()) {
		keel_mmu_vmid_update(vcpu->s2);
		keel_vhe_load(vcpu);
		err = translate(&vcpu->ctx, va, op, par) ? 0 : -EFAULT;
	}
	local_daif_restore(DAIF_PROCCTX_NOIRQ);
	local_irq_restore(flags);
	preempt_enable();
	return err;
}

/* The generic key that is in the CPU is the thread's, for its user space. */
u64 keel_vhe_pacga(const u64 key[2], u64 x, u64 modifier)
{
	unsigned long flags;
	u64 lo, hi, code;

	local_irq_save(flags);
	lo = read_sysreg_s(SYS_APGAKEYLO_EL1);
	hi = read_sysreg_s(SYS_APGAKEYHI_EL1);
	write_sysreg_s(key[0], SYS_APGAKEYLO_EL1);
	write_sysreg_s(key[1], SYS_APGAKEYHI_EL1);
	isb();
	asm volatile(".arch_extension pauth\n pacga %0, %1, %2" : "=r"(code) : "r"(x), "r"(modifier));
	write_sysreg_s(lo, SYS_APGAKEYLO_EL1);
	write_sysreg_s(hi, SYS_APGAKEYHI_EL1);
	isb();
	local_irq_restore(flags);
	return code;
}
