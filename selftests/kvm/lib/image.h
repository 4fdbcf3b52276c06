/* SPDX-License-Identifier: GPL-2.0-only */
/* Images of VMs: KEEL_VM_SAVE, KEEL_VM_LOAD, and what is in one. */
#ifndef IMAGE_H
#define IMAGE_H

#include <stdlib.h>
#include <string.h>
#include "vm.h"
#include "image/format.h"

struct image {
	char *bytes;
	u64 size;
};

static inline void need_images(void)
{
	if (kvm_cap(KEEL_CAP_VM_IMAGE) != 1)
		ktap_skip("no images of VMs");
}

static inline int image_ioctl(int vm, unsigned long request, void *bytes, u64 *size, u32 flags)
{
	struct keel_vm_image arg = { .addr = (u64)bytes, .size = *size, .flags = flags };
	int ret = kvm(vm, request, &arg);

	*size = arg.size;
	return ret;
}

/* Bytes that it takes: the call tells. */
static inline u64 image_size(int vm)
{
	u64 size = 0;

	REQUIRE_EQ(image_ioctl(vm, KEEL_VM_SAVE, NULL, &size, 0), -E2BIG);
	return size;
}

static inline struct image image_save(int vm)
{
	struct image i = { .size = image_size(vm) };

	i.bytes = malloc(i.size);
	REQUIRE_EQ(image_ioctl(vm, KEEL_VM_SAVE, i.bytes, &i.size, 0), 0);
	return i;
}

static inline int image_load(int vm, const struct image *i, u32 flags)
{
	u64 size = i->size;

	return image_ioctl(vm, KEEL_VM_LOAD, i->bytes, &size, flags);
}

/* The guest goes on to its end in the other VM, and in its own. */
static inline void image_finish(struct vm *from, struct vm *to)
{
	vcpu_finish(&to->vcpu[0]);
	vcpu_finish(&from->vcpu[0]);
}

/* The exit that user space was told of is completed: nothing of it is left in the run page. */
static inline void vcpu_complete(struct vcpu *vcpu)
{
	vcpu->run->immediate_exit = 1;
	REQUIRE_EQ(vcpu_run(vcpu), -EINTR);
	vcpu->run->immediate_exit = 0;
}

/* The n-th section, NULL behind the last. */
static inline struct keel_image_section *image_nth(const struct image *i, u32 n)
{
	struct keel_image_header *h = (void *)i->bytes;
	char *s = i->bytes + sizeof(*h);

	if (n >= h->sections)
		return NULL;
	while (n--)
		s += sizeof(struct keel_image_section) + ((struct keel_image_section *)s)->len;
	return (void *)s;
}

/* A section's contents; the case ends if there is none. */
static inline void *image_section(const struct image *i, u32 tag, u32 index, u32 *len)
{
	struct keel_image_section *s;

	for (u32 n = 0; (s = image_nth(i, n)); n++)
		if (s->tag == tag && s->index == index) {
			*len = s->len;
			return s + 1;
		}
	REQUIRE(false, "no section %u of %u", tag, index);
	return NULL;
}

/* When it was saved, which differs for any two. */
static inline void image_forget_time(struct image *i)
{
	u32 len;
	struct keel_image_clock *c = image_section(i, KEEL_IMAGE_CLOCK, 0, &len);

	c->count = c->realtime = 0;
}

/* Where two images differ: a section's tag and index and an offset in it. */
static inline bool image_same_at(struct image *a, struct image *b, const char *file, int line)
{
	image_forget_time(a);
	image_forget_time(b);
	if (a->size != b->size) {
		ktap_fail(file, line, "%ld bytes, and %ld", a->size, b->size);
		return false;
	}
	for (u32 n = 0; image_nth(a, n); n++) {
		struct keel_image_section *s = image_nth(a, n);
		char *x = (char *)s, *y = b->bytes + (x - a->bytes);

		for (u32 i = 0; i < sizeof(*s) + s->len; i++)
			if (x[i] != y[i]) {
				ktap_fail(file, line, "section %u of %u differs at %#x", s->tag,
					  s->index, i - (u32)sizeof(*s));
				return false;
			}
	}
	return true;
}
#define image_same(a, b)	image_same_at(a, b, __FILE__, __LINE__)

/* What a VM is now is what it was. */
static inline void image_unchanged_at(int vm, struct image *was, const char *file, int line)
{
	struct image is = image_save(vm);

	image_same_at(was, &is, file, line);
	free(is.bytes);
}
#define image_unchanged(vm, was)	image_unchanged_at(vm, was, __FILE__, __LINE__)

/* The VM's state and the contents of its RAM go over. Saved again it is the same. */
static inline void image_move(struct vm *from, struct vm *to, u32 flags)
{
	struct image a = image_save(from->fd), b;

	memcpy(to->ram, from->ram, RAM_SIZE);
	REQUIRE_EQ(image_load(to->fd, &a, flags), 0);
	b = image_save(to->fd);
	if (!flags)
		image_same(&a, &b);
	free(a.bytes);
	free(b.bytes);
}

#endif
