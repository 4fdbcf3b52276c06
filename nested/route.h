/* SPDX-License-Identifier: GPL-2.0-only */
/* Between virtual EL2 and what is below: exceptions and returns. vCPU mutex; sleepable. */
#ifndef KEEL_NESTED_ROUTE_H
#define KEEL_NESTED_ROUTE_H

#include <linux/types.h>

struct keel_exit;
struct keel_vcpu;

/*
 * PSTATE is of what is below: that is what runs next. Where it cannot, virtual EL2 takes an
 * external abort.
 */
void keel_route_below(struct keel_vcpu *vcpu);
/* An exit from there is virtual EL2's affair, and it has been told: true. */
bool keel_route_exit(struct keel_vcpu *vcpu, const struct keel_exit *exit);
/* An interrupt is pending there that virtual EL2 takes: that is what runs next. Before an entry. */
void keel_route_interrupt(struct keel_vcpu *vcpu);

#endif
