/* SPDX-License-Identifier: GPL-2.0-only */
/* The VM's ID registers, between the host's values and the guest's view. */
#ifndef KEEL_ARCH_IDREG_H
#define KEEL_ARCH_IDREG_H

#include <linux/types.h>

struct keel_vm;
struct keel_vcpu;

/* The value that the guest sees. config_lock, or the value is fixed (VM has run). */
u64 keel_idreg_read(struct keel_vm *vm, unsigned int idx);
/*
 * ONE_REG write: -EINVAL promises more than keel offers, -EBUSY differs after the first run. Takes
 * config_lock.
 */
int keel_idreg_write(struct keel_vcpu *vcpu, unsigned int idx, u64 val);
/* The VM's vCPUs have virtual EL2: config_lock, nobody has written a register yet. */
void keel_idreg_claim_el2(struct keel_vm *vm);
/* What ONE_REG may change in this register on this host. */
u64 keel_idreg_writable(const struct keel_vm *vm, unsigned int idx);

/* Facts about the host, from its sanitised ID registers. */
bool keel_idreg_host_aa32(void);	/* EL0 can use AArch32 on every CPU */
bool keel_idreg_host_aa32_el1(void);	/* EL1 can, too */
bool keel_idreg_host_pauth(void);	/* address and generic authentication */
bool keel_idreg_host_fwb(void);		/* FEAT_S2FWB */
bool keel_idreg_host_evt(void);		/* FEAT_EVT */
bool keel_idreg_host_ras(void);		/* FEAT_RAS */

#endif
