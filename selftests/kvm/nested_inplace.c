// SPDX-License-Identifier: GPL-2.0-only
/*
 * What traps most of a guest's EL2 and of what is below it is answered without an exit: an access
 * or a return that is so counts in no class of exits_by_ec, and one that is not counts once.
 * Interrupts of the host's have a class of their own, so that these counts are exact however busy
 * the machine is. Proves:
 *  - of registers, returns, TLB invalidations, ends of interrupts, and timers below none is an exit
 *  - what has to be one is, so that the counts mean something
 */
#include <stdio.h>
#include <unistd.h>
#include "lib/stage2.h"

#define TIMES		500
#define PAUTH		(1u << KVM_ARM_VCPU_PTRAUTH_ADDRESS | 1u << KVM_ARM_VCPU_PTRAUTH_GENERIC)
#define MDSCR_MDE	(1ul << 15)
#define MDSCR_KDE	(1ul << 13)
#define SGI		5
#define SPI		40
#define VTR_TDS		(1ul << 19)

/* Something that a guest does many times, and how many exits each is. */
struct kind {
	const char *name;
	void (*before)(void);
	void (*once)(void);
	u64 sysregs, erets;
	unsigned int vcpus;
	u32 features;
	bool rcu;		/* nothing of it where RCU takes the CPU for idle */
	/* the counts have one, as of a VM that was saved and loaded: then they trap */
	bool offset;
	/* only where ICC_DIR_EL1 can trap alone */
	bool tds;
};

/* ---- registers ---- */

static void mdscr(void)
{
	wr(mdscr_el1, 0);
	GUEST_EQ(rd(mdscr_el1), 0);
}

static void lock(void)
{
	wr(oslar_el1, 1);
}

static void enable(void)
{
	wr(mdscr_el1, MDSCR_MDE);
}

/* Its own level's: masked at EL2. */
static void enable_own(void)
{
	wr(mdscr_el1, MDSCR_KDE);
}

static void mdscr_is_on(void)
{
	GUEST_EQ(rd(mdscr_el1), MDSCR_MDE);
}

static void memory(void)
{
	wr(mdcr_el2, MDCR_TDA);
	GUEST_EQ(rd(mdcr_el2), MDCR_TDA);
	wr(CNTKCTL_EL12, 3);
	GUEST_EQ(rd(CNTKCTL_EL12), 3);
	GUEST_EQ(rd(ICH_ELRSR) & 1, 1);
	GUEST_ASSERT((rd(ICH_VTR) & 0x1f) < 16);
}

/* ---- TLB invalidations ---- */

static void in_tge(void)
{
	wr(hcr_el2, HCR_E2H | HCR_RW | HCR_TGE);
}

static void tlbi(void)
{
	asm volatile("tlbi vae2is, xzr\n tlbi vale2is, xzr\n tlbi alle2is\n dsb ish\n isb" ::: "memory");
}

/* Its own by TGE alone. */
static void tlbi_el1(void)
{
	asm volatile("tlbi vmalle1is\n tlbi aside1is, xzr\n tlbi vaae1is, xzr\n tlbi vae1is, xzr\n dsb ish\n isb" ::: "memory");
}

static void tlbi_below(void)
{
	asm volatile("tlbi vmalle1\n dsb ish\n isb" ::: "memory");
}

/* ---- returns ---- */

#define RETURN(insn) \
	asm volatile(".arch_extension pauth\n" \
		     "adr x9, 1f\n" \
		     "msr elr_el1, x9\n" \
		     "mov x9, #0x3c9\n" \
		     "msr spsr_el1, x9\n" \
		     "isb\n" \
		     insn "\n" \
		     "1:\n" ::: "x9", "memory")

static void eret(void)
{
	RETURN("eret");
}

/* Its key is not enabled. */
static void eretaa(void)
{
	RETURN("eretaa");
}

void calls_at_el0(void);
asm("	.text\n"
    "	.global calls_at_el0\n"
    "calls_at_el0:\n"
    "	svc	#9\n");

#define ALIAS_BLOCK	4
#define ALIAS		(ALIAS_BLOCK * 0x40000000ul)

static void with_el0(void)
{
	in_tge();
	guest_on(VEC_LOWER, come_back);
	guest_l1[ALIAS_BLOCK] = 0x701ul | 3ul << 6;	/* a block, normal, read-only for EL0 */
	dsb(ishst);
	isb();
}

static void to_el0(void)
{
	eret_to((u64)calls_at_el0 + ALIAS, 0x3c0);
	GUEST_EQ(EC(seen.esr), EC_SVC);
}

/* ---- interrupts ---- */

static void with_gic(void)
{
	gic_enable(64, true);
	icc_write(ICC_CTLR, 2);		/* EOImode */
}

static void take(u64 intid)
{
	gic_expect(intid);
	icc_write(ICC_DIR, intid);
}

/* It is made pending by a store, which is an exit of another class, or none. */
static void end_sgi(void)
{
	mmio_write32(GIC_SGI(0) + GIC_ISPENDR, 1u << SGI);
	take(SGI);
}

/* Of one that is not private the trap is an exit. */
static void end_spi(void)
{
	mmio_write32(GICD + GIC_ISPENDR + SPI / 32 * 4, 1u << SPI % 32);
	take(SPI);
}

/* ---- time ---- */

static u64 last;

static void set_timer(void)
{
	wr(cntp_cval_el0, FAR_AWAY);
	wr(cntp_ctl_el0, 3);
}

static void read_time(void)
{
	u64 now = rd(cntpct_el0);

	GUEST_ASSERT(now >= last && now < FAR_AWAY);
	last = now;
	GUEST_ASSERT(rd(cntvct_el0) >= now);
	GUEST_EQ(rd(cntp_cval_el0), FAR_AWAY);
	GUEST_EQ(rd(cntp_ctl_el0), 3);
}

/* ---- below ---- */

static void with_guest(void)
{
	start(1);
}

static void l2_times(u64 unused, u64 unused2)
{
	msr(cntv_cval_el0, FAR_AWAY);
	msr(cntv_ctl_el0, 1);
	GUEST_EQ(mrs(cntv_ctl_el0), 1);
	GUEST_ASSERT(mrs(cntvct_el0) < FAR_AWAY);
	l2_call(0);
}

static void l2_returns(u64 unused, u64 unused2)
{
	l2_call(0);
}

static void time_below(void)
{
	enter(l2_times, 0, 0);
	GUEST_ASSERT(CALLED);
}

enum {
	MDSCR,
	MDSCR_LOCKED,
	MDSCR_ON,
	MEMORY,
	TLB,
	TLB_EL1,
	TLB_BELOW,
	TO_EL2,
	TO_EL2_WATCHED,
	TO_EL2_DEBUGGED,
	TO_EL0,
	SIGNED,
	ENDS,
	ENDS_SPI,
	TIMES_BELOW,
	MDSCR_AFTER,
	TIME,
	TIME_SET,
	ENDS_OFFSET
};

/* The first thing that it does when its guest has run. */
static void mdscr_after_guest(void)
{
	enter(l2_returns, 0, 0);
	mdscr();
}

static const struct kind kinds[] = {
	[MDSCR]		= { "MDSCR_EL1", NULL, mdscr },
	[MDSCR_LOCKED]	= { "MDSCR_EL1 with the OS lock", lock, mdscr, .sysregs = 2 },
	[MDSCR_ON]	= { "MDSCR_EL1 with something enabled", enable, mdscr_is_on, .sysregs = 1 },
	[MEMORY]	= { "registers that are memory", NULL, memory },
	[TLB]		= { "its own TLB", NULL, tlbi },
	[TLB_EL1]	= { "its own TLB by EL1's names", in_tge, tlbi_el1 },
	[TLB_BELOW]	= { "EL1's TLB", NULL, tlbi_below, .sysregs = 1 },
	[TO_EL2]	= { "returns to EL2", NULL, eret },
	[TO_EL2_WATCHED] = { "returns to EL2 with something enabled", enable, eret },
	[TO_EL2_DEBUGGED] = { "returns to EL2 that debugs itself", enable_own, eret, .erets = 1 },
	[TO_EL0]	= { "returns to EL0, and from its call", with_el0, to_el0 },
	[SIGNED]	= { "returns to a signed address", NULL, eretaa, .erets = 1, .features = PAUTH },
	[ENDS]		= { "ends of interrupts", with_gic, end_sgi, .vcpus = 2, .rcu = true },
	[ENDS_SPI]	= { "ends of an SPI", with_gic, end_spi, .sysregs = 1, .vcpus = 2, .tds = true },
	[TIMES_BELOW]	= { "timers below", with_guest, time_below, .erets = 1 },
	[MDSCR_AFTER]	= { "MDSCR_EL1 when its guest has run", with_guest, mdscr_after_guest, .erets = 1 },
	[TIME]		= { "time with an offset", set_timer, read_time, .offset = true },
	[TIME_SET]	= { "timers with an offset", NULL, set_timer, .sysregs = 2, .offset = true },
	[ENDS_OFFSET]	= { "ends of interrupts with an offset", with_gic, end_sgi, .vcpus = 2, .rcu = true, .offset = true },
};

/* Between the two messages nothing else traps. */
static void guest_repeats(u64 which)
{
	const struct kind *k = &kinds[which];

	if (k->before)
		k->before();
	GUEST_SYNC(1, 0);
	for (int i = 0; i < TIMES; i++)
		k->once();
	GUEST_SYNC(2, 0);
}

static bool is_nohz_full(void)
{
	FILE *f = fopen("/sys/devices/system/cpu/nohz_full", "r");
	char c = 0;

	/* a list of CPUs, or nothing, or "(null)" */
	if (f && fread(&c, 1, 1, f) != 1)
		c = 0;
	if (f)
		fclose(f);
	return c >= '0' && c <= '9';
}

/* ICH_VTR_EL2 as the host's CPUs have it. */
static bool has_tds(int gic)
{
	u64 vtr = 0;

	REQUIRE_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS,
			       3 << 14 | 4 << 11 | 12 << 7 | 11 << 3 | 1, &vtr), 0);
	return vtr & VTR_TDS;
}

static struct vm *new_vm(const struct kind *k)
{
	struct kvm_arm_counter_offset off = { .counter_offset = 0x123456 };
	struct vm *vm;
	int gic;

	nested_need();
	if (!on_keel())
		ktap_skip("of keel's answers in place");
	if (k->rcu && is_nohz_full())
		ktap_skip("not in place on this host");
	if (k->features && !kvm_cap(KVM_CAP_ARM_PTRAUTH_ADDRESS))
		ktap_skip("no pointer authentication");
	vm = vm_new_features(k->vcpus ? k->vcpus : 1, HAS_EL2 | k->features, guest_repeats,
			     k - kinds);
	gic = gic_new(vm, 64);
	if (k->tds && !has_tds(gic))
		ktap_skip("no trap of ICC_DIR_EL1 alone");
	if (k->offset)
		REQUIRE_EQ(kvm(vm->fd, KVM_ARM_SET_COUNTER_OFFSET, &off), 0);
	return vm;
}

static u64 exits(int fd, unsigned int class)
{
	return kvm_statistic_at(fd, "exits_by_ec", class);
}

static void count(unsigned int which)
{
	const struct kind *k = &kinds[which];
	struct vm *vm = new_vm(k);
	int fd = kvm(vm->vcpu[0].fd, KVM_GET_STATS_FD, 0);
	u64 sysregs, erets;

	REQUIRE(fd >= 0, "%d", fd);
	vcpu_sync(&vm->vcpu[0], 1);
	sysregs = exits(fd, EC_SYS64);
	erets = exits(fd, EC_ERET);
	vcpu_sync(&vm->vcpu[0], 2);
	sysregs = exits(fd, EC_SYS64) - sysregs;
	erets = exits(fd, EC_ERET) - erets;
	CHECK(sysregs == TIMES * k->sysregs, "%s: %lu of registers, not %lu", k->name, sysregs, TIMES * k->sysregs);
	CHECK(erets == TIMES * k->erets, "%s: %lu returns, not %lu", k->name, erets, TIMES * k->erets);
	vm_free(vm);
	close(fd);
}

static void registers(void)
{
	count(MEMORY);
	count(MDSCR);
	count(MDSCR_LOCKED);
	count(MDSCR_ON);
	count(MDSCR_AFTER);
}

static void tlbs(void)
{
	count(TLB);
	count(TLB_EL1);
	count(TLB_BELOW);
}

static void returns(void)
{
	count(TO_EL2);
	count(TO_EL2_WATCHED);
	count(TO_EL2_DEBUGGED);
	count(TO_EL0);
}

static void signed_returns(void)
{
	count(SIGNED);
}

static void ends(void)
{
	count(ENDS);
	count(ENDS_OFFSET);
}

static void ends_spi(void)
{
	count(ENDS_SPI);
}

static void times(void)
{
	count(TIME);
	count(TIME_SET);
}

static void times_below(void)
{
	count(TIMES_BELOW);
}

static const struct ktap_case cases[] = {
	{ "registers", registers, 120 },
	{ "TLB invalidations", tlbs, 120 },
	{ "returns", returns, 120 },
	{ "returns to a signed address", signed_returns, 120 },
	{ "ends of interrupts", ends, 120 },
	{ "ends of an SPI", ends_spi, 120 },
	{ "time with an offset", times, 120 },
	{ "timers below", times_below, 120 },
};
KTAP_MAIN(cases)
