/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM_DEV_TYPE_ARM_VGIC_V3. */
#ifndef KEEL_VGIC_V3_DEVICE_H
#define KEEL_VGIC_V3_DEVICE_H

#include "../../core/devfd.h"

extern const struct keel_device_ops keel_v3_device_ops;

#endif
