/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Answers to SMCCC calls that a vCPU's context tells: EL2 gives them at once, and the
 * host where EL2 may not. Pure: for the module, the EL2 image and unit tests.
 */
#ifndef KEEL_HYP_SMCCC_H
#define KEEL_HYP_SMCCC_H

#include <linux/arm-smccc.h>
#include <linux/compiler.h>
#include <linux/types.h>
#include "context.h"

/* Owners (SMCCC, bits 29:24) whose calls the host knows; for the rest there is one answer. */
static __always_inline bool keel_smccc_owner_is_served(u32 fn)
{
	switch (ARM_SMCCC_OWNER_NUM(fn)) {
	case ARM_SMCCC_OWNER_ARCH:
	case ARM_SMCCC_OWNER_STANDARD:
	case ARM_SMCCC_OWNER_STANDARD_HYP:
	case ARM_SMCCC_OWNER_VENDOR_HYP:
		return true;
	}
	return false;
}

/* SMCCC_ARCH_FEATURES of fn. */
static __always_inline s64 keel_smccc_feature(const struct keel_ctx *ctx, u32 fn)
{
	switch (fn) {
	case ARM_SMCCC_VERSION_FUNC_ID:
	case ARM_SMCCC_ARCH_FEATURES_FUNC_ID:
		return SMCCC_RET_SUCCESS;
	case ARM_SMCCC_ARCH_WORKAROUND_1:
		return ctx->smccc_feature[KEEL_FEATURE_WORKAROUND_1];
	case ARM_SMCCC_ARCH_WORKAROUND_2:
		return ctx->smccc_feature[KEEL_FEATURE_WORKAROUND_2];
	case ARM_SMCCC_ARCH_WORKAROUND_3:
		return ctx->smccc_feature[KEEL_FEATURE_WORKAROUND_3];
	case ARM_SMCCC_HV_PV_TIME_FEATURES:
		return ctx->smccc_feature[KEEL_FEATURE_PV_TIME];
	}
	return SMCCC_RET_NOT_SUPPORTED;
}

/* x0 of the call that is in x0 and x1. False: the host's to answer. */
static __always_inline bool keel_smccc_answer(const struct keel_ctx *ctx, u64 *x0)
{
	u32 fn = ctx->x[0];

	if (fn == ARM_SMCCC_VERSION_FUNC_ID)
		*x0 = ARM_SMCCC_VERSION_1_1;
	else if (fn == ARM_SMCCC_ARCH_FEATURES_FUNC_ID)
		*x0 = keel_smccc_feature(ctx, ctx->x[1]);
	else if (!keel_smccc_owner_is_served(fn))
		*x0 = SMCCC_RET_NOT_SUPPORTED;
	else
		return false;
	return true;
}

#endif
