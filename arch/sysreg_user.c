// SPDX-License-Identifier: GPL-2.0-only
/* ONE_REG's views of system registers. Context: vCPU mutex held, sleepable. */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/mutex.h>
#include <asm/sysreg.h>
#include "../core/kick.h"
#include "../hyp/hyp.h"
#include "cache.h"
#include "idlimits.h"
#include "idreg.h"
#include "sve.h"
#include "sysreg.h"

static int get_plain(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 *val)
{
	*val = keel_sr_read(vcpu, r->reg);
	return 0;
}

static int set_plain(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 val)
{
	keel_sr_write(vcpu, r->reg, val);
	return 0;
}

const struct keel_sysreg_user keel_sysreg_user_plain = { .get = get_plain, .set = set_plain };

static bool has_pauth(const struct keel_vcpu *vcpu)
{
	return vcpu->arch.features & BIT(KVM_ARM_VCPU_PTRAUTH_ADDRESS);
}

const struct keel_sysreg_user keel_sysreg_user_key = {
	.get = get_plain, .set = set_plain, .visible = has_pauth,
};

const struct keel_sysreg_user keel_sysreg_user_zcr = {
	.get = get_plain, .set = set_plain, .visible = keel_sve_has,
};

static unsigned int idx(const struct keel_sysreg *r)
{
	return KEEL_IDLIMITS_IDX(sys_reg_CRm(r->enc), sys_reg_Op2(r->enc));
}

static int get_idreg(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 *val)
{
	mutex_lock(&vcpu->vm->config_lock);
	*val = keel_idreg_read(vcpu->vm, idx(r));
	mutex_unlock(&vcpu->vm->config_lock);
	return 0;
}

static int set_idreg(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 val)
{
	return keel_idreg_write(vcpu, idx(r), val);
}

const struct keel_sysreg_user keel_sysreg_user_idreg = { .get = get_idreg, .set = set_idreg };

static int get_mpidr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 *val)
{
	*val = vcpu->ctx.sys[KEEL_MPIDR_EL1];
	return 0;
}

/* Any value, at any time, as in KVM: two vCPUs with one affinity harm only their own VM. */
static int set_mpidr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 val)
{
	/* read without a lock by lookups of other vCPUs */
	WRITE_ONCE(vcpu->ctx.sys[KEEL_MPIDR_EL1], val);
	keel_request(vcpu, KEEL_REQ_RELOAD);
	return 0;
}

const struct keel_sysreg_user keel_sysreg_user_mpidr = { .get = get_mpidr, .set = set_mpidr };

/* The host's, as they were when the VM was created; user space may only confirm them. */
#define INVARIANT(reg) \
	static int get_##reg(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 *val) \
	{ \
		*val = vcpu->vm->arch.reg; \
		return 0; \
	} \
	static int set_##reg(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 val) \
	{ \
		return val == vcpu->vm->arch.reg ? 0 : -EINVAL; \
	} \
	const struct keel_sysreg_user keel_sysreg_user_##reg = { .get = get_##reg, .set = set_##reg }

INVARIANT(midr);
INVARIANT(revidr);
INVARIANT(aidr);

static int get_clidr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 *val)
{
	*val = READ_ONCE(vcpu->vm->arch.clidr);
	return 0;
}

static int set_clidr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 val)
{
	return keel_cache_set_clidr(vcpu, val);
}

const struct keel_sysreg_user keel_sysreg_user_clidr = { .get = get_clidr, .set = set_clidr };

static int get_ctr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 *val)
{
	*val = READ_ONCE(vcpu->vm->arch.ctr);
	return 0;
}

static int set_ctr(struct keel_vcpu *vcpu, const struct keel_sysreg *r, u64 val)
{
	return keel_cache_set_ctr(vcpu, val);
}

const struct keel_sysreg_user keel_sysreg_user_ctr = { .get = get_ctr, .set = set_ctr };
