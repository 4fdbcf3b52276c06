/* SPDX-License-Identifier: GPL-2.0-only */
/* PSTATE.PAN on the way back to the host. */
#ifndef KEEL_HYP_HOST_PAN_H
#define KEEL_HYP_HOST_PAN_H
#ifdef __ASSEMBLY__

#ifdef __KEEL_NVHE__
	/* The ERET to the host brings its own back. */
	.macro	host_pan
	.endm
#else
#include <asm/alternative.h>
#include <asm/sysreg.h>
	/*
	 * VHE: an exception from a guest leaves PSTATE.PAN as the guest had it,
	 * as HCR_EL2.TGE is 0 (Arm ARM D1.4.5: set by hardware only for those from
	 * host user space). Kernel code runs with it set; no context switch would
	 * set it either. The capability alone decides: a kernel without PAN does not
	 * have it, and CONFIG_ARM64_PAN is no option any more in later kernels.
	 */
	.macro	host_pan
	ALTERNATIVE("nop", SET_PSTATE_PAN(1), ARM64_HAS_PAN)
	.endm
#endif

#endif
#endif
