/* SPDX-License-Identifier: GPL-2.0-only */
/* The errata of this machine's CPUs, and what keel does about them. */
#ifndef KEEL_CORE_ERRATA_H
#define KEEL_CORE_ERRATA_H

#include <linux/types.h>
#include "errata_table.h"

/* KEEL_FIX() of every CPU's; [I] after keel_errata_module_init(). */
extern u32 keel_errata_fixes;

/* First thing at load, since all the rest asks for it. Sleepable. */
void keel_errata_module_init(void);

/*
 * May this CPU run guests? Not if it came late with an erratum that no other has. IRQs off, on it.
 */
bool keel_errata_cpu_known(void);

/* usage: keel_errata_has(TVM) */
#define keel_errata_has(name)	((keel_errata_fixes & KEEL_FIX(name)) != 0)

#endif
