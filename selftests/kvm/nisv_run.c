// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads and stores to no memory that the CPU does not describe, as KVM_RUN does them
 * (KEEL_CAP_ARM_DECODE_NISV). Proves:
 *  - registers change at the end: not between accesses, nor where user space answers with
 *    an abort; signals and immediate_exit lose nothing
 *  - devices of the kernel's take the accesses that are theirs, and a store to read-only
 *    memory is an access of a device's
 *  - what is not emulated is refused as without the capability: ENOSYS, or KVM_EXIT_ARM_NISV,
 *    and the capability, the module's parameter and KVM_CAP_ARM_NISV_TO_USER decide as they should
 *  - a vCPU with SVE has the rest of a Z register cleared
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include "lib/gic.h"
#include "lib/lab.h"

/* --- between the accesses --- */

#define LDP_X0_X1_X2	0xa8c10440	/* ldp x0, x1, [x2], #16 */
#define STP_X0_X1_X2	0xa8810440	/* stp x0, x1, [x2], #16 */
#define STP_W0_W1_X2	0x29000440	/* stp w0, w1, [x2] */

static struct lab_state start_at(struct lab *lab, u32 insn, u64 addr)
{
	struct lab_state s;

	lab_fill(&s, sizeof(s));
	s.x[2] = addr;
	lab_put(lab, insn, &s);
	return s;
}

static bool is_access(struct lab *lab, int ret, u64 addr, u32 len, bool write)
{
	struct kvm_run *run = lab->v->run;

	return CHECK(ret == 0 && run->exit_reason == KVM_EXIT_MMIO && run->mmio.phys_addr == addr &&
			     run->mmio.len == len && run->mmio.is_write == write,
		     "%d, exit %u, %#llx len %u", ret, run->exit_reason, run->mmio.phys_addr,
		     run->mmio.len);
}

static void check_untouched(struct lab *lab, const struct lab_state *s)
{
	struct lab_state now;

	lab_get(lab, &now);
	CHECK(!memcmp(now.x, s->x, sizeof(s->x)) && !memcmp(now.v, s->v, sizeof(s->v)));
	CHECK_EQ(now.pc, LAB_CODE);
}

static void check_loaded(struct lab *lab)
{
	CHECK_EQ(reg_read(lab->v, REG_X(0)), *(u64 *)lab->dev);
	CHECK_EQ(reg_read(lab->v, REG_X(1)), *(u64 *)(lab->dev + 8));
	CHECK_EQ(reg_read(lab->v, REG_X(2)), LAB_DEV + 16);
	CHECK_EQ(reg_read(lab->v, REG_PC), LAB_CODE + 4);
}

/* immediate_exit: accesses still come, and then EINTR. */
static void immediate_exit(void)
{
	struct lab *lab = lab_new(LAB_EL1, false);
	struct lab_state s = start_at(lab, LDP_X0_X1_X2, LAB_DEV);

	lab_fill(lab->dev, LAB_SIZE);
	is_access(lab, vcpu_run(lab->v), LAB_DEV, 8, false);
	check_untouched(lab, &s);
	lab_serve(lab);
	lab->v->run->immediate_exit = 1;
	is_access(lab, vcpu_run(lab->v), LAB_DEV + 8, 8, false);
	check_untouched(lab, &s);
	lab_serve(lab);
	CHECK_EQ(vcpu_run(lab->v), -EINTR);
	check_loaded(lab);
	/* done once */
	memset(lab->v->run->mmio.data, 0, 8);
	CHECK_EQ(vcpu_run(lab->v), -EINTR);
	check_loaded(lab);
}

static void on_signal(int sig)
{
}

static void signals(void)
{
	struct sigaction act = { .sa_handler = on_signal };
	struct { u32 len; u8 set[8]; } __attribute__((packed)) mask = { .len = 8 };
	struct lab *lab = lab_new(LAB_EL1, false);
	struct lab_state s = start_at(lab, LDP_X0_X1_X2, LAB_DEV);
	sigset_t alarm;

	sigaction(SIGALRM, &act, NULL);
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	sigprocmask(SIG_BLOCK, &alarm, NULL);
	REQUIRE_EQ(kvm(lab->v->fd, KVM_SET_SIGNAL_MASK, &mask), 0);
	lab_fill(lab->dev, LAB_SIZE);
	is_access(lab, vcpu_run(lab->v), LAB_DEV, 8, false);
	lab_serve(lab);
	raise(SIGALRM);
	is_access(lab, vcpu_run(lab->v), LAB_DEV + 8, 8, false);
	check_untouched(lab, &s);
	lab_serve(lab);
	CHECK_EQ(vcpu_run(lab->v), -EINTR);
	check_loaded(lab);
}

/* What was stored is what the registers were at the beginning. */
static void store_is_whole(void)
{
	struct lab *lab = lab_new(LAB_EL1, false);
	struct lab_state s = start_at(lab, STP_X0_X1_X2, LAB_DEV);

	is_access(lab, vcpu_run(lab->v), LAB_DEV, 8, true);
	lab_serve(lab);
	reg_write(lab->v, REG_X(1), 0);
	is_access(lab, vcpu_run(lab->v), LAB_DEV + 8, 8, true);
	lab_serve(lab);
	CHECK(!memcmp(lab->dev, s.x, 16));
	CHECK_EQ(reg_read(lab->v, REG_X(2)), LAB_DEV);
	CHECK_EQ(vcpu_run(lab->v), 0);
	CHECK_EQ(lab->v->run->exit_reason, KVM_EXIT_DEBUG);
	CHECK_EQ(reg_read(lab->v, REG_X(2)), LAB_DEV + 16);
}

static void abort_between(void)
{
	struct kvm_vcpu_events ev = { .exception.ext_dabt_pending = 1 };
	struct lab *lab = lab_new(LAB_EL1, false);
	struct lab_state s = start_at(lab, LDP_X0_X1_X2, LAB_DEV), now;

	is_access(lab, vcpu_run(lab->v), LAB_DEV, 8, false);
	lab_serve(lab);
	REQUIRE_EQ(kvm(lab->v->fd, KVM_SET_VCPU_EVENTS, &ev), 0);
	lab->v->run->immediate_exit = 1;
	CHECK_EQ(vcpu_run(lab->v), -EINTR);
	lab_get(lab, &now);
	CHECK(!memcmp(now.x, s.x, sizeof(s.x)) && !memcmp(now.v, s.v, sizeof(s.v)));
	CHECK_EQ(reg_read(lab->v, REG_ELR_EL1), LAB_CODE);
}

/*
 * A vCPU that is made anew has nothing to complete; nor has one that does the whole again from its
 * registers.
 */
static void begin_again(void)
{
	struct lab *lab = lab_new(LAB_EL1, false);
	struct lab_state s = start_at(lab, LDP_X0_X1_X2, LAB_DEV);
	struct lab *other = lab_new(LAB_EL1, false);

	lab_fill(other->dev, LAB_SIZE);
	is_access(lab, vcpu_run(lab->v), LAB_DEV, 8, false);
	lab_get(lab, &s);
	REQUIRE(lab_run(other, LDP_X0_X1_X2, &s, LAB_DEV, 8));
	CHECK(!other->odd && other->exits == 2);
	check_loaded(other);
	REQUIRE_EQ(vcpu_init_fd(lab->vm->fd, lab->v->fd, 0), 0);
	reg_write(lab->v, REG_X(0), 0x1234);
	lab->v->run->immediate_exit = 1;
	CHECK_EQ(vcpu_run(lab->v), -EINTR);
	CHECK_EQ(reg_read(lab->v, REG_X(0)), 0x1234);
}

/* The VMM's step is over when the instruction is. */
static void stepped(void)
{
	struct kvm_guest_debug dbg = { .control = KVM_GUESTDBG_ENABLE | KVM_GUESTDBG_SINGLESTEP };
	struct lab *lab = lab_new(LAB_EL1, false);

	start_at(lab, LDP_X0_X1_X2, LAB_DEV);
	REQUIRE_EQ(kvm(lab->v->fd, KVM_SET_GUEST_DEBUG, &dbg), 0);
	lab_fill(lab->dev, LAB_SIZE);
	is_access(lab, vcpu_run(lab->v), LAB_DEV, 8, false);
	lab_serve(lab);
	is_access(lab, vcpu_run(lab->v), LAB_DEV + 8, 8, false);
	lab_serve(lab);
	CHECK_EQ(vcpu_run(lab->v), 0);
	CHECK_EQ(lab->v->run->exit_reason, KVM_EXIT_DEBUG);
	check_loaded(lab);
}

/* --- devices of the kernel's --- */

static bool is_done(struct lab *lab)
{
	int ret = vcpu_run(lab->v);

	return CHECK(ret == 0 && lab->v->run->exit_reason == KVM_EXIT_DEBUG, "%d exit %u", ret,
		     lab->v->run->exit_reason);
}

static void ioeventfds(void)
{
	struct lab *lab = lab_new(LAB_EL1, false);
	struct lab_state s = start_at(lab, STP_W0_W1_X2, LAB_DEV);
	struct kvm_ioeventfd ev = { .addr = LAB_DEV + 4, .len = 4, .fd = eventfd(0, EFD_NONBLOCK) };
	u64 n = 0;

	REQUIRE_EQ(kvm(lab->vm->fd, KVM_IOEVENTFD, &ev), 0);
	is_access(lab, vcpu_run(lab->v), LAB_DEV, 4, true);
	CHECK(!memcmp(lab->v->run->mmio.data, &s.x[0], 4));
	is_done(lab);
	CHECK_EQ(read(ev.fd, &n, 8), 8);
	CHECK_EQ(n, 1);
	/* both: no exit at all */
	ev.addr = LAB_DEV;
	ev.flags = KVM_IOEVENTFD_FLAG_DATAMATCH;
	ev.datamatch = (u32)s.x[0];
	REQUIRE_EQ(kvm(lab->vm->fd, KVM_IOEVENTFD, &ev), 0);
	lab_put(lab, STP_W0_W1_X2, &s);
	is_done(lab);
	CHECK_EQ(read(ev.fd, &n, 8), 8);
	CHECK_EQ(n, 2);
}

static void coalesced(void)
{
	struct lab *lab = lab_new(LAB_EL1, false);
	struct lab_state s = start_at(lab, STP_X0_X1_X2, LAB_DEV + 8);
	struct kvm_coalesced_mmio_zone zone = { .addr = LAB_DEV, .size = 0x100 };
	struct kvm_coalesced_mmio_ring *ring =
		(void *)((char *)lab->v->run + KVM_COALESCED_MMIO_PAGE_OFFSET * PAGE);

	REQUIRE_EQ(kvm(lab->vm->fd, KVM_REGISTER_COALESCED_MMIO, &zone), 0);
	is_done(lab);
	CHECK_EQ(ring->last, 2);
	for (u32 i = 0; i < 2; i++) {
		CHECK_EQ(ring->coalesced_mmio[i].phys_addr, LAB_DEV + 8 + 8 * i);
		CHECK_EQ(ring->coalesced_mmio[i].len, 8);
		CHECK(!memcmp(ring->coalesced_mmio[i].data, &s.x[i], 8));
	}
	CHECK_EQ(reg_read(lab->v, REG_X(2)), LAB_DEV + 24);
}

static void guest_pairs(u64 arg)
{
	u64 a, b;

	asm volatile("ldp %w0, %w1, [%2]" : "=&r"(a), "=r"(b) : "r"(GICD) : "memory");
	GUEST_EQ(a, mmio_read32(GICD));
	GUEST_EQ(b, mmio_read32(GICD + 4));
	GUEST_ASSERT(b & 31);
	/* two registers of enable bits, of 64 and 96 on */
	asm volatile("stp %w0, %w1, [%2]" :: "r"(5), "r"(0xf0), "r"(GICD + GIC_ISENABLER + 8) : "memory");
	GUEST_EQ(mmio_read32(GICD + GIC_ISENABLER + 8), 5);
	GUEST_EQ(mmio_read32(GICD + GIC_ISENABLER + 12), 0xf0);
	a = GICR_BASE + GICR_TYPER;
	asm volatile("ldr %0, [%1], #16" : "=r"(b), "+r"(a) :: "memory");
	GUEST_EQ(b, mmio_read64(GICR_BASE + GICR_TYPER));
	GUEST_EQ(a, GICR_BASE + GICR_TYPER + 16);
}

static void gic_in_pairs(void)
{
	struct vm *vm = vm_new(1, guest_pairs, 0);

	if (vm_decode(vm->fd, 1))
		ktap_skip("no KEEL_CAP_ARM_DECODE_NISV");
	gic_new(vm, 128);
	vcpu_finish(&vm->vcpu[0]);
}

/* Of 2048 bits in user space's view. */
static void guest_loads_q3(u64 arg)
{
	msr(cpacr_el1, 3 << 20 | 3 << 16);
	isb();
	GUEST_SYNC(1, 0);
	/* ldr q3, [x2] */
	asm volatile("mov x2, %0\n\t.inst 0x3dc00043" :: "r"(MMIO_BASE) : "x2", "memory");
}

static void with_sve(void)
{
	int what = KVM_ARM_VCPU_SVE;
	u8 z[256], want[256] = { 0 };
	struct vcpu *v;

	if (kvm_cap(KVM_CAP_ARM_SVE) != 1 || kvm_cap(KEEL_CAP_ARM_DECODE_NISV) != 1)
		ktap_skip("no SVE, or no KEEL_CAP_ARM_DECODE_NISV");
	v = &vm_new_features(1, 1u << KVM_ARM_VCPU_SVE, guest_loads_q3, 0)->vcpu[0];
	REQUIRE_EQ(kvm(v->fd, KVM_ARM_VCPU_FINALIZE, &what), 0);
	REQUIRE_EQ(vm_decode(v->vm->fd, 1), 0);
	vcpu_sync(v, 1);
	lab_fill(z, sizeof(z));
	REQUIRE_EQ(reg_set(v->fd, KVM_REG_ARM64_SVE_ZREG(3, 0), z), 0);
	for (u64 i = 0; i < 2; i++) {
		REQUIRE_EQ(vcpu_run(v), 0);
		REQUIRE(v->run->exit_reason == KVM_EXIT_MMIO && v->run->mmio.phys_addr == MMIO_BASE + 8 * i);
		lab_fill(want + 8 * i, 8);
		memcpy(v->run->mmio.data, want + 8 * i, 8);
	}
	vcpu_finish(v);
	REQUIRE_EQ(reg_get(v->fd, KVM_REG_ARM64_SVE_ZREG(3, 0), z), 0);
	CHECK(!memcmp(z, want, sizeof(z)));
}

/* Memory that must not be written is no memory for a store, and memory for a load. */
static void read_only(void)
{
	struct lab *lab = lab_new(LAB_EL1, false);
	u8 *rom = vm_alloc(PAGE, PAGE);
	struct lab_state s;

	lab_fill(rom, 16);
	memcpy(lab->dev, rom, 16);
	REQUIRE_EQ(vm_slot(lab->vm->fd, 4, KVM_MEM_READONLY, LAB_DEV, PAGE, rom), 0);
	start_at(lab, LDP_X0_X1_X2, LAB_DEV);
	is_done(lab);
	check_loaded(lab);
	s = start_at(lab, STP_X0_X1_X2, LAB_DEV);
	for (u32 i = 0; i < 2; i++)
		if (is_access(lab, vcpu_run(lab->v), LAB_DEV + 8 * i, 8, true))
			CHECK(!memcmp(lab->v->run->mmio.data, &s.x[i], 8));
	is_done(lab);
	CHECK(!memcmp(rom, lab->dev, 16));
	CHECK_EQ(reg_read(lab->v, REG_X(2)), LAB_DEV + 16);
}

/* --- refused --- */

static const struct { const char *name; u32 insn; u64 off; } refused[] = {
	{ "ldxr x0, [x2]", 0xc85f7c40 }, { "ldaxr w0, [x2]", 0x885ffc40 }, { "ldxp x0, x1, [x2]", 0xc87f0440 },
	{ "ldp over the page's end", LDP_X0_X1_X2, LAB_SIZE - 8 },
	{ "str q0 over the page's end", 0x3d800040, LAB_SIZE - 4 },
};

static void refusals(void)
{
	struct kvm_enable_cap cap = { .cap = KVM_CAP_ARM_NISV_TO_USER };
	struct lab *lab = lab_new(LAB_EL1, false);
	struct kvm_run *run = lab->v->run;

	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(refused); i++) {
		unsigned int n = i % ARRAY_SIZE(refused);
		struct lab_state s = start_at(lab, refused[n].insn, LAB_DEV + refused[n].off);
		int ret;

		if (i == ARRAY_SIZE(refused))
			REQUIRE_EQ(kvm(lab->vm->fd, KVM_ENABLE_CAP, &cap), 0);
		ret = vcpu_run(lab->v);
		if (i < ARRAY_SIZE(refused))
			CHECK(ret == -ENOSYS, "%s: %d", refused[n].name, ret);
		else
			CHECK(ret == 0 && run->exit_reason == KVM_EXIT_ARM_NISV &&
				      (run->arm_nisv.fault_ipa ^ s.x[2]) >> 12 <= 1,
			      "%s: %d exit %u", refused[n].name, ret, run->exit_reason);
		check_untouched(lab, &s);
	}
	/* the capability that was asked for comes before the exit */
	start_at(lab, STP_X0_X1_X2, LAB_DEV);
	is_access(lab, vcpu_run(lab->v), LAB_DEV, 8, true);
}

static void set_parameter(const char *val)
{
	FILE *f = fopen("/sys/module/keel/parameters/decode_nisv", "w");

	if (!f)
		ktap_skip("no parameter");
	fputs(val, f);
	REQUIRE(fclose(f) == 0);
}

static void guest_store_pair(u64 addr)
{
	asm volatile("stp %0, %0, [%0]" :: "r"(addr) : "memory");
}

/*
 * By the module's parameter, the VM's capability, and whether user space takes what is not
 * described.
 */
static void who_decides(void)
{
	static const struct { const char *param; int cap; bool to_user; u32 exit; } cases[] = {
		{ "0", -1, false, 0 }, { "0", -1, true, KVM_EXIT_ARM_NISV }, { "0", 1, true, KVM_EXIT_MMIO },
		{ "1", -1, false, KVM_EXIT_MMIO }, { "1", -1, true, KVM_EXIT_ARM_NISV }, { "1", 0, false, 0 },
		{ "1", 1, true, KVM_EXIT_MMIO }, { "2", -1, true, KVM_EXIT_MMIO }, { "2", 0, true, KVM_EXIT_ARM_NISV },
		{ "0", 0, false, 0 },
	};
	struct kvm_enable_cap nisv = { .cap = KVM_CAP_ARM_NISV_TO_USER };

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vcpu *v;
		int ret;

		set_parameter(cases[i].param);
		v = &vm_new(1, guest_store_pair, MMIO_BASE)->vcpu[0];
		set_parameter("0");
		if (cases[i].cap >= 0)
			REQUIRE_EQ(vm_decode(v->vm->fd, cases[i].cap), 0);
		if (cases[i].to_user)
			REQUIRE_EQ(kvm(v->vm->fd, KVM_ENABLE_CAP, &nisv), 0);
		ret = vcpu_run(v);
		CHECK(cases[i].exit ? ret == 0 && v->run->exit_reason == cases[i].exit : ret == -ENOSYS,
		      "case %u: %d exit %u", i, ret, v->run->exit_reason);
		vm_free(v->vm);
	}
}

static void the_call(void)
{
	struct kvm_enable_cap cap = { .cap = KEEL_CAP_ARM_DECODE_NISV, .flags = 1 };
	int vm = vm_fd(0);

	if (!kvm_cap(KEEL_CAP_ARM_DECODE_NISV))
		ktap_skip("no KEEL_CAP_ARM_DECODE_NISV");
	CHECK_EQ(kvm_cap(KEEL_CAP_ARM_DECODE_NISV), 1);
	CHECK_EQ(kvm(vm, KVM_CHECK_EXTENSION, KEEL_CAP_ARM_DECODE_NISV), 1);
	CHECK_EQ(vm_decode(vm, 2), -EINVAL);
	CHECK_EQ(vm_decode(vm, ~0ul), -EINVAL);
	CHECK_EQ(kvm(vm, KVM_ENABLE_CAP, &cap), -EINVAL);
	CHECK_EQ(vm_decode(vm, 1), 0);
	CHECK_EQ(vm_decode(vm, 1), 0);
	CHECK_EQ(vm_decode(vm, 0), 0);
}

/* --- a CPU that is turned off and on between the accesses --- */

#define CPU_ON		0xc4000003u
#define NOWHERE		(MMIO_BASE + 0x100000)

static void guest_again(u64 arg)
{
	GUEST_SYNC(7, 0);
}

static void guest_stores(u64 arg)
{
	asm volatile("stp xzr, xzr, [%0]" :: "r" (NOWHERE) : "memory");
	GUEST_SYNC(1, 0);
}

static void guest_turns_on(u64 arg)
{
	guest_secondary_fn = guest_again;
	GUEST_EQ(guest_hvc(CPU_ON, 0, (u64)guest_secondary, 0).a0, 0);
	GUEST_SYNC(2, 0);
}

static void turned_off_and_on(void)
{
	struct kvm_mp_state off = { KVM_MP_STATE_STOPPED };
	struct vm *vm = vm_new(2, guest_stores, 0);
	struct vcpu *v = &vm->vcpu[0];

	if (vm_decode(vm->fd, 1))
		ktap_skip("no KEEL_CAP_ARM_DECODE_NISV");
	REQUIRE_EQ(vcpu_run(v), 0);
	REQUIRE(v->run->exit_reason == KVM_EXIT_MMIO && v->run->mmio.phys_addr == NOWHERE);
	REQUIRE_EQ(kvm(v->fd, KVM_SET_MP_STATE, &off), 0);
	vcpu_start(&vm->vcpu[1], guest_turns_on, 0);
	vcpu_sync(&vm->vcpu[1], 2);
	/* no second half of the store, of a life that is over */
	vcpu_sync(v, 7);
}

static const struct ktap_case cases[] = {
	{ "KEEL_CAP_ARM_DECODE_NISV", the_call },
	{ "immediate_exit between accesses", immediate_exit },
	{ "a signal between accesses", signals },
	{ "a store is of one moment", store_is_whole },
	{ "an abort for an answer", abort_between },
	{ "begun again elsewhere", begin_again },
	{ "turned off and on", turned_off_and_on },
	{ "single step", stepped },
	{ "ioeventfd", ioeventfds },
	{ "coalesced", coalesced },
	{ "GIC", gic_in_pairs },
	{ "read-only memory", read_only },
	{ "SVE", with_sve },
	{ "not emulated", refusals },
	{ "who decides", who_decides },
};

KTAP_MAIN(cases)
