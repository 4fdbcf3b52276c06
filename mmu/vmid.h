/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMIDs of this machine: each set of stage-2 tables gets one when a vCPU is about to run on
 * it (keel_mmu_vmid_update() of mmu.h), and anew after a rollover. Who has which is vmid_pool.h's.
 */
#ifndef KEEL_MMU_VMID_H
#define KEEL_MMU_VMID_H

/* hw_bits: 8 or 16. Sleepable. */
int keel_vmid_module_init(unsigned int hw_bits);
void keel_vmid_module_exit(void);

struct keel_stage2;
/* Of tables that had no VMID, and on which no vCPU ran. -ENOMEM. destroy: no CPU has them. */
int keel_vmid_init(struct keel_stage2 *s2);
void keel_vmid_destroy(struct keel_stage2 *s2);

#endif
