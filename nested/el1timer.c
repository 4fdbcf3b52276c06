// SPDX-License-Identifier: GPL-2.0-only
/*
 * EL1's timers behind virtual EL2, which programs them in the page: without a
 * trap, so that a line follows at the next exit. The virtual count is the physical
 * one less the guest's own CNTVOFF_EL2.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/mutex.h>
#include <asm/sysreg.h>
#include "../core/compat.h"
#include "../core/kick.h"
#include "../timer/arith.h"
#include "../timer/clock.h"
#include "../timer/timer.h"
#include "el1timer.h"
#include "nv.h"

static unsigned int ctl_at(enum keel_timer_id id)
{
	return id == KEEL_TIMER_VIRT ? KEEL_PAGE_CNTV_CTL_EL0 : KEEL_PAGE_CNTP_CTL_EL0;
}

static unsigned int cval_at(enum keel_timer_id id)
{
	return id == KEEL_TIMER_VIRT ? KEEL_PAGE_CNTV_CVAL_EL0 : KEEL_PAGE_CNTP_CVAL_EL0;
}

/* Guest count = host count - this. */
static u64 offset_of(const struct keel_vcpu *vcpu, enum keel_timer_id id)
{
	u64 phys = READ_ONCE(vcpu->vm->timer.poffset);

	return id == KEEL_TIMER_VIRT ? phys + keel_nv_read(vcpu->nv, KEEL_PAGE_CNTVOFF_EL2) : phys;
}

static u64 count(const struct keel_vcpu *vcpu, enum keel_timer_id id)
{
	return keel_clock_now() - offset_of(vcpu, id);
}

/*
 * Reading the counter costs an ISB: only for a timer that is on. Its condition is in the page for
 * the guest to see.
 */
static bool look(struct keel_vcpu *vcpu, enum keel_timer_id id)
{
	u64 ctl = keel_nv_read(vcpu->nv, ctl_at(id)), cval = keel_nv_read(vcpu->nv, cval_at(id));

	if (!(ctl & KEEL_TIMER_ENABLE))
		return false;
	ctl = keel_arith_read_ctl(ctl, cval, count(vcpu, id));
	keel_nv_write(vcpu->nv, ctl_at(id), ctl);
	return (ctl & KEEL_TIMER_ISTATUS) && !(ctl & KEEL_TIMER_IMASK);
}

void keel_el1timer_update(struct keel_vcpu *vcpu)
{
	unsigned int id;

	if (!vcpu->ctx.gic.present)
		return;
	for (id = 0; id < KEEL_NR_TIMERS; id++)
		keel_vgic_set_line(vcpu->vm, vcpu, vcpu->vm->timer.page_ppi[id], look(vcpu, id));
}

static u64 deadline(const struct keel_vcpu *vcpu, enum keel_timer_id id)
{
	u64 ctl = keel_nv_read(vcpu->nv, ctl_at(id)), cval = keel_nv_read(vcpu->nv, cval_at(id));

	if ((ctl & KEEL_TIMER_WRITABLE) != KEEL_TIMER_ENABLE)
		return KEEL_TIMER_NEVER;
	return keel_arith_deadline(ctl, cval, offset_of(vcpu, id), keel_clock_now());
}

u64 keel_el1timer_deadline(const struct keel_vcpu *vcpu)
{
	return min(deadline(vcpu, KEEL_TIMER_VIRT), deadline(vcpu, KEEL_TIMER_PHYS));
}

static bool is_high(const struct keel_vcpu *vcpu, enum keel_timer_id id)
{
	u64 ctl = keel_nv_read(vcpu->nv, ctl_at(id)), cval = keel_nv_read(vcpu->nv, cval_at(id));

	if ((ctl & KEEL_TIMER_WRITABLE) != KEEL_TIMER_ENABLE)
		return false;
	return keel_arith_line(ctl, cval, count(vcpu, id));
}

bool keel_el1timer_is_due(const struct keel_vcpu *vcpu)
{
	/* first the deadline, then the lines: one that passes in between is seen */
	if (keel_el1timer_deadline(vcpu) < READ_ONCE(vcpu->timer.soft_deadline))
		return true;
	return is_high(vcpu, KEEL_TIMER_VIRT) || is_high(vcpu, KEEL_TIMER_PHYS);
}

static void write_reg(struct keel_vcpu *vcpu, enum keel_timer_id id, unsigned int op2, u64 val)
{
	if (op2 == 1)
		keel_nv_write(vcpu->nv, ctl_at(id), val & KEEL_TIMER_WRITABLE);
	else
		keel_nv_write(vcpu->nv, cval_at(id),
			      op2 ? val : keel_arith_tval_to_cval(val, count(vcpu, id)));
}

static u64 read_reg(struct keel_vcpu *vcpu, enum keel_timer_id id, unsigned int op2)
{
	u64 cval = keel_nv_read(vcpu->nv, cval_at(id));

	if (op2 == 1)
		return keel_arith_read_ctl(keel_nv_read(vcpu->nv, ctl_at(id)), cval,
					   count(vcpu, id));
	return op2 ? cval : keel_arith_read_tval(cval, count(vcpu, id));
}

/* By op2: TVAL, CTL, CVAL. CRm: 2 physical, 3 virtual. */
bool keel_el1timer_access(struct keel_vcpu *vcpu, u32 sysreg, bool write, u64 *val)
{
	enum keel_timer_id id = sys_reg_CRm(sysreg) == 3 ? KEEL_TIMER_VIRT : KEEL_TIMER_PHYS;

	if (sys_reg_Op2(sysreg) > 2)
		return false;
	if (write)
		write_reg(vcpu, id, sys_reg_Op2(sysreg), *val);
	else
		*val = read_reg(vcpu, id, sys_reg_Op2(sysreg));
	return true;
}

/* By CRm 0 the counts: CNTPCT, CNTVCT and those that are in order. */
bool keel_el1timer_trap(struct keel_vcpu *vcpu, u32 sysreg, bool write, u64 *val)
{
	unsigned int op2 = sys_reg_Op2(sysreg);

	if (sys_reg_CRm(sysreg))
		return keel_el1timer_access(vcpu, sysreg, write, val);
	if (write)
		return false;
	*val = count(vcpu, op2 == 1 || op2 == 5 ? KEEL_TIMER_PHYS : KEEL_TIMER_VIRT);
	return true;
}

int keel_el1timer_get_reg(struct keel_vcpu *vcpu, u64 id, u64 *val)
{
	switch (id) {
	case KVM_REG_ARM_TIMER_CTL:
		*val = read_reg(vcpu, KEEL_TIMER_VIRT, 1);
		return 0;
	case KVM_REG_ARM_TIMER_CVAL:
		*val = read_reg(vcpu, KEEL_TIMER_VIRT, 2);
		return 0;
	case KVM_REG_ARM_TIMER_CNT:
		*val = count(vcpu, KEEL_TIMER_VIRT);
		return 0;
	case KVM_REG_ARM_PTIMER_CTL:
		*val = read_reg(vcpu, KEEL_TIMER_PHYS, 1);
		return 0;
	case KVM_REG_ARM_PTIMER_CVAL:
		*val = read_reg(vcpu, KEEL_TIMER_PHYS, 2);
		return 0;
	case KVM_REG_ARM_PTIMER_CNT:
		*val = count(vcpu, KEEL_TIMER_PHYS);
		return 0;
	}
	return -ENOENT;
}

/*
 * For the whole VM. Both counters of virtual EL2 are the physical one. config_lock, so that they
 * stay one.
 */
static void move_phys(struct keel_timer_vm *t, u64 offset)
{
	if (READ_ONCE(t->offset_fixed))
		return;
	WRITE_ONCE(t->poffset, offset);
	WRITE_ONCE(t->voffset, offset);
}

static void tell_phys(struct keel_vcpu *vcpu, u64 offset)
{
	vcpu->nv->told_phys = true;
	WRITE_ONCE(vcpu->vm->timer.teller, NULL);
	move_phys(&vcpu->vm->timer, offset);
}

/* A virtual count says where the physical one is, unless that was told too. */
static void tell_virt(struct keel_vcpu *vcpu, u64 offset)
{
	struct keel_timer_vm *t = &vcpu->vm->timer;

	if (vcpu->nv->told_phys)
		return;
	WRITE_ONCE(t->teller, vcpu);
	t->told_virt = offset;
	move_phys(t, offset - keel_nv_read(vcpu->nv, KEEL_PAGE_CNTVOFF_EL2));
}

static void set_count(struct keel_vcpu *vcpu, enum keel_timer_id id, u64 val)
{
	u64 offset = keel_clock_now() - val;

	mutex_lock(&vcpu->vm->config_lock);
	if (id == KEEL_TIMER_VIRT)
		tell_virt(vcpu, offset);
	else
		tell_phys(vcpu, offset);
	mutex_unlock(&vcpu->vm->config_lock);
	keel_vcpu_request_others(vcpu, KEEL_REQ_TIMER);
}

void keel_el1timer_cntvoff_set(struct keel_vcpu *vcpu)
{
	struct keel_timer_vm *t = &vcpu->vm->timer;
	bool moved;

	mutex_lock(&vcpu->vm->config_lock);
	moved = t->teller == vcpu;
	if (moved)
		move_phys(t, t->told_virt - keel_nv_read(vcpu->nv, KEEL_PAGE_CNTVOFF_EL2));
	mutex_unlock(&vcpu->vm->config_lock);
	if (moved)
		keel_vcpu_request_others(vcpu, KEEL_REQ_TIMER);
}

void keel_el1timer_settle(struct keel_vcpu *vcpu)
{
	struct keel_vm *vm = vcpu->vm;

	vcpu->nv->told_phys = false;
	if (!READ_ONCE(vm->timer.teller))
		return;
	mutex_lock(&vm->config_lock);
	WRITE_ONCE(vm->timer.teller, NULL);
	mutex_unlock(&vm->config_lock);
}

int keel_el1timer_set_reg(struct keel_vcpu *vcpu, u64 id, u64 val)
{
	switch (id) {
	case KVM_REG_ARM_TIMER_CTL:
		write_reg(vcpu, KEEL_TIMER_VIRT, 1, val);
		return 0;
	case KVM_REG_ARM_TIMER_CVAL:
		write_reg(vcpu, KEEL_TIMER_VIRT, 2, val);
		return 0;
	case KVM_REG_ARM_TIMER_CNT:
		set_count(vcpu, KEEL_TIMER_VIRT, val);
		return 0;
	case KVM_REG_ARM_PTIMER_CTL:
		write_reg(vcpu, KEEL_TIMER_PHYS, 1, val);
		return 0;
	case KVM_REG_ARM_PTIMER_CVAL:
		write_reg(vcpu, KEEL_TIMER_PHYS, 2, val);
		return 0;
	case KVM_REG_ARM_PTIMER_CNT:
		set_count(vcpu, KEEL_TIMER_PHYS, val);
		return 0;
	}
	return -ENOENT;
}
