// SPDX-License-Identifier: GPL-2.0-only
/* GICv2 as a model (../model.h): with the host's GICV as its CPU interface, or software's. */
#include <linux/bitfield.h>
#include <linux/kvm.h>
#include "../../core/vcpus.h"
#include "../frame.h"
#include "../hw.h"
#include "../model.h"
#include "../vgic.h"
#include "place.h"
#include "targets.h"

/* Group 0, and an SGI is pending once for each vCPU that has sent it. */
static void reset_private(struct keel_vcpu *vcpu, struct keel_irq_state *s)
{
	s->group1 = false;
	s->by_sender = s->intid < KEEL_NR_SGIS;
	s->targets = keel_v2_targets_bit(vcpu);
}

/* The first vCPU is the target until ITARGETSR names one, which reads as zero. */
static void reset_spi(struct keel_vm *vm, struct keel_irq *spi)
{
	spi->s.group1 = false;
	spi->target = keel_vm_vcpu(vm, 0);
}

/* attr: the vCPU's id in 39:32, for the distributor too, of whose registers some are banked. */
static struct keel_vcpu *find_vcpu(struct keel_vm *vm, const struct kvm_device_attr *attr)
{
	return keel_vm_vcpu_by_id(vm, FIELD_GET(KVM_DEV_ARM_VGIC_CPUID_MASK, attr->attr));
}

#define COMMON \
	.version = 2, \
	.lazy = true, \
	.banked = true, \
	.max_vcpus = KEEL_GIC2_VCPUS, \
	.reset_private = reset_private, \
	.reset_spi = reset_spi, \
	.map = keel_place2_map, \
	.unmap = keel_place2_unmap, \
	.retarget = keel_v2_targets_changed, \
	.find_vcpu = find_vcpu, \
	.dist = &keel_dist2_map, \
	.cpu = &keel_cpuif2_map

const struct keel_vgic_model keel_vgic_v2 = { COMMON };
const struct keel_vgic_model keel_vgic_v2_soft = { COMMON, .soft = true, .lrs = KEEL_NR_LRS };
