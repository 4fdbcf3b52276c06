// SPDX-License-Identifier: GPL-2.0-only
/* Offsets of structures for the assembly; becomes hyp/offsets.h. */
#include <linux/kbuild.h>
#include <linux/stddef.h>
#include "../nvhe/el2.h"
#include "context.h"

int main(void)
{
	DEFINE(CTX_X, offsetof(struct keel_ctx, x));
	DEFINE(CTX_PC, offsetof(struct keel_ctx, pc));
	DEFINE(CTX_PSTATE, offsetof(struct keel_ctx, pstate));
	DEFINE(CTX_FLAGS, offsetof(struct keel_ctx, flags));
	DEFINE(CTX_SP_EL0, offsetof(struct keel_ctx, sys[KEEL_SP_EL0]));
	DEFINE(CTX_KEYS, offsetof(struct keel_ctx, sys[KEEL_APIAKEYLO_EL1]));

	DEFINE(CPU_MAIR, offsetof(struct keel_el2_cpu, mair));
	DEFINE(CPU_TTBR0, offsetof(struct keel_el2_cpu, ttbr0));
	DEFINE(CPU_VECTORS, offsetof(struct keel_el2_cpu, vectors));
	DEFINE(CPU_STACK, offsetof(struct keel_el2_cpu, stack));
	DEFINE(CPU_FOUND, offsetof(struct keel_el2_cpu, found));
	DEFINE(CPU_HOST_FRAME, offsetof(struct keel_el2_cpu, host_frame));
	/* two words above it hold the stack pointer that overflowed */
	DEFINE(CPU_SPARE_STACK, offsetof(struct keel_el2_cpu, spare_stack) +
	       sizeof_field(struct keel_el2_cpu, spare_stack) - 16);
	return 0;
}
