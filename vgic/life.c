// SPDX-License-Identifier: GPL-2.0-only
/* The interrupt controller's part in the life of a VM and its vCPUs. */
#include <linux/list.h>
#include <linux/minmax.h>
#include "../core/objects.h"
#include "hw.h"
#include "its/lpi.h"
#include "model.h"
#include "vgic.h"

/* GICR_PENDBASER as in KVM: Inner Shareable, Inner Write-Back with read-allocation. */
#define PENDBASER_RESET	(1 << 10 | 3 << 7)

/* That of virtual EL2, by the base boards (Arm BSA), if user space says nothing. */
#define PPI_MAINTENANCE	25

void keel_vgic_vm_init(struct keel_vm *vm)
{
	vm->gic.model = &keel_vgic_none;
	vm->gic.maint_ppi = PPI_MAINTENANCE;
	mutex_init(&vm->gic.halt_lock);
	init_waitqueue_head(&vm->gic.halt_wq);
	keel_lpi_vm_init(vm);
	keel_place_vm_init(vm);
}

void keel_vgic_vm_destroy(struct keel_vm *vm)
{
	keel_lpi_vm_destroy(vm);
	keel_place_vm_destroy(vm);
}

void keel_vgic_vcpu_init_model(struct keel_vcpu *vcpu)
{
	const struct keel_vgic_model *model = vcpu->vm->gic.model;
	unsigned int i;

	vcpu->gic.lrs = model->lrs ?: keel_gic_hw.lrs;
	for (i = 0; model->reset_private && i < KEEL_NR_PRIVATE; i++)
		model->reset_private(vcpu, &vcpu->gic.irq[i].s);
}

void keel_vgic_vcpu_init(struct keel_vcpu *vcpu)
{
	struct keel_gic_cpu *g = &vcpu->gic;
	unsigned int i;

	raw_spin_lock_init(&g->lock);
	for (i = 0; i < KEEL_NR_RANKS; i++)
		INIT_LIST_HEAD(&g->listed[i]);
	for (i = 0; i < KEEL_NR_PRIVATE; i++)
		keel_vgic_irq_init(&g->irq[i], vcpu, i);
	keel_vgic_vcpu_init_model(vcpu);
	g->rd_base = KEEL_GIC_NOWHERE;
	g->pendbaser = PENDBASER_RESET;
	g->pri_bits = keel_gic_hw.pri_bits;
	g->id_bits = keel_gic_hw.id_bits;
	vcpu->ctx.gic.hcr = KEEL_ICH_TRAP_ALL;
}

/* The vCPU is not resident anywhere. */
void keel_vgic_vcpu_reset(struct keel_vcpu *vcpu)
{
	struct keel_ctx_gic *c = &vcpu->ctx.gic;

	c->vmcr = 0;
	memset(c->ap0r, 0, sizeof(c->ap0r));
	memset(c->ap1r, 0, sizeof(c->ap1r));
}

/* What entries, exits and EL2 have to know of the model. */
static void set_flags(struct keel_ctx_gic *c, const struct keel_gic *gic)
{
	c->present = gic->present;
	c->in_cpu = gic->model->sysregs;
	c->soft = gic->model->soft;
}

/*
 * vCPU mutex. It cannot be resident with a stale "present": no vCPU has run before a GIC was made.
 */
int keel_vgic_first_run(struct keel_vcpu *vcpu)
{
	struct keel_vm *vm = vcpu->vm;
	int err = 0;

	lockdep_assert_held(&vm->config_lock);
	if (vm->gic.present)
		err = keel_place_map(vm);
	if (!err)
		set_flags(&vcpu->ctx.gic, &vm->gic);
	return err;
}

/* As in KVM no VM has more than a GICv2 has room for where guests can have the hardware's. */
unsigned int keel_vgic_max_vcpus(const struct keel_vm *vm)
{
	unsigned int most = keel_gic_hw.model == KEEL_GIC_V2 ? KEEL_GIC2_VCPUS : KEEL_MAX_VCPUS;

	return vm ? min_t(unsigned int, most, READ_ONCE(vm->gic.model)->max_vcpus) : most;
}

/* One may still come, until the VM runs. */
bool keel_vgic_lacks_sysregs(const struct keel_vm *vm)
{
	/* one look: a GIC may go meanwhile */
	const struct keel_vgic_model *model = READ_ONCE(vm->gic.model);

	return model->version ? !model->sysregs : vm->has_run;
}
