// SPDX-License-Identifier: GPL-2.0-only
/* GICv3 as a model (../model.h). */
#include <linux/kvm.h>
#include "../../core/vcpus.h"
#include "../addr.h"
#include "../frame.h"
#include "../model.h"
#include "../vgic.h"
#include "place.h"
#include "share.h"

static void reset_private(struct keel_vcpu *vcpu, struct keel_irq_state *s)
{
	s->group1 = true;
	s->by_sender = false;
	s->targets = 0;
}

static void reset_spi(struct keel_vm *vm, struct keel_irq *spi)
{
	spi->target = keel_vm_vcpu_by_mpidr(vm, spi->irouter);
}

static int map(struct keel_vm *vm)
{
	int err = keel_v3_place_map(vm);

	if (!err)
		keel_share_make(vm);
	return err;
}

/*
 * attr: the vCPU by affinity in 63:32, a register or an interrupt in 31:0. The
 * distributor is nobody's: its registers are there with the first vCPU.
 */
static struct keel_vcpu *find_vcpu(struct keel_vm *vm, const struct kvm_device_attr *attr)
{
	if (attr->group == KVM_DEV_ARM_VGIC_GRP_DIST_REGS)
		return keel_vm_vcpu(vm, 0);
	return keel_vm_vcpu_by_mpidr(vm, keel_addr_mpidr(attr->attr >> 32));
}

const struct keel_vgic_model keel_vgic_v3 = {
	.version = 3,
	.sysregs = true,
	.max_vcpus = KEEL_MAX_VCPUS,
	.reset_private = reset_private,
	.reset_spi = reset_spi,
	.check_vcpu = keel_v3_place_check,
	.add_vcpu = keel_v3_place_assign,
	.map = map,
	.unmap = keel_v3_place_unmap,
	.forget = keel_v3_place_forget,
	.destroy = keel_share_drop,
	.find_vcpu = find_vcpu,
	.dist = &keel_dist_map,
	.cpu = &keel_redist_map,
};
