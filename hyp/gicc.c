// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/*
 * The registers of a GICv2's CPU interface: what is signalled, acknowledged and ended. 32 levels of
 * priority.
 */
#include <linux/bits.h>
#include <linux/types.h>
#include "../vgic/hw.h"
#include "../vgic/irq.h"
#include "gicc.h"

/* IHI 0048B, table 4-2 */
enum {
	CTLR = 0x00,
	PMR = 0x04,
	BPR = 0x08,
	IAR = 0x0c,
	EOIR = 0x10,
	RPR = 0x14,
	HPPIR = 0x18,
	ABPR = 0x1c,
	AIAR = 0x20,
	AEOIR = 0x24,
	AHPPIR = 0x28,
	APR0 = 0xd0,
	IIDR = 0xfc,
	DIR = 0x1000,
};

/* GICH_VMCR (5.3.4), which has the bits of GICC_CTLR at the same places */
#define VMCR_CTLR	0x21fU
#define CTLR_GROUPS	3U
#define CTLR_ACKCTL	BIT(2)
#define CTLR_FIQEN	BIT(3)
#define CTLR_CBPR	BIT(4)
#define CTLR_EOIMODE	BIT(9)
#define ABPR_SHIFT	18
#define BPR_SHIFT	21
#define PMR_SHIFT	27
#define BPR_MIN		2U	/* 32 levels: five bits of group priority at most */
#define ABPR_MIN	3U	/* which counts from one bit further up */

#define INTID		0x3ffU
#define INTID_SENDER	0x1fffU
#define FIRST_SPECIAL	1020U
#define OTHER_GROUP	1022U	/* there is one, of Group 1, for GICC_AIAR alone */
#define SPURIOUS	1023U
#define IDLE		0x100U	/* less urgent than any */
#define NOTHING		KEEL_NR_LRS

/* ---- what there is ---- */

static unsigned int listed(const struct keel_ctx_gic *g)
{
	return g->listed < KEEL_NR_LRS ? g->listed : KEEL_NR_LRS;
}

static unsigned int group_of(u64 lr)
{
	return !!(lr & KEEL_LR_GROUP1);
}

static u32 priority_of(u64 lr)
{
	return lr >> KEEL_LR_PRIO_SHIFT & 0xf8;
}

/*
 * The entry that comes first of what is pending in the enabled groups, or NOTHING: whenever that
 * may have changed.
 */
static void look_again(struct keel_ctx_gic *g)
{
	unsigned int i, n = listed(g), first = NOTHING;
	u32 least = ~0U, groups = g->vmcr & CTLR_GROUPS;

	for (i = 0; i < n; i++) {
		u64 lr = g->lr[i];
		u32 order = priority_of(lr) << 10 | (lr & INTID);

		if ((lr & KEEL_LR_STATE) != KEEL_LR_PENDING || order >= least ||
		    !(groups >> group_of(lr) & 1))
			continue;
		least = order;
		first = i;
	}
	g->first = first;
}

void keel_gicc_begin(struct keel_ctx_gic *g, unsigned int n, u32 events)
{
	g->listed = n;
	g->events = events;
	g->refill = false;
	g->ended = 0;
	look_again(g);
}

static u32 bpr(const struct keel_ctx_gic *g)
{
	u32 val = g->vmcr >> BPR_SHIFT & 7;

	return val < BPR_MIN ? BPR_MIN : val;
}

static u32 abpr(const struct keel_ctx_gic *g)
{
	u32 val = g->vmcr >> ABPR_SHIFT & 7;

	return val < ABPR_MIN ? ABPR_MIN : val;
}

/* What of its priority counts for preemption. */
static u32 group_priority(const struct keel_ctx_gic *g, u64 lr)
{
	u32 bits = group_of(lr) && !(g->vmcr & CTLR_CBPR) ? abpr(g) - 1 : bpr(g);

	return priority_of(lr) & 0xfeU << bits;
}

static u32 running_priority(const struct keel_ctx_gic *g)
{
	return g->ap0r[0] ? (u32)__builtin_ctz(g->ap0r[0]) << 3 : IDLE;
}

static u32 mask(const struct keel_ctx_gic *g)
{
	return g->vmcr >> PMR_SHIFT << 3;
}

/* What would be taken now; NOTHING. */
static unsigned int find_signalled(const struct keel_ctx_gic *g)
{
	unsigned int i = g->first;

	if (i >= NOTHING || priority_of(g->lr[i]) >= mask(g) ||
	    group_priority(g, g->lr[i]) >= running_priority(g))
		return NOTHING;
	return i;
}

enum keel_gicc_signal keel_gicc_signal(const struct keel_ctx_gic *g)
{
	unsigned int i = find_signalled(g);

	if (i == NOTHING)
		return KEEL_GICC_NONE;
	return (g->vmcr & CTLR_FIQEN) && !group_of(g->lr[i]) ? KEEL_GICC_FIQ : KEEL_GICC_IRQ;
}

/* ---- taking ---- */

/* What a register that is for one group alone, or for both, tells of this entry. */
static u32 show(const struct keel_ctx_gic *g, unsigned int i, bool alias)
{
	if (i >= NOTHING || (alias && !group_of(g->lr[i])))
		return SPURIOUS;
	if (!alias && group_of(g->lr[i]) && !(g->vmcr & CTLR_ACKCTL))
		return OTHER_GROUP;
	return g->lr[i] & INTID_SENDER;
}

static bool is_any_pending(const struct keel_ctx_gic *g)
{
	unsigned int i, n = listed(g);

	for (i = 0; i < n; i++)
		if (g->lr[i] & KEEL_LR_PENDING)
			return true;
	return false;
}

static u32 acknowledge(struct keel_ctx_gic *g, bool alias)
{
	unsigned int i = find_signalled(g);
	u32 id = show(g, i, alias);

	if ((id & INTID) >= FIRST_SPECIAL)
		return id;
	g->lr[i] ^= KEEL_LR_STATE;
	g->ap0r[0] |= BIT(group_priority(g, g->lr[i]) >> 3);
	look_again(g);
	if ((g->events & KEEL_ICH_NPIE) && !is_any_pending(g))
		g->refill = true;
	return id;
}

/* ---- ending ---- */

/* The active entry that a register names, an SGI with its sender; NOTHING. */
static unsigned int find_active(const struct keel_ctx_gic *g, u32 val)
{
	u32 id = val & ((val & INTID) < KEEL_NR_SGIS ? INTID_SENDER : INTID);
	unsigned int i, n = listed(g);

	for (i = 0; i < n; i++)
		if ((g->lr[i] & KEEL_LR_ACTIVE) && (g->lr[i] & INTID_SENDER) == id)
			return i;
	return NOTHING;
}

static void deactivate(struct keel_ctx_gic *g, unsigned int i)
{
	u64 lr = g->lr[i] &= ~KEEL_LR_ACTIVE;

	if (lr & KEEL_LR_PENDING)
		look_again(g);
	else if (lr & KEEL_LR_HW)
		g->ended = i + 1;
	else if (lr & KEEL_LR_EOI)
		g->refill = true;
}

/* Nothing is running: nothing to end. GICC_AEOIR is for Group 1 alone. */
static void end(struct keel_ctx_gic *g, u32 val, bool alias)
{
	unsigned int i = find_active(g, val);

	if ((val & INTID) >= FIRST_SPECIAL || !g->ap0r[0] ||
	    (alias && i != NOTHING && !group_of(g->lr[i])))
		return;
	g->ap0r[0] &= g->ap0r[0] - 1;
	if (g->vmcr & CTLR_EOIMODE)
		return;
	if (i != NOTHING) {
		deactivate(g, i);
	} else if (g->events & KEEL_ICH_LRENPIE) {
		g->eoicount++;
		g->refill = true;
	}
}

static bool deactivate_named(struct keel_ctx_gic *g, u32 val)
{
	unsigned int i;

	if (!(g->vmcr & CTLR_EOIMODE))
		return true;
	i = find_active(g, val);
	if (i == NOTHING)
		return false;
	deactivate(g, i);
	return true;
}

/* ---- controls ---- */

/* The events of the groups' enables. */
static u32 enable_events(u32 before, u32 after)
{
	u32 events = 0;
	unsigned int group;

	for (group = 0; group < 2; group++)
		if ((before ^ after) & BIT(group))
			events |= after & BIT(group) ? KEEL_ICH_GRP_EIE(group)
						     : KEEL_ICH_GRP_DIE(group);
	return events;
}

static void write_ctlr(struct keel_ctx_gic *g, u32 val)
{
	if (g->events & enable_events(g->vmcr, val))
		g->refill = true;
	g->vmcr = (g->vmcr & ~VMCR_CTLR) | (val & VMCR_CTLR);
	look_again(g);
}

static void write_bpr(struct keel_ctx_gic *g, unsigned int shift, u32 least, u32 val)
{
	val &= 7;
	g->vmcr = (g->vmcr & ~(7U << shift)) | (val < least ? least : val) << shift;
}

static void write_pmr(struct keel_ctx_gic *g, u32 val)
{
	g->vmcr = (g->vmcr & ~(~0U << PMR_SHIFT)) | (val & 0xf8) << (PMR_SHIFT - 3);
}

static u32 read_control(const struct keel_ctx_gic *g, u32 offset)
{
	switch (offset) {
	case CTLR:
		return g->vmcr & VMCR_CTLR;
	case PMR:
		return mask(g);
	case BPR:
		return bpr(g);
	case ABPR:
		return abpr(g);
	case APR0:
		return g->ap0r[0];
	case IIDR:
		return KEEL_GICC_IIDR;
	}
	return 0;
}

static void write_control(struct keel_ctx_gic *g, u32 offset, u32 val)
{
	switch (offset) {
	case CTLR:
		write_ctlr(g, val);
		break;
	case PMR:
		write_pmr(g, val);
		break;
	case BPR:
		write_bpr(g, BPR_SHIFT, BPR_MIN, val);
		break;
	case ABPR:
		write_bpr(g, ABPR_SHIFT, ABPR_MIN, val);
		break;
	case APR0:
		g->ap0r[0] = val;
	}
}

u32 keel_gicc_read(struct keel_ctx_gic *g, u32 offset)
{
	switch (offset) {
	case IAR:
	case AIAR:
		return acknowledge(g, offset == AIAR);
	case RPR:
		return g->ap0r[0] ? running_priority(g) : 0xff;
	case HPPIR:
	case AHPPIR:
		return show(g, g->first, offset == AHPPIR);
	}
	return read_control(g, offset);
}

bool keel_gicc_write(struct keel_ctx_gic *g, u32 offset, u32 val)
{
	switch (offset) {
	case EOIR:
	case AEOIR:
		end(g, val, offset == AEOIR);
		return true;
	case DIR:
		return deactivate_named(g, val);
	}
	write_control(g, offset, val);
	return true;
}
