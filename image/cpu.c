// SPDX-License-Identifier: GPL-2.0-only
/*
 * An image's sections of a vCPU. Its registers are those of KVM_GET_REG_LIST, read and written as
 * user space would. Not so the timers': a count goes on, and an ISTATUS comes by itself.
 */
#include <linux/build_bug.h>
#include <linux/kvm.h>
#include <linux/slab.h>
#include <asm/esr.h>
#include "../arch/arch.h"
#include "../arch/onereg.h"
#include "../arch/pmu_logic.h"
#include "../core/kick.h"
#include "../hyp/hyp.h"
#include "../nested/gic.h"
#include "../nested/nv.h"
#include "parts.h"

/* what the parser lets through has room where it is loaded */
static_assert(KEEL_IMAGE_MAX_REG == KEEL_ONEREG_MAX);
static_assert(KEEL_IMAGE_MAX_VCPUS == KEEL_MAX_VCPUS);
static_assert(KEEL_NR_OWN == KEEL_IMAGE_EL2_OWN);
static_assert(KEEL_PAGE_SIZE == sizeof_field(struct keel_image_el2, page));

void keel_image_write_vcpu_config(struct keel_vcpu *vcpu, struct keel_image_out *out)
{
	struct keel_image_vcpu_config c = {
		.id = vcpu->id,
		.pmu_irq = vcpu->arch.pmu.irq,
		.rd_base = vcpu->gic.rd_base,
		.steal_base = vcpu->arch.steal.base,
		.pmu_created = vcpu->arch.pmu.created,
		.steal_placed = vcpu->arch.steal.placed,
	};

	keel_image_section(out, KEEL_IMAGE_VCPU_CONFIG, vcpu->idx, &c, sizeof(c));
}

/*
 * CNT{P,V}_{CTL,CVAL,TVAL}_EL0 and CNT{P,V}CT_EL0, also by user space's other numbers for them;
 * CNTH{P,V}_*_EL2.
 */
static bool is_timer(u64 id)
{
	u64 crm = (id & KVM_REG_ARM64_SYSREG_CRM_MASK) >> KVM_REG_ARM64_SYSREG_CRM_SHIFT;
	u64 enc = id & (KVM_REG_ARM_COPROC_MASK | KVM_REG_ARM64_SYSREG_OP0_MASK |
			KVM_REG_ARM64_SYSREG_OP1_MASK | KVM_REG_ARM64_SYSREG_CRN_MASK);
	u64 el0 = ARM64_SYS_REG(3, 3, 14, 0, 0) & ~(KVM_REG_ARM64 | KVM_REG_SIZE_MASK);
	u64 el2 = ARM64_SYS_REG(3, 4, 14, 0, 0) & ~(KVM_REG_ARM64 | KVM_REG_SIZE_MASK);

	return (enc == el0 && (crm == 0 || crm == 2 || crm == 3)) ||
	       (enc == el2 && (crm == 2 || crm == 3));
}

static void write_reg(struct keel_vcpu *vcpu, u64 id, void *arg)
{
	u32 room = keel_image_reg_room(id);
	struct keel_image_out *out = arg;
	u64 *at;

	if (is_timer(id))
		return;
	at = keel_image_reserve(out, room);
	if (!at)
		return;
	at[0] = id;
	at[room / sizeof(*at) - 1] = 0;
	out->err = keel_onereg_read(vcpu, id, &at[1]);
}

void keel_image_write_regs(struct keel_vcpu *vcpu, struct keel_image_out *out)
{
	keel_image_begin(out, KEEL_IMAGE_REGS, vcpu->idx);
	keel_onereg_each(vcpu, write_reg, out);
	keel_image_end(out);
}

static u8 lines_of(const struct keel_vcpu *vcpu)
{
	return (test_bit(KEEL_LINE_IRQ, &vcpu->ctx.lines) ? KEEL_IMAGE_LINE_IRQ : 0) |
	       (test_bit(KEEL_LINE_FIQ, &vcpu->ctx.lines) ? KEEL_IMAGE_LINE_FIQ : 0);
}

void keel_image_write_vcpu(struct keel_vcpu *vcpu, struct keel_image_out *out)
{
	const u64 *sys = vcpu->ctx.sys;
	struct keel_image_vcpu c = {
		.mp_state = READ_ONCE(vcpu->mp_state),
		.serror = test_bit(KEEL_LINE_SERROR, &vcpu->ctx.lines),
		.lines = lines_of(vcpu),
		.vsesr = vcpu->ctx.vsesr,
		.dbgclaim = vcpu->arch.dbgclaim,
		.cntv_ctl = sys[KEEL_CNTV_CTL_EL0],
		.cntv_cval = sys[KEEL_CNTV_CVAL_EL0],
		.cntp_ctl = sys[KEEL_CNTP_CTL_EL0],
		.cntp_cval = sys[KEEL_CNTP_CVAL_EL0],
	};

	keel_image_section(out, KEEL_IMAGE_VCPU, vcpu->idx, &c, sizeof(c));
}

void keel_image_write_el2(struct keel_vcpu *vcpu, struct keel_image_out *out)
{
	const struct keel_nv *nv = keel_nv(vcpu);
	struct keel_image_el2 *e;

	if (!nv)
		return;
	keel_image_begin(out, KEEL_IMAGE_EL2, vcpu->idx);
	e = keel_image_reserve(out, sizeof(*e));
	if (e) {
		memset(e, 0, sizeof(*e));
		memcpy(e->page, nv->page, sizeof(e->page));
		memcpy(e->own, nv->own, sizeof(e->own));
		e->el1 = nv->el1;
		e->mdcr_written = nv->mdcr_written;
		e->vtr = keel_ich_vtr(keel_hyp_gic_vtr());
	}
	keel_image_end(out);
}

/* What it has already is not written: some registers take nothing any more, some nothing ever. */
static int load_reg(struct keel_vcpu *vcpu, const u64 *reg)
{
	u64 is[KEEL_ONEREG_MAX / sizeof(u64)] __aligned(16);
	int err = keel_onereg_read(vcpu, reg[0], is);

	if (err)
		return err;
	if (!memcmp(is, &reg[1], KVM_REG_SIZE(reg[0])))
		return 0;
	return keel_onereg_write(vcpu, reg[0], &reg[1]);
}

/* Another number of counters is no error of ONE_REG, and no change. */
static bool has_taken(struct keel_vcpu *vcpu, const u64 *reg)
{
	u64 is;

	if (reg[0] != ARM64_SYS_REG(3, 3, 9, 12, 0))
		return true;
	return !keel_onereg_read(vcpu, reg[0], &is) && !((is ^ reg[1]) >> KEEL_PMCR_N_SHIFT & 0x1f);
}

static int load_regs(struct keel_vcpu *vcpu, struct keel_image *image)
{
	u32 len = 0, room;
	const void *reg = keel_image_find(image, KEEL_IMAGE_REGS, vcpu->idx, &len);
	bool all = true;

	for (; len; len -= room, reg += room) {
		room = keel_image_reg_room(*(const u64 *)reg);
		all &= !load_reg(vcpu, reg) && has_taken(vcpu, reg);
	}
	return all ? 0 : -EXDEV;
}

static void load_line(struct keel_vcpu *vcpu, enum keel_line line, bool level)
{
	assign_bit(line, &vcpu->ctx.lines, level);
}

static void load_state(struct keel_vcpu *vcpu, const struct keel_image_vcpu *c)
{
	u64 *sys = vcpu->ctx.sys;

	spin_lock(&vcpu->power_lock);
	WRITE_ONCE(vcpu->mp_state, c->mp_state);
	spin_unlock(&vcpu->power_lock);
	load_line(vcpu, KEEL_LINE_SERROR, c->serror);
	load_line(vcpu, KEEL_LINE_IRQ, c->lines & KEEL_IMAGE_LINE_IRQ);
	load_line(vcpu, KEEL_LINE_FIQ, c->lines & KEEL_IMAGE_LINE_FIQ);
	vcpu->ctx.vsesr = c->vsesr;
	vcpu->arch.dbgclaim = c->dbgclaim;
	sys[KEEL_CNTV_CTL_EL0] = c->cntv_ctl;
	sys[KEEL_CNTV_CVAL_EL0] = c->cntv_cval;
	sys[KEEL_CNTP_CTL_EL0] = c->cntp_ctl;
	sys[KEEL_CNTP_CVAL_EL0] = c->cntp_cval;
}

/*
 * All of it is the guest's own to write. What user space told of the counters is in the image's
 * clock.
 */
static void load_el2(struct keel_nv *nv, const struct keel_image_el2 *e)
{
	memcpy(nv->page, e->page, sizeof(e->page));
	memcpy(nv->own, e->own, sizeof(e->own));
	nv->el1 = e->el1;
	nv->mdcr_written = e->mdcr_written;
	nv->told_phys = false;
}

int keel_image_load_vcpu(struct keel_vcpu *vcpu, struct keel_image *image)
{
	int err = load_regs(vcpu, image);

	/*
	 * a PMU that has fewer counters than PMCR_EL0 gives it has dropped bits of what comes
	 * before that
	 */
	if (!err && vcpu->arch.pmu.on)
		err = load_regs(vcpu, image);
	load_state(vcpu, keel_image_get(image, KEEL_IMAGE_VCPU, vcpu->idx));
	if (keel_nv(vcpu))
		load_el2(vcpu->nv, keel_image_get(image, KEEL_IMAGE_EL2, vcpu->idx));
	if (vcpu->arch.pmu.on)
		keel_request(vcpu, KEEL_REQ_PMU);
	return err;
}
