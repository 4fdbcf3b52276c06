// SPDX-License-Identifier: GPL-2.0-only
/*
 * Registers stay whose they are. Proves:
 *  - the guest's x0 to x30, sp, V0 to V31, FPSR, FPCR and EL1 registers are
 *    kept over every kind of exit
 *  - so they are with two vCPUs, and two VMs, in turn on one CPU, and when
 *    each run is on another CPU
 *  - the host's FP/SIMD registers are kept over KVM_RUN; those of a thread
 *    beside it, with SVE, pointer authentication key, TPIDR_EL0 and counter,
 *    as well
 */
#include <pthread.h>
#include <sched.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "lib/regs.h"
#include "lib/vm.h"

#ifndef HWCAP_PACA
#define HWCAP_PACA	(1 << 30)
#endif

#define MMIO		(MMIO_BASE + 0x2000)
#define MMIO_VALUE	0x1122334455667788ul
#define FRESH		DATA_BASE	/* memory of its own, first touched by an event */
#define FRESH_PAGES	256		/* for each vCPU */

/* --- the guest --- */

/* In use, so only looked at. */
#define FOR_LIVE_REGS(X) \
	X(ttbr0_el1, 0) X(tcr_el1, 0) X(mair_el1, 0) X(vbar_el1, 0) \
	X(sctlr_el1, 0) X(cpacr_el1, 0) X(mpidr_el1, 0) X(midr_el1, 0) \
	X(cntv_ctl_el0, 0) X(cntp_ctl_el0, 0)
/* The five pointer authentication keys. */
#define FOR_KEYS(X) \
	X(s3_0_c2_c1_0, 0x11) X(s3_0_c2_c1_1, 0x22) X(s3_0_c2_c1_2, 0x33) \
	X(s3_0_c2_c1_3, 0x44) X(s3_0_c2_c2_0, 0x55) X(s3_0_c2_c2_1, 0x66) \
	X(s3_0_c2_c2_2, 0x77) X(s3_0_c2_c2_3, 0x88) X(s3_0_c2_c3_0, 0x99) \
	X(s3_0_c2_c3_1, 0xaa)

struct el1_regs {
#define X(reg, v) u64 reg;
	FOR_EL1_REGS(X) FOR_LIVE_REGS(X) FOR_KEYS(X)
#undef X
};

static bool with_keys;

/*
 * What a register holds is read right after it is written: the next access
 * may be an exit already.
 */
static void el1_write(u64 seed, struct el1_regs *held)
{
#define X(reg, v) msr(reg, (v) ^ (seed << 12 & 0xff000)); isb(); held->reg = mrs(reg);
	FOR_EL1_REGS(X)
	if (with_keys) {
		FOR_KEYS(X)
	}
#undef X
#define X(reg, v) held->reg = mrs(reg);
	FOR_LIVE_REGS(X)
#undef X
}

static void el1_read(struct el1_regs *r)
{
#define X(reg, v) r->reg = mrs(reg);
	FOR_EL1_REGS(X) FOR_LIVE_REGS(X)
	if (with_keys) {
		FOR_KEYS(X)
	}
#undef X
}

static void compare_el1(u64 event)
{
	static struct el1_regs now[2];
	extern struct el1_regs el1_before[2];
	const struct el1_regs *before = &el1_before[guest_cpu()];

	el1_read(&now[guest_cpu()]);
#define X(reg, v) if (now[guest_cpu()].reg != before->reg) \
		guest_ucall(UCALL_FAIL, (u64)#reg, event, now[guest_cpu()].reg, before->reg);
	FOR_EL1_REGS(X) FOR_LIVE_REGS(X)
	if (with_keys) {
		FOR_KEYS(X)
	}
#undef X
}

struct el1_regs el1_before[2];

/* What of x0 to x3 the event changes, and to what. */
static void expect(struct all_regs *want, const struct all_regs *got, u64 event)
{
	if (event == EVENT_HVC || event == EVENT_SMC) {
		want->x[0] = ~0ul;
		for (int i = 1; i < 4; i++)
			want->x[i] = got->x[i];
	}
	if (event == EVENT_LOAD)
		want->x[1] = want->x[0] == MMIO ? MMIO_VALUE : 0;
	if (event == EVENT_IDREG)
		want->x[0] = mrs(id_aa64pfr0_el1);
	if (event == EVENT_SPIN)
		want->x[1] = 0;
	want->x[30] = got->x[30];	/* the event's address */
}

static void one_event(u64 event, u64 seed, u64 address)
{
	struct all_regs in, out;

	regs_fill(&in, seed);
	in.x[0] = in.x[1] = 0x12345678;
	if (event == EVENT_LOAD || event == EVENT_STORE)
		in.x[0] = address;
	if (event == EVENT_SPIN)
		in.x[1] = 200000;
	el1_write(seed, &el1_before[guest_cpu()]);
	regs_event(&in, &out, event);
	compare_el1(event);
	expect(&in, &out, event);
	for (int i = 0; i < 31; i++)
		if (in.x[i] != out.x[i])
			guest_ucall(UCALL_FAIL, (u64)"a general register", event << 32 | i,
				    out.x[i], in.x[i]);
	for (int i = 0; i < 64; i++)
		if (in.v[i / 2][i % 2] != out.v[i / 2][i % 2])
			guest_ucall(UCALL_FAIL, (u64)"a V register", event << 32 | i,
				    out.v[i / 2][i % 2], in.v[i / 2][i % 2]);
	GUEST_EQ(out.fpsr, in.fpsr);
	GUEST_EQ(out.fpcr, in.fpcr);
}

/* arg: a number of its own in the high half, turns in the low. */
static void guest_events(u64 arg)
{
	u64 who = arg >> 32, turns = arg & 0xffffffff;

	for (u64 i = 0; i < turns; i++) {
		u64 seed = who * 37 + i * 11 + 1;

		one_event(EVENT_NONE, seed, 0);
		one_event(EVENT_HVC, seed + 1, 0);
		one_event(EVENT_SMC, seed + 2, 0);
		one_event(EVENT_LOAD, seed + 3, MMIO);
		one_event(EVENT_STORE, seed + 4, MMIO);
		one_event(EVENT_WFE, seed + 5, 0);
		one_event(EVENT_IDREG, seed + 6, 0);
		one_event(EVENT_LOAD, seed + 7, FRESH + (who * FRESH_PAGES + i) * PAGE);
		one_event(EVENT_STORE, seed + 8, FRESH + (who * FRESH_PAGES + i) * PAGE);
		if (i % 8 == 0)
			one_event(EVENT_SPIN, seed + 9, 0);
		/* WFI has something to wake up for: the host's raised line. */
		one_event(EVENT_WFI, seed + 10, 0);
		GUEST_SYNC(i, 0);
	}
}

static u64 events_arg(u64 who, u64 turns)
{
	return who << 32 | turns;
}

/* --- the host --- */

/* One exit; false when the guest is done. */
static bool step(struct vcpu *vcpu)
{
	struct ucall uc;
	u64 value = MMIO_VALUE;
	int ret = vcpu_run(vcpu);

	if (ret == -EINTR)
		return true;
	REQUIRE_EQ(ret, 0);
	REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
	if (vcpu_is_ucall(vcpu, &uc)) {
		if (uc.cmd == UCALL_FAIL)
			ktap_fail("guest", 0, "vCPU %u event %lu index %lu: %s is %#lx, want %#lx",
				  vcpu->id, uc.b >> 32 ? uc.b >> 32 : uc.b, uc.b & 0xffff,
				  (char *)uc.a, uc.c, uc.d);
		REQUIRE(uc.cmd != UCALL_EXCEPTION, "ESR %#lx PC %#lx", uc.b, uc.c);
		return uc.cmd == UCALL_SYNC;
	}
	REQUIRE_EQ(vcpu->run->mmio.phys_addr, MMIO);
	memcpy(vcpu->run->mmio.data, &value, 8);
	return true;
}

static bool keys_offered(void)
{
	return kvm_cap(KVM_CAP_ARM_PTRAUTH_ADDRESS) && kvm_cap(KVM_CAP_ARM_PTRAUTH_GENERIC);
}

static struct vm *events_vm(unsigned int n, u64 who, u64 turns)
{
	u32 keys = 1u << KVM_ARM_VCPU_PTRAUTH_ADDRESS | 1u << KVM_ARM_VCPU_PTRAUTH_GENERIC;
	u64 size = 8 * FRESH_PAGES * PAGE;
	struct vm *vm;

	with_keys = keys_offered();
	vm = vm_new_features(n, with_keys ? keys : 0, guest_events, events_arg(who, turns));
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, FRESH, size, vm_alloc(size, PAGE)), 0);
	for (unsigned int i = 1; i < n; i++)
		vcpu_start(&vm->vcpu[i], guest_events, events_arg(who + i, turns));
	for (unsigned int i = 0; i < n; i++)
		REQUIRE_EQ(vcpu_irq(&vm->vcpu[i], KVM_ARM_IRQ_CPU_IRQ, true), 0);
	return vm;
}

static void one_vcpu(void)
{
	struct vm *vm = events_vm(1, 0, ktap_times(48));

	while (step(&vm->vcpu[0]))
		;
}

/* Exit by exit in turn, on one CPU or each on the next. */
static void in_turn(struct vcpu *a, struct vcpu *b, bool migrate)
{
	bool more = true;

	pin_to(0);
	for (unsigned int i = 0; more; i++) {
		if (migrate)
			pin_to(i % nr_cpus());
		more = step(a);
		if (migrate && i % 3)
			pin_to((i + 1) % nr_cpus());
		more |= step(b);
	}
}

static void two_vcpus(void)
{
	struct vm *vm = events_vm(2, 0, ktap_times(32));

	in_turn(&vm->vcpu[0], &vm->vcpu[1], false);
}

static void two_vms(void)
{
	struct vm *a = events_vm(1, 0, ktap_times(32)), *b = events_vm(1, 1, ktap_times(32));

	in_turn(&a->vcpu[0], &b->vcpu[0], false);
}

static void two_vcpus_migrating(void)
{
	struct vm *vm = events_vm(2, 0, ktap_times(32));

	in_turn(&vm->vcpu[0], &vm->vcpu[1], true);
}

static void two_vms_migrating(void)
{
	struct vm *a = events_vm(1, 0, ktap_times(32)), *b = events_vm(1, 1, ktap_times(32));

	in_turn(&a->vcpu[0], &b->vcpu[0], true);
}

static void *run_to_end(void *arg)
{
	struct vcpu *vcpu = arg;

	while (step(vcpu))
		;
	return NULL;
}

/* More vCPU threads than CPUs: the scheduler switches inside of KVM_RUN. */
static void threads(void)
{
	struct vm *a = events_vm(2, 0, ktap_times(40)), *b = events_vm(2, 2, ktap_times(40));
	struct vcpu *vcpus[] = { &a->vcpu[0], &a->vcpu[1], &b->vcpu[0], &b->vcpu[1] };
	pthread_t thread[4];

	for (int i = 0; i < 4; i++)
		pthread_create(&thread[i], NULL, run_to_end, vcpus[i]);
	for (int i = 0; i < 4; i++)
		pthread_join(thread[i], NULL);
}

/* What the guest leaves in the registers is what ONE_REG shows. */
static void guest_leave(u64 arg)
{
	static struct all_regs in, out;

	regs_fill(&in, 99);
	in.x[0] = MMIO;
	regs_event(&in, &out, EVENT_STORE);
}

static void seen_by_host(void)
{
	struct vm *vm = vm_new(1, guest_leave, 0);
	struct vcpu *vcpu = &vm->vcpu[0];
	struct all_regs want;
	u64 v[2];

	regs_fill(&want, 99);
	want.x[0] = MMIO;
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
	for (int i = 0; i < 30; i++)
		CHECK(reg_read(vcpu, REG_X(i)) == want.x[i], "x%d", i);
	for (int i = 0; i < 32; i++) {
		REQUIRE_EQ(reg_get(vcpu->fd, REG_V(i), v), 0);
		CHECK(memcmp(v, want.v[i], 16) == 0, "v%d", i);
	}
	CHECK_EQ(reg_read(vcpu, REG_FPSR), want.fpsr);
	CHECK_EQ(reg_read(vcpu, REG_FPCR), want.fpcr);
}

/* --- the host's own registers --- */

static void guest_dirty(u64 arg)
{
	static struct all_regs in, out;

	for (u64 i = 0; i < arg; i++) {
		regs_fill(&in, i + 1000);
		in.x[0] = MMIO;
		el1_write(i, &el1_before[0]);
		regs_event(&in, &out, EVENT_LOAD);
		in.x[1] = 300000;
		regs_event(&in, &out, EVENT_SPIN);
	}
}

static void host_fp(void)
{
	struct vm *vm = vm_new(1, guest_dirty, 40);
	struct vcpu *vcpu = &vm->vcpu[0];
	struct all_regs in, out;
	struct ucall uc;

	do {
		static u64 seed = 3;

		regs_fill(&in, seed++);
		in.x[0] = vcpu->fd;
		in.x[1] = KVM_RUN;
		in.x[2] = 0;
		in.x[8] = SYS_ioctl;
		regs_event(&in, &out, EVENT_SYSCALL);
		REQUIRE((s64)out.x[0] == 0 || (s64)out.x[0] == -EINTR, "%ld", out.x[0]);
		for (int i = 1; i < 30; i++)
			CHECK(in.x[i] == out.x[i], "x%d", i);
		for (int i = 0; i < 64; i++)
			CHECK(in.v[i / 2][i % 2] == out.v[i / 2][i % 2], "v%d", i / 2);
		CHECK_EQ(in.fpsr, out.fpsr);
		CHECK_EQ(in.fpcr, out.fpcr);
	} while (!vcpu_is_ucall(vcpu, &uc));
	CHECK_EQ(uc.cmd, UCALL_DONE);
}

static volatile bool guest_done;

static void *run_dirty(void *arg)
{
	struct vcpu *vcpu = arg;

	pin_to(0);
	while (step(vcpu))
		;
	guest_done = true;
	return NULL;
}

static void spin_for(u64 ticks)
{
	u64 start = mrs(cntvct_el0);

	while (mrs(cntvct_el0) - start < ticks)
		;
}

#define SVE_BYTES	(32 * 256 + 17 * 32)

/* Registers that the calling thread has to itself, with no system call. */
static void beside(bool sve, bool pac)
{
	static u8 in[SVE_BYTES] __attribute__((aligned(16))), out[SVE_BYTES];
	u64 tls = mrs(tpidr_el0), vl = sve ? sve_vl() : 0, signed_ptr = 0, last = 0;
	u64 hz = mrs(cntfrq_el0);
	static struct all_regs fin, fout;

	if (pac)
		signed_ptr = pac_sign((u64)in, 1234);
	for (unsigned int round = 0; !guest_done; round++) {
		u64 now = mrs(cntvct_el0);

		CHECK(!last || (now >= last && now - last < 1000 * hz), "%#lx, %#lx", last, now);
		last = now;
		CHECK_EQ(mrs(tpidr_el0), tls);
		if (pac)
			CHECK_EQ(pac_sign((u64)in, 1234), signed_ptr);
		if (sve) {
			CHECK_EQ(sve_vl(), vl);
			/* FFR holds only contiguous ones from the bottom. */
			for (unsigned int i = 0; i < SVE_BYTES; i++)
				in[i] = i * 7 + round;
			memset(in + 32 * vl + 16 * vl / 8, 0xff, vl / 8);
			sve_load(in);
			spin_for(hz / 200);
			sve_store(out);
			CHECK(memcmp(in, out, 32 * vl + 17 * vl / 8) == 0, "SVE registers");
		}
		regs_fill(&fin, round);
		fin.x[1] = 500000;
		regs_event(&fin, &fout, EVENT_SPIN);
		CHECK(memcmp(fin.v, fout.v, sizeof(fin.v)) == 0, "V registers");
		CHECK_EQ(fin.fpcr, fout.fpcr);
		CHECK_EQ(fin.fpsr, fout.fpsr);
	}
}

static void host_beside(void)
{
	bool sve = getauxval(AT_HWCAP) & 1 << 22, pac = getauxval(AT_HWCAP) & HWCAP_PACA;
	u32 keys = 1u << KVM_ARM_VCPU_PTRAUTH_ADDRESS | 1u << KVM_ARM_VCPU_PTRAUTH_GENERIC;
	struct vm *vm;
	pthread_t thread;

	ktap_note("SVE %d, pointer authentication %d", sve, pac);
	with_keys = keys_offered();
	vm = vm_new_features(1, with_keys ? keys : 0, guest_dirty, 300);
	pin_to(0);
	pthread_create(&thread, NULL, run_dirty, &vm->vcpu[0]);
	beside(sve, pac);
	pthread_join(thread, NULL);
}

static const struct ktap_case cases[] = {
	{ "over every kind of exit", one_vcpu },
	{ "two vCPUs in turn on one CPU", two_vcpus },
	{ "two VMs in turn on one CPU", two_vms },
	{ "two vCPUs, each run on another CPU", two_vcpus_migrating },
	{ "two VMs, each run on another CPU", two_vms_migrating },
	{ "more threads than CPUs", threads },
	{ "guest registers as the host sees them", seen_by_host },
	{ "host FP registers over KVM_RUN", host_fp },
	{ "host thread beside a guest", host_beside },
};
KTAP_MAIN(cases)
