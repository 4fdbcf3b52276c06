// SPDX-License-Identifier: GPL-2.0-only
/*
 * Images of a VM with an ITS, whole and spoilt. Proves:
 *  - LPIs go on in the other VM: no table of the guest's is written or read
 *  - an image that is cut off anywhere, or has any register or section spoilt, is refused or taken
 *    whole; a VM that refused it is as it was
 *  - a VM that took a spoilt one runs somehow, and can be saved and loaded; also one with a GICv2
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <unistd.h>
#include "lib/fuzz.h"
#include "lib/gic2.h"
#include "lib/image.h"
#include "lib/its.h"

static void __attribute__((constructor)) offer(void)
{
	gic2_offer();
}

/* ---- an ITS ---- */

static void guest_its(u64 arg)
{
	its_usual(DEVICES);
	its_mapd(70, ITT(2), 8, VALID);
	its_mapti(70, 200, LPI + 3, 0);
	its_event(INT, 1, 9);
	GUEST_SYNC(1, 0);
	/* pending since before; by user space; by another event of the same LPI; by a command */
	lpi_expect(1, LPI + 9);
	GUEST_SYNC(2, 0);
	lpi_expect(1, LPI + 4);
	its_event(INT, 70, 200);
	lpi_expect(1, LPI + 3);
	its_event(DISCARD, 1, 4);
	its_event(INT, 1, 4);
	lpi_expect(0, 0);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static void finish_its(struct its_machine *m)
{
	vcpu_sync(&m->vm->vcpu[0], 2);
	CHECK_EQ(its_send(m, GITS, 1, 4), 1);
	vcpu_finish(&m->vm->vcpu[0]);
}

/*
 * The tables are the guest's memory, and say nothing: in the other VM devices and collections are
 * zero.
 */
static void its(void)
{
	struct its_machine a, b;
	char *tables;

	need_images();
	a = its_machine(1, guest_its, NULL);
	b = its_machine(1, guest_its, NULL);
	vcpu_sync(&a.vm->vcpu[0], 1);
	vcpu_complete(&a.vm->vcpu[0]);
	tables = malloc(TABLES_SIZE);
	memcpy(tables, a.tables, TABLES_SIZE);
	image_move(a.vm, b.vm, 0);
	CHECK(!memcmp(tables, a.tables, TABLES_SIZE));
	memcpy(b.tables + (QUEUE - DATA_BASE), a.tables + (QUEUE - DATA_BASE), K64);
	memcpy(b.tables + (PROPS - DATA_BASE), a.tables + (PROPS - DATA_BASE), K64);
	finish_its(&b);
	finish_its(&a);
}

/* ---- bad images ---- */

static struct its_machine machine(void)
{
	return its_machine(1, guest_its, NULL);
}

static void cut_off(void)
{
	struct its_machine a, b;
	struct image i, was, part;

	need_images();
	a = machine();
	b = machine();
	vcpu_sync(&a.vm->vcpu[0], 1);
	vcpu_complete(&a.vm->vcpu[0]);
	i = image_save(a.vm->fd);
	was = image_save(b.vm->fd);
	part.bytes = malloc(i.size);
	for (u64 n = 0; n < i.size; n += n < 4096 ? 1 : ktap_times(4) > 1 ? 1 : 7) {
		memcpy(part.bytes, i.bytes, n);
		part.size = n;
		if (n >= sizeof(struct keel_image_header))
			((struct keel_image_header *)part.bytes)->size = n;
		if (!CHECK_EQ(image_load(b.vm->fd, &part, 0), -EINVAL))
			break;
	}
	image_unchanged(b.vm->fd, &was);
	/* and it is none the worse */
	memcpy(b.vm->ram, a.vm->ram, RAM_SIZE);
	memcpy(b.tables, a.tables, TABLES_SIZE);
	REQUIRE_EQ(image_load(b.vm->fd, &i, 0), 0);
	finish_its(&b);
}

/* With SGIs and SPIs that are pending and active. */
static void guest_gic2(u64 arg)
{
	gic2_enable(64);
	gic_set_bit(GIC_ISPENDR, 33);
	mmio_write32(GICD + GIC_SGIR, 2 << 24 | 6);
	dsb(sy);
	while (gicc_read(GICC_IAR) == GIC_SPURIOUS)
		;
	GUEST_SYNC(1, 0);
	for (;;)
		gicc_write(GICC_EOIR, gicc_read(GICC_IAR));
}

static struct its_machine machine2(void)
{
	struct its_machine m = { .vm = vm_new(1, guest_gic2, 0), .its = -1 };

	m.gic = gic2_new(m.vm, 64);
	return m;
}

/*
 * A fresh machine in whose place another comes once it has run or has something mapped: that is
 * not to be loaded over.
 */
static void fresh(struct its_machine *m, struct its_machine (*make)(void))
{
	if (m->its >= 0)
		close(m->its);
	close(m->gic);
	if (m->tables)
		munmap(m->tables, TABLES_SIZE);
	vm_free(m->vm);
	*m = make();
}

static void nothing(int sig)
{
}

/* How often the guest was left. */
static u64 exits(struct vcpu *vcpu)
{
	int fd = kvm(vcpu->fd, KVM_GET_STATS_FD, 0);
	u64 n = kvm_statistic(fd, "exits");

	close(fd);
	return n;
}

static bool is_runnable(struct vcpu *vcpu)
{
	struct kvm_mp_state state;

	REQUIRE_EQ(kvm(vcpu->fd, KVM_GET_MP_STATE, &state), 0);
	return state.mp_state == KVM_MP_STATE_RUNNABLE;
}

/*
 * Entries of a millisecond each, or longer where that is over before the guest is entered. What it
 * makes of its state is its own affair, but it is let in.
 */
static void run_somehow(struct vcpu *vcpu)
{
	static const struct itimerval never;
	u64 before = exits(vcpu);

	signal(SIGALRM, nothing);
	for (unsigned int i = 0; i < 5 || (is_runnable(vcpu) && exits(vcpu) == before); i++) {
		unsigned int us = 1000u << (i < 50 ? i / 5 : 9);
		const struct itimerval often = { { 0, us }, { 0, us } };

		setitimer(ITIMER_REAL, &often, NULL);
		if (!CHECK(vcpu_lets_in(vcpu_run(vcpu)), "run %u", i))
			break;
	}
	setitimer(ITIMER_REAL, &never, NULL);
	vcpu->run->immediate_exit = 1;
	vcpu_run(vcpu);
	vcpu->run->immediate_exit = 0;
}

/*
 * Load what was spoilt; either is the VM as it was, or all of the image is in it. Then it runs, and
 * what it has come to is no contradiction.
 */
static void try(struct its_machine *m, struct image *i, struct image *was,
		struct its_machine (*make)(void))
{
	int err = image_load(m->vm->fd, i, 0);
	struct image is;

	if (err) {
		CHECK(err == -EINVAL || err == -EXDEV || err == -EPROTO, "%d", err);
		image_unchanged(m->vm->fd, was);
		return;
	}
	is = image_save(m->vm->fd);
	CHECK_EQ(is.size, i->size);
	free(is.bytes);
	run_somehow(&m->vm->vcpu[0]);
	is = image_save(m->vm->fd);
	fresh(m, make);
	err = image_load(m->vm->fd, &is, 0);
	CHECK(err == 0 || err == -EXDEV, "%d", err);
	free(is.bytes);
	if (!err)
		fresh(m, make);
	free(was->bytes);
	*was = image_save(m->vm->fd);
}

static void spoilt_registers(void)
{
	struct its_machine a, b;
	struct image i, was;
	u32 len, room, refused = 0;
	u64 *reg, old, *end;

	need_images();
	a = machine();
	b = machine();
	i = image_save(a.vm->fd);
	was = image_save(b.vm->fd);
	reg = image_section(&i, KEEL_IMAGE_REGS, 0, &len);
	for (end = reg + len / 8; reg < end; reg += room / 8) {
		static const u64 values[] = { ~0ul, 0x5a5a5a5a5a5a5a5a };

		room = 8 + (REG_SIZE(reg[0]) + 7) / 8 * 8;
		for (u32 v = 0; v < ARRAY_SIZE(values); v++) {
			int err;

			old = reg[1];
			reg[1] = values[v];
			err = image_load(b.vm->fd, &i, 0);
			CHECK(err == 0 || err == -EXDEV, "%d", err);
			if (err) {
				image_unchanged(b.vm->fd, &was);
				refused++;
			}
			reg[1] = old;
			/* back to what was, for the next one: nothing is mapped in either */
			REQUIRE_EQ(image_load(b.vm->fd, &was, 0), 0);
		}
		old = reg[0];
		reg[0] ^= 1;
		CHECK_EQ(image_load(b.vm->fd, &i, 0), -EXDEV);
		reg[0] = old;
	}
	/* at least the ID registers and PSTATE are not to be had with any value */
	CHECK(refused > 20, "%u", refused);
	image_unchanged(b.vm->fd, &was);
}

static void spoil(struct its_machine (*make)(void))
{
	struct its_machine a, b;
	struct image i, was;
	struct rng r = {};
	char *clean;

	need_images();
	a = make();
	b = make();
	vcpu_sync(&a.vm->vcpu[0], 1);
	vcpu_complete(&a.vm->vcpu[0]);
	i = image_save(a.vm->fd);
	was = image_save(b.vm->fd);
	clean = malloc(i.size);
	memcpy(clean, i.bytes, i.size);
	for (u32 n = 0; n < ktap_times(200); n++) {
		i.bytes[fuzz_below(&r, i.size)] ^= 1 << fuzz_below(&r, 8);
		if (fuzz_one_in(&r, 2))
			i.bytes[fuzz_below(&r, i.size)] = fuzz_next(&r);
		try(&b, &i, &was, make);
		memcpy(i.bytes, clean, i.size);
	}
}

static void spoilt_anywhere(void)
{
	spoil(machine);
}

static void spoilt_gic2(void)
{
	spoil(machine2);
}

/* The ITS's own sense: what no section alone can know. */
static void contradictions(void)
{
	struct its_machine a, b;
	struct image i, was;
	u32 len;
	struct keel_image_header *h;
	struct keel_image_section *s = NULL;
	struct keel_image_event *e;
	struct keel_image_its *regs;
	struct keel_image_irq *lpi;
	struct keel_image_gic_cpu *cpu;
	struct keel_image_device *d;
	struct keel_image_collection *c;

	need_images();
	a = machine();
	b = machine();
	vcpu_sync(&a.vm->vcpu[0], 1);
	vcpu_complete(&a.vm->vcpu[0]);
	i = image_save(a.vm->fd);
	was = image_save(b.vm->fd);
	e = image_section(&i, KEEL_IMAGE_EVENTS, 0, &len);
	d = image_section(&i, KEEL_IMAGE_DEVICES, 0, &len);
	c = image_section(&i, KEEL_IMAGE_COLLECTIONS, 0, &len);
	regs = image_section(&i, KEEL_IMAGE_ITS, 0, &len);
	cpu = image_section(&i, KEEL_IMAGE_GIC_CPU, 0, &len);
	lpi = image_section(&i, KEEL_IMAGE_LPIS, 0, &len);
#define SPOILT(field, value, error) do { \
	typeof(field) spoilt_old = field; \
	field = value; \
	CHECK_EQ(image_load(b.vm->fd, &i, 0), error); \
	image_unchanged(b.vm->fd, &was); \
	field = spoilt_old; \
	} while (0)
	SPOILT(e[0].device, 0, -EINVAL);	/* not mapped */
	SPOILT(e[15].event, 16, -EINVAL);	/* the device has 4 bits */
	SPOILT(e[3].collection, 5, -EINVAL);
	SPOILT(lpi[len / sizeof(*lpi) - 1].intid, 60000, -EINVAL);	/* no event's */
	SPOILT(lpi[0].priority, lpi[0].priority | 4, -EINVAL);	/* there are five bits */
	SPOILT(d[1].dte, d[1].dte | 0x1f, -EINVAL);	/* 32 bits of events */
	SPOILT(c[0].rdbase, 1, -EINVAL);	/* there is one vCPU */
	SPOILT(regs->cwriter, 7, -EINVAL);
	SPOILT(regs->creadr, 0x100000, -EINVAL);
	SPOILT(regs->cbaser, 0, -EINVAL);	/* and enabled */
	SPOILT(regs->device_baser, ~0ul, -EINVAL);
	SPOILT(cpu->pri_bits, 9, -EXDEV);
	SPOILT(cpu->id_bits, 7, -EXDEV);
	/* the last section, without its last record: an event's LPI */
	for (u32 n = 0; image_nth(&i, n); n++)
		s = image_nth(&i, n);
	REQUIRE_EQ(s->tag, KEEL_IMAGE_LPIS);
	h = (void *)i.bytes;
	s->len -= sizeof(*lpi);
	h->size = i.size -= sizeof(*lpi);
	CHECK_EQ(image_load(b.vm->fd, &i, 0), -EINVAL);
	image_unchanged(b.vm->fd, &was);
	s->len += sizeof(*lpi);
	h->size = i.size += sizeof(*lpi);
	REQUIRE_EQ(image_load(b.vm->fd, &i, 0), 0);
	/* it has something mapped now */
	CHECK_EQ(image_load(b.vm->fd, &i, 0), -EBUSY);
}

/*
 * The vCPUs that a GICv2's interrupts go to are there. Those that have sent one need not be: a
 * guest writes GICD_SPENDSGIR0 as it likes.
 */
static void contradictions_gic2(void)
{
	struct its_machine a, b;
	struct image i, was;
	struct keel_image_irq *sgi, *spi;
	struct keel_image_gic *gic;
	u32 len;

	need_images();
	a = machine2();
	b = machine2();
	vcpu_sync(&a.vm->vcpu[0], 1);
	vcpu_complete(&a.vm->vcpu[0]);
	i = image_save(a.vm->fd);
	was = image_save(b.vm->fd);
	sgi = image_section(&i, KEEL_IMAGE_PRIVATE, 0, &len);
	spi = image_section(&i, KEEL_IMAGE_SPIS, 0, &len);
	gic = image_section(&i, KEEL_IMAGE_GIC, 0, &len);
	sgi[9].flags |= KEEL_IMAGE_IRQ_LATCH;
	sgi[9].senders = 0x81;
	sgi[9].sender = 7;
	SPOILT(spi[2].targets, 0x80, -EINVAL);
	SPOILT(gic->ctlr, 1, -EINVAL);
	CHECK_EQ(image_load(b.vm->fd, &i, 0), 0);
}

static const struct ktap_case cases[] = {
	{ "an ITS, without its tables", its },
	{ "an image cut off at every byte", cut_off, 300 },
	{ "an image with each register spoilt", spoilt_registers, 300 },
	{ "an image with a byte or two spoilt", spoilt_anywhere, 300 },
	{ "the same of a VM with a GICv2", spoilt_gic2, 300 },
	{ "an image that contradicts itself", contradictions },
	{ "one of a VM with a GICv2", contradictions_gic2 },
};

KTAP_MAIN(cases)
