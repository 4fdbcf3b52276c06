// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's PMU, as the guest finds it (abi_pmu has what user space does). Proves:
 *  - there are N counters and no more; SW_INCR, chains, 32 and 64 bits
 *  - the cycle counter counts at the exception levels that its filter says, and
 *    where PMUSERENR_EL0 lets it EL0 reads it; not what a filter of user space denies
 *  - an overflow is an interrupt of the in-kernel GIC, or shows in
 *    device_irq_level without one, until the guest clears it
 *  - one thread's vCPUs each count what is theirs
 *  - a vCPU that goes on in another thread counts on; VMs come and go while
 *    theirs count, beside an event of the host's, which misses nothing
 *  - values are read in place, and as often as they are they do not go back
 *  - where CPUs have different PMUs, a vCPU does not run on one that has not the VM's
 */
#include <glob.h>
#include <linux/perf_event.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "lib/pmu.h"

#define CPU_CYCLES	0x11
#define CHAIN		0x1e

static void guest_once(u64 arg)
{
}

static bool undefined_after(u64 before)
{
	return guest_nr_sync == before + 1 && !(guest_last_esr >> 26);
}

#define GUEST_UNDEF(access) do { \
	u64 before_ = guest_nr_sync; \
	access; \
	isb(); \
	GUEST_ASSERT(undefined_after(before_)); \
	} while (0)

/* Five counters or more; n of them there are. */
static void guest_registers(u64 n)
{
	guest_on(VEC_SYNC, guest_skip_sync);
	GUEST_EQ(N(mrs(pmcr_el0)), n);
	msr(pmcntenset_el0, ~0u);
	GUEST_EQ(mrs(pmcntenset_el0), CYCLE | ((1u << n) - 1));
	msr(pmcntenclr_el0, 1);
	GUEST_EQ(mrs(pmcntenclr_el0), CYCLE | ((1u << n) - 2));
	msr(pmcntenclr_el0, ~0u);
	msr(pmintenset_el1, CYCLE | 1);
	msr(pmintenclr_el1, 1);
	GUEST_EQ(mrs(pmintenset_el1), CYCLE);
	msr(pmovsset_el0, 3);
	msr(pmovsclr_el0, 1);
	GUEST_EQ(mrs(pmovsset_el0), 2);
	GUEST_EQ(mrs(pmceid0_el0) & 1, 1);
	GUEST_EQ(mrs(pmceid0_el0) >> CHAIN & 1, 1);
	msr(pmevcntr1_el0, 0x1234);
	msr(pmselr_el0, 1);
	GUEST_EQ(mrs(pmxevcntr_el0), 0x1234);
	msr(pmxevtyper_el0, NOT_EL1 | 0x10);
	GUEST_EQ(mrs(pmevtyper1_el0), NOT_EL1 | 0x10);
	msr(pmselr_el0, 31);
	msr(pmxevtyper_el0, NOT_EL0);
	GUEST_EQ(mrs(pmccfiltr_el0), NOT_EL0);
	GUEST_EQ(guest_nr_sync, 0);

	msr(pmselr_el0, n);
	GUEST_UNDEF(mrs(pmxevcntr_el0));
	GUEST_UNDEF(mrs(pmxevtyper_el0));
	GUEST_UNDEF(mrs(pmevcntr30_el0));
	GUEST_UNDEF(msr(pmevtyper30_el0, 0));
	if (n < 5)
		GUEST_UNDEF(mrs(pmevcntr4_el0));
	GUEST_UNDEF(mrs(S3_3_C9_C12_4));		/* PMSWINC_EL0 */
	GUEST_UNDEF(msr(S3_3_C9_C12_6, 0));	/* PMCEID0_EL0 */
	msr(pmcr_el0, C | P);
	GUEST_EQ(mrs(pmevcntr1_el0), 0);
	GUEST_EQ(mrs(pmccntr_el0), 0);
	GUEST_EQ(mrs(pmcr_el0) & (C | P), 0);
}

static void registers(void)
{
	struct vcpu *vcpu = pmu_vcpu(guest_registers, 2);

	reg_write(vcpu, PMCR, 2ul << 11);
	vcpu_finish(vcpu);
	vcpu = &pmu_vm(1, guest_once, 0)->vcpu[0];
	vcpu = pmu_vcpu(guest_registers, N(reg_read(vcpu, PMCR)));
	vcpu_finish(vcpu);
}

/* Counts of software. arg: counters have 64 bits. */
static void guest_swinc(u64 is_long)
{
	msr(pmcr_el0, E | P);
	msr(pmevtyper0_el0, 0);
	msr(pmevtyper1_el0, CHAIN);
	msr(pmevtyper2_el0, 0);
	msr(pmcntenset_el0, 3);
	msr(pmovsclr_el0, ~0u);
	msr(pmswinc_el0, 5);
	msr(pmswinc_el0, 7);
	GUEST_EQ(mrs(pmevcntr0_el0), 2);
	GUEST_EQ(mrs(pmevcntr1_el0), 0);	/* counts chains */
	GUEST_EQ(mrs(pmevcntr2_el0), 0);	/* disabled */
	msr(pmevcntr0_el0, 0xffffffff);
	msr(pmswinc_el0, 1);
	GUEST_EQ(mrs(pmevcntr0_el0), is_long ? 1ul << 32 : 0);
	GUEST_EQ(mrs(pmevcntr1_el0), 1);
	GUEST_EQ(mrs(pmovsset_el0), 1);
	msr(pmevcntr0_el0, 0xffffffff);
	msr(pmevcntr1_el0, 0xffffffff);
	msr(pmswinc_el0, 1);
	GUEST_EQ(mrs(pmovsset_el0), 3);
	GUEST_EQ((u32)mrs(pmevcntr1_el0), 0);
	if (is_long) {
		msr(pmcr_el0, E | LP);
		msr(pmovsclr_el0, ~0u);
		msr(pmevcntr0_el0, 0xffffffff);
		msr(pmswinc_el0, 1);
		GUEST_EQ(mrs(pmovsset_el0), 0);
		msr(pmevcntr0_el0, ~0ul);
		msr(pmswinc_el0, 1);
		GUEST_EQ(mrs(pmevcntr0_el0), 0);
		GUEST_EQ(mrs(pmovsset_el0), 1);
	}
	msr(pmcr_el0, 0);
	msr(pmswinc_el0, 1);
	GUEST_ASSERT(mrs(pmevcntr0_el0) != 1);
	GUEST_EQ(mrs(pmcr_el0) & LP, 0);
}

static bool has_long(struct vcpu *vcpu)
{
	return (reg_read(vcpu, DFR0) >> 8 & 0xf) >= 6;
}

static void software(void)
{
	struct vcpu *vcpu = &pmu_vm(1, guest_once, 0)->vcpu[0];

	vcpu_finish(pmu_vcpu(guest_swinc, has_long(vcpu)));
}

static void spin(void)
{
	for (int i = 0; i < 20000; i++)
		isb();
}

static u64 spin_cycles(void)
{
	u64 from = mrs(pmccntr_el0);

	spin();
	return mrs(pmccntr_el0) - from;
}

/* EL2 or EL3, by the guest's ID_AA64PFR0_EL1. */
static bool has_el(unsigned int el)
{
	return mrs(id_aa64pfr0_el1) >> 4 * el & 0xf;
}

/* Which bits of a filter there are. */
static void guest_filters(u64 arg)
{
	u64 bits = NOT_EL1 | NOT_EL0 | (has_el(3) ? NSK | NSU | M : 0) | (has_el(2) ? NSH : 0);

	msr(pmccfiltr_el0, 0xff000000);
	GUEST_EQ(mrs(pmccfiltr_el0), bits);
	msr(pmevtyper0_el0, 0xff000000);
	GUEST_EQ(mrs(pmevtyper0_el0), bits);
}

/* With and without EL2 and EL3. */
static void filters(void)
{
	static const u64 levels[] = { 0, 1ul << 8, 1ul << 12, 1ul << 8 | 1ul << 12 };

	for (unsigned int i = 0; i < ARRAY_SIZE(levels); i++) {
		struct vcpu *vcpu = pmu_vcpu(guest_filters, 0);
		u64 val = (reg_read(vcpu, PFR0) & ~0xff00ul) | levels[i];

		if (!reg_set(vcpu->fd, PFR0, &val))
			vcpu_finish(vcpu);
	}
	vcpu_finish(pmu_vcpu(guest_filters, 0));
}

static void guest_cycles(u64 arg)
{
	u64 t;

	msr(pmcr_el0, E | C | LC);
	GUEST_EQ(spin_cycles(), 0);		/* not enabled */
	msr(pmcntenset_el0, CYCLE);
	isb();
	GUEST_ASSERT(spin_cycles() > 1000);
	t = mrs(pmccntr_el0);
	msr(pmcr_el0, LC);
	isb();
	GUEST_EQ(spin_cycles(), 0);
	GUEST_ASSERT(mrs(pmccntr_el0) >= t);
	msr(pmcr_el0, E | LC);
	msr(pmccntr_el0, 1ul << 40);
	isb();
	GUEST_ASSERT(spin_cycles() > 1000);
	t = mrs(pmccntr_el0);
	GUEST_ASSERT(t > 1ul << 40 && t < 1ul << 41);
	msr(pmccfiltr_el0, NOT_EL1);
	isb();
	GUEST_EQ(spin_cycles(), 0);
	msr(pmccfiltr_el0, NOT_EL0);
	isb();
	GUEST_ASSERT(spin_cycles() > 1000);
	msr(pmccfiltr_el0, NOT_EL1 | NSK);	/* NSK means nothing without an EL3 */
	isb();
	GUEST_EQ(spin_cycles() > 1000, has_el(3));
	msr(pmccfiltr_el0, 0);
	isb();
	/* an event counter counts the same */
	msr(pmevtyper0_el0, CPU_CYCLES);
	msr(pmevcntr0_el0, 0);
	msr(pmcntenset_el0, 1);
	isb();
	spin();
	GUEST_ASSERT(mrs(pmevcntr0_el0) > 1000);
	for (;;) {
		GUEST_SYNC(1, 0);
		GUEST_SYNC(2, mrs(pmccntr_el0));
	}
}

/* What the host does is not the guest's: cycles of the guest's over a nap of it. */
static u64 cycles_over_nap(struct vcpu *vcpu)
{
	u64 from, to;

	vcpu_sync(vcpu, 1);
	from = reg_read(vcpu, PMCCNTR);
	usleep(200000);
	CHECK_EQ(reg_read(vcpu, PMCCNTR), from);
	to = vcpu_ucall(vcpu).b;
	CHECK(to >= from, "%#lx, %#lx", from, to);
	return to - from;
}

/* An emulated CPU that stands still in the guest counts on. */
static void cycles(void)
{
	struct vcpu *vcpu = pmu_vcpu(guest_cycles, 0);
	u64 n = ~0ul;

	for (unsigned int i = 0; i < 40 && n >= 50000000; i++)
		n = cycles_over_nap(vcpu);
	CHECK(n < 50000000, "%lu", n);
}

static void guest_denied(u64 arg)
{
	msr(pmcr_el0, E | C | P | LC);
	msr(pmcntenset_el0, CYCLE | 1);
	msr(pmevtyper0_el0, 0);			/* SW_INCR: no filter forbids it */
	isb();
	GUEST_EQ(spin_cycles(), 0);
	msr(pmswinc_el0, 1);
	GUEST_EQ(mrs(pmevcntr0_el0), 1);
	GUEST_EQ(mrs(pmceid0_el0) >> CPU_CYCLES & 1, 0);
}

static void denied(void)
{
	struct vcpu *vcpu = &pmu_vm(1, guest_denied, 0)->vcpu[0];

	CHECK_EQ(pmu_filter(vcpu, CPU_CYCLES, 1, KVM_PMU_EVENT_DENY), 0);
	CHECK_EQ(pmu_set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	vcpu_finish(vcpu);
	vcpu = &pmu_vm(1, guest_denied, 0)->vcpu[0];
	CHECK_EQ(pmu_filter(vcpu, 0x10, 1, KVM_PMU_EVENT_ALLOW), 0);	/* and nothing else */
	CHECK_EQ(pmu_set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	vcpu_finish(vcpu);
}

/* --- EL0 --- */

/* At EL0: one access, or a loop, and SVC. The MMU is off. */
#define STUB(name, code) \
	asm(".pushsection .text\n	.balign 8\n	.globl " #name "\n" #name ":\n" code "\n	svc #0\n	.popsection"); \
	extern char name[]
STUB(el0_ccntr, "	mrs x0, pmccntr_el0");
STUB(el0_set_ccntr, "	msr pmccntr_el0, xzr");
STUB(el0_evcntr, "	mrs x0, pmevcntr0_el0");
STUB(el0_pmcr, "	mrs x0, pmcr_el0");
STUB(el0_selr, "	msr pmselr_el0, xzr");
STUB(el0_swinc, "	msr pmswinc_el0, xzr");
STUB(el0_userenr, "	mrs x0, pmuserenr_el0");
STUB(el0_set_userenr, "	msr pmuserenr_el0, xzr");
STUB(el0_inten, "	mrs x0, pmintenset_el1");
STUB(el0_spin, "	mov x1, #0x8000\n1:	isb\n	subs x1, x1, #1\n	b.ne 1b");

/* Where exceptions of EL0 go: their syndrome to the host. */
asm(".pushsection .text\n	.balign 2048\nel0_vectors:\n	.skip 0x400\n"
    "	mrs x2, esr_el1\n	mov x3, #0x80000000\n	str x2, [x3]\n	b .\n"
    "	.balign 2048\n	.popsection");
extern char el0_vectors[];

/* Exception class of the exception that ends it. */
static unsigned int at_el0(struct vcpu *vcpu, const char *code)
{
	u64 esr;

	reg_write(vcpu, REG_SYS(3, 0, 12, 0, 0), (u64)el0_vectors);
	reg_write(vcpu, REG_PSTATE, 0x3c0);
	reg_write(vcpu, REG_PC, (u64)code);
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
	memcpy(&esr, vcpu->run->mmio.data, 8);
	vcpu->run->immediate_exit = 1;
	CHECK_EQ(vcpu_run(vcpu), -EINTR);
	vcpu->run->immediate_exit = 0;
	return esr >> 26;
}

#define SVC	0x15

static const struct {
	const char *name, *code;
	u64 userenr;		/* any of these bits lets it through; 0x10: always */
} user_access[] = {
	{ "PMCCNTR", el0_ccntr, 1 | 4 },
	{ "PMCCNTR written", el0_set_ccntr, 1 },
	{ "PMEVCNTR0", el0_evcntr, 1 | 8 },
	{ "PMCR", el0_pmcr, 1 },
	{ "PMSELR", el0_selr, 1 | 8 },
	{ "PMSWINC", el0_swinc, 1 | 2 },
	{ "PMUSERENR", el0_userenr, 0x1f },
	{ "PMUSERENR written", el0_set_userenr, 0 },
	{ "PMINTENSET", el0_inten, 0 },
};

static void user_rights(void)
{
	struct vcpu *vcpu = pmu_vcpu(guest_once, 0);
	unsigned int ec;

	for (unsigned int i = 0; i < ARRAY_SIZE(user_access); i++) {
		for (u64 bits = 0; bits < 16; bits++) {
			bool let = user_access[i].userenr & (bits | 0x10);

			reg_write(vcpu, PMUSERENR, bits);
			ec = at_el0(vcpu, user_access[i].code);
			CHECK(ec == (let ? SVC : 0), "%s with PMUSERENR_EL0 %#lx: EC %#x", user_access[i].name, bits, ec);
			CHECK_EQ(reg_read(vcpu, PMUSERENR), bits);
		}
	}
}

static u64 cycles_at_el0(struct vcpu *vcpu, u32 filtered)
{
	u64 from;

	reg_write(vcpu, PMCCFILTR, filtered);
	from = reg_read(vcpu, PMCCNTR);
	CHECK_EQ(at_el0(vcpu, el0_spin), SVC);
	return reg_read(vcpu, PMCCNTR) - from;
}

static void user_cycles(void)
{
	struct vcpu *vcpu = pmu_vcpu(guest_once, 0);
	u64 all, user;

	reg_write(vcpu, PMCR, reg_read(vcpu, PMCR) | E | LC);
	reg_write(vcpu, PMCNTENSET, CYCLE);
	all = cycles_at_el0(vcpu, 0);
	user = cycles_at_el0(vcpu, NOT_EL1);
	CHECK(all > 1000, "%lu", all);
	CHECK(user > 1000, "%lu", user);
	CHECK_EQ(cycles_at_el0(vcpu, NOT_EL1 | NOT_EL0), 0);
	CHECK_EQ(cycles_at_el0(vcpu, NSK | NSU), 0);
	CHECK_EQ(cycles_at_el0(vcpu, NOT_EL1 | NSU), 0);
	CHECK(cycles_at_el0(vcpu, NSK) > 1000);
	CHECK(cycles_at_el0(vcpu, NOT_EL1 | NOT_EL0 | NSU) > 1000);
	/* the SVC's handler is at EL1, and short, unless the CPU stands still in it */
	user = all;
	for (unsigned int i = 0; i < 40 && user >= all / 4; i++)
		user = cycles_at_el0(vcpu, NOT_EL0);
	CHECK(user < all / 4, "%lu of %lu", user, all);
}

/* --- overflow --- */

static u64 nr_overflows, overflowed;

static void take_overflow(struct guest_regs *regs)
{
	u64 intid = icc_read(ICC_IAR1);

	GUEST_EQ(intid, PMU_PPI);
	overflowed |= mrs(pmovsset_el0);
	msr(pmovsclr_el0, mrs(pmovsset_el0));
	nr_overflows++;
	icc_write(ICC_EOIR1, intid);
}

/* The nth is these counters'. It may have come before this is asked. */
static void wait_overflow(u64 n, u64 counters)
{
	while (READ_ONCE(nr_overflows) < n)
		isb();
	GUEST_EQ(nr_overflows, n);
	GUEST_EQ(overflowed, counters);
	overflowed = 0;
}

static void gic_take_irqs(void)
{
	guest_on(VEC_IRQ, take_overflow);
	gic_enable(64, false);
	irq_on();
}

/* The cycle counter's, of 64 bits and of 32; an event counter's, which another one chains. */
static void guest_overflow(u64 arg)
{
	gic_take_irqs();
	msr(pmintenset_el1, CYCLE | 1);
	msr(pmovsclr_el0, ~0u);
	for (u64 i = 0; i < 3; i++) {
		msr(pmcr_el0, E | LC);
		msr(pmccntr_el0, -200000l);
		msr(pmcntenset_el0, CYCLE);
		wait_overflow(i + 1, CYCLE);
		GUEST_ASSERT(mrs(pmccntr_el0) < 1ul << 40);
	}
	msr(pmcntenclr_el0, CYCLE);
	msr(pmevtyper0_el0, CPU_CYCLES);
	msr(pmevtyper1_el0, CHAIN);
	msr(pmevcntr1_el0, 5);
	msr(pmcntenset_el0, 3);
	for (u64 i = 0; i < 3; i++) {
		msr(pmevcntr0_el0, 0xffffffff - 200000);
		wait_overflow(i + 4, 1);
		GUEST_EQ(mrs(pmevcntr1_el0), 6 + i);
	}
	msr(pmcntenclr_el0, 3);
	GUEST_EQ(nr_overflows, 6);
	/* by hand, and not while PMCR_EL0.E is off */
	msr(pmcr_el0, LC);
	msr(pmovsset_el0, 1);
	spin();
	GUEST_EQ(nr_overflows, 6);
	msr(pmcr_el0, E | LC);
	wait_overflow(7, 1);
	/* without a word to the GIC */
	msr(pmintenclr_el1, 1);
	msr(pmovsset_el0, 1);
	spin();
	GUEST_EQ(nr_overflows, 7);
}

static void overflow(void)
{
	vcpu_finish(pmu_vcpu_with_gic(guest_overflow, 0));
}

static void guest_level(u64 arg)
{
	msr(pmintenset_el1, CYCLE);
	msr(pmcr_el0, E | LC);
	GUEST_SYNC(0, 0);
	msr(pmccntr_el0, -200000l);
	msr(pmcntenset_el0, CYCLE);
	while (!mrs(pmovsset_el0))
		isb();
	GUEST_SYNC(1, 0);
	msr(pmovsclr_el0, CYCLE);
	GUEST_SYNC(0, 0);
	msr(pmovsset_el0, CYCLE);
	GUEST_SYNC(1, 0);
	msr(pmintenclr_el1, CYCLE);
	GUEST_SYNC(0, 0);
}

static void level(void)
{
	struct vcpu *vcpu = pmu_vcpu(guest_level, 0);
	struct ucall uc;

	for (;;) {
		int ret = vcpu_run(vcpu);

		if (ret == -EINTR)
			continue;
		REQUIRE_EQ(ret, 0);
		if (!vcpu_is_ucall(vcpu, &uc))
			continue;
		REQUIRE(uc.cmd == UCALL_SYNC || uc.cmd == UCALL_DONE, "%s %#lx", (char *)uc.a, uc.c);
		if (uc.cmd == UCALL_DONE)
			return;
		CHECK_EQ(vcpu->run->s.regs.device_irq_level, uc.a ? KVM_ARM_DEV_PMU : 0);
	}
}

/* --- threads, lives, the host --- */

static void guest_counting(u64 arg)
{
	msr(pmcr_el0, E | LC);
	msr(pmcntenset_el0, CYCLE);
	isb();
	for (;;) {
		spin();
		GUEST_SYNC(1, mrs(pmccntr_el0));
	}
}

static void guest_spinning(u64 arg)
{
	for (;;) {
		spin();
		GUEST_SYNC(1, 0);
	}
}

static u64 last_count;

static void *count_on(void *arg)
{
	for (int i = 0; i < 5; i++) {
		u64 count = vcpu_ucall(arg).b;

		CHECK(count > last_count + 1000, "%#lx after %#lx", count, last_count);
		last_count = count;
	}
	return NULL;
}

static void threads(void)
{
	struct vcpu *vcpu = pmu_vcpu(guest_counting, 0);
	pthread_t thread;

	for (int i = 0; i < 5; i++) {
		count_on(vcpu);
		REQUIRE_EQ(pthread_create(&thread, NULL, count_on, vcpu), 0);
		pthread_join(thread, NULL);
		CHECK(reg_read(vcpu, PMCCNTR) >= last_count);
	}
}

/* While one thread runs several in turn. */
static void siblings(void)
{
	struct vcpu *a = pmu_vcpu(guest_counting, 0), *b = pmu_vcpu(guest_counting, 0);
	struct vcpu *without = &vm_new(1, guest_spinning, 0)->vcpu[0];
	u64 from;

	for (int i = 0; i < 3; i++) {
		CHECK(vcpu_ucall(a).b > 1000);
		from = reg_read(a, PMCCNTR);
		CHECK(vcpu_ucall(b).b > 1000);
		CHECK_EQ(reg_read(a, PMCCNTR), from);
		vcpu_ucall(without);
		CHECK_EQ(reg_read(a, PMCCNTR), from);
	}
}

static void lives(void)
{
	for (unsigned int i = 0; i < ktap_times(40); i++) {
		struct vcpu *vcpu = pmu_vcpu(guest_counting, 0);

		vcpu_ucall(vcpu);
		vcpu_ucall(vcpu);
		vm_free(vcpu->vm);
	}
}

static int open_event(u64 config, bool exclude_guest)
{
	struct perf_event_attr a = { .type = PERF_TYPE_RAW, .size = sizeof(a), .config = config,
				     .exclude_guest = exclude_guest, .exclude_kernel = 1 };
	int fd = syscall(SYS_perf_event_open, &a, 0, -1, -1, 0);

	if (fd < 0)
		ktap_skip("perf_event_open: %s", strerror(errno));
	return fd;
}

static u64 read_event(int fd)
{
	u64 count = 0;

	REQUIRE_EQ(read(fd, &count, sizeof(count)), sizeof(count));
	return count;
}

static u64 host_cycles(int fd)
{
	u64 from = read_event(fd);

	for (volatile int i = 0; i < 200000; i++)
		;
	return read_event(fd) - from;
}

/* The value grows, or stands still, and never goes back; the message is one exit. */
static void guest_reads(u64 arg)
{
	u64 last = 0, now;

	msr(pmcr_el0, E | C | LC);
	msr(pmccfiltr_el0, 0);
	msr(pmevtyper0_el0, 0);
	msr(pmcntenset_el0, CYCLE | 1);
	isb();
	for (u64 i = 0;; i++) {
		for (int n = 0; n < 32; n++) {
			now = mrs(pmccntr_el0);
			GUEST_ASSERT(now >= last);
			last = now;
		}
		GUEST_EQ(mrs(pmevcntr0_el0), i);
		msr(pmswinc_el0, 1);
		GUEST_SYNC(1, 0);
	}
}

static bool is_vhe(void)
{
	static char log[1 << 18];
	int n = klogctl(3, log, sizeof(log) - 1);

	return n > 0 && strstr(log, "keel: VHE");
}

/*
 * 33 reads of counters, two exits: what is written, and the message. A tick of the host's is
 * another one.
 */
static void reads_in_place(void)
{
	struct vcpu *vcpu = pmu_vcpu(guest_reads, 0);
	int fd = kvm(vcpu->fd, KVM_GET_STATS_FD, 0);
	u64 least = ~0ul, then;

	if (!is_vhe() || !access("/sys/kernel/realtime", F_OK))
		ktap_skip("no counter is read in place");
	REQUIRE(fd >= 0, "%d", fd);
	vcpu_sync(vcpu, 1);
	for (int i = 0; i < 1000 && least > 2; i++) {
		then = kvm_statistic(fd, "exits");
		vcpu_sync(vcpu, 1);
		then = kvm_statistic(fd, "exits") - then;
		least = then < least ? then : least;
	}
	CHECK_EQ(least, 2);
}

/*
 * The host's own count of its programs' cycles: beside a guest that counts as before it, and after.
 */
static void host_events(void)
{
	struct vcpu *vcpu = pmu_vcpu(guest_counting, 0);
	int fd = open_event(CPU_CYCLES, true);

	CHECK(host_cycles(fd) > 1000);
	for (int i = 0; i < 5; i++) {
		CHECK(vcpu_ucall(vcpu).b > 1000);
		CHECK(host_cycles(fd) > 1000);
	}
	vm_free(vcpu->vm);
	CHECK(host_cycles(fd) > 1000);
	close(fd);
}

static bool read_line(const char *dir, const char *name, char line[64])
{
	char path[300];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (!f)
		return false;
	if (!fgets(line, 64, f))
		line[0] = 0;
	fclose(f);
	return true;
}

/* As the kernel writes sets: 0-1,4 */
static bool is_in(const char *set, int cpu)
{
	for (char *end; *set >= '0' && *set <= '9'; set = *end == ',' ? end + 1 : end) {
		long first = strtol(set, &end, 10), last = first;

		if (*end == '-')
			last = strtol(end + 1, &end, 10);
		if (cpu >= first && cpu <= last)
			return true;
	}
	return false;
}

/* The type of the first CPU's PMU, and a CPU that has another or none. */
static void choose_pmu(int *type, int *other)
{
	char line[64];
	glob_t found;

	if (glob("/sys/bus/event_source/devices/armv*", 0, NULL, &found))
		ktap_skip("no PMU of the host's");
	for (size_t i = 0; i < found.gl_pathc; i++) {
		if (!read_line(found.gl_pathv[i], "cpus", line) || !is_in(line, 0))
			continue;
		for (*other = nr_cpus() - 1; *other > 0 && is_in(line, *other); --*other)
			;
		if (*other && read_line(found.gl_pathv[i], "type", line)) {
			*type = atoi(line);
			return;
		}
	}
	ktap_skip("all CPUs have the same PMU");
}

static void refused_on(struct vcpu *vcpu, int cpu)
{
	struct kvm_run *run = vcpu->run;

	REQUIRE(pin_to(cpu));
	run->exit_reason = 0;
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	CHECK_EQ(run->exit_reason, KVM_EXIT_FAIL_ENTRY);
	CHECK_EQ(run->fail_entry.hardware_entry_failure_reason, KVM_EXIT_FAIL_ENTRY_CPU_UNSUPPORTED);
	CHECK_EQ(run->fail_entry.cpu, cpu);
}

static void other_pmus(void)
{
	struct vcpu *vcpu;
	int type, other, vm;

	need_pmu();
	choose_pmu(&type, &other);
	REQUIRE(pin_to(0));
	vcpu = &pmu_vm(1, guest_counting, 0)->vcpu[0];
	REQUIRE_EQ(pmu_set_int(vcpu, KVM_ARM_VCPU_PMU_V3_SET_PMU, type), 0);
	REQUIRE_EQ(pmu_set(vcpu, KVM_ARM_VCPU_PMU_V3_INIT, NULL), 0);
	for (int i = 0; i < 3; i++) {
		refused_on(vcpu, other);
		refused_on(vcpu, other);
		REQUIRE(pin_to(0));
		CHECK(vcpu_ucall(vcpu).b > 1000);
	}
	/* who has no PMU is at home on each */
	REQUIRE(pin_to(other));
	vcpu_finish(&vm_new(1, guest_once, 0)->vcpu[0]);
	vm = vm_fd(0);
	if (on_keel())
		CHECK_EQ(vcpu_init_fd(vm, vcpu_fd(vm, 0), PMU), -ENODEV);
}

static const struct ktap_case cases[] = {
	{ "registers, and what is beyond N", registers },
	{ "SW_INCR and chains", software },
	{ "bits of a filter", filters },
	{ "cycles at EL1", cycles },
	{ "cycles that a filter denies", denied },
	{ "EL0: PMUSERENR_EL0", user_rights },
	{ "EL0: cycles", user_cycles },
	{ "overflow: interrupt", overflow, 60 },
	{ "overflow: device_irq_level", level, 60 },
	{ "a vCPU in one thread after the other", threads, 60 },
	{ "two vCPUs in one thread", siblings, 60 },
	{ "VMs that end while they count", lives, 120 },
	{ "events of the host's", host_events, 60 },
	{ "counters are read in place", reads_in_place, 60 },
	{ "CPUs with other PMUs", other_pmus, 60 },
};

KTAP_MAIN(cases)
