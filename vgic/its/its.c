// SPDX-License-Identifier: GPL-2.0-only
/*
 * The registers of an ITS: GITS_* of its control frame (IHI 0069, 12.19). The
 * translation frame has nothing for CPUs: a message from one would be without
 * a DeviceID.
 *
 * gic.lpi.lock is held over each access.
 */
#include <linux/errno.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/kernel.h>
#include "../../core/objects.h"
#include "../frame.h"
#include "its.h"

#define CTLR_ENABLED	BIT(0)
#define CTLR_QUIESCENT	BIT(31)

/*
 * Physical LPIs, entries of 8 bytes; DeviceIDs, EventIDs and ICIDs of 16 bits; RDbase is a
 * Processor_Number.
 */
#define TYPER_VALUE	(BIT_ULL(0) | (KEEL_ITS_ENTRY - 1) << 4 | (KEEL_ITS_ID_BITS - 1) << 8 | \
			 (KEEL_ITS_ID_BITS - 1) << 13)

#define IIDR_REVISION	GENMASK(15, 12)		/* of the tables' format: 0 */
#define QUEUE_OFFSET	GENMASK(19, 5)		/* GITS_CREADR, GITS_CWRITER */
#define SHARE_INNER	BIT_ULL(10)

static u64 merge(u64 old, u64 val, u64 mask)
{
	return (old & ~mask) | (val & mask);
}

static u64 read_ctlr(const struct keel_frame_access *a, u32 i)
{
	const struct keel_its *its = a->its;

	return (its->enabled ? CTLR_ENABLED : 0) |
	       (its->creadr == its->cwriter ? CTLR_QUIESCENT : 0);
}

/* Without its tables and queue the ITS stays off (CONSTRAINED UNPREDICTABLE allows it). */
static void write_ctlr(const struct keel_frame_access *a, u32 i, u64 val, u64 mask)
{
	struct keel_its *its = a->its;
	u64 all = its->cbaser & its->device_baser & its->collection_baser;

	if ((val & CTLR_ENABLED) && !(all & KEEL_ITS_VALID))
		return;
	WRITE_ONCE(its->enabled, val & CTLR_ENABLED);
	keel_its_queue_run(its, a->by);
}

static u64 read_iidr(const struct keel_frame_access *a, u32 i)
{
	return keel_frame_iidr(0);
}

/* Only the revision matters: a format that this ITS does not know. */
static int set_iidr(const struct keel_frame_access *a, u32 i, u64 val)
{
	return val & IIDR_REVISION ? -EINVAL : 0;
}

static u64 read_typer(const struct keel_frame_access *a, u32 i)
{
	return TYPER_VALUE;
}

static u64 read_cbaser(const struct keel_frame_access *a, u32 i)
{
	return a->its->cbaser;
}

static void write_cbaser(const struct keel_frame_access *a, u32 i, u64 val, u64 mask)
{
	struct keel_its *its = a->its;

	if (its->enabled)
		return;
	its->cbaser = keel_its_cbaser(merge(its->cbaser, val, mask));
	its->creadr = 0;
	its->cwriter = 0;
}

static u64 read_cwriter(const struct keel_frame_access *a, u32 i)
{
	return a->its->cwriter;
}

static void write_cwriter(const struct keel_frame_access *a, u32 i, u64 val, u64 mask)
{
	struct keel_its *its = a->its;
	u32 offset = merge(its->cwriter, val, mask) & QUEUE_OFFSET;

	if (offset >= keel_its_queue_size(its->cbaser))
		return;
	its->cwriter = offset;
	keel_its_queue_run(its, a->by);
}

static u64 read_creadr(const struct keel_frame_access *a, u32 i)
{
	return a->its->creadr;
}

static int set_creadr(const struct keel_frame_access *a, u32 i, u64 val)
{
	u32 offset = val & QUEUE_OFFSET;

	if (a->its->enabled)
		return -EBUSY;
	if (offset >= keel_its_queue_size(a->its->cbaser))
		return -EINVAL;
	a->its->creadr = offset;
	return 0;
}

/* GITS_BASER0 is the device table's, GITS_BASER1 the collection table's. */
static u64 *baser(struct keel_its *its, u32 i)
{
	return i == 0 ? &its->device_baser : i == 1 ? &its->collection_baser : NULL;
}

static u64 read_baser(const struct keel_frame_access *a, u32 i)
{
	const u64 *reg = baser(a->its, i);

	return reg ? *reg : 0;
}

/* Where the table is, how large, and in what form. */
#define TABLE	(GENMASK_ULL(63, 62) | GENMASK_ULL(47, 12) | GENMASK_ULL(9, 0))

/* A table that is taken away, or another one than it was, takes along what it described. */
static void write_baser(const struct keel_frame_access *a, u32 i, u64 val, u64 mask)
{
	u64 *reg = baser(a->its, i), old;

	if (!reg || a->its->enabled)
		return;
	old = *reg;
	*reg = keel_its_baser(merge(old, val, mask),
			      i ? KEEL_ITS_TYPE_COLLECTION : KEEL_ITS_TYPE_DEVICE, !i);
	if (!((*reg ^ old) & TABLE))
		return;
	if (i)
		keel_its_unmap_collections(a->its);
	else
		keel_its_unmap_devices(a->its);
}

/* As KVM's ITS identifies itself, which is as Arm's GIC-500 does. */
static u64 read_id(const struct keel_frame_access *a, u32 i)
{
	switch (GITS_IDREGS_BASE + 4 * i) {
	case GITS_PIDR4:
		return 0x40;
	case GITS_PIDR0:
		return 0x92;
	case GITS_PIDR1:
		return 0xb4;
	case GITS_PIDR2:
		return KEEL_GIC_PIDR2;
	case GITS_CIDR0:
		return 0x0d;
	case GITS_CIDR1:
		return 0xf0;
	case GITS_CIDR2:
		return 0x05;
	case GITS_CIDR3:
		return 0xb1;
	}
	return 0;
}

#define WORD(offset_, ...) \
	{ .offset = (offset_), .len = 4, .size = 4, .widths = KEEL_W32, __VA_ARGS__ }
#define DOUBLES(offset_, n_, ...) \
	{ .offset = (offset_), .len = 8 * (n_), .size = 8, .widths = KEEL_W64 | KEEL_W32, __VA_ARGS__ }

/* By offset. What is missing here is reserved: RAZ/WI. */
static const struct keel_regmap_reg regs[] = {
	WORD(GITS_CTLR, .read = read_ctlr, .write = write_ctlr),
	WORD(GITS_IIDR, .read = read_iidr, .user_write = set_iidr),
	DOUBLES(GITS_TYPER, 1, .read = read_typer),
	DOUBLES(GITS_CBASER, 1, .read = read_cbaser, .write = write_cbaser),
	DOUBLES(GITS_CWRITER, 1, .read = read_cwriter, .write = write_cwriter),
	DOUBLES(GITS_CREADR, 1, .read = read_creadr, .user_write = set_creadr),
	DOUBLES(GITS_BASER, GITS_BASER_NR_REGS, .read = read_baser, .write = write_baser),
	{ .offset = GITS_IDREGS_BASE, .len = 48, .size = 4, .widths = KEEL_W32, .read = read_id },
};

static const struct keel_regmap map = { .reg = regs, .nr = ARRAY_SIZE(regs) };

void keel_its_reset(struct keel_its *its)
{
	WRITE_ONCE(its->enabled, false);
	its->cbaser = 0;
	its->creadr = 0;
	its->cwriter = 0;
	if (!its->device_baser) {
		its->device_baser = keel_its_baser(SHARE_INNER, KEEL_ITS_TYPE_DEVICE, true);
		its->collection_baser =
			keel_its_baser(SHARE_INNER, KEEL_ITS_TYPE_COLLECTION, false);
	}
	its->device_baser &= ~KEEL_ITS_VALID;
	its->collection_baser &= ~KEEL_ITS_VALID;
	keel_its_unmap_all(its);
}

static struct keel_frame_access its_access(struct keel_vcpu *by, struct keel_its *its)
{
	return (struct keel_frame_access){ .vm = its->vm, .by = by, .its = its };
}

static int bus_read(struct keel_vcpu *vcpu, struct keel_bus_dev *dev, ipa_t addr, int len,
		    void *val)
{
	struct keel_its *its = container_of(dev, struct keel_its, bus);
	struct keel_frame_access a = its_access(vcpu, its);
	int ret;

	mutex_lock(&its->vm->gic.lpi.lock);
	ret = keel_frame_bus_read(&a, &map, addr.v - dev->base.v, len, val);
	mutex_unlock(&its->vm->gic.lpi.lock);
	return ret;
}

static int bus_write(struct keel_vcpu *vcpu, struct keel_bus_dev *dev, ipa_t addr, int len,
		     const void *val)
{
	struct keel_its *its = container_of(dev, struct keel_its, bus);
	struct keel_frame_access a = its_access(vcpu, its);
	int ret;

	mutex_lock(&its->vm->gic.lpi.lock);
	ret = keel_frame_bus_write(&a, &map, addr.v - dev->base.v, len, val);
	mutex_unlock(&its->vm->gic.lpi.lock);
	return ret;
}

const struct keel_bus_ops keel_its_ops = {
	.read = bus_read,
	.write = bus_write,
};

/* The first and the last registers have 32 bits, those between 64. */
static bool aligned(u64 offset)
{
	return !(offset & (offset < GITS_TYPER || offset >= GITS_IDREGS_BASE ? 3 : 7));
}

int keel_its_uaccess(struct keel_its *its, u64 offset, bool write, u64 *val)
{
	struct keel_frame_access a = its_access(NULL, its);
	const struct keel_regmap_reg *reg;

	lockdep_assert_held(&its->vm->gic.lpi.lock);
	if (!aligned(offset))
		return -EINVAL;
	reg = offset < KEEL_FRAME_SIZE ? keel_regmap_find(&map, offset, KEEL_W32) : NULL;
	if (!reg)
		return -ENXIO;
	if (write)
		return keel_frame_write(&a, &map, offset, reg->size, *val);
	if (val)
		*val = keel_frame_read(&a, &map, offset, reg->size);
	return 0;
}
