// SPDX-License-Identifier: GPL-2.0-only
/*
 * long:
 * proves: arch/mmio_data.c hyp/syndrome.h
 * unwind: 9
 *
 * Every width, byte order, extension and value: what is stored are the register's low bytes in
 * order and nothing of what is above them; what is loaded is those, extended as asked for. The
 * quick way of hyp/syndrome.h does the same, and register 31 is zero and is never written.
 */
#include "arch/mmio_data.h"
#include "hyp/syndrome.h"
#include "prove.h"

static struct keel_ctx ctx;

static void as_syndrome(struct keel_mmio_form f, u64 val, u64 want)
{
	unsigned int rt = any_below(32), other = any_below(31);
	u64 before;

	ctx.esr = (u64)__builtin_ctz(f.len) << 22 | (u64)f.sign_extend << 21 | rt << 16 |
		(u64)f.reg64 << 15;
	ctx.x[other] = before = any_u64();
	given(other != rt);
	keel_esr_abort_load(&ctx, val);
	holds(ctx.x[other] == before);
	implies(rt != 31, ctx.x[rt] == want);
	holds(keel_esr_abort_stored(&ctx) == (rt == 31 ? 0 : want));
	reached(rt == 31);
}

int main(void)
{
	struct keel_mmio_form f = {
		.len = 1 << any_below(4), .big_endian = any_bool(), .sign_extend = any_bool(),
			.reg64 = any_bool(),
	};
	u64 reg = any_u64(), low = f.len == 8 ? reg : reg & ((1ull << 8 * f.len) - 1), got, want;
	u8 mem[8];

	keel_mmio_data_store(f, reg, mem);
	for (unsigned int i = 0; i < 8; i++)
		holds(mem[i] == (i >= f.len ? 0 :
				 (u8)(reg >> 8 * (f.big_endian ? f.len - 1 - i : i))));
	for (unsigned int i = f.len; i < 8; i++)
		mem[i] = any_u8();
	got = keel_mmio_data_load(f, mem);
	want = f.sign_extend && low >> (8 * f.len - 1) ? low |
		(f.len == 8 ? 0 : ~0ull << 8 * f.len) : low;
	want = f.reg64 ? want : (u32)want;
	holds(got == want);
	as_syndrome(f, low, want);
	reached(f.sign_extend && f.len == 2 && !f.reg64 && got == 0xffff8000);
	reached(f.big_endian && f.len == 4);
	return 0;
}

/* mutant: arch/mmio_data.c: s/val << unused >> unused/val/ */
/* mutant: arch/mmio_data.c: s/form.reg64 ? val : (u32)val/val/ */
/* mutant: arch/mmio_data.c: s/(val ^ sign) - sign/val | sign/ */
/* mutant: hyp/syndrome.h: s/ctx->esr \& ESR_ELx_SF ? val/ctx->esr \& ESR_ELx_SSE ? val/ */
/* mutant: hyp/syndrome.h: s/rt == KEEL_XZR ? 0 : ctx->x\[rt\]/ctx->x[rt]/ */
