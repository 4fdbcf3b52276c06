// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random calls: every ioctl of the device, of VMs, vCPUs and devices with arguments of their types
 * and sometimes of none, by threads that race with each other, with signals, with forked children
 * and with changes of the memory behind the guest, while vCPUs run. Proves that the host
 * outlives it, that each round's process can be ended, and that no VM is left then; what went
 * wrong in the kernel is in its log. What a call answers is not looked at.
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lib/fuzz_call.h"
#include "lib/fuzz_machine.h"
#include "lib/gic2.h"
#include "lib/its.h"
#include "lib/nested.h"
#include "lib/sve.h"

#define MOST_THREADS	3
#define MACHINE_VCPUS	3	/* or fewer */

/* What the threads of a round do, how often each, and how long a call may wait, in microseconds. */
struct plan {
	void (*one)(struct rng *r, struct fuzz_args *a);
	unsigned int threads, ops, patience;
};
static const struct plan *plan;

static unsigned int nr_over;
/* What calls are made of, and one made the same way, whose vCPUs none of them has at first. */
static struct vm *machine, *twin;
static pthread_t threads[MOST_THREADS];
static pthread_barrier_t all_there;	/* threads, to whom each of them may send signals */

static void nothing(int sig)
{
}

/* ---- what is no call ---- */

/* The run page, the coalesced ring or a ring of dirty pages; by the kernel, as it may be gone. */
static void do_map(struct rng *r, struct fuzz_args *a)
{
	static const u64 offsets[] = { 0, 0, 1, 64, 65, 2 };
	char *p = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE,
		       fuzz_one_in(r, 4) ? MAP_PRIVATE : MAP_SHARED, fuzz_fd(r, FD_VCPU),
		       offsets[fuzz_below(r, ARRAY_SIZE(offsets))] * PAGE);
	u64 from = fuzz_below(r, 2 * PAGE - 64), to = fuzz_below(r, 2 * PAGE - 64) & ~7ul;
	int ready[2];

	if (p == MAP_FAILED)
		return;
	if (!pipe(ready)) {
		if (write(ready[1], p + from, 64) == 64 && read(ready[0], p + to, 64) < 0)
			*a->arg = 0;
		close(ready[0]);
		close(ready[1]);
	}
	munmap(p, 2 * PAGE);
}

static void do_memory(struct rng *r, struct fuzz_args *a)
{
	char *p = fuzz_world.area + fuzz_below(r, FUZZ_AREA / PAGE) * PAGE;
	u64 size = (1 + fuzz_below(r, 64)) * PAGE;

	if (p + size > fuzz_world.area + FUZZ_AREA)
		size = PAGE;
	switch (fuzz_below(r, 6)) {
	case 0:
		mprotect(p, size, fuzz_below(r, 4));
		break;
	case 1:
		mmap(p, size, PROT_READ | PROT_WRITE,
		     MAP_FIXED | MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		break;
	case 2:
		munmap(p, size);
		break;
	case 3:
		madvise(p, size, MADV_DONTNEED);
		break;
	case 4:
		madvise(fuzz_world.area, FUZZ_AREA, fuzz_one_in(r, 2) ? MADV_HUGEPAGE : MADV_MERGEABLE);
		break;
	default:
		mprotect(p, size, PROT_READ | PROT_WRITE);
	}
}

static void do_fds(struct rng *r, struct fuzz_args *a)
{
	enum fuzz_kind kind = 1 + fuzz_below(r, NR_FD_KINDS - 1);
	u64 one = 1;

	switch (fuzz_below(r, 5)) {
	case 0:
		fuzz_keep_fd(r, kind, dup(fuzz_fd(r, kind)));
		break;
	case 1:
		fuzz_keep_fd(r, FD_EVENT, eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
		break;
	case 2:
		if (pread(fuzz_any_fd(r), a->arg, 1024, fuzz_below(r, 2048)) < 0)
			*a->arg = 0;
		break;
	default:
		if (write(fuzz_fd(r, FD_EVENT), &one, 8) < 0)
			*a->arg = 0;
	}
}

/* A child has the fds and copies of the memory for a moment, as system() has it. */
static void do_fork(struct rng *r, struct fuzz_args *a)
{
	pid_t pid;

	if (!fuzz_one_in(r, 4))
		return;
	pid = fork();
	if (pid == 0) {
		fuzz_call(r, a);
		_exit(0);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void do_signal(struct rng *r, struct fuzz_args *a)
{
	pthread_kill(threads[fuzz_below(r, plan->threads)], SIGUSR1);
}

/* A file of debugfs about one VM, which may go while it is read. */
static void do_look(struct rng *r, struct fuzz_args *a)
{
	static const char *const names[] = {
		"vcpus", "vgic-state", "its-state", "stage2_page_tables", "idregs", "exits",
	};
	static const char top[] = "/sys/kernel/debug/kvm";
	char path[400];
	struct dirent *e;
	DIR *d = opendir(top);
	int fd;

	while (d && (e = readdir(d))) {
		if (e->d_type != DT_DIR || fuzz_one_in(r, 3))
			continue;
		snprintf(path, sizeof(path), "%s/%s/%s", top, e->d_name, names[fuzz_below(r, 6)]);
		fd = open(path, O_RDONLY);
		if (fd < 0)
			continue;
		if (read(fd, a->arg, 4096) < 0)
			*a->arg = 0;
		close(fd);
		break;
	}
	if (d)
		closedir(d);
}

static void guest(u64 seed);

/* A vCPU that may have lost itself does what guests do again; those of the twin may join. */
static void do_restart(struct rng *r, struct fuzz_args *a)
{
	struct kvm_mp_state state = { KVM_MP_STATE_RUNNABLE };
	unsigned int i = fuzz_below(r, MACHINE_VCPUS);
	u64 x[2] = { (u64)guest, fuzz_next(r) }, pc = (u64)guest_entry, pstate = 0x3c5;
	int fd = machine->vcpu[i].fd;

	if (twin && fuzz_one_in(r, 30))
		fuzz_keep_fd(r, FD_VCPU, dup(twin->vcpu[i].fd));
	if (fd < 0 || fuzz_world.features & 1u << KVM_ARM_VCPU_EL1_32BIT)
		return;
	if (fuzz_world.features & HAS_EL2)
		pstate = PSTATE_EL2H;
	kvm(fd, KVM_SET_MP_STATE, &state);
	reg_set(fd, REG_PSTATE, &pstate);
	reg_set(fd, REG_PC, &pc);
	reg_set(fd, REG_X(0), &x[0]);
	reg_set(fd, REG_X(1), &x[1]);
	/* its stage 1 is off, as guest_entry has it */
	pc = 0;
	reg_set(fd, REG_SCTLR, &pc);
}

static void one(struct rng *r, struct fuzz_args *a)
{
	static void (*const others[])(struct rng *r, struct fuzz_args *a) = {
		do_map, do_memory, do_memory, do_fds, do_fds, do_fork, do_signal, do_look, do_restart,
	};

	if (fuzz_one_in(r, 4))
		others[fuzz_below(r, ARRAY_SIZE(others))](r, a);
	else
		fuzz_call(r, a);
}

static void *thread(void *state)
{
	struct fuzz_args *a = calloc(1, sizeof(*a));
	struct rng *r = state;

	pthread_barrier_wait(&all_there);
	for (unsigned int i = 0; i < plan->ops; i++) {
		plan->one(r, a);
		fuzz_count(1);
	}
	__atomic_fetch_add(&nr_over, 1, __ATOMIC_SEQ_CST);
	/* it is sent signals until all are over, and the process ends then */
	while (READ_ONCE(nr_over))
		pause();
	return NULL;
}

/* ---- a round ---- */

static u64 guest_has_its;

/* Something of everything that leaves a guest, by whoever of its vCPUs it is. */
static void guest_step(struct rng *r)
{
	u64 at = fuzz_one_in(r, 2) ? DATA_BASE + fuzz_below(r, 600) * PAGE :
				     GICD + (fuzz_below(r, 0x300000) & ~7ul);

	if (fuzz_one_in(r, 2))
		mmio_write32(at, fuzz_next(r));
	else
		mmio_read64(at);
	switch (fuzz_below(r, 60)) {
	case 0:
		guest_hvc(0xc4000000 + fuzz_below(r, 0x16), fuzz_below(r, 4), (u64)guest_secondary, 0);
		break;
	case 1:
		msr(cntv_cval_el0, mrs(cntvct_el0) + fuzz_below(r, 1000));
		msr(cntv_ctl_el0, fuzz_below(r, 4));
		break;
	case 2:
		irq_on();
		isb();
		irq_off();
		break;
	case 3:
		asm volatile("dc zva, %0" :: "r"(DATA_BASE + fuzz_below(r, 600) * 64) : "memory");
		break;
	}
}

static void guest(u64 seed)
{
	struct rng r = { seed + guest_cpu() };

	guest_on(VEC_SYNC, guest_skip_sync);
	for (unsigned int v = VEC_IRQ; v <= VEC_SERROR; v++)
		guest_on(v, fuzz_mask);
	guest_secondary_fn = guest;
	if (guest_has_its && !guest_cpu())
		its_usual(DEVICES);
	for (;;)
		guest_step(&r);
}

static void list_registers(int vcpu)
{
	struct kvm_reg_list *list;
	u64 n = 0;

	if (kvm(vcpu, KVM_GET_REG_LIST, &n) != -E2BIG)
		return;
	list = vcpu_reg_list(vcpu);
	for (n = 0; n < list->n && n < ARRAY_SIZE(fuzz_world.regs); n++)
		fuzz_world.regs[n] = list->reg[n];
	fuzz_world.nr_regs = n;
	free(list);
}

static void gic3(struct rng *r, struct vm *vm, unsigned int place)
{
	int gic = device_new(vm->fd, KVM_DEV_TYPE_ARM_VGIC_V3), its;

	if (gic < 0)
		return;
	fuzz_put_fd(FD_GIC, place, gic);
	gic_set_addr(gic, KVM_VGIC_V3_ADDR_TYPE_REDIST, GICR_BASE);
	gic_set_addr(gic, KVM_VGIC_V3_ADDR_TYPE_DIST, GICD);
	gic_set_nr(gic, 96);
	if (!fuzz_one_in(r, 4))
		gic_initialise(gic);
	its = device_new(vm->fd, KVM_DEV_TYPE_ARM_VGIC_ITS);
	if (its < 0)
		return;
	fuzz_put_fd(FD_ITS, place, its);
	its_set_base(its, GITS);
	its_control(its, KVM_DEV_ARM_VGIC_CTRL_INIT);
	WRITE_ONCE(*vm_shared(vm, guest_has_its), 1);
}

static void gic2(struct rng *r, struct vm *vm, unsigned int place)
{
	int gic = device_new(vm->fd, KVM_DEV_TYPE_ARM_VGIC_V2);

	if (gic < 0)
		return;
	fuzz_put_fd(FD_GIC, place, gic);
	gic_set_addr(gic, KVM_VGIC_V2_ADDR_TYPE_DIST, GICD);
	gic_set_addr(gic, KVM_VGIC_V2_ADDR_TYPE_CPU, GICC);
	if (fuzz_one_in(r, 2))
		gic_initialise(gic);
}

static void add_vcpu(struct vm *vm, unsigned int i, u32 features)
{
	struct vcpu *v = &vm->vcpu[i];

	*v = (struct vcpu){ .vm = vm, .id = i, .fd = vcpu_fd(vm->fd, i) };
	v->run = vcpu_map(v->fd);
	vcpu_init_fd(vm->fd, v->fd, features | (i ? 1u << KVM_ARM_VCPU_POWER_OFF : 0));
	if (features & SVE)
		sve_finalize(v->fd);
}

/* A machine that works, of one of several kinds: state says which. */
static struct vm *start(u64 state, u32 features, unsigned int place)
{
	struct rng r = { state };
	struct kvm_enable_cap ring = { .cap = KVM_CAP_DIRTY_LOG_RING_ACQ_REL, .args = { PAGE } };
	unsigned int nr = 1 + fuzz_below(&r, MACHINE_VCPUS), kind = fuzz_below(&r, 8);
	struct vm *vm = vm_new(0, guest, 0);

	if (fuzz_one_in(&r, 4))
		kvm(vm->fd, KVM_ENABLE_CAP, &ring);
	vm_slot(vm->fd, 1, fuzz_below(&r, 2), DATA_BASE, TABLES_SIZE, fuzz_world.area);
	for (unsigned int i = 0; i < nr; i++)
		add_vcpu(vm, i, features);
	/* virtual EL2 has a GICv3 */
	if (kind > 2 || features & HAS_EL2)
		gic3(&r, vm, place);
	else if (kind)
		gic2(&r, vm, place);
	for (unsigned int i = 0; i < nr && features & 1u << KVM_ARM_VCPU_PMU_V3; i++)
		fuzz_init_pmu(&vm->vcpu[i]);
	if (!(features & 1u << KVM_ARM_VCPU_EL1_32BIT))
		vcpu_start(&vm->vcpu[0], guest, fuzz_next(&r));
	fuzz_world.features = features | 1u << KVM_ARM_VCPU_PSCI_0_2;
	list_registers(vm->vcpu[0].fd);
	fuzz_put_fd(FD_VM, place, dup(vm->fd));
	for (unsigned int i = 0; i < nr && !place; i++)
		fuzz_put_fd(FD_VCPU, i, dup(vm->vcpu[i].fd));
	return vm;
}

/* Calls that wait, KVM_RUN above all, are ended again and again until all threads are done. */
static void disturb(void)
{
	for (unsigned int i = 0; READ_ONCE(nr_over) < plan->threads; i++) {
		usleep(plan->patience / plan->threads);
		pthread_kill(threads[i % plan->threads], SIGUSR1);
	}
}

static void calls(struct rng *r, u64 seed, const struct plan *p)
{
	struct sigaction act = { .sa_handler = nothing };
	struct rng states[MOST_THREADS];
	u32 features = fuzz_features(r, seed, true);
	u64 state = fuzz_next(r);

	plan = p;
	sigaction(SIGUSR1, &act, NULL);
	/* a slot may reach beyond its end: nobody writes to what is there */
	fuzz_world.area = vm_alloc(2 * FUZZ_AREA, HUGE);
	mprotect(fuzz_world.area + FUZZ_AREA, FUZZ_AREA, PROT_NONE);
	fuzz_put_fd(FD_SYSTEM, 0, kvm_open());
	machine = start(state, features, 0);
	if (fuzz_one_in(r, 2))
		twin = start(state, features, 1);
	fuzz_spread_fds();
	for (unsigned int i = 0; i < p->threads; i++)
		states[i].state = fuzz_next(r);
	pthread_barrier_init(&all_there, NULL, p->threads + 1);
	for (unsigned int i = 0; i < p->threads; i++)
		REQUIRE(!pthread_create(&threads[i], NULL, thread, &states[i]));
	pthread_barrier_wait(&all_there);
	disturb();
	_exit(0);
}

/* Most of the time of such a round is KVM_RUN, what forks and what makes things. */
static const struct plan anything = { one, 3, 400, 3000 };

static void round_of_anything(struct rng *r, u64 seed)
{
	calls(r, seed, &anything);
}

static void random_calls(void)
{
	fuzz_rounds(ktap_times(60), 60, anything.threads * anything.ops, round_of_anything);
}

static const struct plan quick = { fuzz_quick_call, 2, 125000, 20000 };

static void round_of_quick(struct rng *r, u64 seed)
{
	calls(r, seed, &quick);
}

static void quick_calls(void)
{
	fuzz_rounds(ktap_times(60), 300, quick.threads * quick.ops, round_of_quick);
}

static void __attribute__((constructor)) offer(void)
{
	gic2_offer();
}

static const struct ktap_case cases[] = {
	{ "random calls", random_calls, 60 },
	{ "quick calls", quick_calls, 120 },
};

KTAP_MAIN(cases)
