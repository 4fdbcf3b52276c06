// SPDX-License-Identifier: GPL-2.0-only
/* An image's sections of the VM itself: how it was made, its clock, its filter of calls. */
#include <linux/err.h>
#include <linux/init.h>
#include <linux/ktime.h>
#include <linux/random.h>
#include <linux/timekeeping.h>
#include <asm/sysreg.h>
#include "../arch/pmu.h"
#include "../arch/pmu_host.h"
#include "../arch/smccc_filter.h"
#include "../core/cpu.h"
#include "../core/vcpus.h"
#include "../timer/clock.h"
#include "../vgic/model.h"
#include "image.h"
#include "parts.h"

static u64 boot;	/* [I] after init */

void __init keel_image_module_init(void)
{
	boot = get_random_u64();
}

static void gic_config(const struct keel_gic *g, struct keel_image_config *c)
{
	struct list_head *its;

	c->gic = g->model->version;
	c->nr_irqs = g->nr_irqs;
	c->dist_base = g->dist_base;
	c->cpu_base = g->cpu_base;
	c->gic_soft = g->model->soft;
	c->maint_ppi = g->maint_ppi;
	list_for_each(its, &g->lpi.its)
		c->nr_its++;
}

static void timer_config(const struct keel_timer_vm *t, struct keel_image_config *c)
{
	memcpy(c->ppi, t->ppi, sizeof(c->ppi));
	memcpy(c->page_ppi, t->page_ppi, sizeof(c->page_ppi));
	c->el2 = t->has_el2;
}

static void write_pmu_filter(struct keel_vm *vm, struct keel_image_out *out)
{
	u64 bytes = keel_pmu_nr_events(keel_pmu_host_version()) / 8;

	if (vm->arch.pmu.filter)
		keel_image_section(out, KEEL_IMAGE_PMU_FILTER, 0, vm->arch.pmu.filter, bytes);
}

void keel_image_write_config(struct keel_vm *vm, struct keel_image_out *out)
{
	const struct keel_arch_vm *a = &vm->arch;
	struct keel_image_config c = {
		.abi = a->abi,
		.ipa_bits = vm->mmu.ipa_bits,
		.features = a->features,
		.nr_vcpus = vm->nr_vcpus,
		.nisv_to_user = a->nisv_to_user,
		.decode = a->decode,
		.system_suspend = a->system_suspend,
		.imp_id_writable = a->imp_id_writable,
		.pmu_pinned = a->pmu.pinned,
		.pmu_filtered = !!a->pmu.filter,
	};
	struct keel_vcpu *vcpu;
	unsigned int i;

	gic_config(&vm->gic, &c);
	timer_config(&vm->timer, &c);
	keel_image_section(out, KEEL_IMAGE_CONFIG, 0, &c, sizeof(c));
	keel_for_each_vcpu(i, vcpu, vm)
		keel_image_write_vcpu_config(vcpu, out);
	keel_image_write_its_config(vm, out);
	write_pmu_filter(vm, out);
}

/* The two clocks of the host are read one right after the other. */
static struct keel_image_clock clock_now(void)
{
	struct keel_image_clock c = { .freq = read_sysreg(cntfrq_el0) };
	unsigned long flags;

	local_irq_save(flags);
	c.boot = boot + READ_ONCE(keel_cpu_counters);
	c.count = keel_clock_now();
	c.realtime = ktime_get_real_ns();
	local_irq_restore(flags);
	return c;
}

void keel_image_write_clock(struct keel_vm *vm, struct keel_image_out *out)
{
	struct keel_image_clock c = clock_now();

	c.voffset = READ_ONCE(vm->timer.voffset);
	c.poffset = READ_ONCE(vm->timer.poffset);
	c.fixed = READ_ONCE(vm->timer.offset_fixed);
	keel_image_section(out, KEEL_IMAGE_CLOCK, 0, &c, sizeof(c));
}

int keel_image_check_clock(struct keel_image *image)
{
	const struct keel_image_clock *c = keel_image_get(image, KEEL_IMAGE_CLOCK, 0);

	return c->freq == read_sysreg(cntfrq_el0) ? 0 : -EXDEV;
}

void keel_image_load_clock(struct keel_vm *vm, struct keel_image *image, bool freeze)
{
	const struct keel_image_clock *c = keel_image_get(image, KEEL_IMAGE_CLOCK, 0);
	struct keel_image_clock now;

	mutex_lock(&vm->config_lock);
	now = clock_now();
	WRITE_ONCE(vm->timer.teller, NULL);
	WRITE_ONCE(vm->timer.voffset, keel_image_offset(c, c->voffset, &now, freeze));
	WRITE_ONCE(vm->timer.poffset, keel_image_offset(c, c->poffset, &now, freeze));
	WRITE_ONCE(vm->timer.offset_fixed, c->fixed);
	mutex_unlock(&vm->config_lock);
}

void keel_image_write_smccc(struct keel_vm *vm, struct keel_image_out *out)
{
	const struct keel_filter_map *map = keel_smccc_filter_map(vm);
	struct keel_image_smccc r = {};
	unsigned int i;

	keel_image_begin(out, KEEL_IMAGE_SMCCC, 0);
	for (i = 0; map && i < map->nr; i++) {
		r.first = map->r[i].first;
		r.last = map->r[i].last;
		r.action = map->r[i].action;
		keel_image_put(out, &r, sizeof(r));
	}
	keel_image_end(out);
}

static int add_ranges(struct keel_smccc_filter *f, const struct keel_image_smccc *r, u32 n)
{
	int err = 0;

	for (; n && !err; n--, r++)
		err = keel_smccc_filter_add(f, (struct keel_filter_range){ r->first, r->last, r->action });
	return err == -EEXIST ? -EINVAL : err;
}

struct keel_smccc_filter *keel_image_make_smccc(struct keel_image *image)
{
	u32 len = 0;
	const struct keel_image_smccc *r = keel_image_find(image, KEEL_IMAGE_SMCCC, 0, &len);
	struct keel_smccc_filter *f;
	int err;

	if (!len)
		return NULL;
	f = keel_smccc_filter_new();
	err = f ? add_ranges(f, r, len / sizeof(*r)) : -ENOMEM;
	if (!err)
		return f;
	keel_smccc_filter_free(f);
	return ERR_PTR(err);
}
