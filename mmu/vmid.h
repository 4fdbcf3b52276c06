/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KEEL_MMU_VMID_H
#define KEEL_MMU_VMID_H

/* hw_bits: 8 or 16. Sleepable. */
int keel_vmid_module_init(unsigned int hw_bits);
void keel_vmid_module_exit(void);

#endif
