/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a field of a distributor's register is to an interrupt's state (IHI 0069,
 * 12.9). Pure: for the module's register maps, the EL2 image and unit tests.
 */
#ifndef KEEL_VGIC_FIELD_H
#define KEEL_VGIC_FIELD_H

#include <linux/types.h>
#include "irq.h"

#define KEEL_FIELD_PRIORITY	0xf8	/* five bits of priority, of which no host offers fewer */
#define KEEL_FIELD_EDGE		2	/* GICD_ICFGR: upper bit of the field */

enum keel_field {
	KEEL_GROUP, KEEL_ENABLE, KEEL_DISABLE, KEEL_PRIORITY, KEEL_CONFIG,
	KEEL_NO_FIELD,		/* none of these */
};

/* Only a 1 does something. */
#define KEEL_FIELD_ONES(field)	((field) == KEEL_ENABLE || (field) == KEEL_DISABLE)

static inline u32 keel_field_get(const struct keel_irq_state *s, enum keel_field field)
{
	switch (field) {
	case KEEL_GROUP:
		return s->group1;
	case KEEL_ENABLE:
	case KEEL_DISABLE:
		return s->enabled;
	case KEEL_PRIORITY:
		return s->priority;
	case KEEL_CONFIG:
		return s->level ? 0 : KEEL_FIELD_EDGE;
	case KEEL_NO_FIELD:
		break;
	}
	return 0;
}

/*
 * ENABLE and DISABLE: val is 1. CONFIG is fixed for SGIs, and for PPIs: the timers' are
 * level-sensitive.
 */
static inline void keel_field_set(struct keel_irq_state *s, enum keel_field field, u32 val)
{
	switch (field) {
	case KEEL_GROUP:
		s->group1 = val;
		break;
	case KEEL_ENABLE:
	case KEEL_DISABLE:
		s->enabled = field == KEEL_ENABLE;
		break;
	case KEEL_PRIORITY:
		s->priority = val & KEEL_FIELD_PRIORITY;
		break;
	case KEEL_CONFIG:
		if (s->intid >= KEEL_NR_PRIVATE)
			s->level = !(val & KEEL_FIELD_EDGE);
		break;
	case KEEL_NO_FIELD:
		break;
	}
}

#endif
