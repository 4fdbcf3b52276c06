/* SPDX-License-Identifier: GPL-2.0-only */
/* The per-vCPU part of the guest CPU as software. All [v] unless said otherwise. */
#ifndef KEEL_ARCH_ARCH_VCPU_H
#define KEEL_ARCH_ARCH_VCPU_H

#include <linux/types.h>
#include "ldst.h"
#include "pmu_state.h"
#include "traps.h"

/*
 * What the next KVM_RUN has to complete: an access that was the whole instruction, or one of
 * several.
 */
enum keel_mmio_pending { KEEL_MMIO_NONE, KEEL_MMIO_WHOLE, KEEL_MMIO_PART };

/* A load or store that the CPU does not describe, on its way; arch/undescribed.c. */
struct keel_undescribed {
	struct keel_ldst insn;		/* with numbers of x0 to x30 */
	u8 data[KEEL_LDST_MAX_BYTES];	/* as in memory */
	u64 ipa, new_base;
	u16 done;			/* bytes */
	u8 bytes;			/* of the instruction */
	bool big_endian;
	u8 tries;			/* entries for nothing, with this PC and FAR */
	bool no_memory;			/* the host had none to read the instruction with */
	u64 pc, far;
};

struct keel_arch_vcpu {
	unsigned long features;		/* KVM_ARM_VCPU_* given to VCPU_INIT, without POWER_OFF */

	struct keel_traps traps;

	/* Guest debug (KVM_SET_GUEST_DEBUG). */
	u32 guest_debug;		/* KVM_GUESTDBG_*; 0 = off */
	u64 step_pstate;		/* ctx.pstate at the entry for a VMM's step */
	/* the VMM's step began: PSTATE.SS is keel's, clear when the step is over */
	bool ss_armed;
	bool ss_guest_pstate;		/* guest's own SPSR.SS while the VMM steps */
	u64 ss_pc;			/* where the last entry for a step began */
	bool debug_quiet;		/* as of the last flush there is nothing to sync */
	u64 guest_mdscr;		/* guest's own MDSCR_EL1 between debug flush and sync */

	/* Stolen time, see arch/pvtime.c. */
	struct {
		u64 base;		/* IPA, once placed by user space */
		u64 seen;		/* run_delay of the vCPU's thread that is accounted for */
		u64 untold;		/* of what was stolen until then, for want of memory */
		bool placed, started;
	} steal;

	/* The MMIO access being completed by user space or the bus. */
	struct {
		u64 ipa;
		u8 len, rt;
		bool write, sign_extend, reg64;
	} mmio;
	struct keel_undescribed undescribed;

	/* TCR2_EL1, PIRE0_EL1, PIR_EL1: user space's values, at level 6.12 */
	u64 once_listed[3];
	u64 dbgclaim;			/* DBGCLAIM bits */

	/*
	 * SVE: registers by the layout of hyp/sve.h, NULL until finalised; longest vector as user
	 * space wants it, 0: all.
	 */
	void *sve_state;
	unsigned int sve_vq;

	/* CCSIDR_EL1 as user space wrote it, by CSSELR; see arch/cache.c. */
	u16 ccsidr_set;
	u32 ccsidr[14];

	struct keel_pmu_vcpu pmu;
};

#endif
