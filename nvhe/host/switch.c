// SPDX-License-Identifier: GPL-2.0-only
/*
 * The host's side of the world switch under nVHE: RUN, and what of it only the
 * host can do. The switch itself is nvhe/el2/switch.c.
 *
 * IRQs off, preemption off.
 */
#include <linux/bitops.h>
#include <asm/cpufeature.h>
#include <asm/daifflags.h>
#include <asm/sysreg.h>
#include "../../arch/pmu.h"
#include "../../core/objects.h"
#include "../../hyp/hyp.h"
#include "call.h"

static long call_run_masked(struct keel_vcpu *vcpu)
{
	bool others = keel_pmu_others_any();
	long code;

	if (keel_pmu_on(vcpu))
		keel_pmu_enter(vcpu);
	if (others)
		keel_pmu_others_enter(&vcpu->ctx);
	code = keel_call(KEEL_CALL_RUN, vcpu->ctx.self, 0, 0, 0).ret;
	if (keel_pmu_on(vcpu))
		keel_pmu_leave(vcpu);
	if (others)
		keel_pmu_others_leave(&vcpu->ctx);
	return code;
}

/*
 * "IRQs off" may be the GIC's priority mask (pseudo-NMI), which also decides what
 * ends a guest's run: open while PSTATE keeps the host from being interrupted.
 */
static long call_run(struct keel_vcpu *vcpu)
{
	long code;

	if (!system_uses_irq_prio_masking())
		return call_run_masked(vcpu);
	local_daif_mask();
	pmr_sync();	/* the GIC knows before the guest runs */
	code = call_run_masked(vcpu);
	local_daif_restore(DAIF_PROCCTX_NOIRQ);
	return code;
}

int keel_nvhe_run(struct keel_vcpu *vcpu)
{
	struct keel_ctx *ctx = &vcpu->ctx;
	long code = call_run(vcpu);

	if (ctx->flags & KEEL_CTX_VSE_TAKEN) {
		ctx->flags &= ~KEEL_CTX_VSE_TAKEN;
		clear_bit(KEEL_LINE_SERROR, &ctx->lines);
	}
	/* EL2 died, under this guest or another, and has said so; or it is not keel's */
	return code < 0 || code > KEEL_EXIT_FAILED ? KEEL_EXIT_FAILED : code;
}
