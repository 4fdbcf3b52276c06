// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interrupt controller inside the hypervisor: a GICv3, or a GICv2 where
 * the machine has only that to give. It is a device with a file descriptor and
 * attributes; the order of steps matters: create the device, create the vCPUs,
 * set addresses, initialise, run.
 */
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>

#include "vmm.h"

/* Interrupts of all kinds, a multiple of 32: 32 private ones, then SPIs. */
#define NR_IRQS 64

static int gic_fd;

static void set(const char *what, u32 group, u64 attribute, void *value)
{
	struct kvm_device_attr attr = {
		.group = group,
		.attr = attribute,
		.addr = (uintptr_t)value,
	};

	kvm_call(gic_fd, KVM_SET_DEVICE_ATTR, what, (unsigned long)&attr);
}

void gic_create(struct machine *m)
{
	struct kvm_create_device gic = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };

	m->gic_version = 3;
	if (ioctl(m->vm, KVM_CREATE_DEVICE, &gic) < 0) {
		m->gic_version = 2;
		gic.type = KVM_DEV_TYPE_ARM_VGIC_V2;
		kvm_call(m->vm, KVM_CREATE_DEVICE, "KVM_CREATE_DEVICE (GICv3 or GICv2)",
			 (unsigned long)&gic);
	}
	gic_fd = gic.fd;
}

static void place(const char *what, u64 type, u64 address)
{
	set(what, KVM_DEV_ARM_VGIC_GRP_ADDR, type, &address);
}

/* When all vCPUs exist: each has a redistributor, and no more can come. */
void gic_init(struct machine *m)
{
	u32 nr_irqs = NR_IRQS;

	set("KVM_SET_DEVICE_ATTR (GIC: number of interrupts)",
	    KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &nr_irqs);
	if (m->gic_version == 3) {
		place("KVM_SET_DEVICE_ATTR (GIC: distributor's address)",
		      KVM_VGIC_V3_ADDR_TYPE_DIST, GICD_BASE);
		/* The first of a row, as long as there are vCPUs. */
		place("KVM_SET_DEVICE_ATTR (GIC: redistributors' address)",
		      KVM_VGIC_V3_ADDR_TYPE_REDIST, GICR_BASE);
	} else {
		place("KVM_SET_DEVICE_ATTR (GIC: distributor's address)",
		      KVM_VGIC_V2_ADDR_TYPE_DIST, GICD_BASE);
		place("KVM_SET_DEVICE_ATTR (GIC: CPU interface's address)",
		      KVM_VGIC_V2_ADDR_TYPE_CPU, GICC_BASE);
	}
	set("KVM_SET_DEVICE_ATTR (GIC: initialise)",
	    KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
}
