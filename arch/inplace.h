/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KEEL_ARCH_INPLACE_H
#define KEEL_ARCH_INPLACE_H

#include <linux/types.h>

struct keel_vcpu;

enum keel_inplace {
	KEEL_INPLACE_NO,	/* nothing was done: an exit as any other */
	KEEL_INPLACE_DONE,	/* the guest goes on */
	KEEL_INPLACE_LEAVE,	/* done, but the guest must be left: vcpu->kick_owed */
};

/* May it be one of those, by a first look? code: enum keel_exit_code. Nothing is touched. */
bool keel_inplace_candidate(const struct keel_vcpu *vcpu, int code);
/* A candidate's exit, its syndrome collected. The guest's world but the host's vectors; IRQs off. */
enum keel_inplace keel_inplace_exit(struct keel_vcpu *vcpu, int code);

#endif
