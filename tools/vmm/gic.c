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
#include <unistd.h>

#include "vmm.h"

/* Interrupts of all kinds, a multiple of 32: 32 private ones, then SPIs. */
#define NR_IRQS (32 + NR_SPIS)

static int gic_fd, its_fd = -1;

static void set(int fd, const char *what, u32 group, u64 attribute, void *value)
{
	struct kvm_device_attr attr = {
		.group = group,
		.attr = attribute,
		.addr = (uintptr_t)value,
	};

	kvm_call(fd, KVM_SET_DEVICE_ATTR, what, (unsigned long)&attr);
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
	m->has_its = m->gic_version == 3 && m->options->nr_vfio;
}

static void place(const char *what, u64 type, u64 address)
{
	set(gic_fd, what, KVM_DEV_ARM_VGIC_GRP_ADDR, type, &address);
}

/* The doorbell for messages of PCI devices; a GICv2 has none. */
static void its_init(struct machine *m)
{
	struct kvm_create_device its = { .type = KVM_DEV_TYPE_ARM_VGIC_ITS };
	u64 address = GITS_BASE;

	KVM(m->vm, KVM_CREATE_DEVICE, &its);
	its_fd = its.fd;
	set(its.fd, "KVM_SET_DEVICE_ATTR (ITS: address)",
	    KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_ITS_ADDR_TYPE, &address);
	set(its.fd, "KVM_SET_DEVICE_ATTR (ITS: initialise)",
	    KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
}

/* Of a VM that is another process's. */
void gic_close(void)
{
	close(gic_fd);
	if (its_fd >= 0)
		close(its_fd);
}

/* When all vCPUs exist: each has a redistributor, and no more can come. */
void gic_init(struct machine *m)
{
	u32 nr_irqs = NR_IRQS;

	set(gic_fd, "KVM_SET_DEVICE_ATTR (GIC: number of interrupts)",
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
	set(gic_fd, "KVM_SET_DEVICE_ATTR (GIC: initialise)",
	    KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
	if (m->has_its)
		its_init(m);
}
