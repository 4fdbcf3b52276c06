/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a VM's GIC does by its model, and the only place where the rest of vgic/ asks for it: one
 * constant structure for each model, in the model's own room.
 *
 * Nothing of it is called on the way into the guest, out of it, or in a fast exit, and of the
 * guest's accesses that the host answers only a write of GICD_ITARGETSR calls it (retarget). A call
 * through a pointer costs more than what most of them do, and the image at EL2 can follow none of
 * the host's. What they have to know of the model keel_vgic_first_run() leaves as flags in struct
 * keel_ctx_gic (present, in_cpu, soft), which are tested in line.
 *
 * What the host's own GIC is, is another matter: struct keel_gic_hw (hw.h).
 */
#ifndef KEEL_VGIC_MODEL_H
#define KEEL_VGIC_MODEL_H

#include <linux/types.h>

struct keel_irq;
struct keel_irq_state;
struct keel_regmap;
struct keel_vcpu;
struct keel_vm;
struct kvm_device_attr;

/*
 * reset_private, check_vcpu, add_vcpu, forget and destroy may be NULL: nothing is to be done.
 * retarget is there where the distributor has a field that routes. All else is there but in the
 * model of no GIC, which is asked for it nowhere. config_lock held but where another is named.
 */
struct keel_vgic_model {
	u8 version;		/* of the architecture; 0: no GIC */
	/* the CPU interface is system registers, in the CPU while the guest runs */
	bool sysregs;
	bool soft;		/* it is software */
	bool lazy;		/* first use initialises it; else its device's fd alone */
	bool banked;		/* each vCPU has private interrupts in the distributor's frame */
	u8 lrs;			/* list registers; 0: as many as the host's GIC has */
	u16 max_vcpus;		/* and one more than the highest id that a vCPU may have */

	/* What the model adds to keel_vgic_irq_init(). vm->lock; no vCPU has run. */
	void (*reset_private)(struct keel_vcpu *vcpu, struct keel_irq_state *s);
	void (*reset_spi)(struct keel_vm *vm, struct keel_irq *spi);

	/* KVM_CREATE_VCPU: is there a place for its frame, -EINVAL if not; it has come. */
	int (*check_vcpu)(struct keel_vm *vm);
	void (*add_vcpu)(struct keel_vm *vm);
	/* keel_place_map(), keel_place_unmap(), keel_place_reset(). */
	int (*map)(struct keel_vm *vm);
	void (*unmap)(struct keel_vm *vm);
	void (*forget)(struct keel_vm *vm);
	/* With the VM, which has no vCPUs any more: before spi[] goes. No lock. */
	void (*destroy)(struct keel_vm *vm);

	/* A field of keel_regmap_field.routes was written. irq->lock. */
	void (*retarget)(struct keel_vm *vm, struct keel_irq *irq);

	/*
	 * Attributes of the device: which vCPU one names, NULL if there is none; no lock. The
	 * frames' registers.
	 */
	struct keel_vcpu *(*find_vcpu)(struct keel_vm *vm, const struct kvm_device_attr *attr);
	const struct keel_regmap *dist;
	const struct keel_regmap *cpu;	/* redistributor, or CPU interface */
};

extern const struct keel_vgic_model keel_vgic_none, keel_vgic_v3;
/* with the host's GICV, or hyp/gicc.c */
extern const struct keel_vgic_model keel_vgic_v2, keel_vgic_v2_soft;

#endif
