// SPDX-License-Identifier: GPL-2.0-only
/* pure: nested/pac.c */
/*
 * Authentication of the address of ERETAA and ERETAB, with a code that the test makes
 * up: what was signed comes back without its code, each changed bit of the code is
 * found, and what comes back then is no address of the guest's.
 */
#include <linux/bits.h>
#include <linux/types.h>
#include "ktap.h"
#include "nested/pac.h"

static u64 mix(const void *ctx, u64 address, u64 modifier)
{
	u64 x = address ^ modifier * 0x9e3779b97f4a7c15ULL ^ *(const u64 *)ctx;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	return (x ^ x >> 27) * 0x94d049bb133111ebULL;
}

static const u64 key = 0x123456789abcdefULL;

/* Bits of the code for 48 bits of address, without and with an ignored top byte. */
#define BITS_FULL	(GENMASK_ULL(63, 56) | GENMASK_ULL(54, 48))
#define BITS_TBI	GENMASK_ULL(54, 48)
#define T48		(16ULL | 16ULL << 16)

static struct keel_pac pac(u64 tcr)
{
	return (struct keel_pac){ .tcr = tcr, .compute = mix, .ctx = &key };
}

static u64 sign(u64 address, u64 modifier, u64 bits)
{
	return (address & ~bits) | (mix(&key, address, modifier) & bits);
}

/* The same with FEAT_PAuth2. */
static u64 sign_xor(u64 address, u64 modifier, u64 bits)
{
	return address ^ (mix(&key, address, modifier) & bits);
}

static void signed_is_valid(u64 tcr, u64 address, u64 bits)
{
	struct keel_pac p = pac(tcr);
	bool valid = false;

	CHECK_EQ(keel_pac_auth(&p, sign(address, 77, bits), 77, &valid), address);
	CHECK(valid);
	keel_pac_auth(&p, sign(address, 77, bits), 78, &valid);
	CHECK(!valid);
	p.is_xor = true;
	CHECK_EQ(keel_pac_auth(&p, sign_xor(address, 77, bits), 77, &valid), address);
	CHECK(valid);
	keel_pac_auth(&p, sign_xor(address, 77, bits), 78, &valid);
	CHECK(!valid);
}

static void valid_codes(void)
{
	signed_is_valid(T48, 0x0000123456789abcULL, BITS_FULL);
	signed_is_valid(T48, 0xffff923456789abcULL, BITS_FULL);
	signed_is_valid(T48 | BIT_ULL(37), 0x5600123456789abcULL, BITS_TBI);
	signed_is_valid(T48 | BIT_ULL(38), 0x56ff923456789abcULL, BITS_TBI);
	/* ignored for data alone */
	signed_is_valid(T48 | BIT_ULL(37) | BIT_ULL(51), 0x0000123456789abcULL, BITS_FULL);
	signed_is_valid(T48 | BIT_ULL(38) | BIT_ULL(52), 0xffff923456789abcULL, BITS_FULL);
	/* each half has its size: 39 bits below, 48 above */
	signed_is_valid(25 | 16ULL << 16, 0x0000003456789abcULL, BITS_FULL | GENMASK_ULL(47, 39));
	signed_is_valid(25 | 16ULL << 16, 0xffff923456789abcULL, BITS_FULL);
	/* a size that there is not is the largest that there is */
	signed_is_valid(8 | 8ULL << 16, 0x0000123456789abcULL, BITS_FULL);
}

/* Canonical: bits above the address are copies of bit 55. */
static bool is_address(u64 address, u64 bits)
{
	return (address & bits) == (address & BIT_ULL(55) ? bits : 0);
}

static void changed_codes(void)
{
	struct keel_pac p = pac(T48);
	u64 address = 0x0000123456789abcULL, is = sign(address, 5, BITS_FULL), out;
	unsigned int bit, form;
	bool valid;

	for (form = 0; form < 4; form++)
		for (bit = 48; bit < 64; bit++) {
			if (bit == 55)
				continue;
			p.is_xor = form & 1;
			p.key_b = form & 2;
			out = keel_pac_auth(&p, is ^ BIT_ULL(bit), 5, &valid);
			CHECK(!valid);
			CHECK(!is_address(out, BITS_FULL));
			CHECK_EQ(out & GENMASK_ULL(47, 0), address & GENMASK_ULL(47, 0));
		}
}

static void error_codes(void)
{
	struct keel_pac p = pac(T48);
	bool valid;

	CHECK_EQ(keel_pac_auth(&p, 0x0000123456789abcULL, 5, &valid) >> 56, 0x20);
	p.key_b = true;
	CHECK_EQ(keel_pac_auth(&p, 0x0000123456789abcULL, 5, &valid) >> 56, 0x40);
	p.tcr |= BIT_ULL(37);
	CHECK_EQ(keel_pac_auth(&p, 0x5600123456789abcULL, 5, &valid) >> 48, 0x5640);
}

int main(void)
{
	RUN(valid_codes);
	RUN(changed_codes);
	RUN(error_codes);
	return ktap_done();
}
