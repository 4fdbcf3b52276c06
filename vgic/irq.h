/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/*
 * One interrupt of a guest as a state machine (GIC architecture, IHI 0069,
 * chapter 4): what makes it pending, when it may be presented, what a list
 * register carries and what comes back. No lock, no vCPU, no hardware.
 */
#ifndef KEEL_VGIC_IRQ_H
#define KEEL_VGIC_IRQ_H

#include <linux/types.h>

#define KEEL_NR_SGIS		16
#define KEEL_NR_PRIVATE		32
#define KEEL_MAX_SPI		1019
#define KEEL_FIRST_LPI		8192

struct keel_irq_state {
	u32 intid;
	u8 priority;
	bool enabled;
	bool group1;
	bool level;		/* GICD_ICFGR: level-sensitive; else edge */
	bool line;		/* input level as the source drives it */
	bool latch;		/* pending by an edge, ISPENDR or an SGI */
	bool lr_latch;		/* a latch that went into the list register */
	bool active;
	bool shown;		/* with the next two, with which it has to be completed */
	u8 shown_priority;
	bool shown_group1;
	bool hw;		/* mapped to a host interrupt that the guest's EOI deactivates */
	u32 hwintid;		/* the host's INTID, if hw */

	/*
	 * GICv2 only. An SGI is pending once for each vCPU that sent it, and the taker is told whom
	 * it is from.
	 */
	bool by_sender;		/* it is such an SGI: latch says whether there are senders */
	u8 senders;		/* vCPUs that wait for it to be taken, a bit each */
	u8 sender;		/* who sent what is in the list register, or active */
	u8 targets;		/* GICD_ITARGETSR, a bit for each vCPU */
};

/* What a CPU interface that has so many bits of priority keeps of ICC_PMR_EL1. */
static inline u8 keel_irq_pmr_mask(unsigned int bits)
{
	return 0xff00u >> bits;
}

/* Pending as GICD_ISPENDR reads it: latch, or the line of a level-sensitive one. */
static inline bool keel_irq_pending(const struct keel_irq_state *s)
{
	return s->latch || (s->level && s->line);
}

/* ICH_LR<n>_EL2 (IHI 0069, 12.4.4); v2/lr.h has the GICv2's form of it */
/* in vINTID, as a GICv2's guest reads it: the source of an SGI */
#define KEEL_LR_SENDER_SHIFT	10
#define KEEL_LR_PINTID		0x1fffU	/* room for extended PPIs */
#define KEEL_LR_PINTID_SHIFT	32
#define KEEL_LR_EOI		(1ULL << 41)
#define KEEL_LR_PRIO_SHIFT	48
#define KEEL_LR_GROUP1		(1ULL << 60)
#define KEEL_LR_HW		(1ULL << 61)
#define KEEL_LR_PENDING		(1ULL << 62)
#define KEEL_LR_ACTIVE		(1ULL << 63)
#define KEEL_LR_STATE		(KEEL_LR_PENDING | KEEL_LR_ACTIVE)

/*
 * The source drives the line. Each time it drives an edge-triggered one high is
 * an edge, as with KVM_IRQ_LINE, also without a low in between. True: something
 * may be pending that was not, or no longer.
 */
bool keel_irq_set_line(struct keel_irq_state *s, bool level);
/* Could be presented as pending. */
static inline bool keel_irq_deliverable(const struct keel_irq_state *s)
{
	return s->enabled && keel_irq_pending(s);
}
/* Is it to be on a vCPU's list at all: active, or pending and enabled. */
static inline bool keel_irq_wanted(const struct keel_irq_state *s)
{
	return s->active || keel_irq_deliverable(s);
}

/*
 * ICH_LR<n>_EL2 for it. A latch lives in the LR from here on. What is active
 * keeps the priority and group it was acknowledged with: the CPU interface ends
 * only what has the priority that it then drops. A level-sensitive
 * one without a host interrupt behind it asks for maintenance at its end. No
 * level-sensitive one is both pending and active: its line is asked again
 * when it is deactivated.
 */
u64 keel_irq_to_lr(struct keel_irq_state *s);
/* An SGI of a GICv2 becomes pending for these senders as well, or for these not any more. */
void keel_irq_add_senders(struct keel_irq_state *s, u8 senders);
void keel_irq_remove_senders(struct keel_irq_state *s, u8 senders);
/* What the guest made of the LR. True: a level-sensitive one was completed, so tell resamplefds. */
bool keel_irq_from_lr(struct keel_irq_state *s, u64 lr);
/*
 * Made active by a register: what it has of priority and group when it is next shown is what it
 * ends with.
 */
static inline void keel_irq_activate(struct keel_irq_state *s)
{
	s->active = true;
	s->shown = false;
}
/* Deactivated without an LR. True as above. */
bool keel_irq_deactivate(struct keel_irq_state *s);

#endif
