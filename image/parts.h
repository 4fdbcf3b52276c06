/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What writes and loads the sections of each kind of object. vm->lock and all vCPUs' mutexes
 * held, no vCPU resident, sleepable. Writing changes nothing of the VM.
 *
 * Loading: the image was checked, and is of a VM made the same way; the VM has not run. With an
 * error some of it is loaded: whoever calls loads what was there before.
 */
#ifndef KEEL_IMAGE_PARTS_H
#define KEEL_IMAGE_PARTS_H

#include "../core/objects.h"
#include "out.h"
#include "parse.h"

/* ---- image/vm.c ---- */
void keel_image_write_config(struct keel_vm *vm, struct keel_image_out *out);
void keel_image_write_clock(struct keel_vm *vm, struct keel_image_out *out);
void keel_image_write_smccc(struct keel_vm *vm, struct keel_image_out *out);	/* config_lock */
/* -EXDEV: the counter has another frequency. */
int keel_image_check_clock(struct keel_image *image);
/* The counters go on from now. No vCPU is in an ioctl. */
void keel_image_load_clock(struct keel_vm *vm, struct keel_image *image, bool freeze);
/* The filter of calls that the image has; NULL: it has none. ERR_PTR: -EINVAL, -ENOMEM. */
struct keel_smccc_filter *keel_image_make_smccc(struct keel_image *image);

/* ---- image/cpu.c ---- */
void keel_image_write_vcpu_config(struct keel_vcpu *vcpu, struct keel_image_out *out);
void keel_image_write_regs(struct keel_vcpu *vcpu, struct keel_image_out *out);
void keel_image_write_vcpu(struct keel_vcpu *vcpu, struct keel_image_out *out);
void keel_image_write_el2(struct keel_vcpu *vcpu, struct keel_image_out *out);
/* -EXDEV: a register cannot have that value in this VM. */
int keel_image_load_vcpu(struct keel_vcpu *vcpu, struct keel_image *image);

/* ---- image/gic.c: gic.lpi.lock held; to load, config_lock as well ---- */
void keel_image_write_gic(struct keel_vm *vm, struct keel_image_out *out);
void keel_image_write_gic_cpu(struct keel_vcpu *vcpu, struct keel_image_out *out);
void keel_image_write_private(struct keel_vcpu *vcpu, struct keel_image_out *out);
/* -EXDEV: more bits than the host's GIC has, another revision. */
int keel_image_check_gic(struct keel_vm *vm, struct keel_image *image);
void keel_image_load_gic(struct keel_vm *vm, struct keel_image *image);
/* One interrupt; an LPI as well. */
void keel_image_write_irq(struct keel_irq *irq, struct keel_image_out *out);
void keel_image_load_irq(struct keel_vm *vm, struct keel_irq *irq, const struct keel_image_irq *r);

/* ---- image/its.c: as gic.c ---- */

/* of vm->lock alone: no ITS comes */
void keel_image_write_its_config(struct keel_vm *vm, struct keel_image_out *out);

void keel_image_write_its(struct keel_vm *vm, struct keel_image_out *out);
/* -EBUSY: the VM's ITSes have something mapped; -EINVAL: registers that cannot read so. */
int keel_image_check_its(struct keel_vm *vm, struct keel_image *image);
/* -EINVAL: the image contradicts itself; -ENOMEM. Then nothing is mapped. */
int keel_image_load_its(struct keel_vm *vm, struct keel_image *image);

#endif
