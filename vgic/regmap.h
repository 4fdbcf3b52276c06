/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/*
 * The register map of a GIC frame as a table: which register an access meets,
 * how wide it may be, and what a register with a field per interrupt does to
 * that interrupt's state (IHI 0069, chapter 12).
 */
#ifndef KEEL_VGIC_REGMAP_H
#define KEEL_VGIC_REGMAP_H

#include <linux/bits.h>
#include <linux/types.h>
#include "irq.h"

struct keel_frame_access;

/* Widths of access that a register allows, in bytes. */
#define KEEL_W8		1
#define KEEL_W32	4
#define KEEL_W64	8

/* A field that every interrupt has one of. */
struct keel_regmap_field {
	u32 (*get)(const struct keel_irq_state *s);		/* NULL: RAZ */
	void (*set)(struct keel_irq_state *s, u32 val);		/* NULL: WI */
	bool ones;		/* only a 1 does something */
	bool sync_read;		/* a list register may know better: read with the guest halted */
	bool sync_write;	/* a list register may have it: change with the guest halted */
	bool withdraws;		/* the interrupt may have to leave a vCPU that holds it */
	bool routes;		/* GICv2: its target changes */
};

struct keel_regmap_reg {
	u32 offset;		/* of the first register, in the frame */
	u32 len;		/* bytes that the registers take */
	u8 widths;		/* KEEL_W* */
	u8 size;		/* of one register, bytes: 4 or 8 */
	/* per interrupt; 0: not about interrupts; 64: a register for each */
	u8 bits;
	/* a field per interrupt; NULL: RAZ/WI */
	const struct keel_regmap_field *field;
	const struct keel_regmap_field *user_field;	/* for user space, if it differs */
	/* otherwise: the i-th register. NULL: RAZ, WI. Only bits in mask are written. */
	u64 (*read)(const struct keel_frame_access *a, u32 i);
	void (*write)(const struct keel_frame_access *a, u32 i, u64 val, u64 mask);
	/* for user space, if it differs; -EINVAL */
	int (*user_write)(const struct keel_frame_access *a, u32 i, u64 val);
};

struct keel_regmap {
	const struct keel_regmap_reg *reg;	/* by offset */
	unsigned int nr;
};

extern const struct keel_regmap_field keel_regmap_group, keel_regmap_set_enable,
	keel_regmap_clear_enable, keel_regmap_set_pending, keel_regmap_clear_pending,
	keel_regmap_user_pending, keel_regmap_set_active, keel_regmap_clear_active,
	keel_regmap_priority, keel_regmap_config, keel_regmap_none;

/* GICv2 */
extern const struct keel_regmap_field keel_regmap2_targets, keel_regmap2_set_pending,
	keel_regmap2_clear_pending,
	keel_regmap2_user_set_pending, keel_regmap2_user_clear_pending,
	keel_regmap2_add_senders, keel_regmap2_remove_senders;

/* The register at offset, or NULL: none there, or it does not take such an access. */
const struct keel_regmap_reg *keel_regmap_find(const struct keel_regmap *map, u32 offset, int len);
static inline bool keel_regmap_has_fields(const struct keel_regmap_reg *reg)
{
	return reg->bits && reg->bits < 64;
}

/* The first interrupt that an access at offset is about. bits != 0. */
u32 keel_regmap_intid(const struct keel_regmap_reg *reg, u32 offset);
/* Of a register's value, the bytes at offset; and the way back. */
u64 keel_regmap_slice(const struct keel_regmap_reg *reg, u32 offset, int len, u64 val);
u64 keel_regmap_place(const struct keel_regmap_reg *reg, u32 offset, u64 val);
u64 keel_regmap_mask(const struct keel_regmap_reg *reg, u32 offset, int len);

#endif
