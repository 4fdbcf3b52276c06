// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a vCPU may leave in a CPU when it goes to user space: EL1 registers,
 * FP/SIMD, list registers and the GIC's CPU interface, timers, breakpoints.
 * Each guest has values of its own everywhere, goes to user space with them
 * live, and finds them again. Proves that nothing of it is lost, or seen by
 * another
 *  - with two VMs in turn on one CPU, and with each run on another CPU
 *  - with two vCPUs of a VM that take each other's CPU at each entry
 *  - when the CPU that holds the state goes offline: for the guest, and for
 *    the host that reads the registers
 *  - a memory copy that began on a CPU that does it the other way
 *  - for FP/SIMD, with two guests and two programs of the host that share
 *    and change CPUs
 */
#include <pthread.h>
#include <string.h>
#include <unistd.h>
#include "lib/gic2.h"
#include "lib/regs.h"

#define MMIO	(MMIO_BASE + 0x800000)
#define ROUNDS	24
#define NR_CPU	2

/* --- the guest --- */

/* A value: seed in bits 12 to 19 of it. Written last are those that the next functions choose. */
#define FOR_ALL(X) FOR_EL1_REGS(X) \
	X(dbgbvr0_el1, 0) X(dbgbcr0_el1, 0) X(dbgbvr1_el1, 0) X(dbgwvr0_el1, 0) X(dbgwcr0_el1, 0) \
	X(cntv_ctl_el0, 0) X(cntp_ctl_el0, 0)

struct state {
#define X(reg, v) u64 reg;
	FOR_ALL(X)
#undef X
	u64 gic[4];	/* priority mask, binary point, running priority, highest pending */
};

static struct state want[NR_CPU], got[NR_CPU];

/*
 * Breakpoints for user space only, of which there is none; in every second round they are in use.
 */
static void debug_write(u64 seed)
{
	msr(oslar_el1, 0);
	msr(dbgbvr0_el1, 0x1000 + seed * 16);
	msr(dbgbcr0_el1, 0x1e5);
	msr(dbgbvr1_el1, 0x2000 + seed * 16);
	msr(dbgwvr0_el1, 0x3000 + seed * 16);
	msr(dbgwcr0_el1, 0x15 + (seed % 255 + 1) * 32);
	msr(mdscr_el1, seed & 1 ? 1 << 15 : 0);
}

/* Far in the future, or masked. */
static void timers_write(u64 seed)
{
	msr(cntv_cval_el0, (0x7000ul << 48) + seed);
	msr(cntp_cval_el0, (0x6000ul << 48) + seed);
	msr(cntv_ctl_el0, 1 + seed % 3);
	msr(cntp_ctl_el0, 1 + (seed + 1) % 3);
}

static u64 active(u64 seed) { return seed % 8; }
static u64 pending(u64 seed) { return 8 + seed / 3 % 8; }

/* What both kinds of GIC have. */
static bool gicv2;

static void gic_mask(u64 priority)
{
	if (gicv2)
		gicc_write(GICC_PMR, priority);
	else
		icc_write(ICC_PMR, priority);
}

static void gic_sgi_self(u64 intid)
{
	if (gicv2)
		mmio_write32(GICD + GIC_SGIR, 2 << 24 | intid);
	else
		icc_write(ICC_SGI1R, intid << 24 | 1 << guest_cpu());
}

static u64 gic_ack(void)
{
	return gicv2 ? gicc_read(GICC_IAR) & 0x3ff : icc_read(ICC_IAR1);
}

/* SGIs of a GICv2 also name the sender. */
static void gic_eoi(u64 intid)
{
	if (gicv2)
		gicc_write(GICC_EOIR, intid | guest_cpu() << 10);
	else
		icc_write(ICC_EOIR1, intid);
}

static void gic_read(u64 *r)
{
	if (gicv2) {
		for (unsigned int i = 0; i < 4; i++)
			r[i] = gicc_read((u64[]){ GICC_PMR, GICC_BPR, GICC_RPR, GICC_HPPIR }[i]);
		return;
	}
	r[0] = icc_read(ICC_PMR);
	r[1] = icc_read(ICC_BPR1);
	r[2] = icc_read(ICC_RPR);
	r[3] = icc_read(ICC_HPPIR1);
}

static void gic_on(void)
{
	if (!gicv2) {
		gic_enable(64, true);
		return;
	}
	mmio_write32(GICD_CTLR, 1);
	mmio_write32(GICD + GIC_ISENABLER, ~0u);
	gicc_write(GICC_CTLR, 1);
}

/* One SGI is active, a less urgent one is pending. */
static void gic_begin(u64 seed)
{
	u64 sgis = gicv2 ? GICD : GICR_BASE + GICR_SIZE * guest_cpu() + GICR_SGI;

	mmio_write8(sgis + GIC_IPRIORITYR + active(seed), 0x10 + seed % 8 * 8);
	mmio_write8(sgis + GIC_IPRIORITYR + pending(seed), 0x80 + seed % 7 * 8);
	gic_mask(0xf0);
	if (gicv2)
		gicc_write(GICC_BPR, 2 + seed % 4);
	else
		icc_write(ICC_BPR1, seed % 4);
	gic_sgi_self(active(seed));
	GUEST_EQ(gic_ack(), active(seed));
	gic_sgi_self(pending(seed));
	gic_mask(0xc0 + seed % 6 * 8);
}

static void gic_end(u64 seed)
{
	gic_eoi(active(seed));
	GUEST_EQ(gic_ack(), pending(seed));
	gic_eoi(pending(seed));
	GUEST_EQ(gic_ack(), 1023);
}

static void read_all(struct state *s)
{
#define X(reg, v) s->reg = mrs(reg);
	FOR_ALL(X)
#undef X
	gic_read(s->gic);
}

static void compare(unsigned int cpu)
{
	read_all(&got[cpu]);
#define X(reg, v) if (got[cpu].reg != want[cpu].reg) \
		guest_ucall(UCALL_FAIL, (u64)#reg, cpu, got[cpu].reg, want[cpu].reg);
	FOR_ALL(X)
#undef X
	for (unsigned int i = 0; i < 4; i++)
		if (got[cpu].gic[i] != want[cpu].gic[i])
			guest_ucall(UCALL_FAIL, (u64)"a register of the GIC", cpu, got[cpu].gic[i],
				    want[cpu].gic[i]);
}

/* Into user space and back with V0 to V31 filled. */
static void leave(u64 seed)
{
	struct all_regs in, out;

	regs_fill(&in, seed);
	in.x[0] = MMIO;
	regs_event(&in, &out, EVENT_STORE);
	for (unsigned int i = 0; i < 64; i++)
		GUEST_EQ(out.v[i / 2][i % 2], in.v[i / 2][i % 2]);
	GUEST_EQ(out.fpcr, in.fpcr);
}

static void one_round(u64 seed)
{
	unsigned int cpu = guest_cpu();

	gic_begin(seed);
#define X(reg, v) msr(reg, (v) ^ (seed << 12 & 0xff000));
	FOR_EL1_REGS(X)
#undef X
	debug_write(seed);
	timers_write(seed);
	isb();
	read_all(&want[cpu]);
	leave(seed);
	compare(cpu);
	gic_end(seed);
}

/* who: 0 to 7 */
static void guest_state(u64 who)
{
	gic_on();
	for (u64 i = 0; i < ROUNDS; i++)
		one_round(i * 8 + who);
}

/* --- the host --- */

static struct vm *new_vm(unsigned int n, u64 who)
{
	struct kvm_create_device test = { .type = KVM_DEV_TYPE_ARM_VGIC_V2, .flags = KVM_CREATE_DEVICE_TEST };
	struct vm *vm = vm_new(0, NULL, 0);

	gicv2 = kvm(vm->fd, KVM_CREATE_DEVICE, &test) == 0;
	vm_free(vm);
	vm = vm_new(n, guest_state, who);
	if (gicv2)
		gic2_new(vm, 256);
	else
		gic_new(vm, 64);
	for (unsigned int i = 1; i < n; i++)
		vcpu_start(&vm->vcpu[i], guest_state, who + i);
	return vm;
}

/* To user space with everything live; false: the guest is done. */
static bool step(struct vcpu *vcpu)
{
	struct ucall uc;
	int ret;

	do {
		ret = vcpu_run(vcpu);
	} while (ret == -EINTR);
	REQUIRE_EQ(ret, 0);
	REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
	if (!vcpu_is_ucall(vcpu, &uc)) {
		REQUIRE_EQ(vcpu->run->mmio.phys_addr, MMIO);
		return true;
	}
	REQUIRE(uc.cmd != UCALL_FAIL, "vCPU %u (%lu): %s is %#lx, want %#lx", vcpu->id, uc.b, (char *)uc.a,
		uc.c, uc.d);
	REQUIRE_EQ(uc.cmd, UCALL_DONE);
	return false;
}

static void in_turn(bool move)
{
	struct vm *a = new_vm(1, 0), *b = new_vm(1, 1);
	bool more = true;

	pin_to(0);
	for (unsigned int i = 0; more; i++) {
		if (move)
			pin_to(i % nr_cpus());
		more = step(&a->vcpu[0]);
		if (move && i % 3)
			pin_to((i + 1) % nr_cpus());
		more |= step(&b->vcpu[0]);
	}
}

static void one_cpu(void)
{
	in_turn(false);
}

static void other_cpus(void)
{
	in_turn(true);
}

static void *run_swapping(void *arg)
{
	struct vcpu *vcpu = arg;
	unsigned int i = vcpu->id;

	do {
		pin_to(i++ % nr_cpus());
	} while (step(vcpu));
	return NULL;
}

static void swapped(void)
{
	struct vm *vm = new_vm(NR_CPU, 2);
	pthread_t thread;

	REQUIRE_EQ(pthread_create(&thread, NULL, run_swapping, &vm->vcpu[1]), 0);
	run_swapping(&vm->vcpu[0]);
	pthread_join(thread, NULL);
}

/* As the host reads them. */
static void check_registers(struct vm *vm, u64 seed)
{
	struct vcpu *vcpu = &vm->vcpu[0];
	struct state *s = &vm_shared(vm, want)[0][0];
	struct all_regs regs;
	u64 v[2];

	CHECK_EQ(reg_read(vcpu, REG_SYS(3, 0, 13, 0, 4)), s->tpidr_el1);
	CHECK_EQ(reg_read(vcpu, REG_SYS(3, 0, 2, 0, 1)), s->ttbr1_el1);
	CHECK_EQ(reg_read(vcpu, REG_SYS(3, 0, 6, 0, 0)), s->far_el1);
	CHECK_EQ(reg_read(vcpu, REG_SYS(3, 0, 7, 4, 0)), s->par_el1);
	CHECK_EQ(reg_read(vcpu, REG_SYS(2, 0, 0, 0, 4)), s->dbgbvr0_el1);
	CHECK_EQ(reg_read(vcpu, KVM_REG_ARM_TIMER_CVAL), s->cntv_cval_el0);
	regs_fill(&regs, seed);
	REQUIRE_EQ(reg_get(vcpu->fd, REG_V(31), v), 0);
	CHECK(!memcmp(v, regs.v[31], 16), "V31");
}

/*
 * The CPU that holds a's state goes; a goes on elsewhere, or there when it came back, where b has
 * been.
 */
static void offline(void)
{
	struct vm *a = new_vm(1, 4), *b = new_vm(1, 5);

	if (nr_cpus() < 2 || !set_cpu_online(1, false))
		ktap_skip("CPU 1 cannot be taken off");
	REQUIRE(set_cpu_online(1, true));
	for (u64 i = 0; i < 8; i++) {
		REQUIRE(pin_to(1));
		REQUIRE(step(&a->vcpu[0]));
		REQUIRE(pin_to(0));
		REQUIRE(set_cpu_online(1, false));
		if (i & 1)
			check_registers(a, i * 8 + 4);
		if (i & 2)
			REQUIRE(step(&b->vcpu[0]));
		REQUIRE(set_cpu_online(1, true));
		if (i & 4)
			REQUIRE(pin_to(1));
		REQUIRE(step(&b->vcpu[0]));
	}
	while (step(&a->vcpu[0]) | step(&b->vcpu[0]))
		;
}

/* --- FP/SIMD --- */

static u64 stop_guests;
static volatile bool stop;

/* Mostly in one KVM_RUN, so that the host's programs run within it. */
static void guest_fp(u64 who)
{
	struct all_regs in, out;

	for (u64 i = 0; !load_acquire(&stop_guests); i++) {
		static const u64 events[] = { EVENT_SPIN, EVENT_HVC, EVENT_SPIN, EVENT_IDREG };
		u64 event = i % 128 ? events[i % ARRAY_SIZE(events)] : EVENT_STORE;

		regs_fill(&in, i * 4 + who);
		in.x[0] = event == EVENT_STORE ? MMIO : 0x12345678;
		in.x[1] = 20000;
		regs_event(&in, &out, event);
		for (unsigned int n = 0; n < 64; n++)
			GUEST_EQ(out.v[n / 2][n % 2], in.v[n / 2][n % 2]);
		GUEST_EQ(out.fpcr, in.fpcr);
		GUEST_EQ(out.fpsr, in.fpsr);
	}
}

static void *run_guest_fp(void *vcpu)
{
	while (step(vcpu))
		;
	return NULL;
}

/* The host's own: a system call now and then. */
static void *run_host_fp(void *arg)
{
	struct all_regs in, out;
	u64 who = (u64)arg;

	for (u64 i = 0; !stop; i++) {
		regs_fill(&in, i * 4 + who);
		in.x[1] = 20000;
		regs_event(&in, &out, EVENT_SPIN);
		CHECK(!memcmp(in.v, out.v, sizeof(in.v)), "host %lu: V registers", who);
		CHECK_EQ(in.fpcr, out.fpcr);
		if (i % 4 == who)
			usleep(1);
	}
	return NULL;
}

/* All on one CPU, on another, or in two pairs. */
static void place(const pthread_t *threads, unsigned int turn)
{
	for (unsigned int i = 0; i < 4; i++) {
		cpu_set_t set;

		CPU_ZERO(&set);
		CPU_SET((turn & 1 ? turn >> 1 & 1 : turn >> (1 + i % 2) & 1) % nr_cpus(), &set);
		pthread_setaffinity_np(threads[i], sizeof(set), &set);
	}
}

static void fp(void)
{
	struct vm *vm[2] = { vm_new(1, guest_fp, 0), vm_new(1, guest_fp, 1) };
	pthread_t threads[4];

	for (u64 i = 0; i < 2; i++) {
		REQUIRE_EQ(pthread_create(&threads[i], NULL, run_guest_fp, &vm[i]->vcpu[0]), 0);
		REQUIRE_EQ(pthread_create(&threads[2 + i], NULL, run_host_fp, (void *)(2 + i)), 0);
	}
	for (unsigned int turn = 0; turn < 80; turn++) {
		place(threads, turn);
		usleep(7000);
	}
	stop = true;
	for (unsigned int i = 0; i < 2; i++)
		store_release(vm_shared(vm[i], stop_guests), 1);
	for (unsigned int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}

static u8 from[4096], to[4096];
static u64 faults;

static void count_fault(struct guest_regs *regs)
{
	faults++;
	regs->pc += 8;
}

/*
 * The main part of a copy, in the form that it has on CPUs of one option: PSTATE.C says
 * which. In the other one's this CPU cannot go on, and begins anew.
 */
static void guest_copies(u64 c)
{
	u64 dst = (u64)to, src = (u64)from, n = sizeof(from);

	for (unsigned int i = 0; i < sizeof(from); i++)
		from[i] = i * 7 + c;
	guest_on(VEC_SYNC, count_fault);
	asm volatile(".arch armv8.7-a+mops\n"
		     "	msr	nzcv, %3\n"
		     "	b	2f\n"
		     "	cpyfp	[%0]!, [%1]!, %2!\n"
		     "2:	cpyfm	[%0]!, [%1]!, %2!\n"
		     "	cpyfe	[%0]!, [%1]!, %2!"
		     : "+&r"(dst), "+&r"(src), "+&r"(n) : "r"(c << 29) : "memory", "cc");
	GUEST_EQ(faults, 0);
	for (unsigned int i = 0; i < sizeof(from); i++)
		GUEST_EQ(to[i], from[i]);
	GUEST_EQ(n, 0);
}

/* Option A's form has the ends of both, and the size negative. */
static void guest_copies_a(u64 unused)
{
	u64 dst = (u64)to + sizeof(to), src = (u64)from + sizeof(from), n = -(u64)sizeof(from);

	for (unsigned int i = 0; i < sizeof(from); i++)
		from[i] = i * 11;
	guest_on(VEC_SYNC, count_fault);
	asm volatile(".arch armv8.7-a+mops\n"
		     "	msr	nzcv, xzr\n"
		     "	b	2f\n"
		     "	cpyfp	[%0]!, [%1]!, %2!\n"
		     "2:	cpyfm	[%0]!, [%1]!, %2!\n"
		     "	cpyfe	[%0]!, [%1]!, %2!"
		     : "+&r"(dst), "+&r"(src), "+&r"(n) :: "memory", "cc");
	GUEST_EQ(faults, 0);
	for (unsigned int i = 0; i < sizeof(from); i++)
		GUEST_EQ(to[i], from[i]);
}

/* Of both forms this CPU has one; the other is one of a CPU where it began. */
static void copies(void)
{
	struct vm *vm = vm_new(1, guest_copies, 1);
	u64 isar2;

	REQUIRE_EQ(reg_get(vm->vcpu[0].fd, REG_SYS(3, 0, 0, 6, 2), &isar2), 0);
	if (!(isar2 >> 16 & 0xf))
		ktap_skip("no FEAT_MOPS");
	vcpu_finish(&vm->vcpu[0]);
	vcpu_finish(&vm_new(1, guest_copies_a, 0)->vcpu[0]);
}

static const struct ktap_case cases[] = {
	{ "two VMs in turn on one CPU", one_cpu, 60 },
	{ "two VMs, each run on another CPU", other_cpus, 60 },
	{ "two vCPUs that swap CPUs", swapped, 60 },
	{ "the CPU with the state goes offline", offline, 60 },
	{ "FP/SIMD of guests and programs", fp, 60 },
	{ "a copy that began on a CPU of the other option", copies },
};
KTAP_MAIN(cases)
