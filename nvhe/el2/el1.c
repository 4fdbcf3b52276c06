// SPDX-License-Identifier: GPL-2.0-only
/*
 * Saves and restores the EL1 and EL0 registers that the host at EL1 shares with
 * its guests: those of hyp/regs.def that VHE leaves in the CPU, and those that
 * both modes switch at every entry. SP_EL0 and the pointer-authentication keys
 * are hyp/entry.S's.
 */
#include <asm/barrier.h>
#include <asm/pgtable-hwdef.h>
#include <asm/sysreg.h>
#include "../../core/compat.h"
#include "../../hyp/context.h"
#include "../../hyp/features.h"
#include "../../hyp/guarded.h"
#include "el1.h"

/* The two that open() writes. */
#define IS_LATE(name)	(KEEL_##name == KEEL_SCTLR_EL1 || KEEL_##name == KEEL_TCR_EL1)

/*
 * What means something to the host only right after an exception or an
 * instruction of its own: in the middle of RUN, which it called from C with
 * interrupts masked, there is nothing in them.
 */
#define IS_PASSING(name) \
	(KEEL_##name == KEEL_ESR_EL1 || KEEL_##name == KEEL_FAR_EL1 || \
	 KEEL_##name == KEEL_AFSR0_EL1 || KEEL_##name == KEEL_AFSR1_EL1 || \
	 KEEL_##name == KEEL_ELR_EL1 || KEEL_##name == KEEL_SPSR_EL1 || \
	 KEEL_##name == KEEL_CSSELR_EL1)

static __always_inline void save(u64 *bank, bool passing)
{
#define EL1(name, cpu)	if (passing || !IS_PASSING(name)) bank[KEEL_##name] = read_sysreg_s(SYS_##name);
#include "../../hyp/regs.def"
	bank[KEEL_TPIDR_EL0] = read_sysreg(tpidr_el0);
	bank[KEEL_TPIDRRO_EL0] = read_sysreg(tpidrro_el0);
	bank[KEEL_MDSCR_EL1] = read_sysreg(mdscr_el1);
	if (passing)
		bank[KEEL_PAR_EL1] = keel_guarded_read_par();
}

static __always_inline void load(const u64 *bank, bool passing)
{
#define EL1(name, cpu)	if (!IS_LATE(name) && (passing || !IS_PASSING(name))) \
				write_sysreg_s(bank[KEEL_##name], SYS_##name);
#include "../../hyp/regs.def"
	write_sysreg(bank[KEEL_TPIDR_EL0], tpidr_el0);
	write_sysreg(bank[KEEL_TPIDRRO_EL0], tpidrro_el0);
	write_sysreg(bank[KEEL_MDSCR_EL1], mdscr_el1);
	if (passing)
		write_sysreg(bank[KEEL_PAR_EL1], par_el1);
}

void keel_el1_save(u64 *bank)
{
	save(bank, true);
}

void keel_el1_load(const u64 *bank)
{
	load(bank, true);
}

void keel_el1_save_host(u64 *bank)
{
	save(bank, false);
}

void keel_el1_load_host(const u64 *bank)
{
	load(bank, false);
}

void keel_el1_block(void)
{
	/*
	 * Arm ARM R_LFHQG: walks of EL1&0 that began before the exception to EL2 may use its
	 * registers until a DSB
	 */
	dsb(nsh);
	if (!keel_hyp_features.at_erratum)
		return;
	write_sysreg(read_sysreg(tcr_el1) | TCR_EPD0_MASK | TCR_EPD1_MASK, tcr_el1);
	isb();	/* no walk before the MMU is on: with it off every address is walked in stage 2 */
	write_sysreg(read_sysreg(sctlr_el1) | SCTLR_ELx_M, sctlr_el1);
	isb();	/* before anything else of the regime changes */
}

void keel_el1_open(const u64 *bank)
{
	if (!keel_hyp_features.at_erratum) {
		write_sysreg(bank[KEEL_SCTLR_EL1], sctlr_el1);
		write_sysreg(bank[KEEL_TCR_EL1], tcr_el1);
		return;
	}
	isb();	/* the whole world stands ... */
	write_sysreg(bank[KEEL_SCTLR_EL1], sctlr_el1);
	isb();	/* ... and is switched on with it ... */
	write_sysreg(bank[KEEL_TCR_EL1], tcr_el1);	/* ... before walks are possible again */
}
