/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /sys/kernel/debug/kvm/PID-FD/ for each VM, as in-tree KVM has it: statistics of
 * all its vCPUs together, its vCPUs and its interrupts. For eyes and kvm_stat:
 * nothing depends on it, and what a kernel or an administrator withholds of it is
 * not there. Documentation/observe.rst.
 */
#ifndef KEEL_CORE_DEBUGFS_H
#define KEEL_CORE_DEBUGFS_H

struct keel_vm;

void keel_debugfs_init(void);	/* module load, and unload: no VM is left */
void keel_debugfs_exit(void);

/* Sleepable. The VM has this fd; the caller holds a reference. */
void keel_debugfs_add(struct keel_vm *vm, int fd);
/* Waits for who reads. Before any part of the VM goes. */
void keel_debugfs_remove(struct keel_vm *vm);

#endif
