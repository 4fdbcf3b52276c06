// SPDX-License-Identifier: GPL-2.0-only
/* pure: core/stats_layout.c */
/* A statistics file as its readers take it apart, and long names. */
#include <stdlib.h>
#include <string.h>
#include "core/stats_layout.h"
#include "ktap.h"

#define FIXED	offsetof(struct kvm_stats_desc, name)

static const struct keel_stats_def defs[] = {
	{ "one", KVM_STATS_TYPE_CUMULATIVE | KVM_STATS_UNIT_NONE | KVM_STATS_BASE_POW10, 0, 0, 0 },
	{ "two", KVM_STATS_TYPE_INSTANT | KVM_STATS_UNIT_SECONDS | KVM_STATS_BASE_POW10, -9, 0, 0 },
	{ "many", KVM_STATS_TYPE_LINEAR_HIST | KVM_STATS_UNIT_NONE | KVM_STATS_BASE_POW10, 0, 5, 3 },
	{ "a name that is far too long for the room that there is for names", 0, 0, 0, 0 },
};

static void reads_back(void)
{
	size_t size = keel_stats_layout_size(4);
	char *buf = malloc(size);
	struct kvm_stats_header *h = (void *)buf;
	struct kvm_stats_desc *d;
	unsigned int i;

	memset(buf, 0xaa, size);
	keel_stats_layout_fill(buf, "kvm-1/vcpu-0", defs, 4);
	CHECK_EQ(h->flags, 0);
	CHECK_EQ(h->num_desc, 4);
	CHECK_EQ(keel_stats_layout_values(defs, 4), 8);
	CHECK(h->id_offset >= sizeof(*h));
	CHECK(h->desc_offset >= h->id_offset + h->name_size);
	CHECK(h->data_offset >= h->desc_offset + h->num_desc * (FIXED + h->name_size));
	CHECK_EQ(h->data_offset, size);
	CHECK(h->data_offset % sizeof(u64) == 0);
	CHECK(!strcmp(buf + h->id_offset, "kvm-1/vcpu-0"));
	for (i = 0; i < 4; i++) {
		d = (void *)(buf + h->desc_offset + i * (FIXED + h->name_size));
		CHECK_EQ(d->flags, defs[i].flags);
		CHECK(d->exponent == defs[i].exponent);
		CHECK_EQ(d->size, i == 2 ? 5 : 1);
		CHECK_EQ(d->offset, 8 * (i < 3 ? i : 7));
		CHECK_EQ(d->bucket_size, i == 2 ? 3 : 0);
		CHECK(strnlen((char *)d + FIXED, h->name_size) < h->name_size);
		CHECK(!strncmp((char *)d + FIXED, defs[i].name, h->name_size - 1));
	}
	free(buf);
}

int main(void)
{
	RUN(reads_back);
	return ktap_done();
}
