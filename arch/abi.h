/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which kernel's KVM a VM is like, where they differ in what user space sees.
 * It is chosen when the VM is created, and goes with it where it migrates.
 */
#ifndef KEEL_ARCH_ABI_H
#define KEEL_ARCH_ABI_H

enum keel_abi {
	KEEL_ABI_6_12,
	KEEL_ABI_7_3,
	KEEL_NR_ABIS
};

/* The module's parameter abi, as it is now. Any context. */
enum keel_abi keel_abi_level(void);

#endif
