/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's timers as hardware. The virtual one through the mode's twins; the
 * guest's registers are those in the context. The physical one is a guest's only
 * where the host leaves it alone, under VHE. On the CPU concerned, preemption off.
 */
#ifndef KEEL_TIMER_HW_H
#define KEEL_TIMER_HW_H

#include <asm/barrier.h>
#include <asm/kvm_arm.h>
#include "../hyp/guarded.h"
#include "../hyp/mode.h"
#include "../nvhe/host/timer.h"
#include "../vhe/timer.h"

#define KEEL_SYS_CNTPOFF_EL2	sys_reg(3, 4, 14, 0, 6)

/* The EL1 physical timer is no timer of the host's. */
static inline bool keel_hw_owns_phys(void)
{
	return !static_branch_unlikely(&keel_mode_nvhe);
}

static inline void keel_hw_stop_virt(void)
{
	keel_mode_call(timer_stop);
}

/* Before an entry: ctx->cntvoff, pct_traps and the timer's registers. line: its level. */
static inline void keel_hw_load_virt(struct keel_ctx *ctx, bool line)
{
	keel_mode_call(timer_load, ctx, line);
}

/* After it, or instead: CTL with ISTATUS and CVAL to the context, the timer stopped. */
static inline void keel_hw_save_virt(struct keel_ctx *ctx)
{
	keel_mode_call(timer_save, ctx);
}

/* KEEL_CNTHCTL_* for the guest; returns the former value of the bits. */
static inline u64 keel_hw_set_traps(u64 bits)
{
	return keel_mode_call(timer_set_traps, bits);
}

/* The virtual timer counts as the host does: the guest's registers are not these, and trap. VHE. */
static inline void keel_hw_load_virt_trapped(u64 ctl, u64 cval)
{
	write_sysreg(0, cntvoff_el2);
	write_sysreg_s(cval, SYS_CNTV_CVAL_EL02);
	write_sysreg_s(ctl, SYS_CNTV_CTL_EL02);
}

static inline void keel_hw_stop_phys(void)
{
	write_sysreg_s(0, SYS_CNTP_CTL_EL02);
}

static inline void keel_hw_load_phys(u64 ctl, u64 cval)
{
	write_sysreg_s(cval, SYS_CNTP_CVAL_EL02);
	write_sysreg_s(ctl, SYS_CNTP_CTL_EL02);
}

static inline void keel_hw_save_phys(u64 *ctl, u64 *cval)
{
	*ctl = read_sysreg_s(SYS_CNTP_CTL_EL02);
	*cval = read_sysreg_s(SYS_CNTP_CVAL_EL02);
}

/* Only with FEAT_ECV_POFF. */
static inline void keel_hw_set_phys_offset(u64 offset)
{
	write_sysreg_s(offset, KEEL_SYS_CNTPOFF_EL2);
}

/*
 * Does CNTPOFF_EL2 have an effect? Not on an emulated CPU that honours
 * SCR_EL3.ECVEn without having EL3 (QEMU 10.0). With HCR_EL2.TGE = 0, as around
 * a guest, and this offset the EL1 timer's condition holds, otherwise the
 * counter has 70 years to get there. FEAT_ECV_POFF, IRQs off, no guest's timer
 * in the CPU.
 */
static inline bool keel_hw_cntpoff_works(void)
{
	u64 hcr = read_sysreg(hcr_el2), traps = keel_hw_set_traps(KEEL_CNTHCTL_ECV), ctl;

	keel_hw_set_phys_offset(-BIT_ULL(62));
	keel_guarded_write_hcr(hcr & ~HCR_TGE);
	isb();
	keel_hw_load_phys(3, BIT_ULL(61));	/* ENABLE, IMASK */
	isb();
	ctl = read_sysreg_s(SYS_CNTP_CTL_EL02);
	keel_hw_stop_phys();
	keel_hw_set_phys_offset(0);
	keel_guarded_write_hcr(hcr);
	isb();
	keel_hw_set_traps(traps);
	return ctl & 4;				/* ISTATUS */
}

#endif
