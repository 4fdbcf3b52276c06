// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timers as registers: trapped accesses of the guest, ONE_REG with its
 * historic numbers, the VM's counter offsets, the interrupt numbers as vCPU
 * attributes. vCPU mutex held unless said otherwise.
 */
#include <linux/errno.h>
#include <linux/mutex.h>
#include <linux/uaccess.h>
#include <asm/sysreg.h>
#include "../core/compat.h"
#include "../core/kick.h"
#include "../core/vcpus.h"
#include "../nested/below.h"
#include "../nested/el1timer.h"
#include "../nested/nv.h"
#include "arith.h"
#include "clock.h"
#include "timer.h"

/* In every host's Arm ARM, not in every host's header. */
#define CNTPCT_EL0	sys_reg(3, 3, 14, 0, 1)
#define CNTPCTSS_EL0	sys_reg(3, 3, 14, 0, 5)
#define CNTVCTSS_EL0	sys_reg(3, 3, 14, 0, 6)
#define CNTVCT_EL0	sys_reg(3, 3, 14, 0, 2)


static u64 virt_count(struct keel_vcpu *vcpu)
{
	return keel_clock_now() - READ_ONCE(vcpu->vm->timer.voffset);
}

static u64 phys_count(struct keel_vcpu *vcpu)
{
	return keel_clock_now() - READ_ONCE(vcpu->vm->timer.poffset);
}

static bool read_trapped(struct keel_vcpu *vcpu, u32 sysreg, u64 *val)
{
	const u64 *sys = vcpu->ctx.sys;
	u64 ctl = sys[KEEL_CNTP_CTL_EL0], cval = sys[KEEL_CNTP_CVAL_EL0];

	switch (sysreg) {
	case CNTPCT_EL0:
	case CNTPCTSS_EL0:
		*val = phys_count(vcpu);
		return true;
	case CNTVCT_EL0:
	case CNTVCTSS_EL0:
		*val = virt_count(vcpu);
		return true;
	case SYS_CNTP_CTL_EL0:
		*val = keel_arith_read_ctl(ctl, cval, phys_count(vcpu));
		return true;
	case SYS_CNTP_CVAL_EL0:
		*val = cval;
		return true;
	case SYS_CNTP_TVAL_EL0:
		*val = keel_arith_read_tval(cval, phys_count(vcpu));
		return true;
	case SYS_CNTV_CTL_EL0:
		*val = keel_arith_read_ctl(sys[KEEL_CNTV_CTL_EL0], sys[KEEL_CNTV_CVAL_EL0],
					   virt_count(vcpu));
		return true;
	case SYS_CNTV_CVAL_EL0:
		*val = sys[KEEL_CNTV_CVAL_EL0];
		return true;
	case SYS_CNTV_TVAL_EL0:
		*val = keel_arith_read_tval(sys[KEEL_CNTV_CVAL_EL0], virt_count(vcpu));
		return true;
	}
	return false;
}

static bool write_trapped(struct keel_vcpu *vcpu, u32 sysreg, u64 val)
{
	u64 *sys = vcpu->ctx.sys;

	switch (sysreg) {
	case SYS_CNTP_CTL_EL0:
		sys[KEEL_CNTP_CTL_EL0] = val & KEEL_TIMER_WRITABLE;
		return true;
	case SYS_CNTP_CVAL_EL0:
		sys[KEEL_CNTP_CVAL_EL0] = val;
		return true;
	case SYS_CNTP_TVAL_EL0:
		sys[KEEL_CNTP_CVAL_EL0] = keel_arith_tval_to_cval(val, phys_count(vcpu));
		return true;
	case SYS_CNTV_CTL_EL0:
		sys[KEEL_CNTV_CTL_EL0] = val & KEEL_TIMER_WRITABLE;
		return true;
	case SYS_CNTV_CVAL_EL0:
		sys[KEEL_CNTV_CVAL_EL0] = val;
		return true;
	case SYS_CNTV_TVAL_EL0:
		sys[KEEL_CNTV_CVAL_EL0] = keel_arith_tval_to_cval(val, virt_count(vcpu));
		return true;
	}
	return false;
}

/* The lines and the soft timer follow before the next entry. */
bool keel_timer_sysreg(struct keel_vcpu *vcpu, u32 sysreg, bool write, u64 *val)
{
	if (keel_below_is_live(vcpu))
		return keel_el1timer_trap(vcpu, sysreg, write, val);
	return write ? write_trapped(vcpu, sysreg, *val) : read_trapped(vcpu, sysreg, val);
}

int keel_timer_get_reg(struct keel_vcpu *vcpu, u64 id, u64 *val)
{
	const u64 *sys = vcpu->ctx.sys;

	if (keel_nv(vcpu))
		return keel_el1timer_get_reg(vcpu, id, val);
	switch (id) {
	case KVM_REG_ARM_TIMER_CTL:
		*val = keel_arith_read_ctl(sys[KEEL_CNTV_CTL_EL0], sys[KEEL_CNTV_CVAL_EL0],
					   virt_count(vcpu));
		return 0;
	case KVM_REG_ARM_TIMER_CNT:
		*val = virt_count(vcpu);
		return 0;
	case KVM_REG_ARM_TIMER_CVAL:
		*val = sys[KEEL_CNTV_CVAL_EL0];
		return 0;
	case KVM_REG_ARM_PTIMER_CTL:
		*val = keel_arith_read_ctl(sys[KEEL_CNTP_CTL_EL0], sys[KEEL_CNTP_CVAL_EL0],
					   phys_count(vcpu));
		return 0;
	case KVM_REG_ARM_PTIMER_CNT:
		*val = phys_count(vcpu);
		return 0;
	case KVM_REG_ARM_PTIMER_CVAL:
		*val = sys[KEEL_CNTP_CVAL_EL0];
		return 0;
	}
	return -ENOENT;
}

/* Writing a count moves it for the whole VM. */
static void set_count(struct keel_vcpu *vcpu, u64 *offset, u64 count)
{
	if (READ_ONCE(vcpu->vm->timer.offset_fixed))
		return;
	WRITE_ONCE(*offset, keel_clock_now() - count);
	keel_vcpu_request_others(vcpu, KEEL_REQ_TIMER);
}

int keel_timer_set_reg(struct keel_vcpu *vcpu, u64 id, u64 val)
{
	u64 *sys = vcpu->ctx.sys;

	if (keel_nv(vcpu))
		return keel_el1timer_set_reg(vcpu, id, val);
	switch (id) {
	case KVM_REG_ARM_TIMER_CTL:
		sys[KEEL_CNTV_CTL_EL0] = val & KEEL_TIMER_WRITABLE;
		return 0;
	case KVM_REG_ARM_TIMER_CNT:
		set_count(vcpu, &vcpu->vm->timer.voffset, val);
		return 0;
	case KVM_REG_ARM_TIMER_CVAL:
		sys[KEEL_CNTV_CVAL_EL0] = val;
		return 0;
	case KVM_REG_ARM_PTIMER_CTL:
		sys[KEEL_CNTP_CTL_EL0] = val & KEEL_TIMER_WRITABLE;
		return 0;
	case KVM_REG_ARM_PTIMER_CNT:
		set_count(vcpu, &vcpu->vm->timer.poffset, val);
		return 0;
	case KVM_REG_ARM_PTIMER_CVAL:
		sys[KEEL_CNTP_CVAL_EL0] = val;
		return 0;
	}
	return -ENOENT;
}

/*
 * No vCPU may be inside an ioctl: one that runs must not see time jump, and a
 * set_count() must not come in between.
 */
int keel_timer_set_counter_offset(struct keel_vm *vm, const struct kvm_arm_counter_offset *off)
{
	int ret;

	if (off->reserved)
		return -EINVAL;
	mutex_lock(&vm->lock);
	ret = keel_vm_lock_all_vcpus(vm);
	if (!ret) {
		WRITE_ONCE(vm->timer.voffset, off->counter_offset);
		WRITE_ONCE(vm->timer.poffset, off->counter_offset);
		WRITE_ONCE(vm->timer.offset_fixed, true);
		keel_vm_unlock_all_vcpus(vm);
	}
	mutex_unlock(&vm->lock);
	return ret;
}

/* What of the VM's has that timer's INTID, or NULL. */
static u8 *attr_ppi(struct keel_timer_vm *t, const struct kvm_device_attr *attr)
{
	u8 *el1 = t->has_el2 ? t->page_ppi : t->ppi, *el2 = t->has_el2 ? t->ppi : t->page_ppi;

	switch (attr->attr) {
	case KVM_ARM_VCPU_TIMER_IRQ_VTIMER:
		return &el1[KEEL_TIMER_VIRT];
	case KVM_ARM_VCPU_TIMER_IRQ_PTIMER:
		return &el1[KEEL_TIMER_PHYS];
	case KVM_ARM_VCPU_TIMER_IRQ_HVTIMER:
		return &el2[KEEL_TIMER_VIRT];
	case KVM_ARM_VCPU_TIMER_IRQ_HPTIMER:
		return &el2[KEEL_TIMER_PHYS];
	}
	return NULL;
}

int keel_timer_has_attr(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr)
{
	return attr_ppi(&vcpu->vm->timer, attr) ? 0 : -ENXIO;
}

int keel_timer_get_attr(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr)
{
	const u8 *ppi = attr_ppi(&vcpu->vm->timer, attr);

	if (!ppi)
		return -ENXIO;
	return put_user((int)READ_ONCE(*ppi), (int __user *)u64_to_user_ptr(attr->addr));
}

/* The numbers are those of an in-kernel interrupt controller, and of all vCPUs. */
int keel_timer_set_attr(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr)
{
	struct keel_vm *vm = vcpu->vm;
	int intid, err = 0;
	u8 *ppi;

	if (!READ_ONCE(vm->gic.present))
		return -EINVAL;
	if (get_user(intid, (int __user *)u64_to_user_ptr(attr->addr)))
		return -EFAULT;
	if (intid < KEEL_NR_SGIS || intid >= KEEL_NR_PRIVATE)
		return -EINVAL;
	mutex_lock(&vm->config_lock);
	ppi = attr_ppi(&vm->timer, attr);
	if (vm->has_run)
		err = -EBUSY;
	else if (!ppi)
		err = -ENXIO;
	else
		WRITE_ONCE(*ppi, intid);
	mutex_unlock(&vm->config_lock);
	return err;
}

static u16 line_bits(const struct keel_vcpu *vcpu)
{
	return (vcpu->timer.line[KEEL_TIMER_VIRT] ? KVM_ARM_DEV_EL1_VTIMER : 0) |
	       (vcpu->timer.line[KEEL_TIMER_PHYS] ? KVM_ARM_DEV_EL1_PTIMER : 0) |
	       (vcpu->arch.pmu.line ? KVM_ARM_DEV_PMU : 0);
}

#define LINE_BITS	(KVM_ARM_DEV_EL1_VTIMER | KVM_ARM_DEV_EL1_PTIMER | KVM_ARM_DEV_PMU)

/* What user space makes of its page only decides how often it is told. */
bool keel_timer_user_notify(struct keel_vcpu *vcpu)
{
	u64 told = READ_ONCE(vcpu->run->s.regs.device_irq_level);

	if (vcpu->ctx.gic.present)
		return false;
	return (told & LINE_BITS) != line_bits(vcpu);
}

void keel_timer_user_update(struct keel_vcpu *vcpu)
{
	u64 told = READ_ONCE(vcpu->run->s.regs.device_irq_level);

	if (vcpu->ctx.gic.present)
		return;
	WRITE_ONCE(vcpu->run->s.regs.device_irq_level,
		   (told & ~(u64)LINE_BITS) | line_bits(vcpu));
}
