/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef KEEL_UNIT_ASM_PAGE_H
#define KEEL_UNIT_ASM_PAGE_H

#ifndef PAGE_SHIFT
#define PAGE_SHIFT	12
#endif
#ifndef PAGE_SIZE
#define PAGE_SIZE	(1UL << PAGE_SHIFT)
#endif

#endif
