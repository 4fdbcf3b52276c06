// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/sysreg_find.c */
/*
 * System register lookup finds every row and nothing else, and the validation
 * refuses tables that are out of order, doubled or incomplete.
 */
#include <linux/types.h>
#include <stdlib.h>
#include <string.h>
#include "arch/sysreg.h"
#include "ktap.h"

#define MAX	300
#define REGS	40

static bool access_(struct keel_vcpu *v, const struct keel_sysreg *r, bool w, u64 *val) { return true; }
static int get(struct keel_vcpu *v, const struct keel_sysreg *r, u64 *val) { return 0; }
static int set(struct keel_vcpu *v, const struct keel_sysreg *r, u64 val) { return 0; }
static const struct keel_sysreg_user user = { .get = get, .set = set };
static const struct keel_sysreg_user half = { .get = get };

static struct keel_sysreg row(u32 enc)
{
	return (struct keel_sysreg) { .enc = enc, .modes = KEEL_SYSREG_RW, .reg = -1, .name = "R", .access = access_ };
}

static void finds_each_and_no_other(void)
{
	struct keel_sysreg *t = calloc(MAX, sizeof(*t));

	for (unsigned int n = 0; n <= MAX; n++) {
		for (unsigned int i = 0; i < n; i++)
			t[i] = row(10 + 3 * i);
		CHECK(keel_sysreg_table_valid(t, n, REGS));
		for (u32 enc = 0; enc < 3 * n + 20; enc++) {
			const struct keel_sysreg *r = keel_sysreg_find(t, n, enc);
			bool in = enc >= 10 && (enc - 10) % 3 == 0 && (enc - 10) / 3 < n;

			CHECK(in ? r == &t[(enc - 10) / 3] : !r);
		}
		CHECK(!keel_sysreg_find(t, n, ~0U));
	}
	free(t);
}

static bool valid(struct keel_sysreg r)
{
	struct keel_sysreg t[3] = { row(1), r, row(9) };

	return keel_sysreg_table_valid(t, 3, REGS);
}

static void order_is_strict(void)
{
	CHECK(valid(row(5)));
	CHECK(!valid(row(1)));
	CHECK(!valid(row(0)));
	CHECK(!valid(row(9)));
	CHECK(!valid(row(10)));
}

static void rows_are_complete(void)
{
	struct keel_sysreg r;

	r = row(5); r.name = NULL; CHECK(!valid(r));
	r = row(5); r.access = NULL; CHECK(!valid(r));			/* reached no way */
	r.user = &user; CHECK(!valid(r));				/* modes without access */
	r.modes = 0; CHECK(valid(r));
	r.user = &half; CHECK(!valid(r));
	r = row(5); r.modes = 0; CHECK(!valid(r));
	r = row(5); r.modes = 4; CHECK(!valid(r));
	r = row(5); r.reg = REGS; CHECK(!valid(r));
	r.reg = REGS - 1; r.reset = 7; CHECK(valid(r));
	/* reset value without a register */
	r.reg = -1; CHECK(!valid(r));
}

int main(void)
{
	RUN(finds_each_and_no_other);
	RUN(order_is_strict);
	RUN(rows_are_complete);
	return ktap_done();
}
