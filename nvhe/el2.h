/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The contract between the host side and the EL2 image under nVHE: host
 * calls, and what each CPU shares with EL2. Documentation/el2-abi.rst says
 * the same in prose.
 *
 * At EL2 a virtual address is the physical one, so an address in these
 * structures is a physical address for both sides.
 */
#ifndef KEEL_NVHE_EL2_H
#define KEEL_NVHE_EL2_H

#include "el2_bits.h"

#ifndef __ASSEMBLY__
#include <linux/types.h>
#include "../hyp/context.h"
#include "../hyp/features.h"
#include "../hyp/gicv3.h"
#include "../hyp/mpam.h"

/*
 * Host calls: HVC #0 at EL1, x0 = KEEL_CALL(nr), x1.. the arguments. On return
 * x0 is a result >= 0 or -errno, x1 a value for the calls that give one;
 * x2..x17 are unknown, all else is as before. An unknown number is answered
 * by SMCCC_RET_NOT_SUPPORTED, an argument that EL2 cannot use by -EINVAL.
 * Context: the CPU is taken. Those that act on this CPU alone: IRQs off.
 * EL2 is given back by the stub's own HVC_RESET_VECTORS.
 */
enum keel_call {
	KEEL_CALL_VERSION,	/* -> x1 = KEEL_EL2_VERSION */
	KEEL_CALL_UNMAP_SYNC,	/* EL2's translations are dropped on every CPU: after an unmap */
	KEEL_CALL_GIC_PROBE,	/* -> x1 = ICH_VTR_EL2; -ENODEV without a GICv3's interface */
	KEEL_CALL_RUN,		/* x1 = context. IRQs off -> x0 = enum keel_exit_code */
	KEEL_CALL_TLB_VMID,	/* x1 = VTTBR_EL2, x2 = VTCR_EL2 */
	KEEL_CALL_TLB_IPA,	/* ... x3 = operand of TLBI IPAS2E1IS */
	KEEL_CALL_TLB_RANGE,	/* ... x3 = first IPA, x4 = pages */
	KEEL_CALL_TLB_LOCAL,	/* ... this CPU only, and its instruction cache. IRQs off */
	KEEL_CALL_TLB_ALL,
	KEEL_NR_CALLS
};

/* EL2 registers as the host has them. It cannot change them: read once, when the CPU is taken. */
struct keel_host_el2 {
	u64 hcr, hcrx, cptr, hstr, mdcr, cnthctl;
	u64 vpidr, vmpidr;
	u64 hfgrtr, hfgwtr, hfgitr, hdfgrtr, hdfgwtr;
	u64 sre;
	struct keel_mpam mpam;
};

/* The world switch's part of a CPU. nvhe/el2/switch.c's and nvhe/el2/vgic.c's. */
struct keel_el2_world {
	u64 guest;			/* context whose world is loaded, 0: the host's */
	struct keel_host_el2 host;
	/* the host's EL1 registers while a guest's are in the CPU */
	u64 el1[KEEL_NR_REGS];
	/* stack pointer for keel_guest_enter(), in whose frame the host's keys are; else 0 */
	u64 frame;
	struct keel_gicv3_live gic;
	bool spe, trbe;			/* the host may have a profiling or a trace buffer */
	bool trf, brbe;			/* the CPU can trace, can record branches */
	/* the host's; without the E bit there is nothing to start again */
	u64 pmblimitr, trblimitr;
	/* the host's PMSCR_EL1, TRFCR_EL1 while stopped; the latter 0: it was */
	u64 pmscr, trfcr;
	u64 brbcr;			/* the same of BRBCR_EL1 */
	/* the host's counters that stand still, as in PMCNTENSET_EL0 */
	u64 pmstopped;
	struct keel_debug_regs debug;	/* the host's, while the guest's are in the CPU */
};

/* What EL2 was given with, for giving it back. Written at the take, at EL2. */
struct keel_el2_found {
	u64 vbar, sctlr, tcr, mair, ttbr0, tpidr, sp;
};

#define KEEL_EL2_TRACE	16

/* An exception that EL2's code must not cause. Written at EL2, printed by the host. */
struct keel_el2_report {
	u64 valid;		/* set last at EL2, cleared by the host */
	u64 x[31], sp, pc, pstate;
	u64 esr, far, hpfar, hcr, sctlr, par;
	u64 vector;		/* number of the vector's entry, 0..15 */
	u64 guest;		/* keel_el2_world.guest at the time */
	u64 depth;		/* return addresses in trace */
	u64 trace[KEEL_EL2_TRACE];
};

/*
 * One for each CPU, on its own pages, mapped at EL2; TPIDR_EL2 holds its
 * address. "host": written before the take, cleaned to the point of
 * coherence, as EL2 first reads it with its MMU off.
 */
struct keel_el2_cpu {
	/* host; the assembly's part, at fixed offsets */
	u64 mair, tcr, ttbr0, sctlr;
	u64 vectors;		/* run-time vectors, for the host */
	u64 stack;		/* top */
	/* vectors while a guest runs: keel_vectors of the CPU's branch-history kind */
	u64 guest_vectors;
	u64 bhb_loops;
	struct keel_hyp_features features;

	/* EL2's */
	struct keel_el2_found found;
	struct keel_el2_world world;
	u64 host_frame;		/* of the host call in progress: what a report returns by */
	struct keel_el2_report report;
	u64 spare_stack[192] __aligned(16);	/* for the report of a stack overflow */
};
#endif

#endif
