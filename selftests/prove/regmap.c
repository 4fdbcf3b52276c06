// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: vgic/regmap.c
 * unwind: 5
 *
 * Any table of three registers in order, any offset and width: what is found has the access
 * within it, aligned and of a width that it takes; the interrupt that is meant is one that the
 * register has; parts of a register put together are the register.
 */
#include "vgic/regmap.h"
#include "prove.h"

#define N	3

int main(void)
{
	static const u8 widths[] = { KEEL_W32, KEEL_W8 | KEEL_W32, KEEL_W32 | KEEL_W64 };
	struct keel_regmap_reg reg[N];
	struct keel_regmap map = { reg, N };
	u32 offset = any_u32(), which = any_below(N);
	int len = any_u32();
	const struct keel_regmap_reg *r;
	u64 val = any_u64();

	for (unsigned int i = 0; i < N; i++) {
		unsigned int w = any_below(3);

		reg[i] = (struct keel_regmap_reg){
			.offset = any_u32(), .len = any_u32(), .widths = widths[w], .size = w == 2 ?
				8 : 4, .bits = 1u << any_below(4),
		};
		given(reg[i].len && reg[i].len <= 0x10000 && reg[i].offset <= 0x10000 &&
		      !(reg[i].len % reg[i].size) &&
		      !(reg[i].offset % reg[i].size));
		given(!i || reg[i - 1].offset + reg[i - 1].len <= reg[i].offset);
	}
	r = keel_regmap_find(&map, offset, len);
	if (!r) {
		bool inside = offset >= reg[which].offset &&
			offset - reg[which].offset < reg[which].len;

		implies(inside && (len == 1 || len == 4 || len == 8) && !(offset % len),
			!(reg[which].widths & len));
		return 0;
	}
	holds(len == 1 || len == 4 || len == 8);
	holds(offset >= r->offset && offset - r->offset + len <= r->len && !(offset % len));
	holds(keel_regmap_intid(r, offset) < r->len * 8 / r->bits);
	implies(r->size >= len, keel_regmap_mask(r, offset, len) ==
		(len == 8 ? ~0ull : ((1ull << 8 * len) - 1) << (offset - r->offset) % r->size * 8));
	holds(keel_regmap_slice(r, offset, len, keel_regmap_place(r, offset, val)) ==
	      (len == 8 ? val : val & ((1ull << 8 * len) - 1)) || r->size < len);
	reached(r == &reg[2] && len == 8);
	reached(r == &reg[0] && len == 1 && offset % 4 == 3);
	return 0;
}

/* mutant: vgic/regmap.c: s/offset - reg->offset >= reg->len/offset - reg->offset > reg->len/ */
/* mutant: vgic/regmap.c: s/if (offset \& (len - 1))/if (0)/ */
/* mutant: vgic/regmap.c: s/reg \&\& (reg->widths \& len) ? reg : NULL/reg/ */
/* mutant: vgic/regmap.c: s/(offset - reg->offset) \* 8 \/ reg->bits/(offset - reg->offset) * 8/ */
/* mutant: vgic/regmap.c: s/% reg->size \* 8/\* 8/ */
