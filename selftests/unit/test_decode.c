// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/decode.c */
/*
 * Proves: every field of struct keel_exit comes from its bits of ESR_EL2,
 * FAR_EL2 and HPFAR_EL2 and from no others, for each exception class.
 */
#include <asm/esr.h>
#include "arch/exit.h"
#include "ktap.h"

static u64 esr_of(u64 ec, u64 iss)
{
	return ec << 26 | 1u << 25 | iss;
}

static void test_common_fields(void)
{
	u64 ec, iss;

	for (ec = 0; ec < 64; ec++) {
		for (iss = 1; iss < 1u << 25; iss = iss * 3 + 1) {
			u64 esr = ec << 26 | (iss & 1) << 25 | iss | 0xabULL << 32;
			struct keel_exit e = keel_exit_decode(esr, 0x1234, 0);

			CHECK_EQ(e.ec, ec);
			CHECK_EQ(e.il, iss & 1);
			CHECK_EQ(e.iss, iss);
			CHECK_EQ(e.esr, esr);
			CHECK_EQ(e.far, 0x1234);
		}
	}
}

/* All 2^22 encodings of a trapped register access; ISS bits 24:22 are RES0. */
static void test_sysreg_exhaustive(void)
{
	u64 iss;

	for (iss = 0; iss < 1u << 22; iss++) {
		struct keel_sysreg_trap s = keel_exit_decode(esr_of(0x18, iss), 0, 0).sysreg;
		u64 back = (u64)s.op0 << 20 | (u64)s.op2 << 17 | (u64)s.op1 << 14 |
			   (u64)s.crn << 10 | (u64)s.rt << 5 | (u64)s.crm << 1 | !s.write;

		if (back != iss) {
			CHECK_EQ(back, iss);
			return;
		}
	}
}

static void test_sysreg_known(void)
{
	/* MSR SCTLR_EL1 (3, 0, c1, c0, 0), x5 */
	struct keel_exit e = keel_exit_decode(esr_of(0x18, 3 << 20 | 1 << 10 | 5 << 5), 0, 0);

	CHECK(e.sysreg.write);
	CHECK_EQ(e.sysreg.op0, 3);
	CHECK_EQ(e.sysreg.crn, 1);
	CHECK_EQ(e.sysreg.rt, 5);
	/* MRS x31, CNTPCT_EL0 (3, 3, c14, c0, 1) */
	e = keel_exit_decode(0x6232fbe1 | 0, 0, 0);
	CHECK(!e.sysreg.write);
	CHECK_EQ(e.sysreg.op1, 3);
	CHECK_EQ(e.sysreg.crn, 14);
	CHECK_EQ(e.sysreg.op2, 1);
	CHECK_EQ(e.sysreg.rt, 31);
}

static void test_wfx(void)
{
	struct keel_exit e = keel_exit_decode(esr_of(0x01, 0), 0, 0);

	CHECK(!e.wfx.wfe && !e.wfx.timeout);
	e = keel_exit_decode(esr_of(0x01, 1), 0, 0);
	CHECK(e.wfx.wfe && !e.wfx.timeout);
	e = keel_exit_decode(esr_of(0x01, 2 | 1 << 2 | 7 << 5), 0, 0);
	CHECK(!e.wfx.wfe && e.wfx.timeout && e.wfx.rn_valid);
	CHECK_EQ(e.wfx.rn, 7);
	e = keel_exit_decode(esr_of(0x01, 2), 0, 0);
	CHECK(e.wfx.timeout && !e.wfx.rn_valid);
	e = keel_exit_decode(esr_of(0x01, 3 | 1 << 2 | 31 << 5), 0, 0);
	CHECK(e.wfx.wfe && e.wfx.timeout);
	CHECK_EQ(e.wfx.rn, 31);
}

static void test_immediates(void)
{
	static const u8 classes[] = { 0x15, 0x16, 0x17, 0x3c };
	unsigned int i, imm;

	for (i = 0; i < sizeof(classes); i++)
		for (imm = 0; imm < 0x10000; imm += 0xff)
			CHECK_EQ(keel_exit_decode(esr_of(classes[i], imm), 0, 0).imm, imm);
}

/* The whole ISS of a data abort: 2^25. */
static bool dabt_ok(u64 iss)
{
	struct keel_abort a = keel_exit_decode(esr_of(0x24, iss), 0, 0).abort;
	bool perm = (iss & 0x3c) == 0x0c, isv = iss >> 24 & 1;
	bool wnr = iss >> 6 & 1, s1ptw = iss >> 7 & 1, cm = iss >> 8 & 1;

	return !a.exec && a.fsc == (iss & 0x3f) && a.s1ptw == s1ptw && a.cm == cm &&
	       a.isv == isv &&
	       a.write == (s1ptw ? perm : wnr && (!cm || perm)) &&
	       a.reg64 == (isv && (iss >> 15 & 1)) && a.rt == (isv ? iss >> 16 & 0x1f : 0) &&
	       a.sign_extend == (isv && (iss >> 21 & 1)) &&
	       a.size_log2 == (isv ? iss >> 22 & 3 : 0);
}

static void test_data_abort_exhaustive(void)
{
	u64 iss;

	for (iss = 0; iss < 1u << 25; iss++) {
		if (!dabt_ok(iss)) {
			CHECK_EQ(iss, ~0ULL);
			return;
		}
	}
}

static void test_instruction_abort(void)
{
	struct keel_exit e =
		keel_exit_decode(esr_of(0x20, 1 << 24 | 0x1ff << 15 | 1 << 6 | 1 << 8 | 6),
				 0xffff000012345abc, 0xabcd0);

	/* bits that only data aborts define are ignored */
	CHECK(e.abort.exec && !e.abort.write && !e.abort.isv && !e.abort.cm);
	CHECK_EQ(e.abort.fsc, 6);
	CHECK_EQ(e.abort.rt, 0);
	CHECK_EQ(e.ipa.v, 0xabcdabc);
	/* an update of a descriptor on the way of a fetch */
	e = keel_exit_decode(esr_of(0x20, 1 << 7 | 0x0f), 0, 0);
	CHECK(e.abort.write && e.abort.s1ptw);
}

static void test_ipa(void)
{
	u64 fipa = 0xfffffffffULL << 4 | 0xf000000000ULL;
	struct keel_exit e;

	e = keel_exit_decode(esr_of(0x24, 7), 0xdeadbeefcafe0fff, 1ULL << 63 | 0xf);
	CHECK_EQ(e.ipa.v, 0xfff);		/* NS and the low bits are no address */
	e = keel_exit_decode(esr_of(0x24, 7), 0x1000, fipa);
	CHECK_EQ(e.ipa.v, fipa << 8);
	e = keel_exit_decode(esr_of(0x24, 7), 0, 0xffffffffffffffff);
	CHECK_EQ(e.ipa.v, 0xffffffffff000);	/* 52 bits */
	e = keel_exit_decode(esr_of(0x24, 1 << 7 | 7), 0xabc, 0x90000 >> 8);
	CHECK_EQ(e.ipa.v, 0x90000);		/* a walk's FAR is no offset */
}

int main(void)
{
	RUN(test_common_fields);
	RUN(test_sysreg_exhaustive);
	RUN(test_sysreg_known);
	RUN(test_wfx);
	RUN(test_immediates);
	RUN(test_data_abort_exhaustive);
	RUN(test_instruction_abort);
	RUN(test_ipa);
	return ktap_done();
}
