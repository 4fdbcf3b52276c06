// SPDX-License-Identifier: GPL-2.0-only
/* pure: mmu/pgtable.c mmu/pgtable_range.c mmu/pgtable_format.c */
/*
 * Writes that the hardware notes in a page's entry (KEEL_PTE_DBM), against a log that
 * is read, protected and unmapped meanwhile:
 * - which entries are marked so, and which are told of when they go;
 * - a write right after the code has read an entry that it is about to change, at each
 *   read of each operation: it is told of, or found in the entry;
 * - a thread that writes as a CPU does, by an entry that it may have from before as long
 *   as nobody has waited for a flush; what another thread copied of the pages that the log
 *   had is at the end what the pages are: no write is lost.
 */
#include <pthread.h>
#include <sched.h>
#include "pgtable_tables.h"

#define NR_PAGES	16u
#define ROUNDS		200000
#define MARKED		(KEEL_PTE_R | KEEL_PTE_AF | KEEL_PTE_XN | KEEL_PTE_MAY_W)

static u64 logged[NR_PAGES];		/* the bitmap */

static u64 addr_of(unsigned int page)
{
	return GIB + (u64)page * page_size;
}

static void mark(void *arg, u64 ipa)
{
	__atomic_store_n(&logged[(ipa - GIB) / page_size], 1, __ATOMIC_SEQ_CST);
}

static void told(struct keel_pgt *p, u64 ipa)
{
	CHECK(p == &pgt);
	mark(NULL, ipa);
}

static u64 entry(unsigned int page)
{
	int level;

	return keel_pgt_lookup(&pgt, addr_of(page), &level);
}

static void map_page(unsigned int page, u64 perms)
{
	CHECK_EQ(map_one(addr_of(page), addr_of(page), 3, perms, false), 0);
}

static void collect(void)
{
	keel_pgt_for_each_written(&pgt, addr_of(0), addr_of(NR_PAGES), mark, NULL);
}

/* A CPU's write by an entry with KEEL_PTE_DBM. */
static bool hw_write(unsigned int page)
{
	struct found f = hw_walk(&pgt, addr_of(page));
	u64 *e = (u64 *)f.path[3] + ((addr_of(page) / page_size) & (page_size / 8 - 1));

	if (f.level == 3 && (f.attr & KEEL_PTE_DBM))
		__atomic_fetch_or(e, KEEL_PTE_W, __ATOMIC_SEQ_CST);
	return f.level == 3 && (f.attr & (KEEL_PTE_DBM | KEEL_PTE_W));
}

static void begin(bool notes)
{
	open_tables(12, 40, false);
	pgt.written = notes ? told : NULL;
	memset(logged, 0, sizeof(logged));
}

static void who_is_marked(void)
{
	begin(true);
	map_page(0, MARKED | KEEL_PTE_W);
	/* the VMM may not write it for good */
	map_page(1, (MARKED & ~KEEL_PTE_MAY_W) | KEEL_PTE_W);
	/* never written: no page of the host's is dirty */
	map_page(2, MARKED);
	CHECK_EQ(map_one(2 * GIB, 2 * GIB, 2, MARKED | KEEL_PTE_W, false), 0);
	CHECK(keel_pgt_wrprotect(&pgt, 0, 3 * GIB));
	CHECK_EQ(entry(0) & KEEL_PTE_WRITTEN, KEEL_PTE_DBM);
	CHECK_EQ(entry(1) & KEEL_PTE_WRITTEN, 0);
	CHECK_EQ(entry(2) & KEEL_PTE_WRITTEN, 0);
	CHECK(hw_write(0) && !hw_write(1) && !hw_write(2));
	/* a block faults, and is split */
	CHECK(!(hw_walk(&pgt, 2 * GIB).attr & KEEL_PTE_WRITTEN));
	collect();
	CHECK(logged[0] && !logged[1] && !logged[2]);
	close_tables();

	begin(false);
	map_page(0, MARKED | KEEL_PTE_W);
	CHECK(keel_pgt_wrprotect(&pgt, addr_of(0), addr_of(1)));
	CHECK_EQ(entry(0) & KEEL_PTE_WRITTEN, 0);
	close_tables();
}

static void protect_and_write(unsigned int page)
{
	map_page(page, MARKED | KEEL_PTE_W);
	CHECK(keel_pgt_wrprotect(&pgt, addr_of(page), addr_of(page + 1)));
	CHECK(hw_write(page));
}

/*
 * For good: neither the log nor the hardware lets it be written, and what was written is told.
 * Reads go on.
 */
static void withdrawn(void)
{
	u64 pa;

	begin(true);
	map_page(0, MARKED | KEEL_PTE_W);
	protect_and_write(1);
	map_page(2, MARKED | KEEL_PTE_W);
	CHECK(keel_pgt_wrprotect(&pgt, addr_of(2), addr_of(3)));
	map_page(3, MARKED);
	map_page(4, MARKED & ~KEEL_PTE_MAY_W);
	map_page(5, MARKED | KEEL_PTE_W);
	CHECK_EQ(map_one(2 * GIB, 2 * GIB, 2, MARKED | KEEL_PTE_W, false), 0);
	/* the log may have taken the leave to write and not have flushed yet */
	CHECK(keel_pgt_withdraw_write(&pgt, addr_of(3), addr_of(4)));
	CHECK(keel_pgt_withdraw_write(&pgt, addr_of(4), addr_of(5)));
	CHECK(!keel_pgt_withdraw_write(&pgt, addr_of(6), addr_of(9)));
	CHECK(keel_pgt_withdraw_write(&pgt, addr_of(2), addr_of(3)));
	CHECK(keel_pgt_withdraw_write(&pgt, addr_of(0), addr_of(5)));
	CHECK(keel_pgt_withdraw_write(&pgt, 2 * GIB, 2 * GIB + page_size));
	for (unsigned int i = 0; i < 5; i++) {
		CHECK_EQ(entry(i) & KEEL_PTE_PERMS, MARKED & ~KEEL_PTE_MAY_W);
		CHECK(!hw_write(i));
		CHECK(!keel_pgt_grant_write(&pgt, addr_of(i), &pa));
	}
	CHECK(!(hw_walk(&pgt, 2 * GIB).attr & (KEEL_PTE_W | KEEL_PTE_MAY_W)));
	CHECK(!logged[0] && logged[1] && !logged[2]);
	/* the neighbour is as it was; and what is asked for is given again */
	CHECK_EQ(entry(5) & KEEL_PTE_PERMS, MARKED | KEEL_PTE_W);
	map_page(0, MARKED | KEEL_PTE_W);
	CHECK_EQ(entry(0) & KEEL_PTE_PERMS, MARKED | KEEL_PTE_W);
	close_tables();
}

static void who_is_told_of(void)
{
	begin(true);
	protect_and_write(0);
	protect_and_write(1);
	map_page(2, MARKED | KEEL_PTE_W);
	CHECK(keel_pgt_wrprotect(&pgt, addr_of(2), addr_of(3)));
	CHECK(!logged[0] && !logged[1]);
	keel_pgt_unmap(&pgt, addr_of(0), addr_of(1));
	CHECK(logged[0] && !logged[1]);
	/* another page of memory in its place */
	CHECK_EQ(map_one(addr_of(1), addr_of(9), 3, MARKED, false), 0);
	CHECK(logged[1]);
	keel_pgt_unmap(&pgt, addr_of(2), addr_of(3));
	CHECK(!logged[2]);
	close_tables();
}

/* Permissions that are added, the access flag: the mark stays. */
static void mark_stays(void)
{
	begin(true);
	protect_and_write(0);
	CHECK(keel_pgt_age(&pgt, addr_of(0), addr_of(1), true));
	CHECK_EQ(keel_pgt_make_young(&pgt, addr_of(0)), 0);
	map_page(0, MARKED & ~KEEL_PTE_XN);
	CHECK_EQ(entry(0) & KEEL_PTE_WRITTEN, KEEL_PTE_WRITTEN);
	CHECK(keel_pgt_wrprotect(&pgt, addr_of(0), addr_of(1)));
	CHECK_EQ(entry(0) & KEEL_PTE_WRITTEN, KEEL_PTE_DBM);
	close_tables();
}

/* ---- between a read and what follows from it ---- */

static unsigned int reads_left;	/* of page 0's entry, until the hardware writes to the page */
static bool has_written;
static u64 *page0;

void unit_after_read(const volatile void *word)
{
	if (word != page0 || !reads_left || --reads_left)
		return;
	has_written = *page0 & KEEL_PTE_DBM;
	if (has_written)
		*page0 |= KEEL_PTE_W | KEEL_PTE_AF;
}

static void op_unmap(void) { keel_pgt_unmap(&pgt, addr_of(0), addr_of(1)); }
static void op_age(void) { keel_pgt_age(&pgt, addr_of(0), addr_of(1), true); }
static void op_young(void) { keel_pgt_make_young(&pgt, addr_of(0)); }
static void op_relax(void) { map_one(addr_of(0), addr_of(0), 3, MARKED & ~KEEL_PTE_XN, false); }
static void op_replace(void) { map_one(addr_of(0), addr_of(9), 3, MARKED, false); }
static void op_collect(void) { collect(); }

static void between(void (*op)(void), unsigned int nth)
{
	begin(true);
	map_page(1, MARKED);
	page0 = (u64 *)hw_walk(&pgt, addr_of(1)).path[3] +
		(addr_of(0) / page_size & (page_size / 8 - 1));
	map_page(0, MARKED | KEEL_PTE_W);
	CHECK(keel_pgt_wrprotect(&pgt, addr_of(0), addr_of(1)));
	has_written = false;
	reads_left = nth;
	op();
	reads_left = 0;
	CHECK(!has_written || logged[0] || (*page0 & KEEL_PTE_WRITTEN) == KEEL_PTE_WRITTEN);
	page0 = NULL;
	close_tables();
}

static void nothing_between(void)
{
	static void (*const ops[])(void) = { op_unmap, op_age, op_young, op_relax, op_replace, op_collect };
	unsigned int i, nth, hits = 0;

	for (i = 0; i < sizeof(ops) / sizeof(*ops); i++) {
		for (nth = 1; nth <= 4; nth++) {
			between(ops[i], nth);
			hits += has_written;
		}
		CHECK(hits > i);	/* each was met at least once */
	}
}

/* Protecting a page that was written, its access flag comes between. */
static void protect_between(void)
{
	for (unsigned int nth = 1; nth <= 3; nth++) {
		begin(true);
		protect_and_write(0);
		page0 = (u64 *)hw_walk(&pgt, addr_of(0)).path[3] +
			(addr_of(0) / page_size & (page_size / 8 - 1));
		CHECK(keel_pgt_age(&pgt, addr_of(0), addr_of(1), true));
		has_written = false;
		reads_left = nth;
		CHECK(keel_pgt_wrprotect(&pgt, addr_of(0), addr_of(1)));
		reads_left = 0;
		CHECK(!has_written || (*page0 & KEEL_PTE_AF));
		page0 = NULL;
		close_tables();
	}
}

/* ---- threads ---- */

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static u64 data[NR_PAGES], copies[NR_PAGES];
/* odd: the CPU is between its look at an entry and its write */
static unsigned long in_write;
static bool stop;

/* Complete when the CPU has done what it began before. */
static void wait_for_cpu(void)
{
	unsigned long at = __atomic_load_n(&in_write, __ATOMIC_SEQ_CST);

	while ((at & 1) && __atomic_load_n(&in_write, __ATOMIC_SEQ_CST) == at)
		sched_yield();
}

static void flush_leaf(void *arg, u64 ipa, int level)
{
	wait_for_cpu();
}

static void flush_range(void *arg, u64 ipa, u64 size)
{
	wait_for_cpu();
}

/* The page is readable by this pointer, whatever becomes of the tables above it. */
static u64 *entries;

static bool cpu_writes(unsigned int page)
{
	u64 *e = &entries[page], old;
	bool done = false;

	__atomic_add_fetch(&in_write, 1, __ATOMIC_SEQ_CST);
	old = __atomic_load_n(e, __ATOMIC_SEQ_CST);
	if ((old & KEEL_PTE_VALID) && !(old & KEEL_PTE_W) && (old & KEEL_PTE_DBM) &&
	    __atomic_compare_exchange_n(e, &old, old | KEEL_PTE_W, false, __ATOMIC_SEQ_CST,
					__ATOMIC_SEQ_CST))
		old |= KEEL_PTE_W;
	if ((old & KEEL_PTE_VALID) && (old & KEEL_PTE_W)) {
		__atomic_add_fetch(&data[page], 1, __ATOMIC_SEQ_CST);
		done = true;
	}
	__atomic_add_fetch(&in_write, 1, __ATOMIC_SEQ_CST);
	return done;
}

/* As mmu/fault.c does: granted, or mapped anew, and logged before the lock is dropped. */
static void cpu_faults(unsigned int page)
{
	u64 pa;

	pthread_rwlock_rdlock(&lock);
	if (!keel_pgt_grant_write(&pgt, addr_of(page), &pa))
		map_one(addr_of(page), addr_of(page), 3, MARKED | KEEL_PTE_W, false);
	mark(NULL, addr_of(page));
	pthread_rwlock_unlock(&lock);
}

static void *cpu(void *arg)
{
	u64 seed = 1;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		seed = seed * 6364136223846793005ULL + 1442695040888963407ULL;
		if (!cpu_writes(seed >> 33 & (NR_PAGES - 1)))
			cpu_faults(seed >> 33 & (NR_PAGES - 1));
	}
	return NULL;
}

/* KVM_GET_DIRTY_LOG; then the VMM copies what it was told of. */
static void look(void)
{
	bool set[NR_PAGES];

	pthread_rwlock_rdlock(&lock);
	collect();
	pthread_rwlock_unlock(&lock);
	pthread_rwlock_wrlock(&lock);
	for (unsigned int i = 0; i < NR_PAGES; i++) {
		set[i] = __atomic_exchange_n(&logged[i], 0, __ATOMIC_SEQ_CST);
		if (set[i])
			keel_pgt_wrprotect(&pgt, addr_of(i), addr_of(i + 1));
	}
	pthread_rwlock_unlock(&lock);
	wait_for_cpu();
	for (unsigned int i = 0; i < NR_PAGES; i++)
		if (set[i])
			copies[i] = __atomic_load_n(&data[i], __ATOMIC_SEQ_CST);
}

static void take_away(unsigned int page)
{
	pthread_rwlock_wrlock(&lock);
	keel_pgt_unmap(&pgt, addr_of(page), addr_of(page + 1));
	pthread_rwlock_unlock(&lock);
}

static void no_write_is_lost(void)
{
	static const struct keel_pgt_ops ops = {
		.alloc = test_alloc, .free = test_free, .to_phys = test_phys, .to_virt = test_virt,
		.flush_leaf = flush_leaf, .flush_range = flush_range,
	};
	pthread_t thread;

	begin(true);
	pgt.ops = &ops;
	page0 = NULL;
	map_page(NR_PAGES, MARKED);	/* its table stays */
	entries = (u64 *)hw_walk(&pgt, addr_of(NR_PAGES)).path[3] +
		  (GIB / page_size & (page_size / 8 - 1));
	CHECK_EQ(pthread_create(&thread, NULL, cpu, NULL), 0);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		look();
		take_away(rnd() % NR_PAGES);
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	pthread_join(thread, NULL);
	look();
	for (unsigned int i = 0; i < NR_PAGES; i++)
		CHECK_EQ(copies[i], data[i]);
	pgt.ops = &test_ops;
	close_tables();
}

int main(void)
{
	RUN(who_is_marked);
	RUN(who_is_told_of);
	RUN(withdrawn);
	RUN(mark_stays);
	RUN(nothing_between);
	RUN(protect_between);
	RUN(no_write_is_lost);
	return ktap_done();
}
