// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kinds of GIC that KVM_CREATE_DEVICE knows, a type for each model. An ITS is one of its own:
 * its/device.c.
 */
#include <linux/kvm.h>
#include "hw.h"
#include "v2/device.h"
#include "v3/device.h"
#include "vgic.h"

int keel_vgic_device_register(void)
{
	int err = keel_devfd_register_type(KVM_DEV_TYPE_ARM_VGIC_V2, &keel_device2_ops);

	if (err || keel_gic_hw.model != KEEL_GIC_V3)
		return err;
	return keel_devfd_register_type(KVM_DEV_TYPE_ARM_VGIC_V3, &keel_v3_device_ops);
}
