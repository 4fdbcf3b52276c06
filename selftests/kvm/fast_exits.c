// SPDX-License-Identifier: GPL-2.0-only
/*
 * Exits that the hypervisor may answer without leaving the guest: GIC frames,
 * SGIs, ID registers, hypercalls. Proves:
 *  - GIC accesses of every width and register form have their value, also
 *    after the thread moved to another CPU (the in-tree KVM of 6.12 does
 *    not extend the sign)
 *  - enabling what is pending delivers it, disabling it holds it back
 *  - a signal, immediate_exit and a request of another vCPU end a run that
 *    does nothing but such exits, at whatever point they come
 *  - a single step over each is reported, with the work done; so is one of the
 *    guest's own
 *  - SMCCC_ARCH_FEATURES answers what the firmware registers say
 *  - SGIs reach a vCPU that sleeps, one that runs and one that does not run
 *    yet, once each
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "lib/gic.h"

#define GICD_IIDR	(GICD + GIC_IIDR)
#define IIDR		0x4b00043b	/* product, implementer; the revision differs */
#define IIDR_FIXED	0xff000fff
#define SPI		40
#define SPI_BIT		(1u << SPI % 32)
#define PRIO		(GICD + GIC_IPRIORITYR + SPI)

#define READ(insn, addr) ({ \
	u64 read_v = ~0ul; \
	asm volatile(insn ", [%1]" : "+r"(read_v) : "r"((u64)(addr)) : "memory"); \
	read_v; })

/* No SPI is enabled. */
static void gic_on(void)
{
	mmio_write32(GICD_CTLR, 0x12);
	mmio_write32(GICD + GIC_IGROUPR + 4, ~0u);
	mmio_write32(GICD + GIC_ICFGR + 8, ~0u);
	gic_cpu_enable(GICR(guest_cpu()));
}

static u64 seen[MAX_VCPUS], sleeping;

static void take(struct guest_regs *regs)
{
	u64 intid = icc_read(ICC_IAR1);

	if (intid >= 1020)
		return;
	icc_write(ICC_EOIR1, intid);
	__atomic_add_fetch(&seen[guest_cpu()], 1, __ATOMIC_SEQ_CST);
}

static void check_reads(void)
{
	asm volatile("strb %w0, [%1]" :: "r"(0x88), "r"(PRIO) : "memory");
	GUEST_EQ(READ("ldr %w0", GICD_IIDR) & IIDR_FIXED, IIDR);
	GUEST_EQ(READ("ldrb %w0", PRIO), 0x88);
	GUEST_EQ(READ("ldrsb %w0", PRIO), 0xffffff88);
	GUEST_EQ(READ("ldrsb %x0", PRIO), 0xffffffffffffff88);
	GUEST_EQ(READ("ldrsw %x0", GICD_IIDR) & 0xfff, IIDR & 0xfff);
	GUEST_EQ(READ("ldr %x0", GICR(0) + GICR_TYPER) >> 32, 0);
	GUEST_EQ(READ("ldr %x0", GICR(1) + GICR_TYPER) >> 32, 1);
	/* to nowhere, and from nowhere */
	asm volatile("ldr wzr, [%0]" :: "r"(GICD_IIDR) : "memory");
	mmio_write32(GICD + GIC_ISENABLER + 4, 0);
}

static void guest_values(u64 rounds)
{
	u64 pfr0 = mrs(id_aa64pfr0_el1);

	gic_on();
	guest_on(VEC_IRQ, take);
	for (u64 i = 0; i < rounds; i++) {
		u64 before = seen[0];

		check_reads();
		GUEST_EQ(mrs(id_aa64pfr0_el1), pfr0);
		GUEST_EQ(guest_hvc(0x80000000, 0, 0, 0).a0, 0x10001);
		mmio_write32(GICD + GIC_ISPENDR + 4, SPI_BIT);
		irq_on();
		GUEST_EQ(READ_ONCE(seen[0]), before);
		mmio_write32(GICD + GIC_ISENABLER + 4, SPI_BIT);
		GUEST_EQ(READ("ldr %w0", GICD + GIC_ISENABLER + 4) & SPI_BIT, SPI_BIT);
		while (READ_ONCE(seen[0]) == before)
			;
		mmio_write32(GICD + GIC_ICENABLER + 4, SPI_BIT);
		GUEST_EQ(READ("ldr %w0", GICD + GIC_ISENABLER + 4) & SPI_BIT, 0);
		irq_off();
		GUEST_EQ(seen[0], before + 1);
		if (i % 8 == 0)
			GUEST_SYNC(1, 0);
	}
}

static void guest_loop(u64 what)
{
	gic_on();
	GUEST_SYNC(1, 0);
	for (;;) {
		if (what == 0)
			READ("ldr %w0", GICD_IIDR);
		else if (what == 1)
			mrs(id_aa64pfr0_el1);
		else if (what == 2)
			guest_hvc(0x4b000000, 0, 0, 0);
		else if (what == 3)
			mrs(ctr_el0);
		else
			gic_send_sgi(5, 1 << 1);
	}
}

/*
 * step_code(results, GICD_IIDR, an SGI to another, a function, an SGI to
 * itself): the steps land behind each instruction from step_first on. Each
 * may be answered without leaving the guest.
 */
extern char step_first[], step_last[];
void step_code(u64 *x, u64 iidr, u64 sgi, u64 fn, u64 sgi_self);
asm(".pushsection .text\n"
    "step_code: mov x9, x0\n"
    "	mov x0, x3\n"
    "	.arch_extension fp\n"
    "step_first: ldr w10, [x1]\n"
    "	msr S3_0_C12_C11_5, x2\n"
    "	mrs x11, id_aa64pfr0_el1\n"
    "	mrs x12, ctr_el0\n"
    "	fmov d0, x11\n"
    "	msr S3_0_C12_C11_5, x4\n"
    "	wfi\n"
    "	hvc #0\n"
    "	smc #0\n"
    "step_last: stp x10, x11, [x9]\n"
    "	stp x0, x12, [x9, #16]\n"
    "	ret\n"
    ".popsection\n");
static u64 step_x[4];

static void do_steps(void)
{
	step_code(step_x, GICD_IIDR, 5ul << 24 | 1 << 1, 0x4b000000ul, 6ul << 24 | 1);
	GUEST_EQ(step_x[0] & IIDR_FIXED, IIDR);
	GUEST_EQ(step_x[1], mrs(id_aa64pfr0_el1));
	GUEST_EQ(step_x[2], ~0ul);
	GUEST_EQ(step_x[3], mrs(ctr_el0));
}

static void guest_steps(u64 arg)
{
	gic_on();
	GUEST_SYNC(1, 0);
	do_steps();
}

static u64 next_pc;

/* SVC begins: one instruction, and the exception behind it. */
static void take_step(struct guest_regs *regs)
{
	if (regs->esr >> 26 == 0x15) {
		next_pc = (u64)step_first + 4;
	} else {
		GUEST_EQ(regs->esr >> 26, 0x33);
		if (regs->pc > (u64)step_first && regs->pc <= (u64)step_last) {
			GUEST_EQ(regs->pc, next_pc);
			next_pc += 4;
		}
	}
	regs->pstate = (regs->pstate | 1ul << 21) & ~(1ul << 9);
	msr(mdscr_el1, regs->pc == (u64)step_last ? 0 : 1 << 13 | 1);
}

static void guest_own_steps(u64 arg)
{
	gic_on();
	guest_on(VEC_SYNC, take_step);
	msr(oslar_el1, 0);
	for (unsigned int i = 0; i < 20; i++) {
		asm volatile("svc #0" ::: "memory");
		do_steps();
		GUEST_EQ(next_pc, (u64)step_last + 4);
	}
}

static u64 nr_loops;

/* Nothing but exits of one kind, and a count. */
static void guest_count(u64 what)
{
	for (;;) {
		WRITE_ONCE(nr_loops, nr_loops + 1);
		switch (what) {
		case 0:
			READ("ldr %w0", GICD_IIDR);
			break;
		case 1:
			mrs(id_aa64pfr0_el1);
			break;
		case 2:
			guest_hvc(0x4b000000, 0, 0, 0);
			break;
		case 3:
			guest_hvc(0x80000001, 0x80008000, 0, 0);
			break;
		default:
			gic_send_sgi(5, 1 << 1);
		}
	}
}

static void guest_system_off(u64 arg)
{
	guest_hvc(0x84000008, 0, 0, 0);
}

/* The functions that are asked for, and then the answers. */
static const u32 asked[] = {
	0x80000000, 0x80000001, 0x80008000, 0x80007fff,
	0x80003fff, 0xc5000020, 0x84000050, 0x4b000000,
};

static void guest_features(u64 arg)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(asked); i++)
		GUEST_SYNC(asked[i], guest_hvc(0x80000001, asked[i], 0, 0).a0);
}

static void guest_sleeper(u64 arg)
{
	guest_on(VEC_IRQ, take);
	gic_cpu_enable(GICR(guest_cpu()));
	for (;;) {
		irq_off();
		store_release(&sleeping, 1);
		if (guest_cpu() == 1)
			wfi();
		irq_on();
		isb();
	}
}

static void guest_sender(u64 rounds)
{
	gic_on();
	guest_secondary_fn = guest_sleeper;
	/* pending before it runs for the first time */
	for (u64 cpu = 1; cpu <= 2; cpu++) {
		gic_send_sgi(5, 1 << cpu);
		GUEST_EQ(guest_hvc(0xc4000003, cpu, (u64)guest_secondary, 0).a0, 0);
	}
	for (u64 i = 1; i <= rounds; i++)
		for (u64 cpu = 1; cpu <= 2; cpu++) {
			while (load_acquire(&seen[cpu]) < i)
				;
			GUEST_EQ(seen[cpu], i);
			if (i < rounds)
				gic_send_sgi(5, 1 << cpu);
		}
}

static struct vm *new_vm(unsigned int n, void (*fn)(u64), u64 arg)
{
	struct vm *vm = vm_new(n, fn, arg);

	gic_new(vm, 256);
	return vm;
}

static void values(void)
{
	struct vm *vm = new_vm(2, guest_values, 64);
	unsigned int cpu = 0;

	while (vcpu_ucall(&vm->vcpu[0]).cmd != UCALL_DONE)
		pin_to(cpu++ % nr_cpus());
}

static struct kvm_run *running;

/* Also where the signal comes before KVM_RUN does. */
static void leave_run(int sig)
{
	running->immediate_exit = 1;
}

static void *poke(void *thread)
{
	usleep(20000);
	pthread_kill(*(pthread_t *)thread, SIGUSR1);
	return NULL;
}

static void signals(void)
{
	struct sigaction sa = { .sa_handler = leave_run };
	pthread_t self = pthread_self(), thread;

	sigaction(SIGUSR1, &sa, NULL);
	for (u64 what = 0; what < 5; what++) {
		struct vm *vm = new_vm(2, guest_loop, what);

		vcpu_sync(&vm->vcpu[0], 1);
		running = vm->vcpu[0].run;
		REQUIRE_EQ(pthread_create(&thread, NULL, poke, &self), 0);
		REQUIRE_EQ(vcpu_run(&vm->vcpu[0]), -EINTR);
		pthread_join(thread, NULL);
	}
}

static void steps(void)
{
	struct kvm_guest_debug debug = { .control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP };
	struct vm *vm = new_vm(2, guest_steps, 0);
	struct vcpu *vcpu = &vm->vcpu[0];
	u64 pc = 0;

	vcpu_sync(vcpu, 1);
	REQUIRE_EQ(kvm(vcpu->fd, KVM_SET_GUEST_DEBUG, &debug), 0);
	for (int i = 0; i < 200 && pc != (u64)step_first; i++) {
		REQUIRE_EQ(vcpu_run(vcpu), 0);
		pc = reg_read(vcpu, REG_PC);
	}
	for (pc = (u64)step_first; pc < (u64)step_last; ) {
		REQUIRE_EQ(vcpu_run(vcpu), 0);
		REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_DEBUG);
		pc += 4;
		REQUIRE_EQ(reg_read(vcpu, REG_PC), pc);
	}
	debug.control = 0;
	REQUIRE_EQ(kvm(vcpu->fd, KVM_SET_GUEST_DEBUG, &debug), 0);
	vcpu_finish(vcpu);
}

static void own_steps(void)
{
	vcpu_finish(&new_vm(2, guest_own_steps, 0)->vcpu[0]);
}

/* --- stops at any point of a run that does nothing but such exits --- */

#define NR_KINDS	5
#define STOPS		ktap_times(40)

static u64 returns;

/* One stop after the other, each once the one before it has worked. */
static void *stop_often(void *thread)
{
	for (u64 i = 0; i < STOPS; i++) {
		usleep(i * 37 % 1000);
		pthread_kill(*(pthread_t *)thread, SIGUSR1);
		while (load_acquire(&returns) <= i)
			usleep(20);
	}
	return NULL;
}

static void stops(void)
{
	struct sigaction sa = { .sa_handler = leave_run };
	pthread_t self = pthread_self(), thread;

	sigaction(SIGUSR1, &sa, NULL);
	for (u64 what = 0; what < NR_KINDS; what++) {
		struct vm *vm = new_vm(2, guest_count, what);

		running = vm->vcpu[0].run;
		returns = 0;
		REQUIRE_EQ(pthread_create(&thread, NULL, stop_often, &self), 0);
		for (u64 i = 1; i <= STOPS; i++) {
			REQUIRE_EQ(vcpu_run(&vm->vcpu[0]), -EINTR);
			running->immediate_exit = 0;
			store_release(&returns, i);
		}
		pthread_join(thread, NULL);
		vm_free(vm);
	}
}

static int run_tid;

static void *run_until_signal(void *vcpu)
{
	store_release(&run_tid, syscall(SYS_gettid));
	REQUIRE_EQ(vcpu_run(vcpu), -EINTR);
	return NULL;
}

static bool sleeps(int tid)
{
	char path[64], state = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	f = fopen(path, "r");
	REQUIRE(f && fscanf(f, "%*d %*s %c", &state) == 1);
	fclose(f);
	return state == 'S';
}

/* The other vCPU turns the machine off: this one sleeps then, in its KVM_RUN. */
static void turned_off(u64 what)
{
	struct vm *vm = new_vm(2, guest_count, what);
	u64 *loops = vm_shared(vm, nr_loops), last;
	pthread_t thread;

	running = vm->vcpu[0].run;
	vcpu_start(&vm->vcpu[1], guest_system_off, 0);
	REQUIRE_EQ(pthread_create(&thread, NULL, run_until_signal, &vm->vcpu[0]), 0);
	while (load_acquire(loops) < 1000)
		usleep(100);
	REQUIRE_EQ(vcpu_run(&vm->vcpu[1]), 0);
	REQUIRE_EQ(vm->vcpu[1].run->exit_reason, KVM_EXIT_SYSTEM_EVENT);
	while (!sleeps(run_tid))
		usleep(1000);
	last = *loops;
	usleep(5000);
	pthread_kill(thread, SIGUSR1);
	pthread_join(thread, NULL);
	CHECK_EQ(*loops, last);
	vm_free(vm);
}

static void requests(void)
{
	struct sigaction sa = { .sa_handler = leave_run };

	sigaction(SIGUSR1, &sa, NULL);
	for (u64 i = 0; i < NR_KINDS; i++)
		turned_off(i);
}

/*
 * KVM_REG_ARM_SMCCC_ARCH_WORKAROUND_*: not available, available, not required; 2 has "unknown" in
 * front.
 */
static s64 workaround(struct vcpu *vcpu, unsigned int n)
{
	static const s64 answers[] = { -1, 0, 1 }, answers_2[] = { -1, -1, 0, -2 };
	u64 level = reg_read(vcpu, KVM_REG_ARM_FW_REG(n));

	return n == 2 ? answers_2[level & 3] : answers[level & 3];
}

static void check_features(bool pv_time)
{
	struct vm *vm = vm_new(1, guest_features, 0);
	struct vcpu *vcpu = &vm->vcpu[0];
	s64 want[ARRAY_SIZE(asked)] = { 0, 0, workaround(vcpu, 1), workaround(vcpu, 2), workaround(vcpu, 3),
					pv_time ? 0 : -1, -1, -1 };

	reg_write(vcpu, KVM_REG_ARM_STD_HYP_BMAP, pv_time);
	for (unsigned int i = 0; i < ARRAY_SIZE(asked); i++) {
		struct ucall uc = vcpu_ucall(vcpu);

		CHECK(uc.cmd == UCALL_SYNC && uc.a == asked[i] && (s64)uc.b == want[i],
		      "%#x: %ld, want %ld", asked[i], (s64)uc.b, want[i]);
	}
	vcpu_finish(vcpu);
}

static void features(void)
{
	check_features(true);
	check_features(false);
}

static void *run_forever(void *vcpu)
{
	vcpu_finish(vcpu);
	return NULL;
}

static void sgis(void)
{
	struct vm *vm = new_vm(3, guest_sender, 40);
	pthread_t thread;

	for (unsigned int i = 1; i < 3; i++)
		REQUIRE_EQ(pthread_create(&thread, NULL, run_forever, &vm->vcpu[i]), 0);
	vcpu_finish(&vm->vcpu[0]);
}

static const struct ktap_case cases[] = {
	{ "values, also after a move", values },
	{ "a signal ends the run", signals, 60 },
	{ "stops at any point, one after the other", stops, 60 },
	{ "a request stops the run", requests },
	{ "a step over each", steps },
	{ "a guest's own step over each", own_steps },
	{ "SMCCC_ARCH_FEATURES", features },
	{ "SGIs reach whoever they are for", sgis },
};
KTAP_MAIN(cases)
