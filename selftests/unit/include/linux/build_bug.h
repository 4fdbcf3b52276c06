/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KEEL_UNIT_LINUX_BUILD_BUG_H
#define KEEL_UNIT_LINUX_BUILD_BUG_H

#include <assert.h>

#endif
