/* SPDX-License-Identifier: GPL-2.0-only */
/* A VM's interrupts as text, a line for each: state at one moment, not of all at the same. */
#ifndef KEEL_VGIC_SHOW_H
#define KEEL_VGIC_SHOW_H

struct keel_vm;
struct seq_file;

/*
 * Sleepable, no lock held; vCPUs may run. What is in a list register is shown as it went there.
 * -EINTR: killed while another had the LPIs.
 */
int keel_vgic_show(struct seq_file *m, struct keel_vm *vm);
/* Each ITS: its registers, and what it has mapped. Context and errors as above. */
int keel_its_show(struct seq_file *m, struct keel_vm *vm);

#endif
