// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * Turns the syndrome registers of one guest exit into struct keel_exit, for who
 * answers with the host's code. Whether HPFAR_EL2 held a valid address is for the
 * world switch to settle; a valid value is expected here.
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/types.h>
#include <asm/esr.h>
#include "../hyp/syndrome.h"
#include "exit.h"

#define PAGE_OFFSET_4K	GENMASK_ULL(11, 0)

/*
 * ISS of a trapped MCRR or MRRC (EC 0x04, 0x0c). That of MCR and MRC is the one above without op0.
 */
#define ISS_CP_OPC1	GENMASK(19, 16)
#define ISS_CP_RT2	GENMASK(14, 10)

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
	u64 page = keel_hpfar_page(hpfar);

	return ipa(a->s1ptw ? page : page | (far & PAGE_OFFSET_4K));
}

static struct keel_sysreg_trap decode_sysreg(u64 esr)
{
	return (struct keel_sysreg_trap) {
		.op0 = FIELD_GET(KEEL_ESR_OP0, esr),
		.op1 = FIELD_GET(KEEL_ESR_OP1, esr),
		.crn = FIELD_GET(KEEL_ESR_CRN, esr),
		.crm = FIELD_GET(KEEL_ESR_CRM, esr),
		.op2 = FIELD_GET(KEEL_ESR_OP2, esr),
		.rt = FIELD_GET(KEEL_ESR_SYS_RT, esr),
		.write = !(esr & KEEL_ESR_READ),
	};
}

static struct keel_cp_trap decode_cp(u64 esr)
{
	return (struct keel_cp_trap) {
		.opc1 = FIELD_GET(KEEL_ESR_OP1, esr),
		.crn = FIELD_GET(KEEL_ESR_CRN, esr),
		.crm = FIELD_GET(KEEL_ESR_CRM, esr),
		.opc2 = FIELD_GET(KEEL_ESR_OP2, esr),
		.rt = FIELD_GET(KEEL_ESR_SYS_RT, esr),
		.write = !(esr & KEEL_ESR_READ),
	};
}

static struct keel_cp_trap decode_cp_wide(u64 esr)
{
	return (struct keel_cp_trap) {
		.opc1 = FIELD_GET(ISS_CP_OPC1, esr),
		.crm = FIELD_GET(KEEL_ESR_CRM, esr),
		.rt = FIELD_GET(KEEL_ESR_SYS_RT, esr),
		.rt2 = FIELD_GET(ISS_CP_RT2, esr),
		.write = !(esr & KEEL_ESR_READ),
	};
}

static void decode_wfx(struct keel_exit *e, u64 esr)
{
	e->wfx.wfe = esr & KEEL_ESR_WFX_WFE;
	e->wfx.timeout = esr & KEEL_ESR_WFX_TIMEOUT;
	e->wfx.rn_valid = esr & KEEL_ESR_WFX_RV;
	e->wfx.rn = FIELD_GET(KEEL_ESR_WFX_RN, esr);
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
