/* SPDX-License-Identifier: GPL-2.0-only */
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
