/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's timers as hardware. Under VHE the host's own accesses to CNTV_*
 * and CNTP_* reach its EL2 timers, the guest's are behind the _EL02 names. On
 * the CPU concerned, preemption off.
 */
#ifndef KEEL_TIMER_HW_H
#define KEEL_TIMER_HW_H

#include <linux/bits.h>
#include <linux/types.h>
#include <asm/barrier.h>
#include <asm/kvm_arm.h>
#include <asm/sysreg.h>
#include <asm/virt.h>

/*
 * CNTHCTL_EL2 with HCR_EL2.E2H = 1 (Arm ARM D24.10.3). These bits concern
 * EL1 and, with TGE = 0, EL0; the host under TGE = 1 does not feel them. The
 * host's own access bits and event stream share the register.
 */
#define KEEL_CNTHCTL_EL1PCTEN	BIT_ULL(10)	/* 0: CNTPCT_EL0 traps */
#define KEEL_CNTHCTL_EL1PTEN	BIT_ULL(11)	/* 0: CNTP_* trap */
#define KEEL_CNTHCTL_ECV	BIT_ULL(12)	/* 1: CNTPOFF_EL2 is subtracted; RES0 without FEAT_ECV_POFF */

#define KEEL_SYS_CNTPOFF_EL2	sys_reg(3, 4, 14, 0, 6)

/* The EL1 physical timer is no timer of the host's. */
static inline bool keel_hw_owns_phys(void)
{
	return is_kernel_in_hyp_mode();
}

static inline void keel_hw_stop_virt(void)
{
	write_sysreg_s(0, SYS_CNTV_CTL_EL02);
}

/* The entry's ERET synchronises. The comparison may be made with a stale half in between, at worst one exit too many. */
static inline void keel_hw_load_virt(u64 ctl, u64 cval, u64 offset)
{
	write_sysreg(offset, cntvoff_el2);
	write_sysreg_s(cval, SYS_CNTV_CVAL_EL02);
	write_sysreg_s(ctl, SYS_CNTV_CTL_EL02);
}

static inline void keel_hw_save_virt(u64 *ctl, u64 *cval)
{
	*ctl = read_sysreg_s(SYS_CNTV_CTL_EL02);
	*cval = read_sysreg_s(SYS_CNTV_CVAL_EL02);
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

/* Returns the former value of the bits. */
static inline u64 keel_hw_set_traps(u64 bits)
{
	u64 mask = KEEL_CNTHCTL_EL1PCTEN | KEEL_CNTHCTL_EL1PTEN | KEEL_CNTHCTL_ECV;
	u64 old = read_sysreg(cnthctl_el2);

	if ((old & mask) != bits)
		write_sysreg((old & ~mask) | bits, cnthctl_el2);
	return old & mask;
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
	write_sysreg(hcr & ~HCR_TGE, hcr_el2);
	isb();
	keel_hw_load_phys(3, BIT_ULL(61));	/* ENABLE, IMASK */
	isb();
	ctl = read_sysreg_s(SYS_CNTP_CTL_EL02);
	keel_hw_stop_phys();
	keel_hw_set_phys_offset(0);
	write_sysreg(hcr, hcr_el2);
	isb();
	keel_hw_set_traps(traps);
	return ctl & 4;				/* ISTATUS */
}

#endif
