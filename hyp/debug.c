// SPDX-License-Identifier: GPL-2.0-only
/* Breakpoint and watchpoint registers, which have their number in their name. */
#include <asm/sysreg.h>
#include "context.h"
#include "debug.h"
#include "features.h"

#define SIXTEEN(op, n) \
	do { \
		switch ((n) - 1) { \
		case 15: op(15); fallthrough; \
		case 14: op(14); fallthrough; \
		case 13: op(13); fallthrough; \
		case 12: op(12); fallthrough; \
		case 11: op(11); fallthrough; \
		case 10: op(10); fallthrough; \
		case 9: op(9); fallthrough; \
		case 8: op(8); fallthrough; \
		case 7: op(7); fallthrough; \
		case 6: op(6); fallthrough; \
		case 5: op(5); fallthrough; \
		case 4: op(4); fallthrough; \
		case 3: op(3); fallthrough; \
		case 2: op(2); fallthrough; \
		case 1: op(1); fallthrough; \
		case 0: op(0); \
		} \
	} while (0)

#define SAVE_BP(i) do { d->bcr[i] = read_sysreg(dbgbcr##i##_el1); d->bvr[i] = read_sysreg(dbgbvr##i##_el1); } while (0)
#define SAVE_WP(i) do { d->wcr[i] = read_sysreg(dbgwcr##i##_el1); d->wvr[i] = read_sysreg(dbgwvr##i##_el1); } while (0)
#define LOAD_BP(i) do { write_sysreg(d->bcr[i], dbgbcr##i##_el1); write_sysreg(d->bvr[i], dbgbvr##i##_el1); } while (0)
#define LOAD_WP(i) do { write_sysreg(d->wcr[i], dbgwcr##i##_el1); write_sysreg(d->wvr[i], dbgwvr##i##_el1); } while (0)

void keel_debug_regs_save(struct keel_debug_regs *d)
{
	SIXTEEN(SAVE_BP, keel_hyp_features.brps);
	SIXTEEN(SAVE_WP, keel_hyp_features.wrps);
}

void keel_debug_regs_load(const struct keel_debug_regs *d)
{
	SIXTEEN(LOAD_BP, keel_hyp_features.brps);
	SIXTEEN(LOAD_WP, keel_hyp_features.wrps);
}
