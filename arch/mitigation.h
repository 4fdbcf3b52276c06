/* SPDX-License-Identifier: GPL-2.0-only */
/* What firmware and CPU offer against speculation attacks, as a guest may know it. */
#ifndef KEEL_ARCH_MITIGATION_H
#define KEEL_ARCH_MITIGATION_H

#include <linux/types.h>

/* Ordered: a system is as good as its worst CPU. */
enum keel_mitigation_level {
	KEEL_MITIGATION_NONE,		/* not available, or not known */
	KEEL_MITIGATION_CALL,		/* a call protects: the firmware's, or keel's exit for it */
	KEEL_MITIGATION_UNAFFECTED,
};

enum keel_mitigation_id {
	KEEL_MITIGATION_BP,		/* branch predictor, SMCCC_ARCH_WORKAROUND_1 */
	KEEL_MITIGATION_SSB,		/* store bypass, SMCCC_ARCH_WORKAROUND_2 */
	KEEL_MITIGATION_BHB,		/* branch history, SMCCC_ARCH_WORKAROUND_3 */
	KEEL_NR_MITIGATIONS
};

/* Once at load; IPIs every online CPU. Without it every level is NONE. */
void keel_mitigation_module_init(void);
/*
 * Does this CPU resist no less than guests are told? One that came late may not. IRQs off, on it.
 */
bool keel_mitigation_cpu_suffices(void);
/* Guests are told CSV3. */
bool keel_mitigation_no_meltdown(void);
enum keel_mitigation_level keel_mitigation_level(enum keel_mitigation_id id);
/* Make the firmware call on behalf of the guest, on this CPU, unless its exit has made it. */
void keel_mitigation_call(enum keel_mitigation_id id);

#endif
