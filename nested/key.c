// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether any guest can have virtual EL2: apart from what decides it, for those who ask in their
 * fast paths.
 */
#include "nv.h"

DEFINE_STATIC_KEY_FALSE(keel_nested_on);
