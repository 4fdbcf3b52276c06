/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM_DEV_TYPE_ARM_VGIC_V2. Its older interface, two ioctls of the VM fd, is in vgic.h. */
#ifndef KEEL_VGIC_V2_DEVICE_H
#define KEEL_VGIC_V2_DEVICE_H

#include "../../core/devfd.h"

extern const struct keel_device_ops keel_device2_ops;

#endif
