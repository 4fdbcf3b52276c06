/* SPDX-License-Identifier: GPL-2.0-only */
/* A VM's stage 2 as text. */
#ifndef KEEL_MMU_SHOW_H
#define KEEL_MMU_SHOW_H

#include <linux/seq_file.h>

/*
 * A line for each stretch of guest physical addresses that is mapped alike: where it
 * begins and ends, by leaves of which size, with which rights. Each 64 MiB as they are at
 * one moment. The file's private is the VM. Sleepable, no lock held; vCPUs may run.
 */
extern const struct seq_operations keel_mmu_sops;

#endif
