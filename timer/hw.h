/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's virtual timer as hardware. Under VHE the host's own accesses to
 * CNTV_* reach its EL2 timer, the guest's are behind the _EL02 names. On the
 * CPU concerned, preemption off.
 */
#ifndef KEEL_TIMER_HW_H
#define KEEL_TIMER_HW_H

#include <linux/bits.h>
#include <linux/types.h>
#include <asm/sysreg.h>

/*
 * CNTHCTL_EL2 with HCR_EL2.E2H = 1 (Arm ARM D24.10.3). These two bits concern
 * EL1 and, with TGE = 0, EL0; the host under TGE = 1 does not feel them. The
 * host's own access bits and event stream share the register.
 */
#define KEEL_CNTHCTL_EL1PCTEN	BIT_ULL(10)	/* 0: CNTPCT_EL0 traps */
#define KEEL_CNTHCTL_EL1PTEN	BIT_ULL(11)	/* 0: CNTP_* trap */

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

/* Returns the former value of the two bits. */
static inline u64 keel_hw_set_traps(u64 bits)
{
	u64 mask = KEEL_CNTHCTL_EL1PCTEN | KEEL_CNTHCTL_EL1PTEN;
	u64 old = read_sysreg(cnthctl_el2);

	if ((old & mask) != bits)
		write_sysreg((old & ~mask) | bits, cnthctl_el2);
	return old & mask;
}

#endif
