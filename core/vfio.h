/* SPDX-License-Identifier: GPL-2.0-only */
/* KVM_DEV_TYPE_VFIO. */
#ifndef KEEL_CORE_VFIO_H
#define KEEL_CORE_VFIO_H

/* From module init only. As keel_devfd_register_type(). */
int keel_vfio_register(void);

#endif
