// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random guests: commands that a guest at EL1, or with EL2, executes as it makes them up, each by
 * its number and the round's seed, on two vCPUs with a GIC, an ITS and what else the host has.
 *  - every system instruction and register there is, at its own level and below
 *  - hypercalls of every owner, by HVC and SMC
 *  - accesses to the GIC's frames and to nothing, of every width and alignment, by every kind of
 *    load and store
 *  - commands of the ITS; timers and SGIs
 *  - stage 2 of a guest's guest, what it is trapped of, and what it does
 *  - pages of random instructions, in AArch64 and AArch32
 * What a guest has lost itself in it is taken out of: the vCPU begins anew behind that command.
 * Proves that the host outlives it and gets its vCPUs back.
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "lib/fuzz_commands.h"
#include "lib/fuzz_machine.h"
#include "lib/gic2.h"
#include "lib/nested.h"
#include "lib/sve.h"

#define COMMANDS	1000	/* of a vCPU in a round */
#define PARTS		64	/* of all system instructions: one for each L, op0 and op1 */
#define PER_PART	(0x20000 / PARTS / FUZZ_VCPUS)
/* of a CPU, and no command; what comes before takes longer */
#define LONG_NS		100000000ull
#define LONG_SLEEP	20	/* ticks that nearly no CPU was used in */
#define BEGINNINGS	3	/* and no command */

static unsigned int nr_over;
static pthread_t threads[FUZZ_VCPUS];
static u32 features;

static void nothing(int sig)
{
}

static void catch_ticks(void)
{
	struct sigaction act = { .sa_handler = nothing };

	sigaction(SIGUSR1, &act, NULL);
}

/* End each thread's KVM_RUN again and again, until all are over. */
static void tick(unsigned int nr)
{
	for (unsigned int i = 0; READ_ONCE(nr_over) < nr; i++) {
		usleep(20000 / nr);
		pthread_kill(threads[i % nr], SIGUSR1);
	}
	for (unsigned int i = 0; i < nr; i++)
		pthread_join(threads[i], NULL);
}

static bool skip(struct vcpu *v)
{
	u64 pc;

	if (reg_get(v->fd, REG_PC, &pc))
		return false;
	pc += 4;
	return !reg_set(v->fd, REG_PC, &pc);
}

/* What user space answers to an exit that has an answer. */
static bool answer(struct vcpu *v, struct rng *r)
{
	struct kvm_run *run = v->run;

	switch (run->exit_reason) {
	case KVM_EXIT_MMIO:
		if (!run->mmio.is_write)
			memset(run->mmio.data, fuzz_next(r), 8);
		return true;
	case KVM_EXIT_HYPERCALL:
		run->hypercall.ret = fuzz_value(r);
		return true;
	case KVM_EXIT_ARM_NISV:
		return skip(v);
	}
	return false;
}

static bool begin_anew(struct vcpu *v)
{
	struct kvm_mp_state state = { KVM_MP_STATE_RUNNABLE };
	u64 x[2] = { (u64)fuzz_guest_commands, v->id }, pc = (u64)guest_entry;

	return !vcpu_init_fd(v->vm->fd, v->fd, features) && !kvm(v->fd, KVM_SET_MP_STATE, &state) &&
	       !reg_set(v->fd, REG_PC, &pc) && !reg_set(v->fd, REG_X(0), &x[0]) &&
	       !reg_set(v->fd, REG_X(1), &x[1]);
}

/* How a vCPU gets on, in the time that its thread has had of a CPU. */
struct pace {
	u64 next, ns;		/* the command that it was at, and since when */
	unsigned int ticks, lost;
};

static u64 thread_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

static bool is_stuck(struct pace *p, u64 next, bool starts)
{
	u64 now = thread_ns();

	if (next != p->next) {
		*p = (struct pace){ next, now };
		return false;
	}
	return now - p->ns > (starts ? 20 * LONG_NS : LONG_NS) || ++p->ticks > LONG_SLEEP;
}

/* A guest that has made an end of itself, or hangs in a command, begins behind that. */
static void run_commands(struct vcpu *v, struct fuzz_work *w, u64 end)
{
	struct rng r = { w->seed };
	struct pace p = { ~0ul };
	u64 first = w->next, next;

	while ((next = READ_ONCE(w->next)) < end) {
		int ret = vcpu_run(v);

		/* an access that nobody describes: ENOSYS */
		if ((ret == -EINTR || (!ret && answer(v, &r)) || (ret == -ENOSYS && skip(v))) &&
		    !is_stuck(&p, next, next == first))
			continue;
		if (next != p.next)
			p = (struct pace){ .next = next };
		if (++p.lost > BEGINNINGS || !begin_anew(v))
			return;
		p.ticks = 0;
		p.ns = thread_ns();
	}
}

static void *vcpu_thread(void *arg)
{
	struct vcpu *v = arg;
	struct fuzz_work *w = vm_shared(v->vm, fuzz_work[0]) + v->id;
	u64 from = w->next, end = w->end;

	run_commands(v, w, end);
	if (w->next <= end)
		fuzz_count(w->next - from);
	__atomic_fetch_add(&nr_over, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

/* ---- machines ---- */

/* The host's kind, or the other where it has none; with an ITS where that can be. */
static bool add_gic(struct vm *vm)
{
	bool v3 = gic_is_offered(KVM_DEV_TYPE_ARM_VGIC_V3);
	int its;

	if (!v3) {
		if (!(features & HAS_EL2))
			gic2_new(vm, 96);
		return false;
	}
	gic_new(vm, 256);
	its = its_device(vm->fd);
	REQUIRE_EQ(its_control(its, KVM_DEV_ARM_VGIC_CTRL_INIT), 0);
	REQUIRE_EQ(its_set_base(its, GITS), 0);
	return true;
}

static void fill_tables(char *tables)
{
	u32 *vectors = (u32 *)(tables + (LOWER_VECTORS - DATA_BASE));

	for (unsigned int i = 0; i < 2048 / 4; i++)
		vectors[i] = INSN_HVC;
}

static struct vm *machine(struct rng *r, u64 seed)
{
	struct kvm_enable_cap nisv = { .cap = KVM_CAP_ARM_NISV_TO_USER };
	struct kvm_enable_cap decode = { .cap = KEEL_CAP_ARM_DECODE_NISV, .args = { 1 } };
	char *tables = vm_alloc(TABLES_SIZE, HUGE);
	struct vm *vm;

	features = fuzz_features(r, seed, false);
	vm = vm_new_features(FUZZ_VCPUS, features, fuzz_guest_commands, 0);
	fill_tables(tables);
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, TABLES_SIZE, tables), 0);
	*vm_shared(vm, guest_l1[DATA_BASE >> 30]) |= AP_EL0;
	*vm_shared(vm, fuzz_has_el2) = features & HAS_EL2;
	*vm_shared(vm, fuzz_has_its) = add_gic(vm);
	for (unsigned int i = 0; i < FUZZ_VCPUS; i++) {
		if (features & 1u << KVM_ARM_VCPU_PMU_V3)
			fuzz_init_pmu(&vm->vcpu[i]);
		if (features & SVE)
			sve_finalize(vm->vcpu[i].fd);
	}
	if (fuzz_one_in(r, 3))
		kvm(vm->fd, KVM_ENABLE_CAP, &nisv);
	if (fuzz_one_in(r, 2))
		kvm(vm->fd, KVM_ENABLE_CAP, &decode);
	return vm;
}

static void commands(struct rng *r, u64 seed, u64 first, u64 nr, u64 kind)
{
	struct vm *vm = machine(r, seed);
	struct fuzz_work *w = vm_shared(vm, fuzz_work[0]);

	for (unsigned int i = 0; i < FUZZ_VCPUS; i++)
		w[i] = (struct fuzz_work){ fuzz_next(r), first, first + nr, kind };
	vcpu_start(&vm->vcpu[1], fuzz_guest_commands, 1);
	catch_ticks();
	for (unsigned int i = 0; i < FUZZ_VCPUS; i++)
		REQUIRE(!pthread_create(&threads[i], NULL, vcpu_thread, &vm->vcpu[i]));
	tick(FUZZ_VCPUS);
}

static void round_of_commands(struct rng *r, u64 seed)
{
	commands(r, seed, 0, COMMANDS, ANY);
}

/*
 * L, op0 and op1 of a round's instructions. PARTS rounds have all; the first have reads and writes
 * of op0 3, and SYSL and SYS, then the same of EL2's, of debug registers and so on.
 */
static u64 part_of(u64 seed)
{
	u64 n = (seed - 1) % PARTS, op0 = 3 ^ ((n >> 1 & 1) << 1 | (n >> 3 & 1));

	return (~n & 1) << 5 | op0 << 3 | (n >> 2 & 1) << 2 | n >> 4;
}

static void round_of_encodings(struct rng *r, u64 seed)
{
	u64 part = part_of(seed);

	ktap_note("seed %#lx: L %lu, op0 %lu, op1 %lu", seed, part >> 5, part >> 3 & 3, part & 7);
	commands(r, seed, part * PER_PART, PER_PART, ALL_SYSTEM);
}

/* ---- pages of random instructions ---- */

#define PAGES	16
#define CODES	30	/* contents of them, in a round */

static void any_registers(struct rng *r, struct vcpu *v, bool narrow)
{
	for (unsigned int i = 0; i < 31; i++) {
		u64 val = fuzz_one_in(r, 2) ? fuzz_address(r) : fuzz_value(r);

		val = narrow ? (u32)val : val;
		reg_set(v->fd, REG_X(i), &val);
	}
}

/* Somewhere in new instructions, in a state that this vCPU may be in. */
static void run_page(struct rng *r, struct vcpu *v, u32 *code)
{
	static const u64 narrow_states[] = { 0x1d3, 0x1f3, 0x1d0, 0x1f0 };
	static const u64 states[] = { 0x3c0, 0x3c5, 0x3c4, 0x3c9, 0x005, 0x205 };
	bool narrow = features & 1u << KVM_ARM_VCPU_EL1_32BIT;
	u64 pc = DATA_BASE + fuzz_below(r, PAGES * PAGE / 4) * 4;
	u64 pstate = narrow ? narrow_states[fuzz_below(r, ARRAY_SIZE(narrow_states))] :
			      states[fuzz_below(r, ARRAY_SIZE(states))];
	int ret;

	if (vcpu_init_fd(v->vm->fd, v->fd, features))
		return;
	for (u64 i = 0; i < PAGES * PAGE / 4; i++)
		code[i] = fuzz_next(r);
	any_registers(r, v, narrow);
	reg_set(v->fd, REG_PSTATE, &pstate);
	reg_set(v->fd, REG_PC, &pc);
	ret = vcpu_run(v);
	fuzz_count(vcpu_lets_in(ret));
	for (unsigned int exits = 0; exits < 200 && !ret; exits++) {
		answer(v, r);
		ret = vcpu_run(v);
	}
}

static struct code {
	struct vcpu *v;
	struct rng *r;
	u32 *pages;
} code;

static void *code_thread(void *arg)
{
	for (unsigned int i = 0; i < CODES; i++)
		run_page(code.r, code.v, code.pages);
	__atomic_fetch_add(&nr_over, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static void round_of_code(struct rng *r, u64 seed)
{
	struct vm *vm;

	features = fuzz_features(r, seed, true);
	vm = vm_new_features(1, features, fuzz_guest_commands, 0);
	code = (struct code){ &vm->vcpu[0], r, vm_alloc(PAGES * PAGE, PAGE) };
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, PAGES * PAGE, code.pages), 0);
	if (features & SVE)
		sve_finalize(vm->vcpu[0].fd);
	add_gic(vm);
	if (features & 1u << KVM_ARM_VCPU_PMU_V3)
		fuzz_init_pmu(&vm->vcpu[0]);
	catch_ticks();
	REQUIRE(!pthread_create(&threads[0], NULL, code_thread, NULL));
	tick(1);
}

/* ---- cases ---- */

static void random_commands(void)
{
	fuzz_rounds(ktap_times(48), 120, FUZZ_VCPUS * COMMANDS, round_of_commands);
}

static void random_code(void)
{
	fuzz_rounds(ktap_times(48), 120, CODES, round_of_code);
}

static void all_encodings(void)
{
	fuzz_rounds(ktap_times(PARTS), 120, FUZZ_VCPUS * PER_PART, round_of_encodings);
}

static const struct ktap_case cases[] = {
	{ "random commands", random_commands, 60 },
	{ "random code", random_code, 60 },
	{ "system instructions", all_encodings, 60 },
};

KTAP_MAIN(cases)
