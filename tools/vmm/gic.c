// SPDX-License-Identifier: GPL-2.0-only
/*
 * The interrupt controller, a GICv3 inside the hypervisor. It is a device
 * with a file descriptor and attributes; the order of steps matters:
 * create the device, create the vCPUs, set addresses, initialise, run.
 */
#include <errno.h>
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

	kvm_call(m->vm, KVM_CREATE_DEVICE, "KVM_CREATE_DEVICE (GICv3)", (unsigned long)&gic);
	gic_fd = gic.fd;
}

/* When all vCPUs exist: each has a redistributor, and no more can come. */
void gic_init(void)
{
	u64 distributor = GICD_BASE;
	/* The first of a row, as long as there are vCPUs. */
	u64 redistributors = GICR_BASE;
	u32 nr_irqs = NR_IRQS;

	set("KVM_SET_DEVICE_ATTR (GIC: number of interrupts)",
	    KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &nr_irqs);
	set("KVM_SET_DEVICE_ATTR (GIC: distributor's address)",
	    KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, &distributor);
	set("KVM_SET_DEVICE_ATTR (GIC: redistributors' address)",
	    KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST, &redistributors);
	set("KVM_SET_DEVICE_ATTR (GIC: initialise)",
	    KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
}
