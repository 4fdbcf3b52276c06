/* SPDX-License-Identifier: GPL-2.0-only */
/* What the assembly and the mode-independent EL2 code offer to vhe/ and nvhe/. */
#ifndef KEEL_HYP_ENTRY_H
#define KEEL_HYP_ENTRY_H

#include <linux/types.h>
#include <asm/debug-monitors.h>
#include <asm/ptrace.h>
#include <asm/sysreg.h>
#include "context.h"

/* DAIF masked, guest control registers loaded; enum keel_exit_code. */
int keel_guest_enter(struct keel_ctx *ctx);
/*
 * The host's SP_EL0, and its pointer-authentication keys, out of keel_guest_enter()'s frame, for a
 * guest that was abandoned.
 */
void keel_host_frame_load(u64 end, bool keys);
/*
 * Into PAR_EL1; false: the guest's tables lie where a walk aborts. Guest's EL1 registers and keel's
 * vectors in the CPU.
 */
bool keel_at_guest(u64 va);
bool keel_at_guest_write(u64 va);
/* The same for EL0, and for EL1 with PSTATE.PAN. */
bool keel_at_guest_el0(u64 va);
bool keel_at_guest_el0_write(u64 va);
bool keel_at_guest_pan(u64 va);
bool keel_at_guest_pan_write(u64 va);
/* Without FEAT_RAS: whether the guest left an SError pending. DAIF masked. */
bool keel_serror_window(void);

/*
 * Called by the assembly with the guest's control registers still loaded: true
 * if the exit is dealt with and the guest goes on.
 */
bool keel_fast_exit(struct keel_ctx *ctx, int code);

void keel_fpsimd_save(struct user_fpsimd_state *st);
void keel_fpsimd_load(const struct user_fpsimd_state *st);
/* Z, P and FFR as in hyp/sve.h, FPSR and FPCR in st. */
void keel_sve_save(void *state, struct user_fpsimd_state *st);
void keel_sve_load(const void *state, const struct user_fpsimd_state *st);
unsigned int keel_sve_vl(void);

extern char keel_vectors[];
extern u64 keel_bhb_loops;

/* Over an instruction of AArch64 that was emulated. */
static inline void keel_hyp_skip(struct keel_ctx *ctx)
{
	ctx->pc += 4;
	ctx->pstate &= ~(u64)(PSR_BTYPE_MASK | DBG_SPSR_SS);
}

/*
 * Mode twins: may this world read and write every byte there; and the guest's
 * SCTLR_EL1 while it is in the CPU. Under nVHE EL2's own tables know (nvhe/el2/calls.c),
 * under VHE the host's word is good.
 */
#ifdef __KEEL_NVHE__
bool keel_calls_writable(u64 addr, u64 size);

static inline bool keel_world_has(u64 addr, u64 size)
{
	return keel_calls_writable(addr, size);
}

static inline u64 keel_world_sctlr(void)
{
	return read_sysreg(sctlr_el1);
}
#else
static inline bool keel_world_has(u64 addr, u64 size)
{
	return true;
}

static inline u64 keel_world_sctlr(void)
{
	return read_sysreg_s(SYS_SCTLR_EL12);
}
#endif

#endif
