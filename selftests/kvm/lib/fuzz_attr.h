/* SPDX-License-Identifier: GPL-2.0-only */
/* Arguments of KVM_{SET,GET,HAS}_DEVICE_ATTR, by what has the attributes. */
#ifndef FUZZ_ATTR_H
#define FUZZ_ATTR_H

#include "fuzz_call.h"

void fuzz_attr_vm(struct rng *r, struct fuzz_args *a);
void fuzz_attr_vcpu(struct rng *r, struct fuzz_args *a);
void fuzz_attr_gic(struct rng *r, struct fuzz_args *a);
void fuzz_attr_its(struct rng *r, struct fuzz_args *a);
void fuzz_attr_its_control(struct rng *r, struct fuzz_args *a);
void fuzz_attr_vfio(struct rng *r, struct fuzz_args *a);

#endif
