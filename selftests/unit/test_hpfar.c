// SPDX-License-Identifier: GPL-2.0-only
/*
 * Whether HPFAR_EL2 is to be believed, over all fault status codes: not after a
 * permission fault that was not on a stage-1 walk, and on a CPU with Cortex-A57's erratum
 * 834220 not after a translation fault of which the same is true.
 */
#include "hyp/hpfar.h"
#include "ktap.h"

static bool is_permission(unsigned int fsc) { return fsc >= 0x0c && fsc <= 0x0f; }
static bool is_translation(unsigned int fsc) { return fsc >= 0x04 && fsc <= 0x07; }

static void every_code(void)
{
	for (u64 fsc = 0; fsc < 64; fsc++) {
		CHECK_EQ(keel_hpfar_is_valid(fsc, false), !is_permission(fsc));
		CHECK_EQ(keel_hpfar_is_valid(fsc, true), !is_permission(fsc) && !is_translation(fsc));
		CHECK_EQ(keel_hpfar_is_doubtful(fsc, true), is_translation(fsc));
		CHECK(!keel_hpfar_is_doubtful(fsc, false));
	}
}

static void on_a_walk(void)
{
	for (u64 fsc = 0; fsc < 64; fsc++) {
		CHECK(keel_hpfar_is_valid(fsc | 1 << 7, false));
		CHECK(keel_hpfar_is_valid(fsc | 1 << 7, true));
	}
}

/* What else is in ESR_EL2 of an abort, WnR and the syndrome of an access, changes nothing. */
static void other_bits(void)
{
	const u64 other = ~(u64)(0x3f | 1 << 7);

	for (u64 fsc = 0; fsc < 64; fsc++) {
		CHECK_EQ(keel_hpfar_is_valid(fsc | other, false), keel_hpfar_is_valid(fsc, false));
		CHECK_EQ(keel_hpfar_is_valid(fsc | other, true), keel_hpfar_is_valid(fsc, true));
	}
}

int main(void)
{
	RUN(every_code);
	RUN(on_a_walk);
	RUN(other_bits);
	return ktap_done();
}
