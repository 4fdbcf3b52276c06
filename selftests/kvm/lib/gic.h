/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An in-kernel GICv3 and the guest's side of it: distributor, redistributors,
 * CPU interface. GIC_* are offsets in the distributor, those of private interrupts
 * also in the second frame of a redistributor; GICD_* are addresses.
 */
#ifndef GIC_H
#define GIC_H

#include "vm.h"

#define GICD		MMIO_BASE
#define GICR_BASE	(MMIO_BASE + 0x100000)
#define GICR_SIZE	0x20000ul
#define GICR(cpu)	(GICR_BASE + (cpu) * GICR_SIZE)
#define GICR_SGI	0x10000
#define GIC_SGI(cpu)	(GICR(cpu) + GICR_SGI)

#define GIC_CTLR	0x0
#define GIC_TYPER	0x4
#define GIC_IIDR	0x8
#define GIC_STATUSR	0x10
#define GIC_IGROUPR	0x80
#define GIC_ISENABLER	0x100
#define GIC_ICENABLER	0x180
#define GIC_ISPENDR	0x200
#define GIC_ICPENDR	0x280
#define GIC_ISACTIVER	0x300
#define GIC_ICACTIVER	0x380
#define GIC_IPRIORITYR	0x400
#define GIC_ICFGR	0xc00
#define GIC_IROUTER	0x6000
#define GIC_PIDR2	0xffe8
#define GICD_CTLR	(GICD + GIC_CTLR)
#define GICD_IROUTER(n)	(GICD + GIC_IROUTER + 8ul * (n))

#define GICR_TYPER	0x8
#define GICR_WAKER	0x14
#define GICR_PROPBASER	0x70
#define GICR_PENDBASER	0x78
#define GICR_INVLPIR	0xa0
#define GICR_INVALLR	0xb0

#define ICC_PMR		S3_0_C4_C6_0
#define ICC_IAR0	S3_0_C12_C8_0
#define ICC_EOIR0	S3_0_C12_C8_1
#define ICC_DIR		S3_0_C12_C11_1
#define ICC_RPR		S3_0_C12_C11_3
#define ICC_SGI1R	S3_0_C12_C11_5
#define ICC_IAR1	S3_0_C12_C12_0
#define ICC_EOIR1	S3_0_C12_C12_1
#define ICC_HPPIR1	S3_0_C12_C12_2
#define ICC_BPR1	S3_0_C12_C12_3
#define ICC_CTLR	S3_0_C12_C12_4
#define ICC_SRE		S3_0_C12_C12_5
#define ICC_IGRPEN0	S3_0_C12_C12_6
#define ICC_IGRPEN1	S3_0_C12_C12_7
#define icc_read(r)	icc_read_(r)
#define icc_read_(r)	mrs(r)
#define icc_write(r, v)	icc_write_(r, v)
#define icc_write_(r, v) do { msr(r, v); isb(); } while (0)

#define GIC_SPURIOUS	1023

/* One bit per interrupt: of an SPI. */
static inline void gic_set_bit(u32 bank, u32 intid)
{
	mmio_write32(GICD + bank + intid / 32 * 4, 1u << intid % 32);
}

/* This CPU takes Group 1; rd: its redistributor. */
static inline void gic_cpu_enable(u64 rd)
{
	mmio_write32(rd + GICR_WAKER, 0);
	mmio_write32(rd + GICR_SGI + GIC_IGROUPR, ~0u);
	mmio_write32(rd + GICR_SGI + GIC_ISENABLER, ~0u);
	for (unsigned int i = 0; i < 32; i++)
		mmio_write8(rd + GICR_SGI + GIC_IPRIORITYR + i, 0x80);
	icc_write(ICC_SRE, 7);
	icc_write(ICC_PMR, 0xff);
	icc_write(ICC_BPR1, 0);
	icc_write(ICC_CTLR, 0);
	icc_write(ICC_IGRPEN1, 1);
}

/* Group 1 on, SPIs below nr in it, enabled, edge-triggered or not. */
static inline void gic_dist_enable(u32 nr, bool edge)
{
	mmio_write32(GICD_CTLR, 0x12);
	for (u32 i = 32; i < nr; i += 32) {
		mmio_write32(GICD + GIC_IGROUPR + i / 8, ~0u);
		mmio_write32(GICD + GIC_ICFGR + i / 4, edge ? 0xaaaaaaaa : 0);
		mmio_write32(GICD + GIC_ICFGR + i / 4 + 4, edge ? 0xaaaaaaaa : 0);
		mmio_write32(GICD + GIC_ISENABLER + i / 8, ~0u);
	}
}

/* Both, of a GIC whose redistributors are where gic_new() places them. */
static inline void gic_enable(u32 nr, bool edge)
{
	gic_dist_enable(nr, edge);
	gic_cpu_enable(GICR(guest_cpu()));
}

/* This SGI to vCPUs of the first 16, a bit each. */
static inline void gic_send_sgi(u64 sgi, u64 cpus)
{
	icc_write(ICC_SGI1R, sgi << 24 | cpus);
}

/*
 * The next interrupt is this one. It is taken and its priority dropped; with EOImode it stays
 * active.
 */
static inline void gic_expect(u64 intid)
{
	u64 got;

	do
		got = icc_read(ICC_IAR1);
	while (got == GIC_SPURIOUS);
	GUEST_EQ(got, intid);
	icc_write(ICC_EOIR1, got);
}

static inline u64 gic_mpidr(unsigned int cpu)
{
	return (cpu & 0xf) | (u64)(cpu >> 4) << 8;
}

/* --- the host's side --- */

static inline void gic_attr(int gic, u32 group, u64 attr, const void *val)
{
	REQUIRE_EQ(device_attr(gic, KVM_SET_DEVICE_ATTR, group, attr, val), 0);
}

/* A 32-bit register of the distributor's. */
static inline u32 gic_get_dist(int gic, u32 offset)
{
	u32 v = 0xdeadbeef;

	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, offset, &v), 0);
	return v;
}

static inline int gic_set_dist(int gic, u32 offset, u32 v)
{
	return device_attr(gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_DIST_REGS, offset, &v);
}

/* -errno, so that what is refused can be seen. */
static inline int gic_set_addr(int gic, u64 type, u64 addr)
{
	return device_attr(gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_ADDR, type, &addr);
}

static inline int gic_set_nr(int gic, u32 nr)
{
	return device_attr(gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &nr);
}

static inline int gic_initialise(int gic)
{
	return device_attr(gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CTRL,
			   KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
}

/* As KVM_IRQ_LINE names them. */
#define IRQ_SPI(n)	((u32)KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | (n))
#define IRQ_PPI(n)	((u32)KVM_ARM_IRQ_TYPE_PPI << KVM_ARM_IRQ_TYPE_SHIFT | (n))

static inline int gic_line(int vm, u32 irq, u32 level)
{
	struct kvm_irq_level l = { .irq = irq, .level = level };

	return kvm(vm, KVM_IRQ_LINE, &l);
}

/* Ends the case as skipped where there is none. */
static inline int gic_create(int vm)
{
	int fd = device_new(vm, KVM_DEV_TYPE_ARM_VGIC_V3);

	if (fd == -ENODEV)
		ktap_skip("no GICv3 for guests");
	REQUIRE(fd >= 0, "%d", fd);
	return fd;
}

/*
 * With nr interrupts and the distributor placed. The redistributors are the caller's matter, and
 * come first.
 */
static inline void gic_init(int gic, u32 nr)
{
	REQUIRE_EQ(gic_set_nr(gic, nr), 0);
	REQUIRE_EQ(gic_set_addr(gic, KVM_VGIC_V3_ADDR_TYPE_DIST, GICD), 0);
	REQUIRE_EQ(gic_initialise(gic), 0);
}

/* All redistributors from GICR_BASE on. */
static inline int gic_new(struct vm *vm, u32 nr)
{
	int gic = gic_create(vm->fd);

	REQUIRE_EQ(gic_set_addr(gic, KVM_VGIC_V3_ADDR_TYPE_REDIST, GICR_BASE), 0);
	gic_init(gic, nr);
	return gic;
}

#endif
