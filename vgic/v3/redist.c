// SPDX-License-Identifier: GPL-2.0-only
/*
 * A redistributor's registers: GICR_* of RD_base and SGI_base (IHI 0069,
 * 12.11). There are no LPIs without an ITS. What is about them is under
 * gic.lpi.lock.
 */
#include <linux/bits.h>
#include <linux/irqchip/arm-gic-v3.h>
#include <linux/kernel.h>
#include "../../core/objects.h"
#include "../../nested/nested.h"
#include "../../nested/nv.h"
#include "../frame.h"
#include "../its/its.h"
#include "../vgic.h"

#define IDREGS		0xffd0
/*
 * GICR_CTLR: disabling LPIs works (CES), and so does invalidating by register (IR). Since revision
 * 3.
 */
#define CTLR_LPI_OPTIONS	(BIT(1) | BIT(2))
#define CTLR_ENABLE_LPIS	BIT(0)
#define TYPER_PLPIS	BIT_ULL(0)
#define TYPER_LAST	BIT_ULL(4)
#define INVLPIR_INTID	GENMASK_ULL(31, 0)

/*
 * Fields that hold what is written: where the LPI tables are, and their memory
 * attributes. GICR_PENDBASER.PTZ is none: it says that the table is zero, and so
 * is what is read of it then.
 */
#define PROPBASER_FIELDS	(GENMASK_ULL(58, 56) | GENMASK_ULL(51, 12) | GENMASK_ULL(11, 7) | \
				  GENMASK_ULL(4, 0))
#define PENDBASER_FIELDS	(GENMASK_ULL(58, 56) | GENMASK_ULL(51, 16) | GENMASK_ULL(11, 7))

static u64 read_ctlr(const struct keel_frame_access *a, u32 i)
{
	return (READ_ONCE(a->vm->gic.iidr_rev) >= 3 ? CTLR_LPI_OPTIONS : 0) |
	       (READ_ONCE(a->vcpu->gic.lpis_enabled) ? CTLR_ENABLE_LPIS : 0);
}

/* LPIs' tables are read, 0, or have to be before a vCPU goes on. */
static void end_reading(const struct keel_frame_access *a, int err)
{
	if (!err)
		return;
	keel_lpi_read_later(a->vm);
	keel_its_queue_request(a->vm, a->by);
}

/* EnableLPIs is RES0 without LPIs. */
static void write_ctlr(const struct keel_frame_access *a, u32 i, u64 val, u64 mask)
{
	struct keel_lpis *l = &a->vm->gic.lpi;

	if (!READ_ONCE(l->present))
		return;
	mutex_lock(&l->lock);
	end_reading(a, keel_lpi_enable(a->vcpu, val & CTLR_ENABLE_LPIS));
	keel_lpi_reap(a->vm);
	mutex_unlock(&l->lock);
}

/* The revision is the distributor's matter. */
static u64 read_iidr(const struct keel_frame_access *a, u32 i)
{
	return keel_frame_iidr(0);
}

/* Affinity_Value 63:32 as Aff3:Aff2:Aff1:Aff0, Processor_Number 23:8. */
static u64 read_typer(const struct keel_frame_access *a, u32 i)
{
	u64 mpidr = a->vcpu->ctx.sys[KEEL_MPIDR_EL1];
	u64 affinity = (mpidr & GENMASK_ULL(23, 0)) | (mpidr >> 8 & GENMASK_ULL(31, 24));

	return affinity << 32 | (u64)(a->vcpu->id & 0xffff) << 8 |
	       (READ_ONCE(a->vm->gic.lpi.present) ? TYPER_PLPIS : 0) |
	       (READ_ONCE(a->vcpu->gic.rd_last) ? TYPER_LAST : 0);
}

/* The bases of the LPI tables are fixed while the redistributor uses them. */
static void update(const struct keel_frame_access *a, u64 *reg, u64 val, u64 mask, u64 keep)
{
	struct mutex *lock = &a->vm->gic.lpi.lock;

	mutex_lock(lock);
	if (!a->vcpu->gic.lpis_enabled) {
		val = ((*reg & ~mask) | (val & mask)) & keep;
		WRITE_ONCE(*reg, keel_its_sane_attrs(val, &keel_its_attrs_redist));
	}
	mutex_unlock(lock);
}

static u64 read_propbaser(const struct keel_frame_access *a, u32 i)
{
	return READ_ONCE(a->vm->gic.propbaser);
}

static void write_propbaser(const struct keel_frame_access *a, u32 i, u64 val, u64 mask)
{
	update(a, &a->vm->gic.propbaser, val, mask, PROPBASER_FIELDS);
}

static u64 read_pendbaser(const struct keel_frame_access *a, u32 i)
{
	return READ_ONCE(a->vcpu->gic.pendbaser);
}

static void write_pendbaser(const struct keel_frame_access *a, u32 i, u64 val, u64 mask)
{
	update(a, &a->vcpu->gic.pendbaser, val, mask, PENDBASER_FIELDS);
}

/* Without LPIs here nothing is invalidated. The upper half names a vPE, which there are none of. */
static bool invalidates(const struct keel_frame_access *a, u64 mask)
{
	return (mask & INVLPIR_INTID) && a->vcpu->gic.lpis_enabled;
}

static void write_invlpir(const struct keel_frame_access *a, u32 i, u64 val, u64 mask)
{
	struct mutex *lock = &a->vm->gic.lpi.lock;

	mutex_lock(lock);
	if (invalidates(a, mask))
		end_reading(a, keel_lpi_invalidate_intid(a->vm, val & INVLPIR_INTID));
	mutex_unlock(lock);
}

static void write_invallr(const struct keel_frame_access *a, u32 i, u64 val, u64 mask)
{
	struct mutex *lock = &a->vm->gic.lpi.lock;

	mutex_lock(lock);
	if (invalidates(a, mask))
		end_reading(a, keel_lpi_invalidate_all(a->vcpu));
	mutex_unlock(lock);
}

static u64 read_id(const struct keel_frame_access *a, u32 i)
{
	return IDREGS + 4 * i == GICR_PIDR2 ? KEEL_GIC_PIDR2 : 0;
}

#define SGI(offset_)	(KEEL_FRAME_SIZE + (offset_))
#define PER_IRQ(offset_, bits_, widths_, ...) \
	{ .offset = SGI(offset_), .len = KEEL_NR_PRIVATE * (bits_) / 8, .bits = (bits_), \
	  .size = 4, .widths = (widths_), __VA_ARGS__ }
#define WORD(offset_, ...) \
	{ .offset = (offset_), .len = 4, .size = 4, .widths = KEEL_W32, __VA_ARGS__ }
#define DOUBLE(offset_, ...) \
	{ .offset = (offset_), .len = 8, .size = 8, .widths = KEEL_W64 | KEEL_W32, __VA_ARGS__ }

/* By offset. What is missing here is reserved or of an option that TYPER denies: RAZ/WI. */
static const struct keel_regmap_reg regs[] = {
	WORD(GICR_CTLR, .read = read_ctlr, .write = write_ctlr),
	WORD(GICR_IIDR, .read = read_iidr),
	DOUBLE(GICR_TYPER, .read = read_typer),
	WORD(GICR_STATUSR),	/* optional: no access is ever reported */
	WORD(GICR_WAKER),	/* always awake */
	DOUBLE(GICR_PROPBASER, .read = read_propbaser, .write = write_propbaser),
	DOUBLE(GICR_PENDBASER, .read = read_pendbaser, .write = write_pendbaser),
	DOUBLE(GICR_INVLPIR, .write = write_invlpir),
	DOUBLE(GICR_INVALLR, .write = write_invallr),
	WORD(GICR_SYNCR),	/* never busy */
	{ .offset = IDREGS, .len = 48, .size = 4, .widths = KEEL_W32, .read = read_id },
	PER_IRQ(GICR_IGROUPR0, 1, KEEL_W32, .field = &keel_regmap_group),
	PER_IRQ(GICR_ISENABLER0, 1, KEEL_W32, .field = &keel_regmap_set_enable),
	PER_IRQ(GICR_ICENABLER0, 1, KEEL_W32, .field = &keel_regmap_clear_enable),
	PER_IRQ(GICR_ISPENDR0, 1, KEEL_W32, .field = &keel_regmap_set_pending,
		.user_field = &keel_regmap_user_pending),
	PER_IRQ(GICR_ICPENDR0, 1, KEEL_W32, .field = &keel_regmap_clear_pending,
		.user_field = &keel_regmap_none),
	PER_IRQ(GICR_ISACTIVER0, 1, KEEL_W32, .field = &keel_regmap_set_active),
	PER_IRQ(GICR_ICACTIVER0, 1, KEEL_W32, .field = &keel_regmap_clear_active),
	PER_IRQ(GICR_IPRIORITYR0, 8, KEEL_W32 | KEEL_W8, .field = &keel_regmap_priority),
	PER_IRQ(GICR_ICFGR0, 2, KEEL_W32, .field = &keel_regmap_config),
	WORD(SGI(GICR_IGRPMODR0)),	/* one security state */
	WORD(SGI(GICR_NSACR)),		/* one security state */
};

const struct keel_regmap keel_redist_map = { .reg = regs, .nr = ARRAY_SIZE(regs) };

static struct keel_frame_access redist_access(struct keel_vcpu *by, struct keel_bus_dev *dev)
{
	return (struct keel_frame_access){
		.vm = by->vm,
		.vcpu = container_of(dev, struct keel_vcpu, gic.rd_dev),
		.by = by,
	};
}

static int bus_read(struct keel_vcpu *vcpu, struct keel_bus_dev *dev, ipa_t addr, int len,
		    void *val)
{
	struct keel_frame_access a = redist_access(vcpu, dev);

	/*
	 * lines that virtual EL2 moves by what it writes into its page are those of the last entry
	 */
	if (keel_nv(vcpu) && a.vcpu == vcpu)
		keel_nested_lines(vcpu);
	return keel_frame_bus_read(&a, &keel_redist_map, addr.v - dev->base.v, len, val);
}

static int bus_write(struct keel_vcpu *vcpu, struct keel_bus_dev *dev, ipa_t addr, int len,
		     const void *val)
{
	struct keel_frame_access a = redist_access(vcpu, dev);

	return keel_frame_bus_write(&a, &keel_redist_map, addr.v - dev->base.v, len, val);
}

const struct keel_bus_ops keel_redist_ops = {
	.read = bus_read,
	.write = bus_write,
};

static bool look_at_slots(struct keel_vcpu *vcpu, unsigned int slots)
{
	vcpu->gic.bare = !keel_guest_has_memory(vcpu->vm, ipa(vcpu->gic.rd_base), KEEL_REDIST_SIZE);
	vcpu->gic.bare_at = slots;
	return vcpu->gic.bare;
}

/*
 * No slot lies over the redistributor: its memory would come first. Looked up when slots have
 * changed.
 */
static bool check_bare(struct keel_vcpu *vcpu)
{
	unsigned int slots = keel_mmu_slots(&vcpu->vm->mmu);

	return likely(vcpu->gic.bare_at == slots) ? vcpu->gic.bare : look_at_slots(vcpu, slots);
}

bool keel_vgic_has_redist(struct keel_vcpu *vcpu, ipa_t page)
{
	return vcpu->ctx.gic.in_cpu && page.v - vcpu->gic.rd_base < KEEL_REDIST_SIZE &&
	       check_bare(vcpu);
}

bool keel_vgic_try_redist(struct keel_vcpu *vcpu, ipa_t addr, int len, bool write, u64 *val)
{
	struct keel_frame_access a = { .vm = vcpu->vm, .vcpu = vcpu, .by = vcpu };
	u64 offset = addr.v - vcpu->gic.rd_base;

	if (write)
		return keel_frame_try_write(&a, &keel_redist_map, offset, len, *val);
	return keel_frame_try_read(&a, &keel_redist_map, offset, len, val);
}
