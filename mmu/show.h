/* SPDX-License-Identifier: GPL-2.0-only */
/* A VM's stage 2 as text. */
#ifndef KEEL_MMU_SHOW_H
#define KEEL_MMU_SHOW_H

struct keel_vm;
struct seq_file;

/*
 * A line for each stretch of guest physical addresses that is mapped alike: where it
 * begins and ends, by leaves of which size, with which rights. Each part as it is at one
 * moment. Sleepable, no lock held; vCPUs may run. -EINTR: killed.
 */
int keel_mmu_show(struct seq_file *m, struct keel_vm *vm);

#endif
