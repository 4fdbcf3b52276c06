/* SPDX-License-Identifier: GPL-2.0-only */
/* What EL2 is told of a VM's GICv3, so that it need not ask (hyp/gic_share.h). */
#ifndef KEEL_VGIC_V3_SHARE_H
#define KEEL_VGIC_V3_SHARE_H

struct keel_vm;

/*
 * The vCPUs and SPIs are complete, none has run: EL2 may serve them from now
 * on. Where memory is short the host goes on to serve all. config_lock.
 */
void keel_share_make(struct keel_vm *vm);
/* What the distributor's registers say, or the slots over it, has changed. Any context. */
void keel_share_update(struct keel_vm *vm);
/* No vCPU runs any more. */
void keel_share_drop(struct keel_vm *vm);

#endif
