// SPDX-License-Identifier: GPL-2.0-only
/* What the distributor's registers do; which there are is in dist.def. */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include "../../core/kick.h"
#include "../../core/vcpus.h"
#include "../frame.h"
#include "ident.h"
#include "share.h"
#include "../vgic.h"

/* Aff2:Aff1:Aff0; TYPER.A3V is 0, and No1N set */
#define IROUTER_AFFINITY	GENMASK_ULL(23, 0)

static u64 read_ctlr(const struct keel_frame_access *a, u32 i)
{
	return keel_ident_ctlr(a->vm);
}

static void write_ctlr(const struct keel_frame_access *a, u32 i, u64 val, u64 mask)
{
	u32 written = val & KEEL_CTLR_ENABLES, enables = written;

	if (READ_ONCE(a->vm->gic.one_enable))
		enables = val & KEEL_CTLR_ENABLE1 ? KEEL_CTLR_ENABLES : 0;
	keel_frame_set_ctlr(a, enables | written << KEEL_CTLR_WRITTEN_SHIFT);
}

/* No access is ever reported. All ones are what in-tree KVM has here, and nobody else. */
static u64 read_statusr(const struct keel_frame_access *a, u32 i)
{
	return READ_ONCE(a->vm->gic.one_enable) ? U32_MAX : 0;
}

static int set_statusr(const struct keel_frame_access *a, u32 i, u64 val)
{
	WRITE_ONCE(a->vm->gic.one_enable, val == U32_MAX);
	write_ctlr(a, 0, keel_ident_ctlr_written(a->vm), U32_MAX);
	keel_share_update(a->vm);
	return 0;
}

static u64 read_typer(const struct keel_frame_access *a, u32 i)
{
	return keel_ident_typer(a->vm);
}

static u64 read_iidr(const struct keel_frame_access *a, u32 i)
{
	return keel_frame_iidr(READ_ONCE(a->vm->gic.iidr_rev));
}

/*
 * User space chooses among the behaviours that there are; the rest tells what the VM was saved on.
 */
static int set_iidr(const struct keel_frame_access *a, u32 i, u64 val)
{
	return keel_frame_set_revision(a, val ^ read_iidr(a, i), val);
}

/*
 * TYPER2 says what GICv4.1 has. A VM that was saved with any of it cannot go on here; nor does it
 * change in one that is initialised.
 */
static int set_typer2(const struct keel_frame_access *a, u32 i, u64 val)
{
	if (!val)
		return 0;
	return a->vm->gic.initialised && a->vm->arch.abi >= KEEL_ABI_7_3 ? -EBUSY : -EINVAL;
}

static struct keel_irq *spi(const struct keel_frame_access *a, u32 intid)
{
	return intid < KEEL_NR_PRIVATE ? NULL : keel_vgic_irq(a->vm, NULL, intid);
}

static u64 read_irouter(const struct keel_frame_access *a, u32 i)
{
	struct keel_irq *irq = spi(a, i);

	return irq ? READ_ONCE(irq->irouter) : 0;
}

/* The halves of one IROUTER may be written by two vCPUs at once. */
static void write_irouter(const struct keel_frame_access *a, u32 i, u64 val, u64 mask)
{
	struct keel_irq *irq = spi(a, i);
	struct keel_vcpu *holder;
	unsigned long flags;
	u64 old, new;

	if (!irq)
		return;
	raw_spin_lock_irqsave(&irq->lock, flags);
	holder = irq->vcpu;
	old = irq->irouter;
	new = ((old & ~mask) | (val & mask)) & IROUTER_AFFINITY;
	WRITE_ONCE(irq->irouter, new);
	irq->target = keel_vm_vcpu_by_mpidr(a->vm, new);
	keel_vgic_queue_unlock(a->vm, irq, flags);
	/* who holds it and is no longer the target has to give it away */
	if (holder && old != new && holder != a->by)
		keel_vcpu_kick(holder);
}

static u64 read_id(const struct keel_frame_access *a, u32 i)
{
	return GICD_IDREGS + 4 * i == GICD_PIDR2 ? KEEL_GIC_PIDR2 : 0;
}

static const struct keel_regmap_reg regs[] = {
#define DIST_WORD(offset_, shared, read_, write_, user_write_) \
	{ .offset = (offset_), .len = 4, .size = 4, .widths = KEEL_W32, \
	  .read = (read_), .write = (write_), .user_write = (user_write_) },
#define DIST_FIELDS(offset_, bits_, widths_, kind, field_, user_field_) \
	{ .offset = (offset_), .len = 1024 * (bits_) / 8, .bits = (bits_), .size = 4, \
	  .widths = (widths_), .field = (field_), .user_field = (user_field_) },
#define DIST_REGS(offset_, len_, bits_, size_, widths_, read_, write_) \
	{ .offset = (offset_), .len = (len_), .bits = (bits_), .size = (size_), \
	  .widths = (widths_), .read = (read_), .write = (write_) },
#include "dist.def"
};

const struct keel_regmap keel_dist_map = { .reg = regs, .nr = ARRAY_SIZE(regs) };

static struct keel_frame_access dist_access(struct keel_vcpu *vcpu)
{
	return (struct keel_frame_access){ .vm = vcpu->vm, .by = vcpu };
}

static int bus_read(struct keel_vcpu *vcpu, struct keel_bus_dev *dev, ipa_t addr, int len,
		    void *val)
{
	struct keel_frame_access a = dist_access(vcpu);

	return keel_frame_bus_read(&a, &keel_dist_map, addr.v - dev->base.v, len, val);
}

static int bus_write(struct keel_vcpu *vcpu, struct keel_bus_dev *dev, ipa_t addr, int len,
		     const void *val)
{
	struct keel_frame_access a = dist_access(vcpu);

	return keel_frame_bus_write(&a, &keel_dist_map, addr.v - dev->base.v, len, val);
}

const struct keel_bus_ops keel_dist_ops = {
	.read = bus_read,
	.write = bus_write,
};
