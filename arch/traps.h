/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What of a vCPU traps to EL2: HCR_EL2, MDCR_EL2, HCRX_EL2 and the fine-grained traps
 * as the world switch loads them from vcpu->ctx. All are written here alone, but
 * for HCR_EL2.VI and VF (hyp/gicc_fast.h). vCPU mutex.
 */
#ifndef KEEL_ARCH_TRAPS_H
#define KEEL_ARCH_TRAPS_H

#include <linux/types.h>

struct keel_vcpu;

/* Accesses to debug registers; and exceptions of debug, too. */
enum keel_trap_debug { KEEL_TRAP_DEBUG_NONE, KEEL_TRAP_DEBUG_ACCESS, KEEL_TRAP_DEBUG_ALL };

/* What it was composed from, as far as that changes while the vCPU runs. [v] */
struct keel_traps {
	u64 hcr, mdcr;		/* what does not */
	bool wfe;		/* WFE: another task wants the CPU */
	/* writes of SCTLR_EL1 and kin: no FWB, and the guest's caches are off */
	bool vm;
	enum keel_trap_debug debug;
};

/*
 * All of it, from the vCPU's features and ctx->idregs, and what EL2 has to know of them
 * beside (KEEL_CTX_PAUTH, KEEL_CTX_FP_MORE). Sleepable; takes config_lock. The next entry
 * loads it.
 */
void keel_traps_compose(struct keel_vcpu *vcpu);
/* What runs is another context of a vCPU with virtual EL2 (nested/below.h). Sleepable. */
void keel_traps_change_context(struct keel_vcpu *vcpu);
/* One of what changes. The controls are loaded at each entry. IRQs on or off. */
void keel_traps_set_vm(struct keel_vcpu *vcpu, bool vm);
void keel_traps_set_debug(struct keel_vcpu *vcpu, enum keel_trap_debug debug);
/*
 * WFE, in which a vCPU waits for what another one holds, gives this CPU away if
 * somebody else wants it. If nobody does, it waits in the guest. A preemption
 * meanwhile only means that it is asked again.
 */
void keel_traps_choose_wfe(struct keel_vcpu *vcpu);

#endif
