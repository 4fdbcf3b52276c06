// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the host records of its own execution while a guest runs: samples (SPE), traces,
 * branches (BRBE). It would go on into the guest, so it stops. The buffers of the first
 * two would also be written through EL1 translation that is no longer the host's. They
 * are turned off when nothing fills them, too: a buffer that is on may be translated ahead,
 * with whatever is in the translation's registers (Arm's known issues of the Arm ARM, M.a).
 */
#include <linux/bits.h>
#include <asm/barrier.h>
#include <asm/sysreg.h>
#include "../../core/compat.h"
#include "../../hyp/features.h"
#include "debug.h"
#include "image.h"

/* MDCR_EL2 (Arm ARM D24.3.17): the kernel has set these where it found the feature. */
#define MDCR_E2PB	GENMASK_ULL(13, 12)
#define MDCR_E2TB	GENMASK_ULL(25, 24)
#define PMBIDR_P	BIT_ULL(4)	/* the buffer is a higher exception level's */
#define DFR0_BRBE	GENMASK_ULL(55, 52)
#define DFR0_TRACEFILT	GENMASK_ULL(43, 40)
#define HDFGWTR_NBRBCTL	BIT_ULL(60)
/* TRFCR_EL1.E0TRE and E1TRE, BRBCR_EL1.E0BRE and ExBRE */
#define AT_EL0_EL1	GENMASK_ULL(1, 0)
#define LIMITR_E	BIT_ULL(0)	/* PMBLIMITR_EL1.E, TRBLIMITR_EL1.E */

/*
 * EL3 may trap BRBCR_EL1 (MDCR_EL3.SBRBE) and TRFCR_EL1 (TTRF), which no ID register tells. The
 * former is read where the kernel has opened it to EL1, which it does where firmware has
 * by Linux's booting protocol; the latter where the trace buffer is in use, whose driver writes it.
 */
void keel_el2_debug_take(struct keel_el2_world *w)
{
	u64 dfr0 = read_sysreg(id_aa64dfr0_el1);

	w->trf = dfr0 & DFR0_TRACEFILT;
	w->brbe = (dfr0 & DFR0_BRBE) && (w->host.hdfgwtr & HDFGWTR_NBRBCTL);
	w->spe = (w->host.mdcr & MDCR_E2PB) && !(read_sysreg_s(SYS_PMBIDR_EL1) & PMBIDR_P);
	w->trbe = w->host.mdcr & MDCR_E2TB;
}

static void quiet_spe(struct keel_el2_world *w)
{
	w->pmblimitr = read_sysreg_s(SYS_PMBLIMITR_EL1);
	if (!(w->pmblimitr & LIMITR_E))
		return;
	w->pmscr = read_sysreg_s(SYS_PMSCR_EL1);
	write_sysreg_s(0, SYS_PMSCR_EL1);
	isb();		/* no new sample ... */
	psb_csync();	/* ... and the old ones written ... */
	dsb(nsh);	/* ... to the end (Arm ARM D18.9) */
	write_sysreg_s(0, SYS_PMBLIMITR_EL1);
	isb();		/* before what the buffer is translated by changes */
}

static void quiet_trace(struct keel_el2_world *w)
{
	if (!w->trf)
		return;
	w->trfcr = read_sysreg_s(SYS_TRFCR_EL1);
	if (!(w->trfcr & AT_EL0_EL1)) {
		w->trfcr = 0;
		return;
	}
	write_sysreg_s(0, SYS_TRFCR_EL1);
	isb();		/* tracing is prohibited, which the trace buffer needs */
}

static void quiet_brbe(struct keel_el2_world *w)
{
	w->brbcr = read_sysreg_s(SYS_BRBCR_EL1);
	if (w->brbcr & AT_EL0_EL1)
		write_sysreg_s(0, SYS_BRBCR_EL1);
	else
		w->brbcr = 0;
}

static void quiet_trbe(struct keel_el2_world *w)
{
	w->trfcr = 0;
	w->trblimitr = read_sysreg_s(SYS_TRBLIMITR_EL1);
	if (!(w->trblimitr & LIMITR_E))
		return;
	quiet_trace(w);
	if (keel_hyp_features.tsb_erratum)
		/* Cortex-A710 2054223, Neoverse N2 2067961: the first may do nothing */
		__tsb_csync();
	__tsb_csync();	/* what was traced is out (Arm ARM D7.4) */
	dsb(nsh);
	write_sysreg_s(0, SYS_TRBLIMITR_EL1);
	/* Cortex-A510 2064142: else later writes of the buffer's registers may be lost */
	__tsb_csync();
	dsb(nsh);
	isb();		/* as above */
}

void keel_el2_debug_quiet(struct keel_el2_world *w)
{
	if (w->spe)
		quiet_spe(w);
	if (w->trbe)
		quiet_trbe(w);
	if (w->brbe)
		quiet_brbe(w);
}

/* The buffer before what fills it. */
static void resume_spe(const struct keel_el2_world *w)
{
	write_sysreg_s(w->pmblimitr, SYS_PMBLIMITR_EL1);
	isb();
	write_sysreg_s(w->pmscr, SYS_PMSCR_EL1);
}

static void resume_trbe(const struct keel_el2_world *w)
{
	write_sysreg_s(w->trblimitr, SYS_TRBLIMITR_EL1);
	isb();
	isb();		/* Cortex-A510 2038923: two, before tracing is allowed */
}

void keel_el2_debug_resume(const struct keel_el2_world *w)
{
	if (!((w->pmblimitr | w->trblimitr) & LIMITR_E) && !w->trfcr && !w->brbcr)
		return;
	/* the host's translation stands, and MDCR_EL2 says that the buffers are its own */
	isb();
	if (w->pmblimitr & LIMITR_E)
		resume_spe(w);
	if (w->trblimitr & LIMITR_E)
		resume_trbe(w);
	if (w->trfcr)
		write_sysreg_s(w->trfcr, SYS_TRFCR_EL1);
	if (w->brbcr)
		write_sysreg_s(w->brbcr, SYS_BRBCR_EL1);
}
