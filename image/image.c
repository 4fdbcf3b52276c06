// SPDX-License-Identifier: GPL-2.0-only
/*
 * Saving a VM and loading it into another that was made the same way. vm->lock and all vCPUs'
 * mutexes are held over either, so no vCPU runs and no vCPU or device comes; what devices of the
 * VMM's do at that moment is before or after.
 *
 * Loading writes what the VM has itself to an image, compares and checks, then loads, and goes back
 * to that image if some value is refused after all.
 */
#include <linux/err.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "../arch/arch.h"
#include "../arch/smccc_filter.h"
#include "../arch/sve.h"
#include "../core/vcpus.h"
#include "../hyp/hyp.h"
#include "../vgic/its/lpi.h"
#include "image.h"
#include "parts.h"

/* 512 vCPUs and 40 ITSes with everything mapped are less. */
#define MAX_SIZE	(128UL << 20)

/* A vCPU's state where it can be read, with what others left for it. */
static int settle(struct keel_vcpu *vcpu)
{
	if (!vcpu->initialised)
		return -ENOEXEC;
	/* the rest of an instruction: KVM_RUN with immediate_exit does it */
	if (vcpu->mmio_pending)
		return -EBUSY;
	if (test_and_clear_bit(KEEL_REQ_RESET, &vcpu->requests))
		keel_reset_vcpu(vcpu);
	keel_hyp_put(vcpu);
	keel_vgic_collect(vcpu);
	return keel_sve_check_finalized(vcpu);
}

/* What the guest's registers have asked for already. -ENOMEM. */
static int settle_gic(struct keel_vm *vm)
{
	int err;

	mutex_lock(&vm->gic.lpi.lock);
	err = keel_lpi_read_again(vm);
	mutex_unlock(&vm->gic.lpi.lock);
	return err;
}

static int settle_all(struct keel_vm *vm)
{
	struct keel_vcpu *vcpu;
	unsigned int i;
	int err = 0;

	if (vm->gic.present && !vm->gic.initialised)
		return -ENXIO;
	keel_for_each_vcpu(i, vcpu, vm)
		err = err ?: settle(vcpu);
	return err ?: settle_gic(vm);
}

static void write_vcpus(struct keel_vm *vm, struct keel_image_out *out,
			void (*write)(struct keel_vcpu *vcpu, struct keel_image_out *out))
{
	struct keel_vcpu *vcpu;
	unsigned int i;

	keel_for_each_vcpu(i, vcpu, vm) {
		write(vcpu, out);
		cond_resched();
	}
}

static void write_gic(struct keel_vm *vm, struct keel_image_out *out)
{
	mutex_lock(&vm->gic.lpi.lock);
	keel_image_write_gic(vm, out);
	write_vcpus(vm, out, keel_image_write_gic_cpu);
	write_vcpus(vm, out, keel_image_write_private);
	keel_image_write_its(vm, out);
	mutex_unlock(&vm->gic.lpi.lock);
}

/* In ascending order of tags. */
static void write_all(struct keel_vm *vm, struct keel_image_out *out)
{
	struct keel_image_header *h = keel_image_reserve(out, sizeof(*h));

	keel_image_write_config(vm, out);
	keel_image_write_clock(vm, out);
	mutex_lock(&vm->config_lock);
	keel_image_write_smccc(vm, out);
	mutex_unlock(&vm->config_lock);
	write_vcpus(vm, out, keel_image_write_regs);
	write_vcpus(vm, out, keel_image_write_vcpu);
	write_vcpus(vm, out, keel_image_write_el2);
	if (vm->gic.present)
		write_gic(vm, out);
	if (h)
		*h = (struct keel_image_header){
			.magic = KEEL_IMAGE_MAGIC, .version = KEEL_IMAGE_VERSION,
			.sections = out->sections, .size = out->len,
		};
}

/* -EAGAIN: the filter of calls has grown meanwhile. */
static int try_make(struct keel_vm *vm, struct keel_image *image)
{
	struct keel_image_out count = {}, out = {};

	write_all(vm, &count);
	if (count.len > MAX_SIZE || count.sections > KEEL_IMAGE_MAX_SECTIONS)
		return -EOVERFLOW;
	out.room = count.len;
	out.start = kvmalloc(out.room, GFP_KERNEL_ACCOUNT);
	if (!out.start)
		return -ENOMEM;
	write_all(vm, &out);
	if (out.err) {
		kvfree(out.start);
		return out.err;
	}
	*image = (struct keel_image){ .start = out.start, .size = out.len };
	return 0;
}

/* The image of a VM that is locked and settled, for kvfree(). A filter does not grow for ever. */
static int make(struct keel_vm *vm, struct keel_image *image)
{
	int err;

	do {
		err = try_make(vm, image);
	} while (err == -EAGAIN);
	return err;
}

static int lock(struct keel_vm *vm)
{
	int err;

	mutex_lock(&vm->lock);
	err = keel_vm_lock_all_vcpus(vm);
	if (err)
		mutex_unlock(&vm->lock);
	return err;
}

static void unlock(struct keel_vm *vm)
{
	keel_vm_unlock_all_vcpus(vm);
	mutex_unlock(&vm->lock);
}

static int make_locked(struct keel_vm *vm, struct keel_image *image)
{
	int err = lock(vm);

	if (err)
		return err;
	err = settle_all(vm) ?: make(vm, image);
	unlock(vm);
	return err;
}

/* Its size is told in any case. */
static int copy_out(const struct keel_image *image, const struct keel_vm_image *arg,
		struct keel_vm_image __user *user)
{
	if (put_user(image->size, &user->size))
		return -EFAULT;
	if (arg->size < image->size)
		return -E2BIG;
	return copy_to_user(u64_to_user_ptr(arg->addr), image->start, image->size) ? -EFAULT : 0;
}

int keel_image_save(struct keel_vm *vm, const struct keel_vm_image *arg,
		    struct keel_vm_image __user *user)
{
	struct keel_image image;
	int err;

	if (arg->flags || arg->pad)
		return -EINVAL;
	err = make_locked(vm, &image);
	if (err)
		return err;
	err = copy_out(&image, arg, user);
	kvfree(image.start);
	return err;
}

/* What is refused here is refused before anything has changed. */
static int check_parts(struct keel_vm *vm, struct keel_image *image)
{
	int err = keel_image_check_clock(image);

	if (!err && vm->gic.present)
		err = keel_image_check_gic(vm, image) ?: keel_image_check_its(vm, image);
	return err;
}

/* All of them, whatever is refused: the first error. */
static int load_vcpus(struct keel_vm *vm, struct keel_image *image)
{
	struct keel_vcpu *vcpu;
	unsigned int i;
	int err = 0, this;

	keel_for_each_vcpu(i, vcpu, vm) {
		this = keel_image_load_vcpu(vcpu, image);
		err = err ?: this;
		cond_resched();
	}
	return err;
}

static int load_gic(struct keel_vm *vm, struct keel_image *image)
{
	int err;

	if (!vm->gic.present)
		return 0;
	mutex_lock(&vm->config_lock);
	mutex_lock(&vm->gic.lpi.lock);
	keel_image_load_gic(vm, image);
	err = keel_image_load_its(vm, image);
	mutex_unlock(&vm->gic.lpi.lock);
	mutex_unlock(&vm->config_lock);
	return err;
}

static int load_parts(struct keel_vm *vm, struct keel_image *image)
{
	return load_vcpus(vm, image) ?: load_gic(vm, image);
}

/*
 * vCPUs twice, since what one register takes may hang on another that comes later. Few take back
 * nothing at all: user space can make a VM whose own values ONE_REG would refuse.
 */
static void undo(struct keel_vm *vm, struct keel_image *was)
{
	load_vcpus(vm, was);
	load_vcpus(vm, was);
	load_gic(vm, was);
}

static void swap_smccc(struct keel_vm *vm, struct keel_smccc_filter *f)
{
	mutex_lock(&vm->config_lock);
	f = keel_smccc_filter_swap(vm, f);
	mutex_unlock(&vm->config_lock);
	keel_smccc_filter_free(f);
}

/*
 * was: the VM's own image, whose values it takes back: no vCPU has run meanwhile, and no ITS had
 * anything mapped.
 */
static int load_or_undo(struct keel_vm *vm, struct keel_image *image, struct keel_image *was,
			bool freeze)
{
	struct keel_smccc_filter *f = keel_image_make_smccc(image);
	int err;

	if (IS_ERR(f))
		return PTR_ERR(f);
	err = load_parts(vm, image);
	if (err) {
		undo(vm, was);
		keel_smccc_filter_free(f);
		return err;
	}
	swap_smccc(vm, f);
	keel_image_load_clock(vm, image, freeze);
	return 0;
}

static int load_checked(struct keel_vm *vm, struct keel_image *image, bool freeze)
{
	struct keel_image was;
	int err;

	/* under the vCPUs' mutexes it stays so */
	if (vm->has_run)
		return -EBUSY;
	err = settle_all(vm) ?: make(vm, &was);
	if (err)
		return err;
	err = keel_image_alike(image, &was) ? check_parts(vm, image) : -EXDEV;
	err = err ?: load_or_undo(vm, image, &was, freeze);
	kvfree(was.start);
	return err;
}

static int load_locked(struct keel_vm *vm, struct keel_image *image, bool freeze)
{
	int err = lock(vm);

	if (err)
		return err;
	err = load_checked(vm, image, freeze);
	unlock(vm);
	return err;
}

/* The image as user space had it at that moment, for kvfree(). */
static void *copy_in(const struct keel_vm_image *arg)
{
	void *buf;

	if (arg->size > MAX_SIZE)
		return ERR_PTR(-EINVAL);
	buf = kvmalloc(arg->size, GFP_KERNEL_ACCOUNT);
	if (!buf)
		return ERR_PTR(-ENOMEM);
	if (!copy_from_user(buf, u64_to_user_ptr(arg->addr), arg->size))
		return buf;
	kvfree(buf);
	return ERR_PTR(-EFAULT);
}

int keel_image_load(struct keel_vm *vm, const struct keel_vm_image *arg)
{
	struct keel_image image = { .size = arg->size };
	int err;

	if ((arg->flags & ~KEEL_VM_LOAD_FREEZE) || arg->pad || !arg->size)
		return -EINVAL;
	image.start = copy_in(arg);
	if (IS_ERR(image.start))
		return PTR_ERR(image.start);
	err = keel_image_check(image.start, image.size) ?: load_locked(vm, &image, arg->flags & KEEL_VM_LOAD_FREEZE);
	kvfree(image.start);
	return err;
}
