/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * EL1 and EL0 registers that host and guest share under nVHE, at EL2. A bank
 * is an array by enum keel_reg.
 */
#ifndef KEEL_NVHE_EL1_H
#define KEEL_NVHE_EL1_H

#include <linux/types.h>

/* All of them to a bank. */
void keel_el1_save(u64 *bank);
/*
 * All but SCTLR_EL1 and TCR_EL1, between block() and open(): nothing may be
 * translated with registers of both worlds.
 */
void keel_el1_load(const u64 *bank);
/*
 * The same for the host, which at RUN has nothing in ESR, FAR, AFSR, ELR, SPSR, CSSELR and PAR_EL1.
 */
void keel_el1_save_host(u64 *bank);
void keel_el1_load_host(const u64 *bank);

/*
 * block(): what is being walked with the world's registers is finished. Then:
 * Cortex-A57 1319537, A72 1319367: a speculative AT or prefetch could walk with
 * half of one world's EL1&0 registers and fill the TLB from it. On such CPUs
 * block() forbids walks (EPD0, EPD1, MMU on) while registers, VTTBR_EL2 or
 * HCR_EL2.VM change; open() allows them with the bank's own SCTLR and TCR.
 */
void keel_el1_block(void);
void keel_el1_open(const u64 *bank);

#endif
