/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/*
 * A GICv2's CPU interface in software, for hosts that have none to give to a guest:
 * the rules of GICC_* (IHI 0048B, 4.4), as a guest finds them in a GICV. What the
 * vCPU may take is in the list of struct keel_ctx_gic, in the form of list registers
 * (vgic/irq.h); vmcr and ap0r[0] are as GICH_VMCR and GICH_APR. Who accesses it drives
 * the guest's IRQ and FIQ lines by keel_gicc_signal().
 *
 * As with list registers, not all that is pending or active need be in the list.
 * What the host asked for in events sets refill: the host is to fill the list
 * anew before the guest goes on.
 */
#ifndef KEEL_HYP_GICC_H
#define KEEL_HYP_GICC_H

#include <linux/types.h>
#include "gic_state.h"

#define KEEL_GICC_SIZE	0x2000U		/* two pages, the second for GICC_DIR */
#define KEEL_GICC_IIDR	0x04b2043bU	/* KVM's product 'K', architecture 2, Arm */

/* From here on lr has n entries, and these events of KEEL_ICH_* ask for a refill. */
void keel_gicc_begin(struct keel_ctx_gic *g, unsigned int n, u32 events);

enum keel_gicc_signal { KEEL_GICC_NONE, KEEL_GICC_IRQ, KEEL_GICC_FIQ };

/* The line that is high. Whenever one is, GICC_IAR would not read as 1023. */
enum keel_gicc_signal keel_gicc_signal(const struct keel_ctx_gic *g);
/*
 * A word at an offset that is a multiple of 4. What is reserved, write-only or read-only
 * is RAZ/WI. Write, false: nothing was done; an interrupt is to be deactivated that is
 * not in the list, and the host knows it.
 */
u32 keel_gicc_read(struct keel_ctx_gic *g, u32 offset);
bool keel_gicc_write(struct keel_ctx_gic *g, u32 offset, u32 val);

#endif
