/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the host tells EL2 of a VM's GICv3, so that accesses to the distributor
 * and SGIs need not go to the host (hyp/gic_fast.c). A page for each VM, made
 * when its frames are placed, gone with the VM: vgic/v3/share.c. Addresses are
 * EL2's (keel_hyp_share()); the EL2 of nVHE dereferences none without a look at
 * its tables.
 */
#ifndef KEEL_HYP_GIC_SHARE_H
#define KEEL_HYP_GIC_SHARE_H

#include <linux/build_bug.h>
#include <linux/types.h>

struct keel_gic_share {
	u64 self;		/* its own address: EL2 knows it by that */
	u64 spi;		/* struct keel_irq of INTID 32 and on; 0: EL2 leaves them alone */
	u32 nr_irqs;		/* those in spi and the private ones */
	u32 ctlr, typer, iidr;	/* GICD_*; [a] as hidden, written by the host when they change */
	/* a slot lies over the distributor's frame: its memory comes first */
	u32 hidden;
	u32 unused[7];
	u64 ctx[504];		/* contexts by vcpu_id; 0: none. Beyond, EL2 does not look */
};
static_assert(sizeof(struct keel_gic_share) == 4096);

#endif
