// SPDX-License-Identifier: GPL-2.0-only
/*
 * Stolen time: how long this vCPU's thread was ready to run but did not get a
 * CPU, written to a structure in guest memory whose place user space chose.
 * The guest may scribble over the structure; it only misleads itself.
 */
#include <linux/align.h>
#include <linux/arm-smccc.h>
#include <linux/build_bug.h>
#include <linux/errno.h>
#include <linux/sched.h>
#include <linux/sched/stat.h>
#include <linux/uaccess.h>
#include <asm/pvclock-abi.h>
#include "../core/objects.h"
#include "pvtime.h"

static_assert(sizeof(struct pvclock_vcpu_stolen_time) == 64);

#define STOLEN_OFFSET	offsetof(struct pvclock_vcpu_stolen_time, stolen_time)

bool keel_pvtime_supported(void)
{
	return sched_info_on();
}

s64 keel_pvtime_feature(struct keel_vcpu *vcpu, u32 fn)
{
	switch (fn) {
	case ARM_SMCCC_HV_PV_TIME_FEATURES:
	case ARM_SMCCC_HV_PV_TIME_ST:
		if (vcpu->arch.steal.placed)
			return SMCCC_RET_SUCCESS;
	}
	return SMCCC_RET_NOT_SUPPORTED;
}

s64 keel_pvtime_start(struct keel_vcpu *vcpu)
{
	static const struct pvclock_vcpu_stolen_time zero;

	if (!vcpu->arch.steal.placed)
		return SMCCC_RET_NOT_SUPPORTED;
	if (keel_guest_write_by(vcpu, ipa(vcpu->arch.steal.base), &zero, sizeof(zero)))
		return SMCCC_RET_NOT_SUPPORTED;
	return vcpu->arch.steal.base;
}

static int add_stolen(struct keel_vcpu *vcpu, u64 ns)
{
	ipa_t where = ipa(vcpu->arch.steal.base + STOLEN_OFFSET);
	__le64 total;
	int err = keel_guest_read(vcpu->vm, where, &total, sizeof(total));

	if (err)
		return err;
	total = cpu_to_le64(le64_to_cpu(total) + ns);
	return keel_guest_write_by(vcpu, where, &total, sizeof(total));
}

/*
 * Accounting needs no PV_TIME_ST: a restored guest made that call long ago.
 * What a thread suffered before its first run of the vCPU is not counted, nor
 * is the difference between two threads. A slot that user space has since
 * removed is no error: there is nobody to tell. What the host has no memory to
 * tell now comes with what is stolen next.
 */
void keel_pvtime_update(struct keel_vcpu *vcpu)
{
	u64 delay = current->sched_info.run_delay, seen = vcpu->arch.steal.seen;

	if (!vcpu->arch.steal.placed || (vcpu->arch.steal.started && delay == seen))
		return;
	if (vcpu->arch.steal.started && delay > seen) {
		vcpu->arch.steal.untold += delay - seen;
		if (add_stolen(vcpu, vcpu->arch.steal.untold) != -ENOMEM)
			vcpu->arch.steal.untold = 0;
	}
	vcpu->arch.steal.seen = delay;
	vcpu->arch.steal.started = true;
}

int keel_pvtime_has_attr(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr)
{
	return keel_pvtime_supported() && attr->attr == KVM_ARM_VCPU_PVTIME_IPA ? 0 : -ENXIO;
}

int keel_pvtime_get_attr(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr)
{
	u64 base = vcpu->arch.steal.placed ? vcpu->arch.steal.base : ~0ULL;
	int ret = keel_pvtime_has_attr(vcpu, attr);

	if (ret)
		return ret;
	return put_user(base, (u64 __user *)u64_to_user_ptr(attr->addr));
}

int keel_pvtime_set_attr(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr)
{
	int ret = keel_pvtime_has_attr(vcpu, attr);
	u64 base;

	if (ret)
		return ret;
	if (get_user(base, (u64 __user *)u64_to_user_ptr(attr->addr)))
		return -EFAULT;
	if (!IS_ALIGNED(base, sizeof(struct pvclock_vcpu_stolen_time)))
		return -EINVAL;
	if (vcpu->arch.steal.placed)
		return -EEXIST;
	if (!keel_guest_is_memory(vcpu->vm, ipa(base)))
		return -EINVAL;
	vcpu->arch.steal.base = base;
	vcpu->arch.steal.placed = true;
	return 0;
}
