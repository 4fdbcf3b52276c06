// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM_ARM_VCPU_PMU_V3_CTRL: what user space says of a vCPU's PMU, and of the VM's through any vCPU.
 */
#include <linux/bitmap.h>
#include <linux/cpumask.h>
#include <linux/errno.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "../core/compat.h"
#include "../core/vcpus.h"
#include "../vgic/vgic.h"
#include "pmu.h"
#include "pmu_host.h"

/* The VM's vCPUs have a PMU, once one of them was told so. */
static bool has_pmu(const struct keel_vm *vm)
{
	return vm->arch.features_set && (vm->arch.features & BIT(KVM_ARM_VCPU_PMU_V3));
}

static bool is_strict(const struct keel_vm *vm)
{
	return vm->arch.features & BIT(KVM_ARM_VCPU_PMU_V3_STRICT);
}

/* A PPI is one number for all vCPUs, an SPI is each one's own. */
static bool irq_is_free(struct keel_vm *vm, u32 irq)
{
	const struct keel_vcpu *vcpu;
	unsigned int i;

	keel_for_each_vcpu(i, vcpu, vm) {
		u32 other = vcpu->arch.pmu.irq;

		if (other && (irq < KEEL_NR_PRIVATE ? other != irq : other == irq))
			return false;
	}
	return true;
}

/* Of those that a kernel like the VM's knows. */
static bool is_known(const struct keel_vm *vm, u64 attr)
{
	return attr <= (vm->arch.abi >= KEEL_ABI_7_3 ? KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS
						     : KVM_ARM_VCPU_PMU_V3_SET_PMU);
}

static int set_irq(struct keel_vcpu *vcpu, const int __user *addr)
{
	struct keel_vm *vm = vcpu->vm;
	int irq;

	if (!vm->gic.present)
		return -EINVAL;
	if (get_user(irq, addr))
		return -EFAULT;
	if (irq < KEEL_NR_SGIS || irq > KEEL_MAX_SPI || !irq_is_free(vm, irq))
		return -EINVAL;
	if (vcpu->arch.pmu.irq)
		return -EBUSY;
	vcpu->arch.pmu.irq = irq;
	return 0;
}

static int create(struct keel_vcpu *vcpu)
{
	struct keel_vm *vm = vcpu->vm;
	u32 irq = vcpu->arch.pmu.irq;
	int err;

	if (!vm->arch.pmu.host)
		return -ENXIO;
	if (vm->gic.present) {
		if (!vm->gic.initialised)
			return -ENODEV;
		if (!irq)
			return -ENXIO;
		err = keel_vgic_own(vm, irq < KEEL_NR_PRIVATE ? vcpu : NULL, irq);
		if (err)
			return err;
	}
	vcpu->arch.pmu.created = true;
	return 0;
}

/* The first range decides what holds for events outside of all. */
static int make_filter(struct keel_pmu_vm *pmu, unsigned int nr, bool allow)
{
	if (pmu->filter)
		return 0;
	pmu->filter = bitmap_alloc(nr, GFP_KERNEL_ACCOUNT);
	if (!pmu->filter)
		return -ENOMEM;
	if (allow)
		bitmap_zero(pmu->filter, nr);
	else
		bitmap_fill(pmu->filter, nr);
	return 0;
}

/* Any event of the host's PMU can be named, whatever version the guest is to see. */
static int set_filter(struct keel_vm *vm, const struct kvm_pmu_event_filter __user *addr)
{
	unsigned int nr = keel_pmu_nr_events(keel_pmu_host_version());
	struct kvm_pmu_event_filter f;
	int err;

	if (copy_from_user(&f, addr, sizeof(f)))
		return -EFAULT;
	if ((u32)f.base_event + f.nevents > nr || f.action > KVM_PMU_EVENT_DENY)
		return -EINVAL;
	if (vm->has_run)
		return -EBUSY;
	if (!vm->arch.pmu.host)
		return -ENXIO;
	err = make_filter(&vm->arch.pmu, nr, f.action == KVM_PMU_EVENT_ALLOW);
	if (err)
		return err;
	if (f.action == KVM_PMU_EVENT_ALLOW)
		bitmap_set(vm->arch.pmu.filter, f.base_event, f.nevents);
	else
		bitmap_clear(vm->arch.pmu.filter, f.base_event, f.nevents);
	return 0;
}

static int set_pmu(struct keel_vm *vm, const int __user *addr)
{
	struct keel_pmu_vm *pmu = &vm->arch.pmu;
	const struct keel_pmu_host *host;
	int type;

	if (get_user(type, addr))
		return -EFAULT;
	host = keel_pmu_host_of_type(type);
	if (!host)
		return -ENXIO;
	if (vm->has_run || (pmu->filter && pmu->host != host))
		return -EBUSY;
	pmu->host = host;
	pmu->pinned = true;
	pmu->slots = is_strict(vm) ? host->slots : 0;
	WRITE_ONCE(pmu->n, host->n);
	return 0;
}

static int set_nr_counters(struct keel_vm *vm, const unsigned int __user *addr)
{
	struct keel_pmu_vm *pmu = &vm->arch.pmu;
	unsigned int n;

	if (get_user(n, addr))
		return -EFAULT;
	if (!pmu->host || n > pmu->host->n)
		return -EINVAL;
	WRITE_ONCE(pmu->n, n);
	return 0;
}

static int set_locked(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr)
{
	void __user *addr = u64_to_user_ptr(attr->addr);

	if (!has_pmu(vcpu->vm))
		return -ENODEV;
	if (vcpu->arch.pmu.created)
		return -EBUSY;
	if (!is_known(vcpu->vm, attr->attr))
		return -ENXIO;
	switch (attr->attr) {
	case KVM_ARM_VCPU_PMU_V3_IRQ:
		return set_irq(vcpu, addr);
	case KVM_ARM_VCPU_PMU_V3_INIT:
		return create(vcpu);
	case KVM_ARM_VCPU_PMU_V3_FILTER:
		return set_filter(vcpu->vm, addr);
	case KVM_ARM_VCPU_PMU_V3_SET_PMU:
		return set_pmu(vcpu->vm, addr);
	case KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS:
		return set_nr_counters(vcpu->vm, addr);
	default:
		return -ENXIO;
	}
}

int keel_pmu_set_attr(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr)
{
	int err;

	mutex_lock(&vcpu->vm->config_lock);
	err = set_locked(vcpu, attr);
	mutex_unlock(&vcpu->vm->config_lock);
	return err;
}

static int get_irq(struct keel_vcpu *vcpu, int *irq)
{
	if (!vcpu->vm->gic.present)
		return -EINVAL;
	if (!has_pmu(vcpu->vm))
		return -ENODEV;
	*irq = vcpu->arch.pmu.irq;
	return *irq ? 0 : -ENXIO;
}

int keel_pmu_get_attr(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr)
{
	int err, irq;

	if (attr->attr != KVM_ARM_VCPU_PMU_V3_IRQ)
		return -ENXIO;
	mutex_lock(&vcpu->vm->config_lock);
	err = get_irq(vcpu, &irq);
	mutex_unlock(&vcpu->vm->config_lock);
	return err ? err : put_user(irq, (int __user *)u64_to_user_ptr(attr->addr));
}

int keel_pmu_has_attr(struct keel_vcpu *vcpu, const struct kvm_device_attr *attr)
{
	bool has;

	mutex_lock(&vcpu->vm->config_lock);
	has = has_pmu(vcpu->vm) && is_known(vcpu->vm, attr->attr);
	mutex_unlock(&vcpu->vm->config_lock);
	return has ? 0 : -ENXIO;
}
