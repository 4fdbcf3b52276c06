// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* ICH_*_EL2 that are computed from others, and for the CPU (IHI 0069, 12.4). */
#include <linux/bits.h>
#include <linux/types.h>
#include "gic.h"

#define LR_PENDING	BIT_ULL(62)
#define LR_STATE	GENMASK_ULL(63, 62)
#define LR_HW		BIT_ULL(61)
#define LR_GROUP	BIT_ULL(60)
#define LR_PRIORITY	GENMASK_ULL(55, 48)
#define LR_PINTID	GENMASK_ULL(44, 32)	/* with HW */
#define LR_VINTID	GENMASK_ULL(31, 0)
#define LR_EOI		BIT_ULL(41)	/* without HW */

#define HCR_EN		BIT_ULL(0)
#define HCR_UIE		BIT_ULL(1)
#define HCR_LRENPIE	BIT_ULL(2)
#define HCR_NPIE	BIT_ULL(3)
/* VGrp0EIE, VGrp0DIE, VGrp1EIE, VGrp1DIE, as in MISR */
#define HCR_GRPS	GENMASK_ULL(7, 4)
/* TC, TALL0, TALL1, TDIR */
#define HCR_TRAPS	(BIT_ULL(10) | BIT_ULL(11) | BIT_ULL(12) | BIT_ULL(14))
#define HCR_EOICOUNT	GENMASK_ULL(31, 27)
#define HCR_EOICOUNT_1	BIT_ULL(27)
#define VMCR_ENG0	BIT_ULL(0)
#define VMCR_ENG1	BIT_ULL(1)

#define MISR_EOI	BIT_ULL(0)
#define MISR_U		BIT_ULL(1)
#define MISR_LRENP	BIT_ULL(2)
#define MISR_NP		BIT_ULL(3)

#define VTR_PRI_PRE	GENMASK_ULL(31, 26)
#define VTR_NV4		BIT_ULL(20)
#define VTR_TDS		BIT_ULL(19)
#define VTR_LISTREGS	GENMASK_ULL(4, 0)

static bool wants_eoi(u64 lr)
{
	return (lr & (LR_HW | LR_EOI)) == LR_EOI;
}

u64 keel_ich_eisr(const u64 *lr, unsigned int n)
{
	u64 val = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!(lr[i] & LR_STATE) && wants_eoi(lr[i]))
			val |= BIT_ULL(i);
	return val;
}

u64 keel_ich_elrsr(const u64 *lr, unsigned int n)
{
	u64 val = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		if (!(lr[i] & LR_STATE) && !wants_eoi(lr[i]))
			val |= BIT_ULL(i);
	return val;
}

/* How many of them are pending and not active, or hold anything at all. */
static unsigned int count(const u64 *lr, unsigned int n, bool pending)
{
	unsigned int i, found = 0;

	for (i = 0; i < n; i++)
		found += pending ? (lr[i] & LR_STATE) == LR_PENDING : !!(lr[i] & LR_STATE);
	return found;
}

static u64 groups(u64 vmcr)
{
	return (vmcr & VMCR_ENG0 ? BIT_ULL(4) : BIT_ULL(5)) | (vmcr & VMCR_ENG1 ? BIT_ULL(6) : BIT_ULL(7));
}

u64 keel_ich_misr(u64 hcr, u64 vmcr, const u64 *lr, unsigned int n)
{
	u64 val = hcr & HCR_GRPS & groups(vmcr);

	if (keel_ich_eisr(lr, n))
		val |= MISR_EOI;
	if ((hcr & HCR_UIE) && count(lr, n, false) <= 1)
		val |= MISR_U;
	if ((hcr & HCR_LRENPIE) && (hcr & HCR_EOICOUNT))
		val |= MISR_LRENP;
	if ((hcr & HCR_NPIE) && !count(lr, n, true))
		val |= MISR_NP;
	return val;
}

/*
 * No SError on a wrong access, no Aff3, 16 bits of INTID; virtual LPIs and SGIs of a GICv4 are none
 * of the guest's.
 */
u64 keel_ich_vtr(u64 vtr)
{
	return (vtr & (VTR_PRI_PRE | VTR_TDS | VTR_LISTREGS)) | VTR_NV4;
}

static u64 for_cpu(u64 lr)
{
	u64 val = lr & (LR_STATE | LR_GROUP | LR_PRIORITY | LR_VINTID);

	return lr & LR_HW ? val | LR_EOI : val | (lr & LR_EOI);
}

unsigned int keel_ich_load(const u64 *lr, unsigned int n, u64 *cpu, u8 *from)
{
	unsigned int i, loaded = 0;

	for (i = 0; i < n; i++) {
		if (!(lr[i] & LR_STATE))
			continue;
		cpu[loaded] = for_cpu(lr[i]);
		from[loaded++] = i;
	}
	return loaded;
}

u64 keel_ich_fold(u64 lr, u64 cpu)
{
	return (lr & ~LR_STATE) | (cpu & LR_STATE);
}

int keel_ich_ended(u64 lr, u64 cpu)
{
	return (lr & LR_HW) && (lr & LR_STATE) && !(cpu & LR_STATE) ? (int)((lr & LR_PINTID) >> 32)
								    : -1;
}

u32 keel_ich_hcr_for_cpu(u64 hcr, bool told)
{
	u64 events = told ? 0 : HCR_UIE | HCR_NPIE | HCR_GRPS;

	/* LRENPIE as well where it is told: it is by that that EOIs are counted */
	if (!told || !(hcr & HCR_EOICOUNT))
		events |= HCR_LRENPIE;
	return hcr & (HCR_EN | HCR_TRAPS | HCR_EOICOUNT | events);
}

u64 keel_ich_fold_count(u64 hcr, unsigned int count)
{
	return (hcr & ~HCR_EOICOUNT) | (count * HCR_EOICOUNT_1 & HCR_EOICOUNT);
}

bool keel_ich_has_pending(const u64 *lr, unsigned int n)
{
	return count(lr, n, true);
}
