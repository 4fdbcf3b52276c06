// SPDX-License-Identifier: GPL-2.0-only
/* Arguments of KVM_IOEVENTFD, collisions, and which writes signal. Header only, nothing to link. */
#include "core/ioeventfd_match.h"
#include "ktap.h"

#define MATCH	KVM_IOEVENTFD_FLAG_DATAMATCH

static int check(u64 addr, u32 len, u32 flags)
{
	struct kvm_ioeventfd a = { .addr = addr, .len = len, .flags = flags };

	return keel_ioeventfd_check(&a);
}

static struct keel_ioeventfd_key key(u64 addr, u32 len, u32 flags, u64 data)
{
	struct kvm_ioeventfd a = { .addr = addr, .len = len, .flags = flags, .datamatch = data };

	return keel_ioeventfd_key(&a);
}

static bool collide(struct keel_ioeventfd_key a, struct keel_ioeventfd_key b)
{
	CHECK(keel_ioeventfd_collide(&a, &b) == keel_ioeventfd_collide(&b, &a));
	return keel_ioeventfd_collide(&a, &b);
}

static void arguments(void)
{
	u32 len;

	for (len = 0; len < 20; len++)
		CHECK(!check(0, len, 0) == (!len || len == 1 || len == 2 || len == 4 || len == 8));
	CHECK(check(0, 0x80000000, 0) == -EINVAL);
	CHECK(check(0, 0, MATCH) == -EINVAL);
	CHECK(!check(0, 4, MATCH));
	CHECK(!check(0, 4, KVM_IOEVENTFD_FLAG_PIO));
	CHECK(!check(0, 4, KVM_IOEVENTFD_FLAG_VIRTIO_CCW_NOTIFY));
	CHECK(check(0, 4, 1u << 31) == -EINVAL);
	CHECK(check(~0ULL - 2, 4, 0) == -EINVAL);
	CHECK(!check(~0ULL - 4, 4, 0));
	CHECK(!check(~0ULL, 0, 0));
}

static void collisions(void)
{
	CHECK(collide(key(8, 4, 0, 0), key(8, 4, 0, 0)));
	CHECK(collide(key(8, 4, 0, 0), key(8, 4, MATCH, 7)));
	CHECK(collide(key(8, 0, 0, 0), key(8, 4, MATCH, 7)));
	CHECK(!collide(key(8, 4, MATCH, 6), key(8, 4, MATCH, 7)));
	CHECK(!collide(key(8, 4, 0, 0), key(8, 2, 0, 0)));
	CHECK(!collide(key(8, 4, 0, 0), key(12, 4, 0, 0)));
	CHECK(!collide(key(8, 4, 0, 0), key(8, 4, KVM_IOEVENTFD_FLAG_PIO, 0)));
	CHECK(!collide(key(8, 4, 0, 0), key(8, 4, KVM_IOEVENTFD_FLAG_VIRTIO_CCW_NOTIFY, 0)));
}

static void removal_wants_the_same(void)
{
	struct keel_ioeventfd_key a = key(8, 4, 0, 1), b = key(8, 4, 0, 2);
	struct keel_ioeventfd_key m = key(8, 4, MATCH, 1), w = key(8, 0, 0, 0);

	CHECK(keel_ioeventfd_same(&a, &b));	/* without the flag datamatch says nothing */
	CHECK(!keel_ioeventfd_same(&a, &m));
	CHECK(!keel_ioeventfd_same(&a, &w));
}

static void writes(void)
{
	u64 v = 0x1122334455667788ULL;
	struct keel_ioeventfd_key w = key(8, 0, 0, 0), any = key(8, 2, 0, 0);
	struct keel_ioeventfd_key m = key(8, 2, MATCH, 0x7788), high = key(8, 1, MATCH, 0x188);
	struct keel_ioeventfd_key d = key(8, 8, MATCH, 0x1122334455667788ULL);

	CHECK(keel_ioeventfd_takes(&w, 8, 1, &v) && keel_ioeventfd_takes(&w, 8, 8, &v));
	CHECK(!keel_ioeventfd_takes(&w, 9, 1, &v));
	CHECK(keel_ioeventfd_takes(&any, 8, 2, &v) && !keel_ioeventfd_takes(&any, 8, 4, &v));
	CHECK(keel_ioeventfd_takes(&m, 8, 2, &v));
	v++;
	CHECK(!keel_ioeventfd_takes(&m, 8, 2, &v));
	v--;
	CHECK(!keel_ioeventfd_takes(&high, 8, 1, &v));
	CHECK(keel_ioeventfd_takes(&d, 8, 8, &v));
}

int main(void)
{
	RUN(arguments);
	RUN(collisions);
	RUN(removal_wants_the_same);
	RUN(writes);
	return ktap_done();
}
