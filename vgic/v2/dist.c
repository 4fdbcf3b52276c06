// SPDX-License-Identifier: GPL-2.0-only
/*
 * The distributor of a GICv2: GICD_* of IHI 0048B, 4.3, as KVM's guests know
 * it. Private interrupts are banked: those of the vCPU that accesses, or that
 * user space names.
 */
#include <linux/bits.h>
#include <linux/errno.h>
#include <linux/irqchip/arm-gic.h>
#include <linux/kernel.h>
#include <linux/nospec.h>
#include "../../core/vcpus.h"
#include "../frame.h"
#include "../vgic.h"
#include "targets.h"

#define CTLR_ENABLE		BIT(0)
#define CTLR_BOTH_GROUPS	(BIT(0) | BIT(1))	/* as gic.ctlr has it */

/* GICD_SGIR */
#define SGIR_INTID		GENMASK(3, 0)
#define SGIR_TARGETS		GENMASK(23, 16)
#define SGIR_FILTER		GENMASK(25, 24)
enum { FILTER_LIST, FILTER_OTHERS, FILTER_SELF };

/* One enable for both groups: a guest in one security state has no other. */
static u64 read_ctlr(const struct keel_frame_access *a, u32 i)
{
	return READ_ONCE(a->vm->gic.ctlr) & CTLR_ENABLE;
}

static void write_ctlr(const struct keel_frame_access *a, u32 i, u64 val, u64 mask)
{
	keel_frame_set_ctlr(a, val & CTLR_ENABLE ? CTLR_BOTH_GROUPS : 0);
}

static u64 read_typer(const struct keel_frame_access *a, u32 i)
{
	return (a->vm->nr_vcpus - 1) << 5 | (a->vm->gic.nr_irqs / 32 - 1);
}

static u64 read_iidr(const struct keel_frame_access *a, u32 i)
{
	return keel_frame_iidr(READ_ONCE(a->vm->gic.iidr_rev));
}

/* As for a GICv3. */
static int set_iidr(const struct keel_frame_access *a, u32 i, u64 val)
{
	return keel_frame_set_revision(a, val ^ read_iidr(a, i), val);
}

/* GICD_SGIR: which vCPUs are to get it, a bit for each. */
static u32 sgi_targets(const struct keel_frame_access *a, u32 val)
{
	u32 self = keel_v2_targets_bit(a->vcpu);

	switch ((val & SGIR_FILTER) >> 24) {
	case FILTER_LIST:
		return (val & SGIR_TARGETS) >> 16;
	case FILTER_OTHERS:
		return ~self;
	case FILTER_SELF:
		return self;
	default:
		return 0;
	}
}

static void send(struct keel_vcpu *from, struct keel_vcpu *to, u32 intid)
{
	struct keel_irq *irq = &to->gic.irq[array_index_nospec(intid, KEEL_NR_SGIS)];
	unsigned long flags;

	raw_spin_lock_irqsave(&irq->lock, flags);
	keel_irq_add_senders(&irq->s, keel_v2_targets_bit(from));
	keel_vgic_queue_unlock(to->vm, irq, flags);
}

static void write_sgir(const struct keel_frame_access *a, u32 i, u64 val, u64 mask)
{
	u32 targets = sgi_targets(a, val);
	struct keel_vcpu *to;
	unsigned int n;

	keel_for_each_vcpu(n, to, a->vm)
		if (targets & keel_v2_targets_bit(to))
			send(a->vcpu, to, val & SGIR_INTID);
}

#define PER_IRQ(offset_, bits_, widths_, ...) \
	{ .offset = (offset_), .len = 1024 * (bits_) / 8, .bits = (bits_), .size = 4, \
	  .widths = (widths_), __VA_ARGS__ }
#define PER_SGI(offset_, ...) \
	{ .offset = (offset_), .len = KEEL_NR_SGIS, .bits = 8, .size = 4, \
	  .widths = KEEL_W32 | KEEL_W8, __VA_ARGS__ }
#define WORD(offset_, ...) \
	{ .offset = (offset_), .len = 4, .size = 4, .widths = KEEL_W32, __VA_ARGS__ }

/*
 * By offset. What is missing here is reserved, or KVM does not have it either (the ID registers):
 * RAZ/WI.
 */
static const struct keel_regmap_reg regs[] = {
	WORD(GIC_DIST_CTRL, .read = read_ctlr, .write = write_ctlr),
	WORD(GIC_DIST_CTR, .read = read_typer),
	WORD(GIC_DIST_IIDR, .read = read_iidr, .user_write = set_iidr),
	PER_IRQ(GIC_DIST_IGROUP, 1, KEEL_W32, .field = &keel_regmap_group),
	PER_IRQ(GIC_DIST_ENABLE_SET, 1, KEEL_W32, .field = &keel_regmap_set_enable),
	PER_IRQ(GIC_DIST_ENABLE_CLEAR, 1, KEEL_W32, .field = &keel_regmap_clear_enable),
	PER_IRQ(GIC_DIST_PENDING_SET, 1, KEEL_W32, .field = &keel_regmap2_set_pending,
		.user_field = &keel_regmap2_user_set_pending),
	PER_IRQ(GIC_DIST_PENDING_CLEAR, 1, KEEL_W32, .field = &keel_regmap2_clear_pending,
		.user_field = &keel_regmap2_user_clear_pending),
	PER_IRQ(GIC_DIST_ACTIVE_SET, 1, KEEL_W32, .field = &keel_regmap_set_active),
	PER_IRQ(GIC_DIST_ACTIVE_CLEAR, 1, KEEL_W32, .field = &keel_regmap_clear_active),
	PER_IRQ(GIC_DIST_PRI, 8, KEEL_W32 | KEEL_W8, .field = &keel_regmap_priority),
	PER_IRQ(GIC_DIST_TARGET, 8, KEEL_W32 | KEEL_W8, .field = &keel_regmap2_targets),
	PER_IRQ(GIC_DIST_CONFIG, 2, KEEL_W32, .field = &keel_regmap_config),
	WORD(GIC_DIST_SOFTINT, .write = write_sgir),
	PER_SGI(GIC_DIST_SGI_PENDING_CLEAR, .field = &keel_regmap2_remove_senders),
	PER_SGI(GIC_DIST_SGI_PENDING_SET, .field = &keel_regmap2_add_senders),
};

const struct keel_regmap keel_dist2_map = { .reg = regs, .nr = ARRAY_SIZE(regs) };

static struct keel_frame_access dist2_access(struct keel_vcpu *vcpu)
{
	return (struct keel_frame_access){ .vm = vcpu->vm, .vcpu = vcpu, .by = vcpu };
}

static int bus_read(struct keel_vcpu *vcpu, struct keel_bus_dev *dev, ipa_t addr, int len,
		    void *val)
{
	struct keel_frame_access a = dist2_access(vcpu);

	return keel_frame_bus_read(&a, &keel_dist2_map, addr.v - dev->base.v, len, val);
}

static int bus_write(struct keel_vcpu *vcpu, struct keel_bus_dev *dev, ipa_t addr, int len,
		     const void *val)
{
	struct keel_frame_access a = dist2_access(vcpu);

	return keel_frame_bus_write(&a, &keel_dist2_map, addr.v - dev->base.v, len, val);
}

const struct keel_bus_ops keel_dist2_ops = {
	.read = bus_read,
	.write = bus_write,
};
