// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: arch/walk.c
 * unwind: 6
 *
 * Whatever registers, address and memory a guest has: a walk ends after five reads at most, each of
 * one whole descriptor within the addresses that the format has; where it finds a page the offset
 * in it is the address's; what a read says ends it.
 */
#include <linux/errno.h>
#include "arch/walk.h"
#include "prove.h"

static unsigned int reads;
static bool aarch32, is_short, failed;

static int read(void *ctx, u64 ipa, void *data, size_t len)
{
	holds(!failed);
	reads++;
	holds(len == (is_short ? 4u : 8u) && !(ipa & (len - 1)));
	holds(!(ipa >> (is_short ? 32 : 52)));
	if (any_bool()) {
		failed = true;
		return -EFAULT;
	}
	if (len == 4)
		*(u32 *)data = any_u32();
	else
		*(u64 *)data = any_u64();
	return 0;
}

int main(void)
{
	struct keel_walk w = {
		.sctlr = any_u64(), .tcr = any_u64(), .ttbr0 = any_u64(), .ttbr1 = any_u64(),
			.aarch32 = any_bool(), .read = read,
	};
	u64 va = any_u64(), ipa = 0;
	int ret;

	aarch32 = w.aarch32;
	given(!aarch32 || !(va >> 32));
	is_short = aarch32 && !(w.tcr >> 31 & 1);
	ret = keel_walk(&w, va, &ipa);
	holds(reads <= (is_short ? 2 : aarch32 ? 3 : 5));
	holds(ret == 0 || ret == -EAGAIN || ret == -EFAULT);
	holds((ret == -EFAULT) == failed);
	if (!(w.sctlr & 1)) {
		holds(!ret && ipa == va && !reads);
	} else if (!ret) {
		holds(reads && (ipa & 0xfff) == (va & 0xfff));
		holds(!(ipa >> (is_short ? 40 : 52)));
		/* EPD0, EPD1, PD0, PD1 */
		implies(!aarch32, !(w.tcr >> (va >> 55 & 1 ? 23 : 7) & 1));
		implies(is_short && !(w.tcr & 7), !(w.tcr >> 4 & 1));
	}
	reached(!ret && reads == 5);
	reached(!ret && is_short && ipa >> 39);
	reached(!ret && !aarch32 && ipa >> 51 && reads == 3);
	reached(ret == -EFAULT && reads == 2);
	return 0;
}

/* mutant: arch/walk.c: s/level == LAST_LEVEL || !(desc \& DESC_TABLE))$/!(desc \& DESC_TABLE))/ */
/* mutant: arch/walk.c: s/ \& ~GENMASK_ULL(index_bits + 2, 0);/;/ */
/* mutant: arch/walk.c: s/if (err || r.off)/if (err)/ */
/* mutant: arch/walk.c: s/!r->shift || r->bits <= r->shift || /!r->shift || / */
/* mutant: arch/walk.c: s/bits_of(va, top, 20) << 2/bits_of(va, top, 20) << 1/ */
/* mutant: arch/walk.c: s/return err;$/;/ */
