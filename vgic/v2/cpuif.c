// SPDX-License-Identifier: GPL-2.0-only
/*
 * The CPU interface of a GICv2 for user space: KVM_DEV_ARM_VGIC_GRP_CPU_REGS.
 * No vCPU runs: ctx.gic has all of it. The guest has the hardware's, but for
 * GICC_DIR, or software's (hyp/gicc.c).
 */
#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/irqchip/arm-gic.h>
#include <linux/kernel.h>
#include <linux/string.h>
#include <asm/byteorder.h>
#include "../../core/bus.h"
#include "../../core/objects.h"
#include "../../hyp/gicc.h"
#include "../cpuif.h"
#include "../frame.h"

/* GICH_VMCR (IHI 0048B, 5.3.4) has the bits of GICC_CTLR at the same places. */
#define VMCR_CTLR	(BIT(9) | GENMASK(4, 0))
#define VMCR_ABPR	GENMASK(20, 18)
#define VMCR_BPR	GENMASK(23, 21)
#define VMCR_PMR	GENMASK(31, 27)

static u32 *vmcr(const struct keel_frame_access *a)
{
	return &a->vcpu->ctx.gic.vmcr;
}

#define FIELD_OF_VMCR(name, mask) \
static u64 read_##name(const struct keel_frame_access *a, u32 i) \
{ \
	return FIELD_GET(mask, *vmcr(a)); \
} \
static void write_##name(const struct keel_frame_access *a, u32 i, u64 val, u64 unused) \
{ \
	*vmcr(a) = (*vmcr(a) & ~(u32)(mask)) | (((u32)val << __builtin_ctz(mask)) & (u32)(mask)); \
}

FIELD_OF_VMCR(bpr, VMCR_BPR)
FIELD_OF_VMCR(abpr, VMCR_ABPR)
/* The five bits themselves: so it is in KVM's ABI, not as GICC_PMR has them. */
FIELD_OF_VMCR(pmr, VMCR_PMR)

static u64 read_ctlr(const struct keel_frame_access *a, u32 i)
{
	return *vmcr(a) & VMCR_CTLR;
}

static void write_ctlr(const struct keel_frame_access *a, u32 i, u64 val, u64 mask)
{
	*vmcr(a) = (*vmcr(a) & ~(u32)VMCR_CTLR) | (val & VMCR_CTLR);
}

/* 32 levels of preemption: one register of the four has something. */
static u64 read_apr(const struct keel_frame_access *a, u32 i)
{
	return i ? 0 : a->vcpu->ctx.gic.ap0r[0];
}

static void write_apr(const struct keel_frame_access *a, u32 i, u64 val, u64 mask)
{
	if (!i)
		a->vcpu->ctx.gic.ap0r[0] = val;
}

static u64 read_iidr(const struct keel_frame_access *a, u32 i)
{
	return KEEL_GICC_IIDR;
}

#define WORDS(offset_, n_, ...) \
	{ .offset = (offset_), .len = 4 * (n_), .size = 4, .widths = KEEL_W32, __VA_ARGS__ }

static const struct keel_regmap_reg regs[] = {
	WORDS(GIC_CPU_CTRL, 1, .read = read_ctlr, .write = write_ctlr),
	WORDS(GIC_CPU_PRIMASK, 1, .read = read_pmr, .write = write_pmr),
	WORDS(GIC_CPU_BINPOINT, 1, .read = read_bpr, .write = write_bpr),
	WORDS(GIC_CPU_ALIAS_BINPOINT, 1, .read = read_abpr, .write = write_abpr),
	WORDS(GIC_CPU_ACTIVEPRIO, 4, .read = read_apr, .write = write_apr),
	WORDS(GIC_CPU_IDENT, 1, .read = read_iidr),
};

const struct keel_regmap keel_cpuif2_map = { .reg = regs, .nr = ARRAY_SIZE(regs) };

/* ---- the second page, which has GICC_DIR at its beginning, write-only ---- */

#define DIR_INTID	GENMASK(9, 0)

static int dir_read(struct keel_vcpu *vcpu, struct keel_bus_dev *dev, ipa_t addr, int len,
		    void *val)
{
	memset(val, 0, len);
	return 0;
}

static int dir_write(struct keel_vcpu *vcpu, struct keel_bus_dev *dev, ipa_t addr, int len,
		     const void *val)
{
	__le32 word;

	if (addr.v != dev->base.v || len != sizeof(word))
		return 0;
	memcpy(&word, val, sizeof(word));
	keel_cpuif_deactivate(vcpu, le32_to_cpu(word) & DIR_INTID);
	return 0;
}

const struct keel_bus_ops keel_dir2_ops = {
	.read = dir_read,
	.write = dir_write,
};
