// SPDX-License-Identifier: GPL-2.0-only
/*
 * Images of VMs: KEEL_VM_SAVE, KEEL_VM_LOAD. Proves:
 *  - what was saved and loaded is saved again as the same bytes: registers of every
 *    kind, power states, a pending SError, inputs, filters of calls, timers, the PMU, SVE, EL2
 *  - the guest goes on in the other VM as if nothing had happened (of interrupts: image_gic.c)
 *  - its clock goes on by the time that passed, or stands still, as is asked for
 *  - an image and memory that were written to a file do as well, in another process
 *  - what cannot be saved or loaded says why
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "lib/gic2.h"
#include "lib/image.h"
#include "lib/pmu.h"
#include "lib/sve.h"

#define HAS_EL2		(1u << KVM_ARM_VCPU_HAS_EL2)

static void __attribute__((constructor)) offer(void)
{
	gic2_offer();
}

/* ---- registers ---- */

static u64 progress;

static void guest_regs_of_its_own(u64 arg)
{
	msr(tpidr_el0, 0x1111);
	msr(tpidrro_el0, 0x2222);
	msr(tpidr_el1, 0x3333);
	msr(afsr0_el1, 0);
	msr(far_el1, 0x4444);
	msr(contextidr_el1, 0x55);
	msr(csselr_el1, 2);
	msr(par_el1, 0x1);
	msr(mdscr_el1, 1 << 12);
	msr(dbgbvr0_el1, 0x6660);
	WRITE_ONCE(progress, 1);
	GUEST_SYNC(1, 0);
	GUEST_EQ(READ_ONCE(progress), 1);
	GUEST_EQ(mrs(tpidr_el0), 0x1111);
	GUEST_EQ(mrs(tpidrro_el0), 0x2222);
	GUEST_EQ(mrs(tpidr_el1), 0x3333);
	GUEST_EQ(mrs(far_el1), 0x4444);
	GUEST_EQ(mrs(contextidr_el1), 0x55);
	GUEST_EQ(mrs(csselr_el1), 2);
	GUEST_EQ(mrs(mdscr_el1), 1 << 12);
	GUEST_EQ(mrs(dbgbvr0_el1), 0x6660);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

/*
 * The guest's own as long as it has no breakpoints: then, without FEAT_FGT, it has those of the
 * CPU.
 */
static void guest_claims(u64 arg)
{
	msr(dbgclaimset_el1, 0x5a);
	GUEST_SYNC(1, 0);
	GUEST_EQ(mrs(dbgclaimclr_el1), 0x5a);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static void go_on(void (*fn)(u64))
{
	struct vm *a, *b;

	need_images();
	a = vm_new(1, fn, 0);
	b = vm_new(1, fn, 0);
	vcpu_sync(&a->vcpu[0], 1);
	vcpu_complete(&a->vcpu[0]);
	image_move(a, b, 0);
	image_finish(a, b);
}

static void goes_on(void)
{
	go_on(guest_regs_of_its_own);
}

static void claims(void)
{
	go_on(guest_claims);
}

/* Registers that say what the VM is, or that move by themselves. */
static bool is_fixed(u64 id)
{
	return (id & KVM_REG_ARM_COPROC_MASK) == KVM_REG_ARM_FW || id == REG_PSTATE ||
	       (id & ~0xffful) == (REG_SYS(3, 3, 14, 0, 0) & ~0xffful);
}

/* Every register gets another value, if it takes one. Their number. */
static unsigned int scramble(int vcpu, u64 seed)
{
	struct kvm_reg_list *list = vcpu_reg_list(vcpu);
	u64 value[32], is[32];
	unsigned int changed = 0;

	for (u64 i = 0; i < list->n; i++) {
		u64 id = list->reg[i], size = REG_SIZE(id);

		if (is_fixed(id))
			continue;
		REQUIRE_EQ(reg_get(vcpu, id, value), 0);
		memcpy(is, value, sizeof(is));
		for (u64 w = 0; w < (size + 7) / 8; w++)
			value[w] ^= (seed + i) * 0x9e3779b97f4a7c15ul >> 9 & ~0xful;
		reg_set(vcpu, id, value);
		REQUIRE_EQ(reg_get(vcpu, id, value), 0);
		changed += memcmp(is, value, size) != 0;
	}
	free(list);
	return changed;
}

static void same_registers(int a, int b)
{
	struct kvm_reg_list *list = vcpu_reg_list(a);

	for (u64 i = 0; i < list->n; i++) {
		u64 x[32] = {}, y[32] = {}, id = list->reg[i];

		CHECK_EQ(reg_get(a, id, x), 0);
		CHECK_EQ(reg_get(b, id, y), 0);
		/* the counts go on */
		if (id == KVM_REG_ARM_TIMER_CNT || id == KVM_REG_ARM_PTIMER_CNT)
			continue;
		CHECK(!memcmp(x, y, REG_SIZE(id)), "register %#lx: %#lx, %#lx", id, x[0], y[0]);
	}
	free(list);
}

static void all_registers_of(struct vm *a, struct vm *b)
{
	unsigned int changed = scramble(a->vcpu[0].fd, 77);

	CHECK(changed > 90, "%u", changed);
	image_move(a, b, 0);
	same_registers(a->vcpu[0].fd, b->vcpu[0].fd);
}

static void all_registers(void)
{
	need_images();
	all_registers_of(vm_new(1, guest_regs_of_its_own, 0), vm_new(1, guest_regs_of_its_own, 0));
}

static void sve_registers(void)
{
	need_images();
	need_sve();
	all_registers_of(sve_vm(1, NULL, guest_regs_of_its_own, 0),
			 sve_vm(1, NULL, guest_regs_of_its_own, 0));
}

/* counters: 0 for as many as the host has */
static struct vm *with_pmu_of(unsigned int counters)
{
	struct vm *vm = vm_new_features(1, PMU, guest_regs_of_its_own, 0);
	int irq = PMU_PPI;

	gic_new(vm, 64);
	if (counters && pmu_attr(vm->vcpu[0].fd, KVM_SET_DEVICE_ATTR,
				 KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS, &counters))
		ktap_skip("no KVM_ARM_VCPU_PMU_V3_SET_NR_COUNTERS");
	REQUIRE_EQ(pmu_attr(vm->vcpu[0].fd, KVM_SET_DEVICE_ATTR, KVM_ARM_VCPU_PMU_V3_IRQ, &irq), 0);
	REQUIRE_EQ(pmu_attr(vm->vcpu[0].fd, KVM_SET_DEVICE_ATTR, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	return vm;
}

static struct vm *with_pmu(void)
{
	return with_pmu_of(0);
}

static void pmu_registers(void)
{
	need_images();
	need_pmu();
	all_registers_of(with_pmu(), with_pmu());
}

/* PMCR_EL0, which says how many there are, comes behind registers that have a bit for each. */
static void pmu_counters(void)
{
	struct vm *a, *b;

	need_images();
	need_pmu();
	a = with_pmu();
	b = with_pmu_of(1);
	if (N(reg_read(&a->vcpu[0], PMCR)) < 2)
		ktap_skip("one counter");
	reg_write(&a->vcpu[0], PMINTENSET, CYCLE | 3);
	image_move(a, b, 0);
	same_registers(a->vcpu[0].fd, b->vcpu[0].fd);
}

static struct vm *el2_vm(void)
{
	struct vm *vm;

	if (kvm_cap(KVM_CAP_ARM_EL2) != 1)
		ktap_skip("no EL2 for guests");
	vm = vm_new_features(1, HAS_EL2, guest_regs_of_its_own, 0);
	gic_new(vm, 64);
	return vm;
}

static void el2_registers(void)
{
	need_images();
	all_registers_of(el2_vm(), el2_vm());
}

/* A guest hypervisor has seen how many list registers and priorities there are, and uses them. */
static void el2_gic(void)
{
	struct keel_image_el2 *e;
	struct vm *a, *b;
	struct image i;
	u32 len;

	need_images();
	a = el2_vm();
	b = el2_vm();
	i = image_save(a->fd);
	e = image_section(&i, KEEL_IMAGE_EL2, 0, &len);
	REQUIRE_EQ(len, sizeof(*e));
	e->vtr ^= 1;
	CHECK_EQ(image_load(b->fd, &i, 0), -EXDEV);
	e->vtr ^= 1;
	CHECK_EQ(image_load(b->fd, &i, 0), 0);
}

static void set_mp_state(struct vcpu *v, u32 state)
{
	struct kvm_mp_state mp = { state };

	REQUIRE_EQ(kvm(v->fd, KVM_SET_MP_STATE, &mp), 0);
}

static u32 mp_state(struct vcpu *v)
{
	struct kvm_mp_state mp;

	REQUIRE_EQ(kvm(v->fd, KVM_GET_MP_STATE, &mp), 0);
	return mp.mp_state;
}

static int deny(int vm, u32 base, u32 n, u8 action)
{
	struct kvm_smccc_filter f = { .base = base, .nr_functions = n, .action = action };

	return device_attr(vm, KVM_SET_DEVICE_ATTR, KVM_ARM_VM_SMCCC_CTRL, KVM_ARM_VM_SMCCC_FILTER,
			   &f);
}

#define STD_BMAP	KVM_REG_ARM_STD_BMAP

/* What is neither a register nor the GIC's. */
static void other_state(void)
{
	struct kvm_vcpu_events ev = { .exception.serror_pending = 1 }, is;
	struct vm *a, *b;

	need_images();
	a = vm_new(3, guest_regs_of_its_own, 0);
	b = vm_new(3, guest_regs_of_its_own, 0);
	if (kvm_cap(KVM_CAP_ARM_INJECT_SERROR_ESR) == 1) {
		ev.exception.serror_has_esr = 1;
		ev.exception.serror_esr = 0x1234;
	}
	REQUIRE_EQ(kvm(a->vcpu[1].fd, KVM_SET_VCPU_EVENTS, &ev), 0);
	set_mp_state(&a->vcpu[0], KVM_MP_STATE_STOPPED);
	set_mp_state(&a->vcpu[1], KVM_MP_STATE_SUSPENDED);
	set_mp_state(&a->vcpu[2], KVM_MP_STATE_RUNNABLE);
	REQUIRE_EQ(vcpu_irq(&a->vcpu[2], 0, true), 0);
	REQUIRE_EQ(deny(a->fd, 0xc6000000, 0x1000, 1), 0);
	for (u32 i = 0; i < 40; i++)
		REQUIRE_EQ(deny(a->fd, 0x84001000 + 16 * i, 3, 2), 0);
	reg_write(&a->vcpu[0], STD_BMAP, 0);
	reg_write(&a->vcpu[0], KVM_REG_ARM_PSCI_VERSION, 0x10000);
	image_move(a, b, 0);
	CHECK_EQ(mp_state(&b->vcpu[0]), KVM_MP_STATE_STOPPED);
	CHECK_EQ(mp_state(&b->vcpu[1]), KVM_MP_STATE_SUSPENDED);
	CHECK_EQ(mp_state(&b->vcpu[2]), KVM_MP_STATE_RUNNABLE);
	REQUIRE_EQ(kvm(b->vcpu[1].fd, KVM_GET_VCPU_EVENTS, &is), 0);
	CHECK(!memcmp(&is, &ev, sizeof(is)));
	CHECK_EQ(reg_read(&b->vcpu[2], STD_BMAP), 0);
	CHECK_EQ(reg_read(&b->vcpu[2], KVM_REG_ARM_PSCI_VERSION), 0x10000);
	/* the filter is there: its ranges are taken */
	CHECK_EQ(deny(b->fd, 0xc6000fff, 1, 1), -EEXIST);
	CHECK_EQ(deny(b->fd, 0x84001272, 1, 2), -EEXIST);
	CHECK_EQ(deny(b->fd, 0x80000000, 1, 1), -EEXIST);
	CHECK_EQ(deny(b->fd, 0xc6001000, 1, 1), 0);
}

/* The filter works, not only is there. */
static void guest_filtered(u64 arg)
{
	GUEST_SYNC(1, 0);
	GUEST_EQ(guest_hvc(0xc6000001, 0, 0, 0).a0, ~0ul);
	GUEST_EQ(guest_hvc(0x84000000, 0, 0, 0).a0, 0x10001);
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static void filtered(void)
{
	struct vm *a, *b;

	need_images();
	a = vm_new(1, guest_filtered, 0);
	b = vm_new(1, guest_filtered, 0);
	REQUIRE_EQ(deny(a->fd, 0xc6000001, 1, 1), 0);
	reg_write(&a->vcpu[0], KVM_REG_ARM_PSCI_VERSION, 0x10001);
	vcpu_sync(&a->vcpu[0], 1);
	vcpu_complete(&a->vcpu[0]);
	image_move(a, b, 0);
	image_finish(a, b);
}

/* ---- time ---- */

static void guest_clock(u64 arg)
{
	u64 hz = mrs(cntfrq_el0), from;

	msr(cntv_cval_el0, mrs(cntvct_el0) + hz / 4);
	msr(cntv_ctl_el0, 1);
	isb();
	GUEST_SYNC(1, mrs(cntvct_el0));
	isb();
	from = mrs(cntvct_el0);
	GUEST_SYNC(2, from);
	while (!(mrs(cntv_ctl_el0) & 4))
		;
	GUEST_ASSERT(mrs(cntvct_el0) >= mrs(cntv_cval_el0));
	guest_ucall(UCALL_DONE, 0, 0, 0, 0);
}

static u64 count_after(struct vm *vm)
{
	struct ucall uc = vcpu_ucall(&vm->vcpu[0]);

	REQUIRE_EQ(uc.a, 2);
	return uc.b;
}

static void time_passes(void)
{
	struct timespec wait = { .tv_nsec = 300000000 };
	u64 hz = mrs(cntfrq_el0), at, late, frozen, begun = mrs(cntvct_el0), spent, then;
	struct vm *a, *gone_on, *still;
	struct image i;
	struct ucall uc;

	need_images();
	a = vm_new(1, guest_clock, 0);
	uc = vcpu_ucall(&a->vcpu[0]);
	at = uc.b;
	vcpu_complete(&a->vcpu[0]);
	i = image_save(a->fd);
	spent = mrs(cntvct_el0) - begun;
	nanosleep(&wait, NULL);
	gone_on = vm_new(1, guest_clock, 0);
	still = vm_new(1, guest_clock, 0);
	memcpy(gone_on->ram, a->ram, RAM_SIZE);
	memcpy(still->ram, a->ram, RAM_SIZE);
	REQUIRE_EQ(image_load(gone_on->fd, &i, 0), 0);
	late = count_after(gone_on) - at;
	then = mrs(cntvct_el0);
	REQUIRE_EQ(image_load(still->fd, &i, KEEL_VM_LOAD_FREEZE), 0);
	frozen = count_after(still) - at;
	spent += mrs(cntvct_el0) - then;
	CHECK(late >= hz * 3 / 10, "%lu of %lu", late, hz);
	/* what saving, loading and the first entries took; not what passed in between */
	CHECK(frozen <= spent, "%lu of %lu", frozen, spent);
	vcpu_finish(&gone_on->vcpu[0]);
	vcpu_finish(&still->vcpu[0]);
	/* saved on another boot, a minute ago by the time of day, if the host knows that */
	u32 len;
	struct keel_image_clock *c = image_section(&i, KEEL_IMAGE_CLOCK, 0, &len);
	if (time(NULL) < 3600) {
		ktap_note("a host without the time of day");
		return;
	}
	c->boot ^= 1;
	c->realtime -= 60000000000;
	gone_on = vm_new(1, guest_clock, 0);
	memcpy(gone_on->ram, a->ram, RAM_SIZE);
	REQUIRE_EQ(image_load(gone_on->fd, &i, 0), 0);
	late = count_after(gone_on) - at;
	/* by the time of day, which is in seconds */
	CHECK(late >= hz * 60 && late < hz * 61 + (mrs(cntvct_el0) - begun), "%lu of %lu", late, hz);
	vcpu_finish(&gone_on->vcpu[0]);
}

/* ---- refusals ---- */

static u64 spins;

static void guest_spins(u64 arg)
{
	store_release(&spins, 1);
	for (;;)
		;
}

static void nothing(int sig)
{
}

static void *spin(void *vcpu)
{
	vcpu_run(vcpu);
	return NULL;
}

static void running(void)
{
	struct sigaction act = { .sa_handler = nothing };
	struct vm *a, *b;
	struct image i;
	pthread_t t;
	u64 size = 0;

	need_images();
	sigaction(SIGUSR1, &act, NULL);
	a = vm_new(1, guest_spins, 0);
	b = vm_new(1, guest_spins, 0);
	i = image_save(b->fd);
	REQUIRE_EQ(pthread_create(&t, NULL, spin, &a->vcpu[0]), 0);
	while (!load_acquire(vm_shared(a, spins)))
		;
	CHECK_EQ(image_ioctl(a->fd, KEEL_VM_SAVE, NULL, &size, 0), -EBUSY);
	CHECK_EQ(image_load(a->fd, &i, 0), -EBUSY);
	a->vcpu[0].run->immediate_exit = 1;
	pthread_kill(t, SIGUSR1);
	pthread_join(t, NULL);
	/* stopped it can be saved, and nothing can be loaded over it */
	image_size(a->fd);
	CHECK_EQ(image_load(a->fd, &i, 0), -EBUSY);
}

static void arguments(void)
{
	struct vm *a, *two, *b;
	struct image i, was;
	struct keel_vm_image arg;
	u64 size = 0;

	need_images();
	a = vm_new(1, guest_regs_of_its_own, 0);
	b = vm_new(1, guest_regs_of_its_own, 0);
	two = vm_new(2, guest_regs_of_its_own, 0);
	i = image_save(a->fd);
	was = image_save(b->fd);
	/* room for all but a byte: its size is told, nothing is written */
	size = i.size - 1;
	memset(was.bytes, 0x55, was.size);
	CHECK_EQ(image_ioctl(a->fd, KEEL_VM_SAVE, was.bytes, &size, 0), -E2BIG);
	CHECK_EQ(size, i.size);
	CHECK_EQ(was.bytes[0], 0x55);
	CHECK_EQ(image_ioctl(a->fd, KEEL_VM_SAVE, (void *)8, &size, 0), -EFAULT);
	CHECK_EQ(image_ioctl(a->fd, KEEL_VM_SAVE, i.bytes, &size, 1), -EINVAL);
	arg = (struct keel_vm_image){ .addr = (u64)i.bytes, .size = i.size, .pad = 1 };
	CHECK_EQ(kvm(a->fd, KEEL_VM_SAVE, &arg), -EINVAL);
	CHECK_EQ(kvm(b->fd, KEEL_VM_LOAD, &arg), -EINVAL);
	CHECK_EQ(kvm(b->fd, KEEL_VM_LOAD, 8), -EFAULT);
	CHECK_EQ(image_load(b->fd, &i, 2), -EINVAL);
	size = i.size;
	CHECK_EQ(image_ioctl(b->fd, KEEL_VM_LOAD, (void *)8, &size, 0), -EFAULT);
	size = 1ul << 40;
	CHECK_EQ(image_ioctl(b->fd, KEEL_VM_LOAD, i.bytes, &size, 0), -EINVAL);
	/* another kind of VM */
	CHECK_EQ(image_load(two->fd, &i, 0), -EXDEV);
	((struct keel_image_header *)i.bytes)->version++;
	CHECK_EQ(image_load(b->fd, &i, 0), -EPROTO);
}

static void not_ready(void)
{
	u64 size = 0;
	int vm, v, gic;
	struct vm *a;

	need_images();
	vm = vm_fd(0);
	v = vcpu_fd(vm, 0);
	CHECK_EQ(image_ioctl(vm, KEEL_VM_SAVE, NULL, &size, 0), -ENOEXEC);
	REQUIRE_EQ(vcpu_init_fd(vm, v, 0), 0);
	image_size(vm);
	gic = device_new(vm, KVM_DEV_TYPE_ARM_VGIC_V3);
	if (gic >= 0)
		CHECK_EQ(image_ioctl(vm, KEEL_VM_SAVE, NULL, &size, 0), -ENXIO);
	/* in the middle of an access */
	a = vm_new(1, guest_regs_of_its_own, 0);
	vcpu_sync(&a->vcpu[0], 1);
	CHECK_EQ(image_ioctl(a->fd, KEEL_VM_SAVE, NULL, &size, 0), -EBUSY);
	vcpu_complete(&a->vcpu[0]);
	image_size(a->fd);
}

/* ---- in a file ---- */

static void write_file(const char *name, const struct vm *vm)
{
	struct image i = image_save(vm->fd);
	FILE *f = fopen(name, "w");

	REQUIRE(f);
	REQUIRE_EQ(fwrite(&i.size, sizeof(i.size), 1, f), 1);
	REQUIRE_EQ(fwrite(i.bytes, i.size, 1, f), 1);
	REQUIRE_EQ(fwrite(vm->ram, RAM_SIZE, 1, f), 1);
	REQUIRE_EQ(fclose(f), 0);
	free(i.bytes);
}

static void read_file(const char *name, const struct vm *vm)
{
	struct image i;
	FILE *f = fopen(name, "r");

	REQUIRE(f);
	REQUIRE_EQ(fread(&i.size, sizeof(i.size), 1, f), 1);
	i.bytes = malloc(i.size);
	REQUIRE_EQ(fread(i.bytes, i.size, 1, f), 1);
	REQUIRE_EQ(fread(vm->ram, RAM_SIZE, 1, f), 1);
	fclose(f);
	REQUIRE_EQ(image_load(vm->fd, &i, 0), 0);
	free(i.bytes);
}

/* Written by a process that is gone when others, one after the other, read it. */
static void in_a_file(void)
{
	char name[] = "/tmp/image.XXXXXX";
	int status;

	need_images();
	close(mkstemp(name));
	for (unsigned int process = 0; process < 3; process++) {
		pid_t child = fork();

		REQUIRE(child >= 0);
		if (!child) {
			struct vm *vm = vm_new(1, guest_regs_of_its_own, 0);

			if (process == 0) {
				vcpu_sync(&vm->vcpu[0], 1);
				vcpu_complete(&vm->vcpu[0]);
				write_file(name, vm);
			} else {
				read_file(name, vm);
				vcpu_finish(&vm->vcpu[0]);
			}
			ktap_end();
		}
		REQUIRE_EQ(waitpid(child, &status, 0), child);
		CHECK_EQ(status, 0);
	}
	unlink(name);
}

static const struct ktap_case cases[] = {
	{ "a guest goes on in another VM", goes_on },
	{ "tags that debuggers claim", claims },
	{ "a snapshot in a file, for processes that come later", in_a_file },
	{ "all registers", all_registers },
	{ "all registers, with SVE", sve_registers },
	{ "all registers, with a PMU", pmu_registers },
	{ "a PMU with more counters", pmu_counters },
	{ "all registers, with EL2", el2_registers },
	{ "a guest hypervisor's GIC", el2_gic },
	{ "power states, an SError, an input, filters, firmware", other_state },
	{ "the filter of calls is in force", filtered },
	{ "the clock goes on, or stands still", time_passes },
	{ "a vCPU runs, or has run", running },
	{ "wrong arguments, another VM, another version", arguments },
	{ "a VM that is not complete, or within an access", not_ready },
};

KTAP_MAIN(cases)
