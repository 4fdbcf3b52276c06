// SPDX-License-Identifier: GPL-2.0-only
/* pure: arch/sve_layout.c */
/*
 * Proves: guests are offered the lengths that all CPUs agree on, up to the first on
 * which they do not, and a CPU that comes later must agree as far; user space can
 * only cut off at the top; a guest's registers do not overlap and fill their state; every
 * id is found, and no other.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <string.h>
#include "arch/sve_layout.h"
#include "hyp/sve.h"
#include "ktap.h"

/* What a CPU with these lengths makes of a request for one: the longest not above it. */
static unsigned int granted(u32 set, unsigned int vq)
{
	return keel_sve_layout_longest(keel_sve_layout_upto(set, vq));
}

/*
 * Every two CPUs with lengths up to five units: whatever a guest of the offer asks for, both do the
 * same.
 */
static void test_offer(void)
{
	for (u32 a = 1; a < 32; a += 2)
		for (u32 b = 1; b < 32; b += 2) {
			u32 offer = keel_sve_layout_offer(a & b, a | b);
			unsigned int vq, top = keel_sve_layout_longest(offer);

			for (vq = 1; vq <= top; vq++)
				CHECK(granted(a, vq) == granted(b, vq));
			CHECK(offer & 1);
			/* and nothing longer would do */
			for (vq = top + 1; vq <= 5 && !((a & b) >> (vq - 1) & 1); vq++)
				;
			CHECK(vq > 5 || ((a ^ b) & ((1u << vq) - 1)));
			CHECK(keel_sve_layout_suffices(offer, a) && keel_sve_layout_suffices(offer, b));
		}
	CHECK_EQ(keel_sve_layout_offer(0xffff, 0xffff), 0xffff);
	CHECK_EQ(keel_sve_layout_offer(0, 0xffff), 0);
	CHECK_EQ(keel_sve_layout_offer(0, 0), 0);
}

static void test_suffices(void)
{
	for (u32 offer = 1; offer < 16; offer += 2)
		for (u32 cpu = 0; cpu < 32; cpu++) {
			bool same = true;

			for (unsigned int vq = 1; vq <= keel_sve_layout_longest(offer); vq++)
				same &= granted(cpu, vq) == granted(offer, vq);
			CHECK(keel_sve_layout_suffices(offer, cpu) == same);
		}
	CHECK(keel_sve_layout_suffices(0, 0));
	CHECK(keel_sve_layout_suffices(0, 0xffff));
}

static void test_wanted(void)
{
	u32 offer = 0x8b;	/* 1, 2, 4 and 8 units */
	u64 words[KVM_ARM64_SVE_VLS_WORDS];

	for (u64 set = 0; set < 0x400; set++) {
		bool good = set == 1 || set == 3 || set == 0xb || set == 0x8b;

		memset(words, 0, sizeof(words));
		words[0] = set;
		CHECK_EQ(keel_sve_layout_wanted(words, offer), good ? keel_sve_layout_longest(set) : 0);
		for (unsigned int bit = 16; bit < 512; bit++) {
			words[bit / 64] ^= 1ULL << bit % 64;
			CHECK_EQ(keel_sve_layout_wanted(words, offer), 0);
			words[bit / 64] ^= 1ULL << bit % 64;
		}
	}
}

static void test_regions(void)
{
	u8 used[16 * 546];

	for (unsigned int vq = 1; vq <= KEEL_SVE_MAX_VQ; vq++) {
		memset(used, 0, sizeof(used));
		for (unsigned int i = 0; i < KEEL_SVE_NR_REGS; i++) {
			struct keel_sve_region r;

			CHECK(!keel_sve_layout_region(keel_sve_layout_id(i), vq, &r));
			CHECK_EQ(r.size, i < 32 ? 16 * vq : 2 * vq);
			CHECK_EQ(r.user_size, i < 32 ? 256 : 32);
			CHECK(r.offset + r.size <= keel_sve_size(vq));
			for (unsigned int k = 0; k < r.size && r.offset + k < sizeof(used); k++)
				used[r.offset + k]++;
		}
		for (unsigned int i = 0; i < sizeof(used); i++)
			CHECK_EQ(used[i], i < keel_sve_size(vq));
	}
}

static void test_ids(void)
{
	struct keel_sve_region r;
	unsigned int found = 0;

	for (u64 size = 0; size < 16; size++)
		for (u64 low = 0; low < 0x10000; low++) {
			u64 id = KVM_REG_ARM64 | KVM_REG_ARM64_SVE | size << 52 | low;
			int want = (size == 8 && low < 0x400) ||
						   (size == 5 && low >= 0x400 && low < 0x620)
					   ? (low % 32 ? -ENOENT : 0)
					   : -EINVAL;

			CHECK(keel_sve_layout_region(id, 4, &r) == want);
			CHECK(keel_sve_layout_region(id, 0, &r) == (want ?: -ENOENT));
			found += !want;
		}
	CHECK_EQ(found, KEEL_SVE_NR_REGS);
	for (unsigned int i = 0; i < KEEL_SVE_NR_REGS; i++)
		for (unsigned int k = 0; k < i; k++)
			CHECK(keel_sve_layout_id(i) != keel_sve_layout_id(k));
}

int main(void)
{
	RUN(test_offer);
	RUN(test_suffices);
	RUN(test_wanted);
	RUN(test_regions);
	RUN(test_ids);
	return ktap_done();
}
