// SPDX-License-Identifier: GPL-2.0-only
/* Offsets of struct keel_ctx for the assembly; becomes hyp/offsets.h. */
#include <linux/kbuild.h>
#include <linux/stddef.h>
#include "context.h"

int main(void)
{
	DEFINE(CTX_X, offsetof(struct keel_ctx, x));
	DEFINE(CTX_PC, offsetof(struct keel_ctx, pc));
	DEFINE(CTX_PSTATE, offsetof(struct keel_ctx, pstate));
	DEFINE(CTX_FLAGS, offsetof(struct keel_ctx, flags));
	DEFINE(CTX_SP_EL0, offsetof(struct keel_ctx, sys[KEEL_SP_EL0]));
	DEFINE(CTX_KEYS, offsetof(struct keel_ctx, sys[KEEL_APIAKEYLO_EL1]));
	return 0;
}
