/* SPDX-License-Identifier: GPL-2.0-only */
/* An in-kernel GICv3 and the guest's side of it: distributor, redistributors, CPU interface. */
#ifndef GIC_H
#define GIC_H

#include "vm.h"

#define GICD		MMIO_BASE
#define GICR_BASE	(MMIO_BASE + 0x100000)
#define GICR_SIZE	0x20000ul
#define GICD_CTLR	(GICD + 0x0)
#define GIC_IGROUPR	0x80
#define GIC_ISENABLER	0x100
#define GIC_ICENABLER	0x180
#define GIC_ISPENDR	0x200
#define GIC_ISACTIVER	0x300
#define GIC_IPRIORITYR	0x400
#define GIC_ICFGR	0xc00
#define GICD_IROUTER(n)	(GICD + 0x6000 + 8ul * (n))
#define GICR_TYPER	0x8
#define GICR_WAKER	0x14
#define GICR_SGI	0x10000

#define ICC_IAR1	S3_0_C12_C12_0
#define ICC_EOIR1	S3_0_C12_C12_1
#define ICC_BPR1	S3_0_C12_C12_3
#define ICC_CTLR	S3_0_C12_C12_4
#define ICC_SRE		S3_0_C12_C12_5
#define ICC_IGRPEN1	S3_0_C12_C12_7
#define ICC_PMR		S3_0_C4_C6_0
#define ICC_SGI1R	S3_0_C12_C11_5
#define icc_read(r)	icc_read_(r)
#define icc_read_(r)	mrs(r)
#define icc_write(r, v)	icc_write_(r, v)
#define icc_write_(r, v) do { msr(r, v); isb(); } while (0)

static inline void mmio_write32(u64 addr, u32 v)
{
	asm volatile("str %w0, [%1]" :: "rZ"(v), "r"(addr) : "memory");
}

static inline u32 mmio_read32(u64 addr)
{
	u32 v;

	asm volatile("ldr %w0, [%1]" : "=r"(v) : "r"(addr) : "memory");
	return v;
}

static inline void mmio_write8(u64 addr, u8 v)
{
	asm volatile("strb %w0, [%1]" :: "rZ"(v), "r"(addr) : "memory");
}

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

static inline u64 gic_mpidr(unsigned int cpu)
{
	return (cpu & 0xf) | (u64)(cpu >> 4) << 8;
}

/* --- the host's side --- */

static inline void gic_attr(int gic, u32 group, u64 attr, const void *val)
{
	struct kvm_device_attr a = { .group = group, .attr = attr, .addr = (u64)val };

	REQUIRE_EQ(kvm(gic, KVM_SET_DEVICE_ATTR, &a), 0);
}

/* Ends the case as skipped where there is none. */
static inline int gic_create(int vm)
{
	struct kvm_create_device cd = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };
	int err = kvm(vm, KVM_CREATE_DEVICE, &cd);

	if (err == -ENODEV)
		ktap_skip("no GICv3 for guests");
	REQUIRE_EQ(err, 0);
	return cd.fd;
}

/* With nr interrupts and the distributor placed. The redistributors are the caller's matter, and come first. */
static inline void gic_init(int gic, u32 nr)
{
	u64 dist = GICD;

	gic_attr(gic, KVM_DEV_ARM_VGIC_GRP_NR_IRQS, 0, &nr);
	gic_attr(gic, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_DIST, &dist);
	gic_attr(gic, KVM_DEV_ARM_VGIC_GRP_CTRL, KVM_DEV_ARM_VGIC_CTRL_INIT, NULL);
}

/* All redistributors from GICR_BASE on. */
static inline int gic_new(struct vm *vm, u32 nr)
{
	int gic = gic_create(vm->fd);
	u64 redist = GICR_BASE;

	gic_attr(gic, KVM_DEV_ARM_VGIC_GRP_ADDR, KVM_VGIC_V3_ADDR_TYPE_REDIST, &redist);
	gic_init(gic, nr);
	return gic;
}

#endif
