// SPDX-License-Identifier: GPL-2.0-only
/* pure: image/parse.c */
/*
 * An image that is right, and what is said of one that is not: cut off anywhere, with any byte of
 * it changed, with sections missing, twice, in another order, of another version. Whatever it is,
 * it is only read within.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <linux/kvm.h>
#include "image/out.h"
#include "image/parse.h"
#include "ktap.h"

#define VCPUS	2
#define SPIS	4

/* A register of 64 bits, and one of 256. */
#define REG_64		(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | 1)
#define REG_2048	(KVM_REG_ARM64 | KVM_REG_SIZE_U2048 | 2)

/* Exactly as large as what is in it: the sanitizer sees any read beyond. */
struct image {
	void *start;
	u64 size;
};

static struct keel_image_config config(void)
{
	return (struct keel_image_config){ .nr_vcpus = VCPUS, .nr_its = 1, .gic = 3, .nr_irqs = 64,
					   .pmu_filtered = 1, .el2 = 1 };
}

static void put_irqs(struct keel_image_out *out, u32 tag, u32 index, u32 first, u32 n, u16 target,
		     u16 flags)
{
	keel_image_begin(out, tag, index);
	for (u32 i = 0; i < n; i++) {
		struct keel_image_irq r = { .intid = first + i, .target = target, .holder = KEEL_IMAGE_NOBODY, .flags = flags };

		if (r.intid >= 16 && r.intid < 32)
			r.flags |= KEEL_IMAGE_IRQ_LEVEL;
		keel_image_put(out, &r, sizeof(r));
	}
	keel_image_end(out);
}

static void put_regs(struct keel_image_out *out, u32 index)
{
	u64 narrow[2] = { REG_64, index }, wide[33] = { REG_2048, 5 };

	keel_image_begin(out, KEEL_IMAGE_REGS, index);
	keel_image_put(out, narrow, sizeof(narrow));
	keel_image_put(out, wide, sizeof(wide));
	keel_image_end(out);
}

static void put_its(struct keel_image_out *out)
{
	struct keel_image_its its = {};
	struct keel_image_collection c[] = { { 0, 0 }, { 7, ~0u } };
	struct keel_image_device d[] = { { 1, 4 }, { 9, 4 } };
	struct keel_image_event e[] = { { 1, 0, 8192, 0 }, { 1, 3, 8193, 0 }, { 9, 0, 8193, 7 } };

	keel_image_section(out, KEEL_IMAGE_ITS, 0, &its, sizeof(its));
	keel_image_section(out, KEEL_IMAGE_COLLECTIONS, 0, c, sizeof(c));
	keel_image_section(out, KEEL_IMAGE_DEVICES, 0, d, sizeof(d));
	keel_image_section(out, KEEL_IMAGE_EVENTS, 0, e, sizeof(e));
	put_irqs(out, KEEL_IMAGE_LPIS, 0, 8192, 2, 1, KEEL_IMAGE_IRQ_GROUP1);
}

/* of its section, which is to be that of one record */
static u32 vcpu_len = sizeof(struct keel_image_vcpu);

/* A GICv2 with nothing else. */
static void put_gic2(struct keel_image_out *out)
{
	struct keel_image_config c = { .nr_vcpus = 1, .gic = 2, .nr_irqs = 64 };
	struct keel_image_vcpu_config vc = {};
	struct keel_image_clock clock = { .freq = 1 };
	struct keel_image_vcpu v[2] = {};
	struct keel_image_gic gic = {};
	struct keel_image_gic_cpu gc = { .aprs = 1 };
	struct keel_image_header *h = keel_image_reserve(out, sizeof(*h));

	keel_image_section(out, KEEL_IMAGE_CONFIG, 0, &c, sizeof(c));
	keel_image_section(out, KEEL_IMAGE_VCPU_CONFIG, 0, &vc, sizeof(vc));
	keel_image_section(out, KEEL_IMAGE_CLOCK, 0, &clock, sizeof(clock));
	keel_image_section(out, KEEL_IMAGE_SMCCC, 0, &c, 0);
	put_regs(out, 0);
	keel_image_section(out, KEEL_IMAGE_VCPU, 0, v, vcpu_len);
	keel_image_section(out, KEEL_IMAGE_GIC, 0, &gic, sizeof(gic));
	put_irqs(out, KEEL_IMAGE_SPIS, 0, 32, SPIS, 0, 0);
	keel_image_section(out, KEEL_IMAGE_GIC_CPU, 0, &gc, sizeof(gc));
	put_irqs(out, KEEL_IMAGE_PRIVATE, 0, 0, 32, 0, 0);
	if (h)
		*h = (struct keel_image_header){ KEEL_IMAGE_MAGIC, KEEL_IMAGE_VERSION, out->sections, out->len, 0 };
}

static void put_all(struct keel_image_out *out)
{
	static struct keel_image_el2 el2;
	struct keel_image_config c = config();
	struct keel_image_vcpu_config vc = {};
	struct keel_image_its_config ic = { .base = 0x8080000 };
	struct keel_image_clock clock = { .freq = 62500000 };
	struct keel_image_smccc smccc[] = { { 1, 2, 0, 0 }, { 9, ~0u, 2, 0 } };
	struct keel_image_vcpu v = {};
	struct keel_image_gic gic = {};
	struct keel_image_gic_cpu gc = { .aprs = 1 };
	u64 filter[16] = { 1 };
	void *h = keel_image_reserve(out, sizeof(struct keel_image_header));

	keel_image_section(out, KEEL_IMAGE_CONFIG, 0, &c, sizeof(c));
	for (u32 i = 0; i < VCPUS; i++)
		keel_image_section(out, KEEL_IMAGE_VCPU_CONFIG, i, &vc, sizeof(vc));
	keel_image_section(out, KEEL_IMAGE_ITS_CONFIG, 0, &ic, sizeof(ic));
	keel_image_section(out, KEEL_IMAGE_PMU_FILTER, 0, filter, sizeof(filter));
	keel_image_section(out, KEEL_IMAGE_CLOCK, 0, &clock, sizeof(clock));
	keel_image_section(out, KEEL_IMAGE_SMCCC, 0, smccc, sizeof(smccc));
	for (u32 i = 0; i < VCPUS; i++)
		put_regs(out, i);
	for (u32 i = 0; i < VCPUS; i++)
		keel_image_section(out, KEEL_IMAGE_VCPU, i, &v, sizeof(v));
	for (u32 i = 0; i < VCPUS; i++)
		keel_image_section(out, KEEL_IMAGE_EL2, i, &el2, sizeof(el2));
	keel_image_section(out, KEEL_IMAGE_GIC, 0, &gic, sizeof(gic));
	put_irqs(out, KEEL_IMAGE_SPIS, 0, 32, SPIS, 0, 0);
	for (u32 i = 0; i < VCPUS; i++)
		keel_image_section(out, KEEL_IMAGE_GIC_CPU, i, &gc, sizeof(gc));
	for (u32 i = 0; i < VCPUS; i++)
		put_irqs(out, KEEL_IMAGE_PRIVATE, i, 0, 32, i, 0);
	put_its(out);
	if (h)
		*(struct keel_image_header *)h = (struct keel_image_header){
			KEEL_IMAGE_MAGIC, KEEL_IMAGE_VERSION, out->sections, out->len, 0 };
}

static struct image image_of(void (*put)(struct keel_image_out *out))
{
	struct keel_image_out count = {}, out = {};

	put(&count);
	out.room = count.len;
	out.start = calloc(1, out.room);
	put(&out);
	CHECK_EQ(out.err, 0);
	CHECK_EQ(out.len, count.len);
	return (struct image){ out.start, out.len };
}

static struct image image_new(void)
{
	return image_of(put_all);
}

static struct keel_image view(const struct image *i)
{
	return (struct keel_image){ .start = i->start, .size = i->size };
}

/* A section's contents, to be spoilt. */
static void *at(const struct image *i, u32 tag, u32 index)
{
	struct keel_image v = view(i);

	return (void *)keel_image_get(&v, tag, index);
}

static void right(void)
{
	struct image a = image_new(), b = image_new();
	struct keel_image x = view(&a), y = view(&b);
	u32 len = 0;

	CHECK_EQ(keel_image_check(a.start, a.size), 0);
	CHECK(keel_image_find(&x, KEEL_IMAGE_EVENTS, 0, &len) && len == 3 * sizeof(struct keel_image_event));
	/* backwards, too, and what is not there */
	CHECK(keel_image_find(&x, KEEL_IMAGE_REGS, 1, &len) && len == 16 + 264);
	CHECK(!keel_image_find(&x, KEEL_IMAGE_REGS, VCPUS, &len));
	CHECK(!keel_image_find(&x, 15, 0, &len));
	CHECK(keel_image_alike(&x, &y));
	free(a.start);
	free(b.start);
}

/* At every byte, with a size that admits to it and with one that does not. */
static void cut_off(void)
{
	struct image a = image_new();

	for (u64 n = 0; n < a.size; n++) {
		struct keel_image_header *part = malloc(n ?: 1);

		memcpy(part, a.start, n);
		CHECK_EQ(keel_image_check(part, n), -EINVAL);
		if (n >= sizeof(*part)) {
			part->size = n;
			CHECK_EQ(keel_image_check(part, n), -EINVAL);
		}
		free(part);
	}
	free(a.start);
}

static struct keel_image_section *nth(const struct image *a, u32 n)
{
	void *s = a->start + sizeof(struct keel_image_header);

	while (n--)
		s += sizeof(struct keel_image_section) + ((struct keel_image_section *)s)->len;
	return s;
}

/* Without the n-th section; or with it twice. */
static struct image spliced(const struct image *a, u32 n, bool twice)
{
	struct keel_image_section *s = nth(a, n);
	u64 len = sizeof(*s) + s->len, before = (void *)s - a->start,
	    kept = twice ? before + len : before;
	u64 from = twice ? before : before + len;
	struct image b = { malloc(a->size + len), twice ? a->size + len : a->size - len };
	struct keel_image_header *h = b.start;

	memcpy(b.start, a->start, kept);
	memcpy(b.start + kept, a->start + from, a->size - from);
	h->size = b.size;
	h->sections += twice ? 1 : -1;
	return b;
}

static void sections(void)
{
	struct image a = image_new();
	u32 n = ((struct keel_image_header *)a.start)->sections;

	for (u32 i = 0; i < n; i++)
		for (int twice = 0; twice < 2; twice++) {
			struct image b = spliced(&a, i, twice);

			CHECK_EQ(keel_image_check(b.start, b.size), -EINVAL);
			free(b.start);
		}
	/* the header's number of them */
	((struct keel_image_header *)a.start)->sections++;
	CHECK_EQ(keel_image_check(a.start, a.size), -EINVAL);
	free(a.start);
}

/* Else who looks for one would go through millions of sections that nobody knows. */
static void too_many(void)
{
	u64 size = sizeof(struct keel_image_header) +
		   (KEEL_IMAGE_MAX_SECTIONS + 1ul) * sizeof(struct keel_image_section);
	struct image a = image_new();
	struct keel_image_header *h = calloc(1, a.size + size);
	struct keel_image_section *s = (void *)h + a.size;

	memcpy(h, a.start, a.size);
	while (h->sections < KEEL_IMAGE_MAX_SECTIONS) {
		*s++ = (struct keel_image_section){ .tag = 1000 + h->sections, .flags = KEEL_IMAGE_OPTIONAL };
		h->sections++;
	}
	h->size = (void *)s - (void *)h;
	CHECK_EQ(keel_image_check(h, h->size), 0);
	*s++ = (struct keel_image_section){ .tag = 1000 + h->sections, .flags = KEEL_IMAGE_OPTIONAL };
	h->sections++;
	h->size = (void *)s - (void *)h;
	CHECK_EQ(keel_image_check(h, h->size), -EINVAL);
	free(h);
	free(a.start);
}

static void versions(void)
{
	struct image a = image_new();
	struct keel_image_header *h = a.start;
	u32 n = h->sections;

	h->version++;
	CHECK_EQ(keel_image_check(a.start, a.size), -EPROTO);
	h->version--;
	for (u32 i = 0; i < n; i++) {
		nth(&a, i)->version++;
		CHECK_EQ(keel_image_check(a.start, a.size), -EPROTO);
		/* to be known, whatever it says */
		nth(&a, i)->flags = KEEL_IMAGE_OPTIONAL;
		CHECK_EQ(keel_image_check(a.start, a.size), -EPROTO);
		nth(&a, i)->flags = 0;
		nth(&a, i)->version--;
	}
	/* the last one becomes one that nobody knows, behind which is none */
	nth(&a, n - 1)->tag = 1000;
	CHECK_EQ(keel_image_check(a.start, a.size), -EPROTO);
	nth(&a, n - 1)->flags = KEEL_IMAGE_OPTIONAL;
	CHECK_EQ(keel_image_check(a.start, a.size), -EINVAL);	/* for what is missing now */
	free(a.start);
}

/* One more that need not be known. */
static void optional(void)
{
	struct image a = image_new();
	u32 n = ((struct keel_image_header *)a.start)->sections;
	struct image b = spliced(&a, n - 1, true);

	nth(&b, n)->tag = 1000;
	CHECK_EQ(keel_image_check(b.start, b.size), -EPROTO);
	nth(&b, n)->flags = KEEL_IMAGE_OPTIONAL;
	CHECK_EQ(keel_image_check(b.start, b.size), 0);
	free(a.start);
	free(b.start);
}

#define REFUSED(tag, index, type, change) do { \
	struct image a = image_new(); \
	struct keel_image_##type *r = at(&a, KEEL_IMAGE_##tag, index); \
	change; \
	CHECK_EQ(keel_image_check(a.start, a.size), -EINVAL); \
	free(a.start); \
	} while (0)

static void records(void)
{
	REFUSED(CONFIG, 0, config, r->gic = 1);
	REFUSED(CONFIG, 0, config, r->gic = 2);		/* with an ITS */
	REFUSED(CONFIG, 0, config, r->nr_vcpus = 513);
	REFUSED(CONFIG, 0, config, r->nr_vcpus = VCPUS + 1);
	REFUSED(CONFIG, 0, config, r->nr_irqs = 1025);
	REFUSED(CONFIG, 0, config, r->el2 = 0);
	REFUSED(CLOCK, 0, clock, r->freq = 0);
	REFUSED(SMCCC, 0, smccc, r[0].last = 9);
	REFUSED(SMCCC, 0, smccc, r[0].first = 3);
	REFUSED(SMCCC, 0, smccc, r[1].action = 3);
	REFUSED(VCPU, 1, vcpu, r->mp_state = 7);
	REFUSED(VCPU, 1, vcpu, r->vsesr = 1ULL << 25);
	REFUSED(VCPU, 1, vcpu, r->cntv_ctl = 4);
	REFUSED(VCPU, 1, vcpu, r->lines = 4);
	REFUSED(EL2, 1, el2, r->el1 = 2);
	REFUSED(GIC, 0, gic, r->ctlr = 4);
	REFUSED(GIC_CPU, 1, gic_cpu, r->vmcr = 1 << 5);
	REFUSED(GIC_CPU, 1, gic_cpu, r->aprs = 0);
	REFUSED(GIC_CPU, 1, gic_cpu, r->aprs = 3);
	REFUSED(PRIVATE, 1, irq, r[5].intid = 6);
	REFUSED(PRIVATE, 1, irq, r[5].target = 0);
	REFUSED(PRIVATE, 1, irq, r[5].senders = 1);	/* of a GICv3 */
	REFUSED(PRIVATE, 1, irq, r[5].flags = KEEL_IMAGE_IRQ_LEVEL);
	REFUSED(PRIVATE, 1, irq, r[5].flags = KEEL_IMAGE_IRQ_LINE);
	REFUSED(PRIVATE, 1, irq, r[27].flags = 0);
	REFUSED(PRIVATE, 1, irq, (r[5].flags = KEEL_IMAGE_IRQ_ACTIVE, r[5].holder = 0));
	REFUSED(SPIS, 0, irq, r[1].holder = 0);		/* not active */
	REFUSED(SPIS, 0, irq, r[1].target = VCPUS);
	REFUSED(SPIS, 0, irq, (r[1].flags = KEEL_IMAGE_IRQ_ACTIVE, r[1].holder = VCPUS));
	REFUSED(SPIS, 0, irq, r[SPIS - 1].intid++);
	REFUSED(SPIS, 0, irq, r[1].flags = 0x100);
	REFUSED(SPIS, 0, irq, r[1].sender = 8);
	REFUSED(SPIS, 0, irq, r[1].irouter = 1 << 24);
	REFUSED(SPIS, 0, irq, r[1].priority = 0xa4);
	REFUSED(SPIS, 0, irq, r[1].shown_priority = 1);
	REFUSED(SPIS, 0, irq, r[0].intid = 31);
	REFUSED(LPIS, 0, irq, r[0].intid = 8191);
	REFUSED(LPIS, 0, irq, r[1].intid = 8192);
	REFUSED(LPIS, 0, irq, r[1].intid = 65536);
	REFUSED(LPIS, 0, irq, r[1].flags = 0);
	REFUSED(LPIS, 0, irq, r[1].flags |= KEEL_IMAGE_IRQ_LINE);
	REFUSED(ITS, 0, its, r->enabled = 2);
	REFUSED(COLLECTIONS, 0, collection, r[0].id = 7);
	REFUSED(COLLECTIONS, 0, collection, r[0].rdbase = 512);
	REFUSED(DEVICES, 0, device, r[1].id = 65536);
	REFUSED(DEVICES, 0, device, r[1].dte = 1ULL << 63);
	REFUSED(EVENTS, 0, event, r[1].event = 0);
	REFUSED(EVENTS, 0, event, r[2].intid = 65536);
	REFUSED(EVENTS, 0, event, r[2].collection = 65536);
}

/* Pending by who sent it, or not at all. */
static void gic2(void)
{
	struct image a = image_of(put_gic2);
	struct keel_image_irq *r = at(&a, KEEL_IMAGE_PRIVATE, 0);
	struct keel_image_gic *g = at(&a, KEEL_IMAGE_GIC, 0);

	CHECK_EQ(keel_image_check(a.start, a.size), 0);
	r[3].senders = 1;
	CHECK_EQ(keel_image_check(a.start, a.size), -EINVAL);
	r[3].flags = KEEL_IMAGE_IRQ_LATCH;
	CHECK_EQ(keel_image_check(a.start, a.size), 0);
	r[3].senders = 0;
	CHECK_EQ(keel_image_check(a.start, a.size), -EINVAL);
	r[3].flags = 0;
	r[3].flags = KEEL_IMAGE_IRQ_LEVEL;
	CHECK_EQ(keel_image_check(a.start, a.size), -EINVAL);
	r[3].flags = KEEL_IMAGE_IRQ_LINE;
	CHECK_EQ(keel_image_check(a.start, a.size), -EINVAL);
	r[3].flags = 0;
	r[16].flags = KEEL_IMAGE_IRQ_LATCH;
	CHECK_EQ(keel_image_check(a.start, a.size), -EINVAL);
	r[16].flags |= KEEL_IMAGE_IRQ_LEVEL;
	CHECK_EQ(keel_image_check(a.start, a.size), 0);
	r[16].senders = 1;
	CHECK_EQ(keel_image_check(a.start, a.size), -EINVAL);
	r[16].senders = 0;
	g->ctlr = 3;
	CHECK_EQ(keel_image_check(a.start, a.size), 0);
	g->ctlr = 1;
	CHECK_EQ(keel_image_check(a.start, a.size), -EINVAL);
	g->ctlr = 0x30003;
	CHECK_EQ(keel_image_check(a.start, a.size), -EINVAL);
	free(a.start);
}

/* More than there was room for when it was counted. */
static void no_room(void)
{
	struct keel_image_out out = { .room = 100 };

	out.start = malloc(out.room);
	put_all(&out);
	CHECK_EQ(out.err, -EAGAIN);
	free(out.start);
}

static void lengths(void)
{
	static const u32 wrong[] = { 0, 8, sizeof(struct keel_image_vcpu) + 8, 2 * sizeof(struct keel_image_vcpu) };
	struct image a;

	for (u32 i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		vcpu_len = wrong[i];
		a = image_of(put_gic2);
		CHECK_EQ(keel_image_check(a.start, a.size), -EINVAL);
		free(a.start);
	}
	vcpu_len = sizeof(struct keel_image_vcpu);
	a = image_new();
	((struct keel_image_header *)a.start)->size--;
	CHECK_EQ(keel_image_check(a.start, a.size), -EINVAL);
	free(a.start);
}

/* One that nobody knows, behind all others, by 4 bytes too long for the next. */
static void uneven(void)
{
	struct image a = image_new();
	struct image b = { malloc(a.size + 24), a.size + 20 };
	struct keel_image_section s = { .tag = 1000, .version = 1, .flags = KEEL_IMAGE_OPTIONAL, .len = 4 };
	struct keel_image_header *h = b.start;

	memcpy(b.start, a.start, a.size);
	memset(b.start + a.size, 0, 24);
	memcpy(b.start + a.size, &s, sizeof(s));
	h->sections++;
	h->size = b.size;
	CHECK_EQ(keel_image_check(b.start, b.size), -EINVAL);
	free(a.start);
	free(b.start);
}

/* Active by a register, and routed to nobody. */
static void of_nobody(void)
{
	struct image a = image_new();
	struct keel_image_irq *r = at(&a, KEEL_IMAGE_SPIS, 0);

	r[2].flags = KEEL_IMAGE_IRQ_ACTIVE;
	r[2].target = KEEL_IMAGE_NOBODY;
	CHECK_EQ(keel_image_check(a.start, a.size), 0);
	free(a.start);
}

/* Registers of sizes that run over the section's end, or have none. */
static void registers(void)
{
	struct image a = image_new();
	u64 *reg = at(&a, KEEL_IMAGE_REGS, 1);

	reg[0] = reg[33] = REG_2048;
	CHECK_EQ(keel_image_check(a.start, a.size), -EINVAL);
	reg[0] = KVM_REG_ARM64 | 9ULL << KVM_REG_SIZE_SHIFT;
	CHECK_EQ(keel_image_check(a.start, a.size), -EINVAL);
	reg[0] = KVM_REG_ARM64 | 0xfULL << KVM_REG_SIZE_SHIFT;
	CHECK_EQ(keel_image_check(a.start, a.size), -EINVAL);
	CHECK_EQ(keel_image_reg_room(KVM_REG_SIZE_U8), 16);
	CHECK_EQ(keel_image_reg_room(KVM_REG_SIZE_U64), 16);
	CHECK_EQ(keel_image_reg_room(KVM_REG_SIZE_U128), 24);
	CHECK_EQ(keel_image_reg_room(KVM_REG_SIZE_U2048), 264);
	free(a.start);
}

#define UNALIKE(tag, index, change) do { \
	struct image a = image_new(), b = image_new(); \
	struct keel_image x = view(&a), y = view(&b); \
	u64 *r = at(&b, KEEL_IMAGE_##tag, index); \
	change; \
	CHECK(!keel_image_alike(&x, &y)); \
	free(a.start); \
	free(b.start); \
	} while (0)

static void alike(void)
{
	struct image a = image_new(), b = image_new();
	struct keel_image x = view(&a), y = view(&b);
	u64 *reg = at(&b, KEEL_IMAGE_REGS, 1);

	/* a value is state, an id is not */
	reg[1]++;
	CHECK(keel_image_alike(&x, &y));
	free(a.start);
	free(b.start);
	UNALIKE(REGS, 1, r[0]++);
	UNALIKE(CONFIG, 0, r[0] += 1ULL << 32);
	UNALIKE(VCPU_CONFIG, 1, r[1]++);
	UNALIKE(ITS_CONFIG, 0, r[0]++);
	UNALIKE(PMU_FILTER, 0, r[3]++);
}

static u64 seed = 88172645463325252;

static u64 next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	return seed ^= seed << 17;
}

/* What passes is read as a loader reads it. */
static void use(struct image *a)
{
	struct keel_image x = view(a), y = view(a);
	const struct keel_image_config *c = keel_image_get(&x, KEEL_IMAGE_CONFIG, 0);

	CHECK(keel_image_alike(&x, &y));
	for (u32 i = 0; i < c->nr_vcpus; i++)
		CHECK(keel_image_get(&x, KEEL_IMAGE_VCPU, i));
}

static void fuzz(void)
{
	struct image a = image_new();
	u8 *clean = malloc(a.size), *bytes = a.start;
	unsigned int passed = 0;

	memcpy(clean, bytes, a.size);
	for (int round = 0; round < 300000; round++) {
		int changes = 1 + next_random() % 4;
		u64 where[4];

		for (int i = 0; i < changes; i++) {
			/* most of it is the page of EL2's registers, which may be anything */
			where[i] = next_random() % a.size;
			bytes[where[i]] ^= next_random() % 3 ? 1 << next_random() % 8
							     : (int)(next_random() & 0xff);
		}
		if (!keel_image_check(a.start, a.size)) {
			passed++;
			use(&a);
		}
		for (int i = 0; i < changes; i++)
			bytes[where[i]] = clean[where[i]];
	}
	CHECK(passed > 1000 && passed < 299000);
	free(clean);
	free(a.start);
}

static void offsets(void)
{
	struct keel_image_clock saved = { .boot = 1, .freq = 1000000000, .count = 5000, .realtime = 100 }, now = saved;

	now.count = 9000;
	now.realtime = 1100;
	/* the same boot: nothing happened to it; a guest's count was 4000 */
	CHECK_EQ(keel_image_offset(&saved, 1000, &now, false), 1000);
	/* frozen: it is 4000 now */
	CHECK_EQ(now.count - keel_image_offset(&saved, 1000, &now, true), 4000);
	/* it has gone on through a hibernation, and its counter has not */
	now.count = 100;
	CHECK_EQ(now.count - keel_image_offset(&saved, 1000, &now, false), 5000);
	now.count = 9000;
	now.boot = 2;
	CHECK_EQ(now.count - keel_image_offset(&saved, 1000, &now, true), 4000);
	CHECK_EQ(now.count - keel_image_offset(&saved, 1000, &now, false), 5000);
	/* a clock that is behind: not backwards */
	now.realtime = 0;
	CHECK_EQ(now.count - keel_image_offset(&saved, 1000, &now, false), 4000);
	/* ten years at 1 GHz, and a counter that has just begun */
	now.realtime = 100 + 315360000ULL * 1000000000;
	now.count = 1;
	CHECK_EQ(now.count - keel_image_offset(&saved, 1000, &now, false), 4000 + 315360000ULL * 1000000000);
	saved.freq = 62500000;
	now.realtime = 100 + 1600000000;
	CHECK_EQ(now.count - keel_image_offset(&saved, 1000, &now, false), 4000 + 100000000);
}

int main(void)
{
	RUN(right);
	RUN(cut_off);
	RUN(sections);
	RUN(too_many);
	RUN(versions);
	RUN(optional);
	RUN(records);
	RUN(gic2);
	RUN(of_nobody);
	RUN(no_room);
	RUN(lengths);
	RUN(uneven);
	RUN(registers);
	RUN(alike);
	RUN(fuzz);
	RUN(offsets);
	return ktap_done();
}
