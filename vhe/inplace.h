/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The second tier of an exit, under VHE: what the host's code answers with the guest's
 * EL1 state still in the CPU. The first look is here, since each exit pays for it.
 */
#ifndef KEEL_VHE_INPLACE_H
#define KEEL_VHE_INPLACE_H

#include <linux/types.h>
#include <asm/esr.h>
#include "../core/objects.h"
#include "../nested/below.h"

enum keel_inplace {
	KEEL_INPLACE_NO,	/* nothing was done: an exit as any other */
	KEEL_INPLACE_DONE,	/* the guest goes on */
	KEEL_INPLACE_LEAVE,	/* done, but the guest must be left: somebody has to be told */
};

/* The functions of vhe/inplace.c that exits.def names; "none" is 0. */
enum { KEEL_INPLACE_HAS_none, KEEL_INPLACE_HAS_sysreg, KEEL_INPLACE_HAS_access, KEEL_INPLACE_HAS_eret };

/*
 * May it be one of those, by a first look, with KEEL_CTX_NO_FAST? code: enum keel_exit_code.
 * Nothing is touched.
 */
static inline bool keel_inplace_candidate_below(const struct keel_vcpu *vcpu, int code)
{
	return keel_below_is_live(vcpu) && !vcpu->arch.guest_debug && code == KEEL_EXIT_SYNC &&
	       ESR_ELx_EC(vcpu->ctx.esr) == ESR_ELx_EC_SYS64;
}

/* The same without that. */
static __always_inline bool keel_inplace_candidate(const struct keel_vcpu *vcpu, int code)
{
	if (code == KEEL_EXIT_IRQ)
		return keel_timer_fired(vcpu);
	if (code != KEEL_EXIT_SYNC)
		return false;
	switch (ESR_ELx_EC(vcpu->ctx.esr)) {
#define EXIT(ec, class, el2, inplace, host)	case ec: return KEEL_INPLACE_HAS_##inplace;
#include "../hyp/exits.def"
	}
	return false;
}

/*
 * A candidate's exit, its syndrome collected. The guest's world but the host's vectors; IRQs off.
 */
enum keel_inplace keel_inplace_exit(struct keel_vcpu *vcpu, int code);

#endif
