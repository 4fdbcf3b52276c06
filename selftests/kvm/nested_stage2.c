// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest's EL2 as a hypervisor, with a stage 2 of its own (HCR_EL2.VM): its guest is at EL1 with
 * its MMU off. Proves:
 *  - the guest runs, calls it, and has the identity that it says
 *  - each kind of fault of its tables comes with its status, level, address and direction
 *  - after each of its TLB invalidations, and with another VMID, what its tables say now is so
 *  - AT tells what its guest would find
 *  - what one CPU has changed and invalidated no guest of another one finds as it was
 *  - FP/SIMD, counters and debug exceptions as its controls say
 */
#include <pthread.h>
#include "lib/stage2.h"

static void l2_identity(u64 unused, u64 unused2)
{
	l2_call(mrs(CurrentEL) << 56 | (mrs(midr_el1) & 0xffffffff) << 8 | (mrs(mpidr_el1) & 0xff));
}

static void l2_fp(u64 unused, u64 unused2)
{
	asm volatile(".arch_extension fp\n fmov d0, #1.0\n fmov x0, d0\n hvc #0x2a" ::: "x0", "memory");
}

static void l2_counts(u64 unused, u64 unused2)
{
	l2_call(mrs(cntpct_el0));
}

static void l2_virtual_count(u64 unused, u64 unused2)
{
	l2_call(mrs(cntvct_el0));
}

static void l2_virtual_timer(u64 unused, u64 unused2)
{
	l2_call(mrs(cntv_ctl_el0));
}

static void l2_physical_timer(u64 unused, u64 unused2)
{
	l2_call(mrs(cntp_ctl_el0));
}

static void l2_breaks(u64 unused, u64 unused2)
{
	asm volatile("brk #5\n hvc #0x2a" ::: "memory");
}

/* ---- it runs ---- */

static void guest_runs(u64 arg)
{
	start(1);
	wr(VPIDR_EL2, 0x410fd034);
	wr(VMPIDR_EL2, 0x80000042);
	for (int i = 0; i < 3; i++) {
		enter(l2_identity, 0, 0);
		GUEST_ASSERT(CALLED);
		GUEST_EQ(seen.x[0], 4ul << 56 | 0x410fd034ul << 8 | 0x42);
	}
	GUEST_ASSERT((mrs(midr_el1) & 0xffffffff) != 0x410fd034);
}

static void runs(void)
{
	run_el2(guest_runs, 0);
}

/* ---- faults ---- */

static u64 word[512] __attribute__((aligned(MOST_PAGE)));
static u64 word2[512] __attribute__((aligned(MOST_PAGE)));

static void faulted(u64 ec, u64 status, u64 at, bool write)
{
	GUEST_EQ(EC(seen.esr), ec);
	GUEST_EQ(seen.esr & 0x3f, status);
	GUEST_EQ(seen.far, at);
	GUEST_EQ(rd(hpfar_el2), at >> 12 << 4);
	GUEST_EQ(seen.esr >> 6 & 1, write);
	GUEST_EQ(seen.esr >> 7 & 1, 0);
}

static void read_faults(u64 at, u64 status)
{
	enter(l2_reads, at, 0);
	faulted(EC_DABT_LOW, status, at, false);
}

static void guest_faults(u64 arg)
{
	u64 at = WINDOW + 5 * PAGE + 8, desc = (u64)word | S2_PAGE | S2_RWX;

	start(1);
	read_faults(1ul << S2_BITS, 0x04);	/* more bits than there are */
	read_faults(NO_ENTRY, 0x04 | S2_FIRST);
	read_faults(BIG + HUGE + 8, 0x06);
	read_faults(at, 0x07);
	enter(l2_writes, at, 1);
	faulted(EC_DABT_LOW, 0x07, at, true);
	enter((void *)at, 0, 0);
	faulted(EC_IABT_LOW, 0x07, at, false);
	/* address size: the block's, then a table's */
	set_page(&t, 5, 1ul << 45 | S2_PAGE | S2_RWX);
	read_faults(at, 0x03);
	*big_block(&t, 1) = 1ul << 45 | S2_BLOCK | S2_RWX;
	sync_tables();
	read_faults(BIG + HUGE + 8, 0x02);
	/* a table where there is no memory */
	*big_block(&t, 1) = MMIO_BASE | S2_TABLE;
	sync_tables();
	enter(l2_reads, BIG + HUGE + 8, 0);
	GUEST_EQ(seen.esr & 0x3f, 0x17);
	GUEST_EQ(seen.esr >> 24 & 1, 0);
	/* the access flag: a fault, or set */
	set_page(&t, 5, desc & ~S2_AF);
	read_faults(at, 0x0b);
	wr(VTCR_EL2, VTCR | VTCR_HA);
	GUEST_EQ(l2_read(at), word[1]);
	GUEST_EQ(READ_ONCE(t.pages[5]), desc);
	wr(VTCR_EL2, VTCR);
	/* permissions */
	set_page(&t, 5, desc & ~S2_W);
	flush_all();
	word[1] = 0x7777;
	dsb(sy);
	GUEST_EQ(l2_read(at), 0x7777);
	enter(l2_writes, at, 1);
	faulted(EC_DABT_LOW, 0x0f, at, true);
	GUEST_EQ(READ_ONCE(word[1]), 0x7777);
	set_page(&t, 5, desc & ~S2_R);
	flush_all();
	read_faults(at, 0x0f);
	set_page(&t, 5, desc | S2_XN);
	flush_all();
	GUEST_EQ(l2_read(at), 0x7777);
	enter((void *)at, 0, 0);
	faulted(EC_IABT_LOW, 0x0f, at, false);
	*big_block(&t, 1) = (RAM_BASE & ~(HUGE - 1)) | S2_BLOCK | (S2_RWX & ~S2_W);
	sync_tables();
	enter(l2_writes, BIG + HUGE + 8, 1);
	faulted(EC_DABT_LOW, 0x0e, BIG + HUGE + 8, true);
}

static void faults(void)
{
	run_el2(guest_faults, 0);
}

/* It mends what is missing, and its guest goes on where it was. */
static u64 mended;

static void mend(struct guest_regs *regs)
{
	if (EC(regs->esr) != EC_DABT_LOW) {
		come_back(regs);
		return;
	}
	mended++;
	set_page(&t, 7, (u64)word | S2_PAGE | S2_RWX);
}

static void guest_mends(u64 arg)
{
	start(1);
	guest_on(VEC_LOWER, mend);
	word[2] = 0x1122;
	dsb(sy);
	GUEST_EQ(l2_read(WINDOW + 7 * PAGE + 16), 0x1122);
	GUEST_EQ(mended, 1);
}

static void mends(void)
{
	run_el2(guest_mends, 0);
}

/* ---- invalidations ---- */

/* The guest's page is one or the other of two; each way to say that it has changed. */
static void swap_page(unsigned int how)
{
	u64 ttl = S2_TG | 3ul << 44;
	u64 at = WINDOW + 9 * PAGE, op = at >> 12, range = at / PAGE | S2_TG;
	u64 *to = how & 1 ? word2 : word;

	GUEST_EQ(l2_read(at), how & 1 ? 0xaaaa : 0xbbbb);
	set_page(&t, 9, (u64)to | S2_PAGE | S2_RWX);
	switch (how / 2) {
	case 0:
		asm volatile("tlbi vmalls12e1is");
		break;
	case 1:
		asm volatile("tlbi alle1is");
		break;
	case 2:
		asm volatile("tlbi ipas2e1is, %0\n dsb ish\n tlbi vmalle1is" :: "r"(op));
		break;
	case 3:
		asm volatile("tlbi ipas2le1is, %0\n dsb ish\n tlbi vmalle1is" :: "r"(op | ttl));
		break;
	case 4:
		asm volatile("tlbi ipas2e1, %0\n dsb nsh\n tlbi vmalle1" :: "r"(op | ttl));
		break;
	case 5:
		asm volatile("tlbi vmalls12e1");
		break;
	case 6:		/* RIPAS2E1IS: two pages */
		if ((mrs(id_aa64isar0_el1) >> 56 & 0xf) < 2)
			asm volatile("tlbi alle1");
		else
			asm volatile("sys #4, c8, c0, #2, %0" :: "r"(range));
		break;
	}
	asm volatile("dsb ish\n isb" ::: "memory");
	GUEST_EQ(l2_read(at), how & 1 ? 0xbbbb : 0xaaaa);
}

static void guest_swaps(u64 arg)
{
	start(3);
	word[0] = 0xaaaa;
	word2[0] = 0xbbbb;
	dsb(sy);
	set_page(&t, 9, (u64)word | S2_PAGE | S2_RWX);
	for (unsigned int how = 1; how < 14; how += 2) {
		swap_page(how);
		swap_page(how - 1);
	}
	/* a whole block goes with one of its addresses */
	*big_block(&t, 3) = ((u64)word & ~(HUGE - 1)) | S2_BLOCK | S2_RWX;
	sync_tables();
	GUEST_EQ(l2_read(BIG + 3 * HUGE + ((u64)word & (HUGE - 1))), 0xaaaa);
	*big_block(&t, 3) = 0;
	sync_tables();
	asm volatile("tlbi ipas2e1is, %0\n dsb ish\n tlbi vmalle1is\n dsb ish\n isb"
		     :: "r"((BIG + 3 * HUGE) >> 12 | S2_TG | 2ul << 44) : "memory");
	read_faults(BIG + 3 * HUGE + ((u64)word & (HUGE - 1)), 0x06);
}

static void swaps(void)
{
	run_el2(guest_swaps, 0);
}

/*
 * More guests than there are shadows, by turns; they differ in a page, and in nothing but the VMID.
 */
static struct tables many[5];
static u64 own_page[5][MOST_PAGE / 8] __attribute__((aligned(MOST_PAGE)));

static void guest_many(u64 arg)
{
	guest_on(VEC_LOWER, come_back);
	for (u64 i = 0; i < 5; i++) {
		build(&many[i], 10 + i);
		own_page[i][1] = 0x100 + i;
		set_page(&many[i], 1, (u64)own_page[i] | S2_PAGE | S2_RWX);
	}
	dsb(sy);
	for (u64 n = 0; n < 20; n++) {
		u64 i = n * 3 % 5;

		wr(VTTBR_EL2, vttbr_of(&many[i], 10 + i));
		GUEST_EQ(l2_read(WINDOW + PAGE + 8), 0x100 + i);
		l2_write(WINDOW + PAGE + 16, n);
		GUEST_EQ(READ_ONCE(own_page[i][2]), n);
	}
	/*
	 * the same tables under another VMID, which have changed meanwhile: nothing to be
	 * invalidated
	 */
	wr(VTTBR_EL2, vttbr_of(&many[0], 10));
	GUEST_EQ(l2_read(WINDOW + PAGE + 8), 0x100);
	set_page(&many[0], 1, (u64)own_page[4] | S2_PAGE | S2_RWX);
	wr(VTTBR_EL2, vttbr_of(&many[0], 77));
	GUEST_EQ(l2_read(WINDOW + PAGE + 8), 0x104);
}

static void many_guests(void)
{
	run_el2(guest_many, 0);
}

/* ---- AT ---- */

#define AT(op, va) ({ \
	asm volatile("at " #op ", %0\n isb" :: "r"(va) : "memory"); \
	mrs(par_el1); })
#define PA		0xfffffffff000ul

static void guest_asks(u64 arg)
{
	u64 at = WINDOW + 11 * PAGE, par;

	start(1);
	wr(hcr_el2, HCR_E2H | HCR_RW | HCR_VM);
	/* the guest's MMU is off */
	par = AT(s1e1r, at);
	GUEST_EQ(par & (PA | 1), at);
	par = AT(s12e1r, at);
	GUEST_EQ(par & 0x201, 0x201);
	GUEST_EQ(par >> 1 & 0x3f, 0x07);
	set_page(&t, 11, (u64)word | S2_PAGE | (S2_RWX & ~S2_W));
	par = AT(s12e1r, at);
	GUEST_EQ(par & (PA | 1), (u64)word);
	par = AT(s12e1w, at);
	GUEST_EQ(par & 0x201, 0x201);
	GUEST_EQ(par >> 1 & 0x3f, 0x0f);
	/* with tables of its own, which have to be in the shadow for the CPU to find them */
	wr(TCR_EL12, 25ul | 2ul << 32 | 1ul << 8 | 1ul << 10 | 3ul << 12 | 1ul << 23);
	wr(S3_5_C2_C0_0, WINDOW + 12 * PAGE);
	wr(S3_5_C10_C2_0, 0xff);
	word[3] = WINDOW | 0x701;	/* a block of level 1 */
	dsb(sy);
	wr(SCTLR_EL12, rd(SCTLR_EL12) | 1);
	par = AT(s1e1r, (3ul << 30) + 0x5000);
	GUEST_EQ(par & 0x301, 0x301);	/* of stage 2, on a walk */
	GUEST_EQ(par >> 1 & 0x3f, 0x07);
	set_page(&t, 12, (u64)word | S2_PAGE | S2_RWX);
	par = AT(s1e1r, (3ul << 30) + 0x5000);
	GUEST_EQ(par & (PA | 1), WINDOW + 0x5000);
	par = AT(s12e1r, (3ul << 30) + 11 * PAGE);
	GUEST_EQ(par & (PA | 1), (u64)word);
	wr(SCTLR_EL12, rd(SCTLR_EL12) & ~1ul);
	/* EL2 is as it was */
	GUEST_EQ(AT(s1e2r, (u64)word) & (PA | 1), (u64)word);
}

static void asks(void)
{
	run_el2(guest_asks, 0);
}

/* ---- its controls ---- */

/* What copies a structure may use FP/SIMD. */
static void come_back_with_fp(struct guest_regs *regs)
{
	wr(cptr_el2, rd(cptr_el2) | 3ul << 20);
	come_back(regs);
}

#define EL1PCTEN	(1ul << 10)
#define EL1PTEN		(1ul << 11)
#define EL1TVT		(1ul << 13)
#define EL1TVCT		(1ul << 14)

/* What is below takes this for a trap by these bits of CNTHCTL_EL2, or for none. */
static void times(u64 cnthctl, void (*fn)(u64, u64), bool traps)
{
	wr(cnthctl_el2, cnthctl);
	enter(fn, 0, 0);
	if (!traps) {
		GUEST_ASSERT(CALLED);
		return;
	}
	GUEST_EQ(EC(seen.esr), EC_SYS64);
	GUEST_ASSERT(seen.pc - (u64)fn < 16);
}

static void guest_times(u64 arg)
{
	const u64 all = EL1PCTEN | EL1PTEN;

	start(1);
	times(0, l2_counts, true);
	times(EL1PTEN, l2_counts, true);
	times(EL1PCTEN, l2_counts, false);
	times(EL1PCTEN, l2_physical_timer, true);
	times(all, l2_physical_timer, false);
	times(all, l2_virtual_timer, false);
	times(all, l2_virtual_count, false);
	times(all | EL1TVT, l2_virtual_timer, true);
	times(all | EL1TVT, l2_virtual_count, false);
	times(all | EL1TVCT, l2_virtual_count, true);
	times(all | EL1TVCT, l2_virtual_timer, false);
}

static void timers(void)
{
	run_el2(guest_times, 0);
}

static void guest_controls(u64 arg)
{
	u64 cptr;

	start(1);
	wr(CPACR_EL12, 3ul << 20);
	cptr = rd(cptr_el2);
	guest_on(VEC_LOWER, come_back_with_fp);
	wr(cptr_el2, cptr & ~(3ul << 20));
	enter(l2_fp, 0, 0);
	GUEST_EQ(EC(seen.esr), EC_FP);
	enter(l2_fp, 0, 0);
	GUEST_ASSERT(CALLED);
	GUEST_EQ(seen.x[0], 0x3ff0000000000000ul);
	wr(cnthctl_el2, EL1PCTEN | EL1PTEN);
	enter(l2_counts, 0, 0);
	GUEST_ASSERT(CALLED);
	GUEST_ASSERT(mrs(cntpct_el0) - seen.x[0] < FAR_AWAY / 16);
	wr(mdcr_el2, rd(mdcr_el2) | 1ul << 8);
	enter(l2_breaks, 0, 0);
	GUEST_EQ(EC(seen.esr), EC_BRK);
	GUEST_EQ(seen.esr & 0xffff, 5);
}

static void controls(void)
{
	run_el2(guest_controls, 0);
}

/* ---- two CPUs ---- */

#define FN_CPU_ON	0xc4000003

/*
 * One changes the page, and says before and after it how often it has: what the other reads in
 * between is known. It goes on when the other has read twice, once at least in between, and may be
 * at it again.
 */
static u64 begun, ended, reads;

static void guest_changes(u64 arg)
{
	wr(VTCR_EL2, VTCR);
	wr(VTTBR_EL2, vttbr_of(&t, 1));
	wr(hcr_el2, HCR_E2H | HCR_RW | HCR_TGE);
	for (u64 n = 1;; n++) {
		store_release(&begun, n);
		dsb(ish);
		set_page(&t, 9, (u64)(n & 1 ? word2 : word) | S2_PAGE | S2_RWX);
		asm volatile("tlbi ipas2e1is, %0\n dsb ish\n isb"
			     :: "r"((WINDOW + 9 * PAGE) >> 12 | S2_TG | 3ul << 44) : "memory");
		for (u64 since = load_acquire(&reads), first = (store_release(&ended, n), since);
		     since - first < 2;)
			since = load_acquire(&reads);
	}
}

static void guest_races(u64 arg)
{
	u64 known = 0;

	start(1);
	word[0] = 0xaaaa;
	word2[0] = 0xbbbb;
	set_page(&t, 9, (u64)word | S2_PAGE | S2_RWX);
	guest_secondary_fn = guest_changes;
	/* what the other reads with its caches off */
	asm volatile("dc civac, %0\n dsb sy" :: "r"(&guest_secondary_fn) : "memory");
	GUEST_EQ(guest_smc(FN_CPU_ON, 1, (u64)guest_secondary, 0).a0, 0);
	while (!load_acquire(&ended))
		;
	for (u64 i = 0; known < 100; i++) {
		u64 n = load_acquire(&ended), val = l2_read(WINDOW + 9 * PAGE);

		dsb(ish);
		if (load_acquire(&begun) == n) {
			known++;
			GUEST_EQ(val, n & 1 ? 0xbbbb : 0xaaaa);
		}
		store_release(&reads, i + 1);
	}
}

static void *run_other(void *vcpu)
{
	for (;;)
		vcpu_run(vcpu);
	return NULL;
}

static void races(void)
{
	struct vm *vm = vm_el2(2, guest_races, 0);
	pthread_t thread;

	REQUIRE_EQ(pthread_create(&thread, NULL, run_other, &vm->vcpu[1]), 0);
	vcpu_finish(&vm->vcpu[0]);
	/* the process ends with its threads */
	ktap_end();
}

static const struct ktap_case cases[] = {
	{ "a guest of the guest's runs", runs },
	{ "faults of the guest's own stage 2", faults },
	{ "a fault is mended", mends },
	{ "invalidations", swaps },
	{ "more guests than shadows", many_guests },
	{ "address translation", asks },
	{ "controls", controls },
	{ "controls of counts and timers", timers },
	{ "tables that another CPU changes", races },
};
KTAP_MAIN(cases)
