// SPDX-License-Identifier: GPL-2.0-only
/*
 * The vCPU object: creation and the end. KVM_RUN is in core/run.c, the other
 * ioctls in core/vcpu_ioctl.c.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include "../arch/arch.h"
#include "../arch/pmu.h"
#include "../arch/sve.h"
#include "../nested/nested.h"
#include "kick.h"
#include "exit_stat.h"
#include "vcpu.h"
#include "vcpu_ioctl.h"
#include "vcpus.h"
#include "vm.h"

static struct keel_vcpu *alloc(struct keel_vm *vm, unsigned int id)
{
	/* in the linear map: EL2 under nVHE goes by physical addresses */
	struct keel_vcpu *vcpu = alloc_pages_exact(sizeof(*vcpu), GFP_KERNEL_ACCOUNT | __GFP_ZERO);

	if (!vcpu)
		return NULL;
	vcpu->run = (struct kvm_run *)get_zeroed_page(GFP_KERNEL_ACCOUNT);
	if (!vcpu->run)
		goto err_free;
	vcpu->ctx.self = keel_hyp_share(&vcpu->ctx, PAGE_ALIGN(sizeof(vcpu->ctx)));
	if (!vcpu->ctx.self)
		goto err_run;
	vcpu->vm = vm;
	if (keel_exit_stat_vcpu_init(vcpu))
		goto err_unshare;
	if (keel_mmu_vcpu_init(vcpu))
		goto err_times;
	vcpu->id = id;
	vcpu->idx = vm->nr_vcpus;
	vcpu->resident_cpu = -1;
	vcpu->last_cpu = -1;
	vcpu->mp_state = KVM_MP_STATE_RUNNABLE;
	mutex_init(&vcpu->mutex);
	spin_lock_init(&vcpu->power_lock);
	rcuwait_init(&vcpu->wait);
	keel_exit_stat_begin(vcpu);
	keel_timer_vcpu_init(vcpu);
	keel_vgic_vcpu_init(vcpu);
	keel_pmu_vcpu_init(vcpu);
	/* what user space restored when there was no vCPU is for the first to come */
	keel_request(vcpu, KEEL_REQ_ITS);
	return vcpu;

err_times:
	keel_exit_stat_vcpu_destroy(vcpu);
err_unshare:
	keel_hyp_unshare(&vcpu->ctx, PAGE_ALIGN(sizeof(vcpu->ctx)));
err_run:
	free_page((unsigned long)vcpu->run);
err_free:
	free_pages_exact(vcpu, sizeof(*vcpu));
	return NULL;
}

void keel_vcpu_evict(struct keel_vcpu *vcpu)
{
	keel_hyp_put(vcpu);
}

void keel_vcpu_destroy(struct keel_vcpu *vcpu)
{
	keel_timer_vcpu_destroy(vcpu);
	keel_pmu_vcpu_destroy(vcpu);
	keel_mmu_vcpu_destroy(vcpu);
	keel_sve_destroy(vcpu);
	keel_nested_vcpu_destroy(vcpu);
	keel_exit_stat_vcpu_destroy(vcpu);
	put_pid(vcpu->pid);
	free_page((unsigned long)vcpu->run);
	keel_hyp_unshare(&vcpu->ctx, PAGE_ALIGN(sizeof(vcpu->ctx)));
	free_pages_exact(vcpu, sizeof(*vcpu));
}

static int check_create(struct keel_vm *vm, unsigned long id)
{
	unsigned int max = keel_vgic_max_vcpus(vm);
	int err;

	if (id >= max || vm->nr_vcpus >= max)
		return -EINVAL;
	mutex_lock(&vm->config_lock);
	err = keel_place_check_create(vm);
	mutex_unlock(&vm->config_lock);
	if (err)
		return err;
	return vm->vcpu_by_id[id] ? -EEXIST : 0;
}

/*
 * Asked again under the lock: a GICv2 may have initialised itself meanwhile, for the vCPUs that
 * were there.
 */
static int open_placed(struct keel_vcpu *vcpu)
{
	struct keel_vm *vm = vcpu->vm;
	int ret;

	mutex_lock(&vm->config_lock);
	ret = keel_place_check_create(vm) ?: keel_vcpu_open_fd(vcpu);
	if (ret >= 0) {
		keel_vm_publish_vcpu(vm, vcpu);
		keel_place_assign(vm);
	}
	mutex_unlock(&vm->config_lock);
	return ret;
}

/*
 * From the moment that the fd is there another thread may use it. Its ioctls wait
 * for the mutex until the VM knows the vCPU.
 */
static int open_and_publish(struct keel_vcpu *vcpu)
{
	int fd;

	mutex_lock(&vcpu->mutex);
	fd = open_placed(vcpu);
	mutex_unlock(&vcpu->mutex);
	return fd;
}

int keel_vcpu_create(struct keel_vm *vm, unsigned long id)
{
	struct keel_vcpu *vcpu;
	int err;

	mutex_lock(&vm->lock);
	err = check_create(vm, id);
	if (err)
		goto out;
	err = -ENOMEM;
	vcpu = alloc(vm, id);
	if (!vcpu)
		goto out;
	/*
	 * The MPIDR stands before the first lookup by affinity; KVM_ARM_VCPU_INIT resets the others
	 */
	keel_sysreg_init_mpidr(vcpu);

	keel_vm_get(vm);
	err = open_and_publish(vcpu);
	if (err < 0) {
		keel_vcpu_destroy(vcpu);
		mutex_unlock(&vm->lock);
		keel_vm_put(vm);
		return err;
	}
out:
	mutex_unlock(&vm->lock);
	return err;
}
