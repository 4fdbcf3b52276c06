// SPDX-License-Identifier: GPL-2.0-only
/*
 * One access to a register frame: from the table's entry to the interrupts it
 * is about. vCPU mutex held for an access of the guest; for one of user space
 * those of all vCPUs.
 */
#include <linux/bitfield.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <asm/byteorder.h>
#include "../core/kick.h"
#include "../core/vcpus.h"
#include "frame.h"
#include "model.h"
#include "v3/share.h"
#include "vgic.h"

#define IIDR_REVISION		GENMASK(15, 12)

int keel_frame_set_revision(const struct keel_frame_access *a, u32 difference, u32 val)
{
	u32 rev = FIELD_GET(IIDR_REVISION, val);

	if (difference & ~(u32)IIDR_REVISION)
		return -EINVAL;
	if (rev < KEEL_GIC_REV_MIN || rev > KEEL_GIC_REV)
		return -EINVAL;
	WRITE_ONCE(a->vm->gic.iidr_rev, rev);
	keel_share_update(a->vm);
	return 0;
}

void keel_frame_set_ctlr(const struct keel_frame_access *a, u32 ctlr)
{
	struct keel_vcpu *vcpu;
	unsigned int n;

	if (READ_ONCE(a->vm->gic.ctlr) == ctlr)
		return;
	WRITE_ONCE(a->vm->gic.ctlr, ctlr);
	keel_share_update(a->vm);
	/* what is pending may be taken now, or not any more */
	keel_for_each_vcpu(n, vcpu, a->vm)
		if (vcpu != a->by)
			keel_vcpu_kick(vcpu);
}

/* The distributor's fields of private interrupts are RAZ/WI: affinity routing is always on. */
static struct keel_irq *find_irq(const struct keel_frame_access *a, u32 intid)
{
	if (!a->vcpu && intid < KEEL_NR_PRIVATE)
		return NULL;
	return keel_vgic_irq(a->vm, a->vcpu, intid);
}

static const struct keel_regmap_reg *find_reg(const struct keel_frame_access *a,
					      const struct keel_regmap *map, u32 offset, int len)
{
	const struct keel_regmap_reg *reg = keel_regmap_find(map, offset, len);

	if (reg && reg->bits &&
	    keel_regmap_intid(reg, offset) >= max_t(u32, a->vm->gic.nr_irqs, KEEL_NR_PRIVATE))
		return NULL;
	return reg;
}

int keel_frame_has(const struct keel_frame_access *a, const struct keel_regmap *map, u32 offset)
{
	return find_reg(a, map, offset, KEEL_W32) ? 0 : -ENXIO;
}

static const struct keel_regmap_field *pick_field(const struct keel_frame_access *a,
						  const struct keel_regmap_reg *reg)
{
	const struct keel_regmap_field *field = reg->field;

	if (!a->by && reg->user_field)
		field = reg->user_field;
	return field ?: &keel_regmap_none;
}

/* The accessing vCPU's own list registers were read back when it left the guest. */
static bool must_halt(const struct keel_frame_access *a, u32 intid, bool sync)
{
	return sync && a->by && (a->by != a->vcpu || intid >= KEEL_NR_PRIVATE);
}

static u32 read_one(const struct keel_frame_access *a, const struct keel_regmap_field *field,
		    u32 intid)
{
	struct keel_irq *irq = find_irq(a, intid);
	struct keel_irq_state s;
	unsigned long flags;

	if (!irq)
		return 0;
	raw_spin_lock_irqsave(&irq->lock, flags);
	s = irq->s;
	if (irq->get_line && a->vcpu)
		s.line = irq->get_line(a->vcpu);
	raw_spin_unlock_irqrestore(&irq->lock, flags);
	return field->get(&s);
}

static u64 read_fields(const struct keel_frame_access *a, const struct keel_regmap_reg *reg,
		       u32 offset, int len)
{
	const struct keel_regmap_field *field = pick_field(a, reg);
	u32 i, n = len * 8 / reg->bits, intid = keel_regmap_intid(reg, offset);
	u64 val = 0;

	if (!field->get)
		return 0;
	if (must_halt(a, intid, field->sync_read))
		keel_vgic_halt_guest(a->vm);
	if (a->vcpu)
		keel_vgic_collect(a->vcpu);
	for (i = 0; i < n; i++)
		val |= (u64)read_one(a, field, intid + i) << (i * reg->bits);
	if (must_halt(a, intid, field->sync_read))
		keel_vgic_resume_guest(a->vm);
	return val;
}

/*
 * A vCPU that holds the interrupt looks again at what it presents: it may be
 * disabled now, in another group or of another priority.
 */
static void write_one(const struct keel_frame_access *a, const struct keel_regmap_field *field,
		      u32 intid, u32 val)
{
	struct keel_irq *irq = find_irq(a, intid);
	struct keel_vcpu *holder;
	unsigned long flags;

	if (!irq)
		return;
	raw_spin_lock_irqsave(&irq->lock, flags);
	holder = irq->vcpu;
	field->set(&irq->s, val);
	if (field->routes && intid >= KEEL_NR_PRIVATE)
		a->vm->gic.model->retarget(a->vm, irq);
	keel_vgic_queue_unlock(a->vm, irq, flags);
	if (field->withdraws && holder && holder != a->by)
		keel_vcpu_kick(holder);
	/* whether the host's is active goes by the guest's */
	if (irq->s.hw && a->by && a->vcpu != a->by)
		keel_vcpu_request(a->vcpu, KEEL_REQ_TIMER);
}

static void write_fields(const struct keel_frame_access *a, const struct keel_regmap_reg *reg,
			 u32 offset, int len, u64 val)
{
	const struct keel_regmap_field *field = pick_field(a, reg);
	u32 i, n = len * 8 / reg->bits, intid = keel_regmap_intid(reg, offset);
	u32 mask = BIT(reg->bits) - 1;

	if (!field->set)
		return;
	if (must_halt(a, intid, field->sync_write))
		keel_vgic_halt_guest(a->vm);
	if (a->vcpu)
		keel_vgic_collect(a->vcpu);
	for (i = 0; i < n; i++) {
		u32 v = val >> (i * reg->bits) & mask;

		if (v || !field->ones)
			write_one(a, field, intid + i, v);
	}
	if (must_halt(a, intid, field->sync_write))
		keel_vgic_resume_guest(a->vm);
}

u64 keel_frame_read(const struct keel_frame_access *a, const struct keel_regmap *map, u32 offset,
		    int len)
{
	const struct keel_regmap_reg *reg = find_reg(a, map, offset, len);

	if (!reg)
		return 0;
	if (keel_regmap_has_fields(reg))
		return read_fields(a, reg, offset, len);
	if (!reg->read)
		return 0;
	return keel_regmap_slice(reg, offset, len,
				 reg->read(a, (offset - reg->offset) / reg->size));
}

static int write_value(const struct keel_frame_access *a, const struct keel_regmap_reg *reg,
		       u32 offset, int len, u64 val)
{
	u32 i = (offset - reg->offset) / reg->size;

	if (!a->by && reg->user_write)
		return reg->user_write(a, i, val);
	if (reg->write)
		reg->write(a, i, keel_regmap_place(reg, offset, val),
			   keel_regmap_mask(reg, offset, len));
	return 0;
}

int keel_frame_write(const struct keel_frame_access *a, const struct keel_regmap *map, u32 offset,
		     int len, u64 val)
{
	const struct keel_regmap_reg *reg = find_reg(a, map, offset, len);

	if (!reg)
		return 0;
	if (!keel_regmap_has_fields(reg))
		return write_value(a, reg, offset, len, val);
	write_fields(a, reg, offset, len, val);
	return 0;
}

/* The bus carries bytes as they are in memory; the GIC is little-endian. */
int keel_frame_bus_read(const struct keel_frame_access *a, const struct keel_regmap *map,
			u32 offset, int len, void *val)
{
	__le64 bytes = cpu_to_le64(keel_frame_read(a, map, offset, len));

	memcpy(val, &bytes, len);
	return 0;
}

int keel_frame_bus_write(const struct keel_frame_access *a, const struct keel_regmap *map,
			 u32 offset, int len, const void *val)
{
	__le64 bytes = 0;

	memcpy(&bytes, val, len);
	keel_frame_write(a, map, offset, len, le64_to_cpu(bytes));
	return 0;
}

/* ---- without leaving the guest for it: no waiting, the list registers in the CPU ---- */

/* Single bytes, of which a list register knows nothing: some value of theirs is as good as any. */
static bool try_read_fields(const struct keel_frame_access *a, const struct keel_regmap_reg *reg,
			    u32 offset, int len, u64 *val)
{
	const struct keel_regmap_field *field = pick_field(a, reg);
	u32 i, n = len * 8 / reg->bits, intid = keel_regmap_intid(reg, offset);

	if (field->sync_read)
		return false;
	for (i = 0; field->get && i < n; i++) {
		struct keel_irq *irq = find_irq(a, intid + i);

		if (irq)
			*val |= (u64)field->get(&irq->s) << (i * reg->bits);
	}
	return true;
}

bool keel_frame_try_read(const struct keel_frame_access *a, const struct keel_regmap *map,
			 u32 offset, int len, u64 *val)
{
	const struct keel_regmap_reg *reg = find_reg(a, map, offset, len);

	*val = 0;
	if (reg && keel_regmap_has_fields(reg))
		return try_read_fields(a, reg, offset, len, val);
	if (reg && reg->read)
		*val = keel_regmap_slice(reg, offset, len,
					 reg->read(a, (offset - reg->offset) / reg->size));
	return true;
}

static bool try_write_one(struct keel_irq *irq, const struct keel_regmap_field *field, u32 val)
{
	struct keel_irq_state s;
	bool quiet;

	if (!raw_spin_trylock(&irq->lock))
		return false;
	s = irq->s;
	field->set(&s, val);
	quiet = keel_irq_stays_quiet(irq, &s);
	if (quiet)
		irq->s = s;
	raw_spin_unlock(&irq->lock);
	return quiet;
}

bool keel_frame_try_write(const struct keel_frame_access *a, const struct keel_regmap *map,
			  u32 offset, int len, u64 val)
{
	const struct keel_regmap_reg *reg = find_reg(a, map, offset, len);
	const struct keel_regmap_field *field;
	u32 i, n, intid;

	if (!reg || !keel_regmap_has_fields(reg))
		return false;
	field = pick_field(a, reg);
	if (field->sync_write || !field->set)
		return false;
	n = len * 8 / reg->bits;
	intid = keel_regmap_intid(reg, offset);
	for (i = 0; i < n; i++) {
		struct keel_irq *irq = find_irq(a, intid + i);
		u32 v = val >> (i * reg->bits) & (BIT(reg->bits) - 1);

		if (irq && (v || !field->ones) && !try_write_one(irq, field, v))
			return false;
	}
	return true;
}
