/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An in-kernel GICv2: what it has otherwise than a GICv3 in its distributor, as
 * offsets, and its CPU interface, as offsets (GICC_*) from GICC.
 */
#ifndef GIC2_H
#define GIC2_H

#include <stdlib.h>
#include <unistd.h>
#include "gic.h"

#define GICC		(MMIO_BASE + 0x10000)

#define GIC_ITARGETSR	0x800
#define GIC_SGIR	0xf00
#define GIC_CPENDSGIR	0xf10
#define GIC_SPENDSGIR	0xf20

#define GICC_CTLR	0x00
#define GICC_PMR	0x04
#define GICC_BPR	0x08
#define GICC_IAR	0x0c
#define GICC_EOIR	0x10
#define GICC_RPR	0x14
#define GICC_HPPIR	0x18
#define GICC_ABPR	0x1c
#define GICC_AIAR	0x20
#define GICC_AEOIR	0x24
#define GICC_AHPPIR	0x28
#define GICC_APR	0xd0
#define GICC_IIDR	0xfc
#define GICC_DIR	0x1000

static inline u32 gicc_read(u32 reg)
{
	return mmio_read32(GICC + reg);
}

static inline void gicc_write(u32 reg, u32 v)
{
	mmio_write32(GICC + reg, v);
}

/* This CPU takes Group 0, its private interrupts are enabled. */
static inline void gic2_cpu_enable(void)
{
	mmio_write32(GICD + GIC_ISENABLER, ~0u);
	for (unsigned int i = 0; i < 32; i++)
		mmio_write8(GICD + GIC_IPRIORITYR + i, 0x80);
	gicc_write(GICC_PMR, 0xff);
	gicc_write(GICC_BPR, 0);
	gicc_write(GICC_CTLR, 1);
}

/* On, SPIs below nr enabled and for CPU 0. */
static inline void gic2_dist_enable(u32 nr)
{
	mmio_write32(GICD_CTLR, 1);
	for (u32 i = 32; i < nr; i += 32)
		mmio_write32(GICD + GIC_ISENABLER + i / 8, ~0u);
	for (u32 i = 32; i < nr; i++)
		mmio_write8(GICD + GIC_ITARGETSR + i, 1);
}

/* Both. */
static inline void gic2_enable(u32 nr)
{
	gic2_dist_enable(nr);
	gic2_cpu_enable();
}

/* --- the host's side --- */

static inline bool gic_is_offered(u32 type)
{
	struct kvm_create_device test = { .type = type, .flags = KVM_CREATE_DEVICE_TEST };
	int vm = vm_fd(0), err = kvm(vm, KVM_CREATE_DEVICE, &test);

	close(vm);
	return !err;
}

static char gic2_parameter[32];	/* as it was, and is to be */
static int gic2_changer;

static inline void gic2_unoffer(void)
{
	char unused[32];

	if (getpid() == gic2_changer)
		change_parameter("gicv2", gic2_parameter, unused);
}

/*
 * Until the program ends: where the host has no GICv2 for guests keel has one in software. For a
 * constructor.
 */
static inline void gic2_offer(void)
{
	if (access("/dev/kvm", R_OK | W_OK) || gic_is_offered(KVM_DEV_TYPE_ARM_VGIC_V2) ||
	    !change_parameter("gicv2", "soft", gic2_parameter))
		return;
	gic2_changer = getpid();
	atexit(gic2_unoffer);
}

/* Ends the case as skipped where there is none. */
static inline int gic2_create(int vm)
{
	int fd = device_new(vm, KVM_DEV_TYPE_ARM_VGIC_V2);

	if (fd == -ENODEV)
		ktap_skip("no GICv2 for guests");
	REQUIRE(fd >= 0, "%d", fd);
	return fd;
}

/* With nr interrupts and both interfaces placed, not initialised. */
static inline int gic2_place(int vm, u32 nr)
{
	int gic = gic2_create(vm);

	REQUIRE_EQ(gic_set_nr(gic, nr), 0);
	REQUIRE_EQ(gic_set_addr(gic, KVM_VGIC_V2_ADDR_TYPE_DIST, GICD), 0);
	REQUIRE_EQ(gic_set_addr(gic, KVM_VGIC_V2_ADDR_TYPE_CPU, GICC), 0);
	return gic;
}

static inline int gic2_new(struct vm *vm, u32 nr)
{
	int gic = gic2_place(vm->fd, nr);

	REQUIRE_EQ(gic_initialise(gic), 0);
	return gic;
}

#endif
