/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one place that finds out the mode. Host side only. vhe/ and nvhe/ have a
 * keel_vhe_NAME() and a keel_nvhe_NAME() for each call of hyp.h; a patched
 * branch chooses.
 */
#ifndef KEEL_HYP_MODE_H
#define KEEL_HYP_MODE_H

#include <linux/jump_label.h>

/* The host runs at EL1: EL2 is a separate image. Set once at load, before any other call. */
DECLARE_STATIC_KEY_FALSE(keel_mode_nvhe);

/* Both twins of one call. */
#define KEEL_TWINS(type, name, ...) \
	type keel_vhe_##name(__VA_ARGS__); \
	type keel_nvhe_##name(__VA_ARGS__)

#define keel_mode_call(name, ...) \
	(static_branch_unlikely(&keel_mode_nvhe) ? keel_nvhe_##name(__VA_ARGS__) \
						  : keel_vhe_##name(__VA_ARGS__))

/* At load: which mode the host is in. */
void keel_mode_init(void);
/* Its name, for people. */
const char *keel_mode_name(void);

#endif
