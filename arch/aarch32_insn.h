/* SPDX-License-Identifier: GPL-2.0-only */
/* What is peculiar to a trapped instruction of AArch32: its condition, and the state behind it. */
#ifndef KEEL_ARCH_AARCH32_INSN_H
#define KEEL_ARCH_AARCH32_INSN_H

#include <linux/types.h>

/* All pure. pstate is in the layout of SPSR_EL2. */

/* The instruction trapped although its condition fails, as a CPU may do: it is to be skipped. */
bool keel_aarch32_insn_fails(u64 pstate, u64 esr);
/* PSTATE behind an instruction of AArch32: the IT block advances. */
u64 keel_aarch32_insn_advance(u64 pstate);
/* A mode that AArch32 has at EL1 or EL0, given the whole of PSTATE. */
bool keel_aarch32_insn_mode_valid(u64 pstate);
/* The general register (Arm ARM D1.8) that r0 to r14 is in this mode. */
unsigned int keel_aarch32_insn_reg(u64 pstate, unsigned int r);
/* User or System mode: r13 and r14 are x13 and x14, nothing above is in use by the mode. */
bool keel_aarch32_insn_mode_is_flat(u64 pstate);

#endif
