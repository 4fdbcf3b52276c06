/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which errata of CPUs concern a hypervisor, and what keel does about each: one
 * table, by MIDR_EL1 and by what the host's kernel says it works around. Pure.
 * core/errata.c asks it for this machine.
 */
#ifndef KEEL_CORE_ERRATA_TABLE_H
#define KEEL_CORE_ERRATA_TABLE_H

#include <linux/types.h>

/*
 * Workarounds, as bit numbers. The numbers are an interface: module parameter
 * "fixes" (Documentation/errata.rst).
 */
enum keel_fix {
	KEEL_FIX_AT,		/* walks are forbidden while two regimes' registers are mixed */
	KEEL_FIX_TLBI,		/* a broadcast TLBI is complete only after another one */
	KEEL_FIX_PAR,		/* DMBs around reads of PAR_EL1 */
	KEEL_FIX_HCR,		/* DSB before, ISB after each write of HCR_EL2 */
	KEEL_FIX_HPFAR,		/* a translation fault's HPFAR_EL2 is not to be believed */
	/* no common translations (CnP) at stage 2, none offered to guests */
	KEEL_FIX_CNP,
	KEEL_FIX_AF,		/* no hardware access flag at stage 2 */
	KEEL_FIX_TCR,		/* TCR_EL1.{HA,HD} stay 0 in guests */
	KEEL_FIX_CNTVOFF,	/* CNTVOFF_EL2 stays 0, guests' virtual timer and counter trap */
	KEEL_FIX_TVM,		/* guests' writes of translation registers always trap */
	KEEL_FIX_NO_GIC,	/* no GIC of the host's for guests */
	/* SPSR_EL2 is not to be believed after a PAC trap in a VMM's step */
	KEEL_FIX_STEP,
	KEEL_FIX_TSB,		/* TSB CSYNC twice */
	KEEL_FIX_BF16,		/* BFloat16 is hidden from guests */
	/* guests that lack their own workaround can stop the machine: say so */
	KEEL_FIX_TRUST,
	KEEL_FIX_DBM,		/* no hardware dirty state at stage 2 */
	KEEL_NR_FIXES
};

#define KEEL_FIX(name)	(1U << KEEL_FIX_##name)

/*
 * Capabilities of the host's kernel (ARM64_WORKAROUND_*), whatever numbers it has for them:
 * core/host.c.
 */
enum keel_kcap {
	KEEL_KCAP_SPECULATIVE_AT,
	KEEL_KCAP_REPEAT_TLBI,
	KEEL_KCAP_1508412,
	KEEL_KCAP_832075,
	KEEL_KCAP_834220,
	KEEL_KCAP_2077057,
	KEEL_KCAP_2658417,
	KEEL_KCAP_TSB,
	KEEL_KCAP_AC03_CPU_38,
	KEEL_KCAP_AC04_CPU_23,
	KEEL_KCAP_CNTVOFF,
	KEEL_KCAP_TX2_TVM,
	KEEL_KCAP_30115,
	KEEL_KCAP_SEIS,
	KEEL_KCAP_CNP,
	KEEL_KCAP_DBM,		/* none says so: the kernel leaves the feature off on such a CPU */
	KEEL_NR_KCAPS
};

/* MIDR_EL1 of that model, from one revision to another; the bits of mask count. */
struct keel_cpu_range {
	u32 model, mask;
	u8 from, to;		/* KEEL_REVISION() */
};

struct keel_erratum {
	const char *name;			/* the vendor's number, for the log */
	const struct keel_cpu_range *cpus;	/* up to one with model 0 */
	u32 fixes;
	u8 kcap;				/* enum keel_kcap */
	bool smt;				/* only where a core has several hardware threads */
};

/* One CPU. */
struct keel_cpu_id {
	u32 midr, revidr;
	bool smt;		/* MPIDR_EL1: not the first thread of its core */
};

/* Row i, or NULL behind the last. */
const struct keel_erratum *keel_errata_row(unsigned int i);
bool keel_errata_row_has(const struct keel_erratum *row, struct keel_cpu_id id);
/* KEEL_FIX() of all that this CPU has. */
u32 keel_errata_of_cpu(struct keel_cpu_id id);

#endif
