// SPDX-License-Identifier: GPL-2.0-only
/*
 * The VM object: creation, references, and teardown in the reverse order when
 * the last fd or ioctl is done with it. Its ioctls are in core/vm_ioctl.c.
 */
#include <linux/module.h>
#include <linux/sched/mm.h>
#include <linux/slab.h>
#include "../arch/abi.h"
#include "../arch/arch.h"
#include "../arch/pmu.h"
#include "bus.h"
#include "coalesced.h"
#include "debugfs.h"
#include "devfd.h"
#include "eventfd.h"
#include "vcpu.h"
#include "vm.h"

#define DEFAULT_IPA_BITS	40
#define MIN_IPA_BITS		32
#define TYPE_IPA_MASK		0xffUL

/* KVM_CREATE_VM's argument: IPA bits, or -EINVAL. */
static int parse_type(unsigned long type)
{
	unsigned int bits = type & TYPE_IPA_MASK ?: DEFAULT_IPA_BITS;

	if (type & ~TYPE_IPA_MASK || bits < MIN_IPA_BITS || bits > keel_mmu_ipa_limit())
		return -EINVAL;
	return bits;
}

static int init_basics(struct keel_vm *vm)
{
	int err;

	refcount_set(&vm->refs, 1);
	mutex_init(&vm->lock);
	mutex_init(&vm->config_lock);
	INIT_LIST_HEAD(&vm->devices);
	vm->halt_poll_ns = -1;
	vm->arch.abi = keel_abi_level();
	err = init_srcu_struct(&vm->srcu);
	if (err)
		return err;
	err = init_srcu_struct(&vm->irq_srcu);
	if (err) {
		cleanup_srcu_struct(&vm->srcu);
		return err;
	}
	vm->mm = current->mm;
	mmgrab(vm->mm);
	return 0;
}

static void destroy_basics(struct keel_vm *vm)
{
	mmdrop(vm->mm);
	cleanup_srcu_struct(&vm->irq_srcu);
	cleanup_srcu_struct(&vm->srcu);
}

static int init_parts(struct keel_vm *vm, unsigned int ipa_bits)
{
	int err;

	keel_bus_init(vm);
	err = keel_ioeventfd_vm_init(vm);
	if (err)
		goto err_bus;
	err = keel_coalesced_vm_init(vm);
	if (err)
		goto err_eventfd;
	keel_routing_vm_init(vm);
	keel_irqfd_vm_init(vm);
	keel_idreg_vm_init(vm);
	keel_smccc_vm_init(vm);
	keel_undescribed_vm_init(vm);
	keel_timer_vm_init(vm);
	keel_vgic_vm_init(vm);
	/* last: from here on the notifier calls */
	err = keel_mmu_init(vm, ipa_bits);
	if (!err)
		return 0;

	keel_smccc_vm_destroy(vm);
	keel_coalesced_vm_destroy(vm);
err_eventfd:
	keel_ioeventfd_vm_destroy(vm);
err_bus:
	keel_bus_destroy(vm);
	return err;
}

struct keel_vm *keel_vm_create(unsigned long type)
{
	int bits = parse_type(type), err;
	struct keel_vm *vm;

	if (bits < 0)
		return ERR_PTR(bits);
	vm = kvzalloc(sizeof(*vm), GFP_KERNEL_ACCOUNT);
	if (!vm)
		return ERR_PTR(-ENOMEM);
	err = init_basics(vm);
	if (err)
		goto err_free;
	vm->mmu.ipa_bits = bits;
	err = init_parts(vm, bits);
	if (err)
		goto err_basics;
	__module_get(THIS_MODULE);
	return vm;

err_basics:
	destroy_basics(vm);
err_free:
	kvfree(vm);
	return ERR_PTR(err);
}

/*
 * No fd, no ioctl, no vCPU thread is left. First goes what others may still call: files
 * of debugfs, irqfds, devices. Then registers leave CPUs, and the notifier stops with the
 * tables that it walks, while the vCPUs that it kicks are there; then vCPUs, then what
 * they used, the bus last.
 */
static void destroy(struct keel_vm *vm)
{
	unsigned int i;

	keel_debugfs_remove(vm);
	keel_irqfd_release(vm);
	keel_devfd_vm_destroy(vm);
	for (i = 0; i < vm->nr_vcpus; i++)
		keel_vcpu_evict(vm->vcpus[i]);
	keel_mmu_destroy(vm);
	for (i = 0; i < vm->nr_vcpus; i++)
		keel_vcpu_destroy(vm->vcpus[i]);
	keel_vgic_vm_destroy(vm);
	keel_routing_vm_destroy(vm);
	keel_smccc_vm_destroy(vm);
	keel_pmu_vm_destroy(vm);
	keel_coalesced_vm_destroy(vm);
	keel_ioeventfd_vm_destroy(vm);
	keel_bus_destroy(vm);
	destroy_basics(vm);
	kvfree(vm);
	module_put(THIS_MODULE);
}

void keel_vm_get(struct keel_vm *vm)
{
	refcount_inc(&vm->refs);
}

void keel_vm_put(struct keel_vm *vm)
{
	if (refcount_dec_and_test(&vm->refs))
		destroy(vm);
}
