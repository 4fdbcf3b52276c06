// SPDX-License-Identifier: GPL-2.0-only
/* A VM without a GIC: before user space has made one, or for good. */
#include "../core/objects.h"
#include "model.h"

const struct keel_vgic_model keel_vgic_none = {
	.max_vcpus = KEEL_MAX_VCPUS,
};
