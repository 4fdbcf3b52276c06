// SPDX-License-Identifier: GPL-2.0-only
/* pure: built and tested on the host */
/* What an image of a VM has to look like before anything of it is used. */
#include <linux/errno.h>
#include <linux/kernel.h>
#include <linux/kvm.h>
#include <linux/sched.h>
#include <linux/string.h>
#include "parse.h"

#define MAX_IRQS	1024
#define NR_SGIS		16
#define NR_PRIVATE	32
#define NO_PRIORITY	0x7u		/* priorities have five bits */
#define CTLR_ENABLES	0x3u
#define NR_IDS		0x10000u	/* of LPIs, devices, events, collections */
#define FIRST_LPI	8192
#define UNMAPPED	0xffffffffu

/* What a record is judged by, beside itself. */
struct view {
	const struct keel_image_config *config;
	const void *prev;	/* record of the same section, or NULL */
	u32 index;		/* of the section */
};

/* How often a section of a kind is there. */
enum many { ONE, PER_VCPU, PER_ITS, IF_FILTERED, PER_EL2, WITH_GIC, PER_GIC_VCPU, WITH_ITS };

struct kind {
	u32 tag;
	u32 size;		/* of a record; 0: registers */
	u32 min, max;		/* records */
	enum many many;
	bool (*good)(const struct view *v, const void *record);
};

static bool is_bool(u32 val)
{
	return val <= 1;
}

static bool is_zero(const u8 *bytes, u32 n)
{
	while (n--)
		if (*bytes++)
			return false;
	return true;
}

static bool good_config(const struct view *v, const void *record)
{
	const struct keel_image_config *c = record;

	return c->nr_vcpus <= KEEL_IMAGE_MAX_VCPUS && (c->gic == 0 || c->gic == 2 || c->gic == 3) &&
	       (!c->nr_its || c->gic == 3) && c->nr_irqs <= MAX_IRQS && is_bool(c->pmu_filtered) &&
	       is_bool(c->el2);
}

static bool good_clock(const struct view *v, const void *record)
{
	const struct keel_image_clock *c = record;

	return c->freq && is_bool(c->fixed) && !c->pad;
}

static bool good_smccc(const struct view *v, const void *record)
{
	const struct keel_image_smccc *r = record, *prev = v->prev;

	return r->first <= r->last && r->action <= 2 && !r->pad && (!prev || prev->last < r->first);
}

static bool good_vcpu(const struct view *v, const void *record)
{
	const struct keel_image_vcpu *c = record;

	return (c->mp_state == KVM_MP_STATE_RUNNABLE || c->mp_state == KVM_MP_STATE_STOPPED ||
		c->mp_state == KVM_MP_STATE_SUSPENDED) &&
	       is_bool(c->serror) && c->lines <= (KEEL_IMAGE_LINE_IRQ | KEEL_IMAGE_LINE_FIQ) &&
	       !c->pad && !(c->vsesr >> 25) && c->dbgclaim <= 0xff && c->cntv_ctl <= 3 &&
	       c->cntp_ctl <= 3;
}

static bool good_el2(const struct view *v, const void *record)
{
	const struct keel_image_el2 *e = record;

	return is_bool(e->el1) && is_bool(e->mdcr_written) && is_zero(e->pad, sizeof(e->pad));
}

static bool good_gic(const struct view *v, const void *record)
{
	const struct keel_image_gic *g = record;

	/* a GICv2 has one enable, for both groups */
	if (v->config->gic == 2 && g->ctlr && g->ctlr != CTLR_ENABLES)
		return false;
	return !(g->ctlr & ~0x30003u) && is_bool(g->one_enable) &&
	       is_zero(g->pad, sizeof(g->pad));
}

static bool good_gic_cpu(const struct view *v, const void *record)
{
	const struct keel_image_gic_cpu *c = record;

	return !(c->vmcr & ~0xfffc021fu) && !c->pad && is_bool(c->lpis_enabled) &&
	       (c->aprs == 1 || c->aprs == 2 || c->aprs == 4) && is_zero(c->pad1, sizeof(c->pad1));
}

static bool is_vcpu_or_nobody(const struct view *v, u16 index)
{
	return index < v->config->nr_vcpus || index == KEEL_IMAGE_NOBODY;
}

/* Of any kind. Only what is active is held, and not that if there is nobody to have it. */
static bool good_irq(const struct view *v, const struct keel_image_irq *r)
{
	return !(r->flags & ~KEEL_IMAGE_IRQ_ALL) && !r->pad && r->sender < 8 &&
	       !((r->priority | r->shown_priority) & NO_PRIORITY) &&
	       is_vcpu_or_nobody(v, r->target) && is_vcpu_or_nobody(v, r->holder) &&
	       (r->holder == KEEL_IMAGE_NOBODY || (r->flags & KEEL_IMAGE_IRQ_ACTIVE));
}

/* Of a GICv2 an SGI is pending by who has sent it; of others nobody has. */
static bool good_senders(const struct view *v, const struct keel_image_irq *r)
{
	if (v->config->gic == 2 && r->intid < NR_SGIS)
		return !r->senders == !(r->flags & KEEL_IMAGE_IRQ_LATCH);
	return !r->senders;
}

/* SGIs are edges, PPIs are level-sensitive. */
static bool good_trigger(const struct keel_image_irq *r)
{
	const u16 flags = r->flags & (KEEL_IMAGE_IRQ_LEVEL | KEEL_IMAGE_IRQ_LINE);

	return r->intid < NR_SGIS ? !flags : flags & KEEL_IMAGE_IRQ_LEVEL;
}

static bool follows(const struct view *v, u32 intid, u32 first)
{
	const struct keel_image_irq *prev = v->prev;

	return intid == (prev ? prev->intid + 1 : first);
}

static bool good_private(const struct view *v, const void *record)
{
	const struct keel_image_irq *r = record;

	return good_irq(v, r) && follows(v, r->intid, 0) && r->target == v->index && !r->irouter &&
	       (r->holder == KEEL_IMAGE_NOBODY || r->holder == v->index) && good_senders(v, r) &&
	       good_trigger(r);
}

/* Affinities have 24 bits here. */
static bool good_spi(const struct view *v, const void *record)
{
	const struct keel_image_irq *r = record;

	return good_irq(v, r) && follows(v, r->intid, NR_PRIVATE) && !r->senders &&
	       !(r->irouter >> 24);
}

/* They have no active state, are edges, and are in Group 1. */
static bool good_lpi(const struct view *v, const void *record)
{
	const u16 never = KEEL_IMAGE_IRQ_ACTIVE | KEEL_IMAGE_IRQ_LEVEL | KEEL_IMAGE_IRQ_LINE;
	const struct keel_image_irq *r = record, *prev = v->prev;

	return good_irq(v, r) && r->intid >= FIRST_LPI && r->intid < NR_IDS &&
	       (!prev || prev->intid < r->intid) && !(r->flags & never) &&
	       (r->flags & KEEL_IMAGE_IRQ_GROUP1) && !r->senders && !r->targets && !r->irouter;
}

static bool good_its(const struct view *v, const void *record)
{
	const struct keel_image_its *i = record;

	return is_bool(i->enabled) && !i->pad;
}

static bool good_collection(const struct view *v, const void *record)
{
	const struct keel_image_collection *r = record, *prev = v->prev;

	return r->id < NR_IDS && (!prev || prev->id < r->id) &&
	       (r->rdbase < KEEL_IMAGE_MAX_VCPUS || r->rdbase == UNMAPPED);
}

/* As it is kept in the kernel: without the bit that says valid, and the distance to the next. */
static bool good_device(const struct view *v, const void *record)
{
	const struct keel_image_device *r = record, *prev = v->prev;

	return r->id < NR_IDS && (!prev || prev->id < r->id) && !(r->dte >> 49);
}

static u64 event_key(const struct keel_image_event *e)
{
	return (u64)e->device << 32 | e->event;
}

static bool good_event(const struct view *v, const void *record)
{
	const struct keel_image_event *r = record, *prev = v->prev;

	return r->device < NR_IDS && r->event < NR_IDS && r->collection < NR_IDS &&
	       r->intid >= FIRST_LPI && r->intid < NR_IDS &&
	       (!prev || event_key(prev) < event_key(r));
}

#define NAMED(name, type, min, max, many, good) { KEEL_IMAGE_##name, sizeof(struct keel_image_##type), min, max, many, good }

/* By tag. */
static const struct kind kinds[] = {
	NAMED(CONFIG, config, 1, 1, ONE, good_config),
	NAMED(VCPU_CONFIG, vcpu_config, 1, 1, PER_VCPU, NULL),
	NAMED(ITS_CONFIG, its_config, 1, 1, PER_ITS, NULL),
	{ KEEL_IMAGE_PMU_FILTER, sizeof(u64), 0, NR_IDS / 64, IF_FILTERED, NULL },
	NAMED(CLOCK, clock, 1, 1, ONE, good_clock),
	NAMED(SMCCC, smccc, 0, 16384, ONE, good_smccc),
	{ KEEL_IMAGE_REGS, 0, 0, 0, PER_VCPU, NULL },
	NAMED(VCPU, vcpu, 1, 1, PER_VCPU, good_vcpu),
	NAMED(EL2, el2, 1, 1, PER_EL2, good_el2),
	NAMED(GIC, gic, 1, 1, WITH_GIC, good_gic),
	NAMED(SPIS, irq, 0, MAX_IRQS, WITH_GIC, good_spi),
	NAMED(GIC_CPU, gic_cpu, 1, 1, PER_GIC_VCPU, good_gic_cpu),
	NAMED(PRIVATE, irq, NR_PRIVATE, NR_PRIVATE, PER_GIC_VCPU, good_private),
	NAMED(ITS, its, 1, 1, PER_ITS, good_its),
	NAMED(COLLECTIONS, collection, 0, NR_IDS, PER_ITS, good_collection),
	NAMED(DEVICES, device, 0, NR_IDS, PER_ITS, good_device),
	NAMED(EVENTS, event, 0, NR_IDS, PER_ITS, good_event),
	NAMED(LPIS, irq, 0, NR_IDS, WITH_ITS, good_lpi),
};

static const struct kind *kind_of(u32 tag)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (kinds[i].tag == tag)
			return &kinds[i];
	return NULL;
}

static u32 how_many(const struct keel_image_config *c, enum many many)
{
	switch (many) {
	case PER_VCPU:
		return c->nr_vcpus;
	case PER_ITS:
		return c->nr_its;
	case IF_FILTERED:
		return c->pmu_filtered;
	case PER_EL2:
		return c->el2 ? c->nr_vcpus : 0;
	case WITH_GIC:
		return !!c->gic;
	case PER_GIC_VCPU:
		return c->gic ? c->nr_vcpus : 0;
	case WITH_ITS:
		return !!c->nr_its;
	default:
		return 1;
	}
}

u32 keel_image_reg_room(u64 id)
{
	u64 size = 1ULL << ((id & KVM_REG_SIZE_MASK) >> KVM_REG_SIZE_SHIFT);

	return size > KEEL_IMAGE_MAX_REG ? 0 : sizeof(id) + (size + 7) / 8 * 8;
}

static int check_regs(const void *regs, u32 len)
{
	u32 room;

	for (; len; len -= room, regs += room) {
		room = keel_image_reg_room(*(const u64 *)regs);
		if (!room || room > len)
			return -EINVAL;
	}
	return 0;
}

static int check_records(const struct kind *k, const struct keel_image_config *config,
			 const struct keel_image_section *s)
{
	struct view v = { .config = config, .index = s->index };
	const void *record = s + 1;
	u32 i, n;

	if (!k->size)
		return check_regs(record, s->len);
	n = s->len / k->size;
	if (s->len % k->size || n < k->min || n > k->max)
		return -EINVAL;
	for (i = 0; i < n && k->good; i++, record += k->size) {
		if (!k->good(&v, record))
			return -EINVAL;
		v.prev = record;
		/* there may be millions */
		if (i % 4096 == 4095)
			cond_resched();
	}
	return 0;
}

/* The section at an offset, or NULL if it does not fit. */
static const struct keel_image_section *section_at(const void *image, u64 size, u64 at)
{
	const struct keel_image_section *s = image + at;

	if (size - at < sizeof(*s) || size - at - sizeof(*s) < s->len || s->len % 8)
		return NULL;
	return s;
}

static u64 key_of(const struct keel_image_section *s)
{
	return (u64)s->tag << 32 | s->index;
}

/* What was seen of the image so far. */
struct walk {
	const struct keel_image_config *config;
	const struct keel_image_section *prev;
	u32 seen[ARRAY_SIZE(kinds)];
};

static int check_section(struct walk *w, const struct keel_image_section *s)
{
	const struct kind *k = kind_of(s->tag);
	int err;

	if ((w->prev && key_of(w->prev) >= key_of(s)) || (s->flags & ~KEEL_IMAGE_OPTIONAL))
		return -EINVAL;
	if (!k || s->version != 1)
		return k || !(s->flags & KEEL_IMAGE_OPTIONAL) ? -EPROTO : 0;
	if (!w->config && s->tag != KEEL_IMAGE_CONFIG)
		return -EINVAL;
	err = check_records(k, w->config, s);
	if (err)
		return err;
	if (s->tag == KEEL_IMAGE_CONFIG)
		w->config = (const void *)(s + 1);
	/* in ascending order, so none is missing among them */
	return s->index == w->seen[k - kinds]++ ? 0 : -EINVAL;
}

static int check_complete(const struct walk *w)
{
	unsigned int i;

	if (!w->config)
		return -EINVAL;
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		if (w->seen[i] != how_many(w->config, kinds[i].many))
			return -EINVAL;
	return 0;
}

static int check_header(const struct keel_image_header *h, u64 size)
{
	if (size < sizeof(*h) || h->magic != KEEL_IMAGE_MAGIC)
		return -EINVAL;
	if (h->version != KEEL_IMAGE_VERSION)
		return -EPROTO;
	/* who looks for a section goes through all of them */
	return h->size == size && !h->pad && h->sections <= KEEL_IMAGE_MAX_SECTIONS ? 0 : -EINVAL;
}

int keel_image_check(const void *image, u64 size)
{
	const struct keel_image_header *h = image;
	const struct keel_image_section *s;
	u64 at = sizeof(*h), n = 0;
	struct walk w = {};
	int err = check_header(h, size);

	for (; !err && at < size && n <= h->sections; n++) {
		s = section_at(image, size, at);
		if (!s)
			return -EINVAL;
		err = check_section(&w, s);
		w.prev = s;
		at += sizeof(*s) + s->len;
		cond_resched();
	}
	if (!err && n != h->sections)
		err = -EINVAL;
	return err ?: check_complete(&w);
}

/* The first section from an offset on, up to an end, that is this one; the end: none. */
static u64 seek(const struct keel_image *image, u64 at, u64 end, u32 tag, u32 index)
{
	const struct keel_image_section *s;

	for (; at < end; at += sizeof(*s) + s->len) {
		s = image->start + at;
		if (s->tag == tag && s->index == index)
			break;
	}
	return at;
}

const void *keel_image_find(struct keel_image *image, u32 tag, u32 index, u32 *len)
{
	u64 first = sizeof(struct keel_image_header), from = image->at ?: first, at;
	const struct keel_image_section *s;

	at = seek(image, from, image->size, tag, index);
	if (at >= image->size)
		at = seek(image, first, from, tag, index);
	s = image->start + at;
	if (at >= image->size || s->tag != tag || s->index != index)
		return NULL;
	image->at = at;
	*len = s->len;
	return s + 1;
}

const void *keel_image_get(struct keel_image *image, u32 tag, u32 index)
{
	u32 len;

	return keel_image_find(image, tag, index, &len);
}

static bool same_section(struct keel_image *a, struct keel_image *b, u32 tag, u32 index)
{
	const void *x, *y;
	u32 nx = 0, ny = 0;

	x = keel_image_find(a, tag, index, &nx);
	y = keel_image_find(b, tag, index, &ny);
	return !x == !y && nx == ny && (!x || !memcmp(x, y, nx));
}

/* The same registers, whatever their values. */
static bool same_ids(struct keel_image *a, struct keel_image *b, u32 index)
{
	const void *x, *y;
	u32 n = 0, len = 0, room;

	x = keel_image_find(a, KEEL_IMAGE_REGS, index, &n);
	y = keel_image_find(b, KEEL_IMAGE_REGS, index, &len);
	if (n != len)
		return false;
	for (; n; n -= room, x += room, y += room) {
		if (*(const u64 *)x != *(const u64 *)y)
			return false;
		room = keel_image_reg_room(*(const u64 *)x);
	}
	return true;
}

bool keel_image_alike(struct keel_image *a, struct keel_image *b)
{
	const struct keel_image_config *c = keel_image_get(a, KEEL_IMAGE_CONFIG, 0);
	u32 i, spis_a = 0, spis_b = 0;

	if (!same_section(a, b, KEEL_IMAGE_CONFIG, 0) ||
	    !same_section(a, b, KEEL_IMAGE_PMU_FILTER, 0))
		return false;
	for (i = 0; i < c->nr_its; i++)
		if (!same_section(a, b, KEEL_IMAGE_ITS_CONFIG, i))
			return false;
	for (i = 0; i < c->nr_vcpus; i++)
		if (!same_section(a, b, KEEL_IMAGE_VCPU_CONFIG, i) || !same_ids(a, b, i))
			return false;
	keel_image_find(a, KEEL_IMAGE_SPIS, 0, &spis_a);
	keel_image_find(b, KEEL_IMAGE_SPIS, 0, &spis_b);
	return spis_a == spis_b;
}

#define NSEC_PER_SEC_	1000000000ULL

/* So many ns in ticks of a counter of some GHz at most: no product overflows in 500 years. */
static u64 ticks(u64 ns, u64 freq)
{
	return ns / NSEC_PER_SEC_ * freq + ns % NSEC_PER_SEC_ * freq / NSEC_PER_SEC_;
}

u64 keel_image_offset(const struct keel_image_clock *saved, u64 offset,
		      const struct keel_image_clock *now, bool freeze)
{
	u64 passed = 0;

	/* under one number a counter that is behind is none that went on either */
	if (!freeze && saved->boot == now->boot && now->count >= saved->count)
		return offset;
	if (!freeze && now->realtime > saved->realtime)
		passed = ticks(now->realtime - saved->realtime, saved->freq);
	return now->count - (saved->count - offset) - passed;
}
