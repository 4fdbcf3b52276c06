// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Turns the syndrome registers of one guest exit into struct keel_exit. Nobody
 * else takes ESR_EL2 apart. Whether HPFAR_EL2 held a valid address is for the
 * world switch to settle; a valid value is expected here.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/types.h>
#include <asm/esr.h>
#include "exit.h"

/* Arm ARM D24.2.58 HPFAR_EL2: FIPA[51:12] in bits 43:4; bit 63 is NS. */
#define HPFAR_FIPA	GENMASK_ULL(43, 4)
#define HPFAR_TO_IPA	8
#define PAGE_OFFSET_4K	GENMASK_ULL(11, 0)

/* ISS of a trapped MSR, MRS or System instruction (EC 0x18). */
#define ISS_SYS_OP0	GENMASK(21, 20)
#define ISS_SYS_OP2	GENMASK(19, 17)
#define ISS_SYS_OP1	GENMASK(16, 14)
#define ISS_SYS_CRN	GENMASK(13, 10)
#define ISS_SYS_RT	GENMASK(9, 5)
#define ISS_SYS_CRM	GENMASK(4, 1)
#define ISS_SYS_READ	BIT(0)

/* ISS of a trapped MCRR or MRRC (EC 0x04, 0x0c). That of MCR and MRC is the one above without op0. */
#define ISS_CP_OPC1	GENMASK(19, 16)
#define ISS_CP_RT2	GENMASK(14, 10)

/* ISS of a trapped WFI, WFE, WFIT or WFET (EC 0x01). */
#define ISS_WFX_RN	GENMASK(9, 5)
#define ISS_WFX_RV	BIT(2)
#define ISS_WFX_TIMEOUT	BIT(1)
#define ISS_WFX_WFE	BIT(0)

#define ISS_IMM16	GENMASK(15, 0)

static bool is_permission(u8 fsc)
{
	return (fsc & ESR_ELx_FSC_TYPE) == ESR_ELx_FSC_PERM;
}

/*
 * Does the access need write permission? A walk that is refused although it
 * may read wanted to update the descriptor. Cache maintenance reports WnR = 1
 * always, but needs to write only where permission is what it lacked (DC IVAC).
 */
static bool wants_write(const struct keel_abort *a, u64 esr)
{
	if (a->s1ptw)
		return is_permission(a->fsc);
	if (a->exec || !(esr & ESR_ELx_WNR))
		return false;
	return !a->cm || is_permission(a->fsc);
}

static struct keel_abort decode_abort(u64 esr, bool exec)
{
	struct keel_abort a = {
		.exec = exec,
		.s1ptw = esr & ESR_ELx_S1PTW,
		.fnv = esr & ESR_ELx_FnV,
		.ea = esr & ESR_ELx_EA,
		.fsc = esr & ESR_ELx_FSC,
	};

	if (!exec) {
		a.cm = esr & ESR_ELx_CM;
		a.isv = esr & ESR_ELx_ISV;
	}
	a.write = wants_write(&a, esr);
	if (a.isv) {
		a.size_log2 = FIELD_GET(ESR_ELx_SAS, esr);
		a.sign_extend = esr & ESR_ELx_SSE;
		a.rt = FIELD_GET(ESR_ELx_SRT_MASK, esr);
		a.reg64 = esr & ESR_ELx_SF;
	}
	return a;
}

/* HPFAR of a walk's fault is the descriptor's page, FAR an address of another space. */
static ipa_t decode_ipa(const struct keel_abort *a, u64 far, u64 hpfar)
{
	u64 page = (hpfar & HPFAR_FIPA) << HPFAR_TO_IPA;

	return ipa(a->s1ptw ? page : page | (far & PAGE_OFFSET_4K));
}

static struct keel_sysreg_trap decode_sysreg(u64 esr)
{
	return (struct keel_sysreg_trap) {
		.op0 = FIELD_GET(ISS_SYS_OP0, esr),
		.op1 = FIELD_GET(ISS_SYS_OP1, esr),
		.crn = FIELD_GET(ISS_SYS_CRN, esr),
		.crm = FIELD_GET(ISS_SYS_CRM, esr),
		.op2 = FIELD_GET(ISS_SYS_OP2, esr),
		.rt = FIELD_GET(ISS_SYS_RT, esr),
		.write = !(esr & ISS_SYS_READ),
	};
}

static struct keel_cp_trap decode_cp(u64 esr)
{
	return (struct keel_cp_trap) {
		.opc1 = FIELD_GET(ISS_SYS_OP1, esr),
		.crn = FIELD_GET(ISS_SYS_CRN, esr),
		.crm = FIELD_GET(ISS_SYS_CRM, esr),
		.opc2 = FIELD_GET(ISS_SYS_OP2, esr),
		.rt = FIELD_GET(ISS_SYS_RT, esr),
		.write = !(esr & ISS_SYS_READ),
	};
}

static struct keel_cp_trap decode_cp_wide(u64 esr)
{
	return (struct keel_cp_trap) {
		.opc1 = FIELD_GET(ISS_CP_OPC1, esr),
		.crm = FIELD_GET(ISS_SYS_CRM, esr),
		.rt = FIELD_GET(ISS_SYS_RT, esr),
		.rt2 = FIELD_GET(ISS_CP_RT2, esr),
		.write = !(esr & ISS_SYS_READ),
	};
}

static void decode_wfx(struct keel_exit *e, u64 esr)
{
	e->wfx.wfe = esr & ISS_WFX_WFE;
	e->wfx.timeout = esr & ISS_WFX_TIMEOUT;
	e->wfx.rn_valid = esr & ISS_WFX_RV;
	e->wfx.rn = FIELD_GET(ISS_WFX_RN, esr);
}

struct keel_exit keel_exit_decode(u64 esr, u64 far, u64 hpfar)
{
	struct keel_exit e = {
		.ec = ESR_ELx_EC(esr),
		.il = esr & ESR_ELx_IL,
		.iss = esr & ESR_ELx_ISS_MASK,
		.esr = esr,
		.far = far,
	};

	switch (e.ec) {
	case ESR_ELx_EC_IABT_LOW:
	case ESR_ELx_EC_DABT_LOW:
		e.abort = decode_abort(esr, e.ec == ESR_ELx_EC_IABT_LOW);
		e.ipa = decode_ipa(&e.abort, far, hpfar);
		break;
	case ESR_ELx_EC_SYS64:
		e.sysreg = decode_sysreg(esr);
		break;
	case ESR_ELx_EC_CP15_32:
	case ESR_ELx_EC_CP14_MR:
	case ESR_ELx_EC_CP10_ID:
		e.cp = decode_cp(esr);
		break;
	case ESR_ELx_EC_CP15_64:
	case ESR_ELx_EC_CP14_64:
		e.cp = decode_cp_wide(esr);
		break;
	case ESR_ELx_EC_WFx:
		decode_wfx(&e, esr);
		break;
	case ESR_ELx_EC_HVC32:
	case ESR_ELx_EC_HVC64:
	case ESR_ELx_EC_SMC64:
	case ESR_ELx_EC_SVC64:
	case ESR_ELx_EC_BRK64:
		e.imm = FIELD_GET(ISS_IMM16, esr);
		break;
	}
	return e;
}
