// SPDX-License-Identifier: GPL-2.0-only
/*
 * TRNG firmware interface 1.0 (Arm DEN 0098) for guests, fed by the host's
 * random number generator. vCPU mutex held.
 */
#include <linux/arm-smccc.h>
#include <linux/random.h>
#include <linux/string.h>
#include "../core/objects.h"
#include "smccc.h"
#include "smccc_logic.h"
#include "trng.h"

#define TRNG_VERSION_1_0	0x10000
#define TRNG_SUCCESS		0
#define TRNG_NOT_SUPPORTED	(-1)
#define TRNG_INVALID_PARAMETERS	(-2)

/* Names this back end: 6b8f3d52-0c1e-4c59-9a7d-3be21f40c865, as four little-endian words. */
static const u32 uuid[4] = { 0x523d8f6b, 0x594c1e0c, 0xe23b7d9a, 0x65c8401f };

static void give_bits(struct keel_vcpu *vcpu, u64 bits, bool wide)
{
	u64 rnd[3], x[3];

	if (!keel_smccc_logic_trng_bits_valid(bits, wide)) {
		keel_smccc_return(vcpu, TRNG_INVALID_PARAMETERS, 0, 0, 0);
		return;
	}
	get_random_bytes(rnd, sizeof(rnd));
	keel_smccc_logic_trng_pack(rnd, bits, wide, x);
	keel_smccc_return(vcpu, TRNG_SUCCESS, x[0], x[1], x[2]);
	memzero_explicit(rnd, sizeof(rnd));
	memzero_explicit(x, sizeof(x));
}

void keel_trng_call(struct keel_vcpu *vcpu)
{
	u64 arg = vcpu->ctx.x[1];

	switch ((u32)vcpu->ctx.x[0]) {
	case ARM_SMCCC_TRNG_VERSION:
		keel_smccc_return(vcpu, TRNG_VERSION_1_0, 0, 0, 0);
		break;
	case ARM_SMCCC_TRNG_FEATURES:
		keel_smccc_return(vcpu, keel_smccc_logic_trng_implemented(arg) ?
				  TRNG_SUCCESS : TRNG_NOT_SUPPORTED, 0, 0, 0);
		break;
	case ARM_SMCCC_TRNG_GET_UUID:
		keel_smccc_return(vcpu, uuid[0], uuid[1], uuid[2], uuid[3]);
		break;
	case ARM_SMCCC_TRNG_RND32:
		give_bits(vcpu, (u32)arg, false);
		break;
	case ARM_SMCCC_TRNG_RND64:
		give_bits(vcpu, arg, true);
		break;
	}
}
