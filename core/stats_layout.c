// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* Header and descriptors of a statistics file. */
#include <linux/build_bug.h>
#include <linux/stddef.h>
#include <linux/string.h>
#include "stats_layout.h"

/*
 * Without the name: of fixed size in the kernel's view of the structure, of none in user space's.
 */
#define FIXED_SIZE	offsetof(struct kvm_stats_desc, name)
#define DESC_SIZE	(FIXED_SIZE + KEEL_STATS_NAME_SIZE)

static_assert(sizeof(struct kvm_stats_header) == 24);
static_assert(FIXED_SIZE == 16);

static size_t desc_offset(void)
{
	return sizeof(struct kvm_stats_header) + KEEL_STATS_NAME_SIZE;
}

size_t keel_stats_layout_size(unsigned int nr)
{
	return desc_offset() + nr * DESC_SIZE;
}

/* Copy into a field that was zeroed; what does not fit is cut off. */
static void put_name(char *to, const char *name)
{
	size_t len = strlen(name);

	if (len > KEEL_STATS_NAME_SIZE - 1)
		len = KEEL_STATS_NAME_SIZE - 1;
	memcpy(to, name, len);
}

static unsigned int size_of(const struct keel_stats_def *def)
{
	return def->size ? def->size : 1;
}

unsigned int keel_stats_layout_values(const struct keel_stats_def *defs, unsigned int nr)
{
	unsigned int i, n = 0;

	for (i = 0; i < nr; i++)
		n += size_of(&defs[i]);
	return n;
}

/* at: where its descriptor is; value: the number of its first value. */
static void put_desc(void *at, const struct keel_stats_def *def, unsigned int value)
{
	struct kvm_stats_desc desc = {
		.flags = def->flags,
		.exponent = def->exponent,
		.size = size_of(def),
		.offset = value * sizeof(u64),
		.bucket_size = def->bucket_size,
	};

	memcpy(at, &desc, FIXED_SIZE);
	put_name((char *)at + FIXED_SIZE, def->name);
}

void keel_stats_layout_fill(void *buf, const char *id, const struct keel_stats_def *defs,
			    unsigned int nr)
{
	struct kvm_stats_header header = {
		.name_size = KEEL_STATS_NAME_SIZE,
		.num_desc = nr,
		.id_offset = sizeof(header),
		.desc_offset = desc_offset(),
		.data_offset = keel_stats_layout_size(nr),
	};
	char *at = buf;
	unsigned int i;

	memset(at, 0, keel_stats_layout_size(nr));
	memcpy(at, &header, sizeof(header));
	put_name(at + header.id_offset, id);
	for (i = 0; i < nr; i++)
		put_desc(at + header.desc_offset + i * DESC_SIZE, &defs[i],
			 keel_stats_layout_values(defs, i));
}
