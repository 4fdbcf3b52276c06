// SPDX-License-Identifier: GPL-2.0-only
/* pure: mmu/vmid_pool.c */
/*
 * The VMID allocator: no number 0, no two users with one number where a TLB
 * could tell, at every width from the smallest; numbers in use by a CPU
 * outlive rollovers, also two in a row, and a user never has two numbers at a
 * time; CPUs that enter in parallel. The TLB here remembers every number that
 * was used until the flush that a rollover asks for.
 * Not shown here: that the memory order of a weaker machine keeps all this.
 */
#include <pthread.h>
#include <stdlib.h>
#include "mmu/vmid_pool.h"
#include "ktap.h"

#define CPUS	4
#define USERS	64

static struct keel_vmid_pool pool;
static unsigned long used[1 << 16 >> 6];
static u64 active[CPUS], reserved[CPUS];
static u64 ids[USERS];
static int running[CPUS];		/* user in the guest on this CPU, or -1 */
static unsigned int running_number[CPUS];
static int tlb[CPUS][1 << 16];		/* whose entries carry this number; -1: nobody's */
static unsigned int rollovers;

static void flush(void)
{
	unsigned int cpu, n;

	for (cpu = 0; cpu < CPUS; cpu++) {
		for (n = 0; n < 1U << pool.bits; n++)
			tlb[cpu][n] = -1;
		/* a guest that runs goes on filling the TLB */
		if (running[cpu] >= 0)
			tlb[cpu][running_number[cpu]] = running[cpu];
	}
}

static void start(unsigned int bits)
{
	unsigned int i;

	for (i = 0; i < sizeof(used) / sizeof(used[0]); i++)
		used[i] = 0;
	for (i = 0; i < CPUS; i++) {
		active[i] = reserved[i] = 0;
		running[i] = -1;
	}
	for (i = 0; i < USERS; i++)
		ids[i] = 0;
	rollovers = 0;
	keel_vmid_pool_init(&pool, bits, CPUS, used, active, reserved);
	flush();
}

static void enter(unsigned int cpu, int user)
{
	unsigned int n, other;

	running[cpu] = -1;
	if (!keel_vmid_pool_try(&pool, cpu, ids[user]))
		if (keel_vmid_pool_renew(&pool, cpu, &ids[user])) {
			rollovers++;
			flush();
		}
	n = keel_vmid_pool_number(&pool, ids[user]);
	CHECK(n != 0);
	CHECK(n < 1U << pool.bits);
	CHECK(tlb[cpu][n] == -1 || tlb[cpu][n] == user);
	for (other = 0; other < CPUS; other++) {
		if (running[other] == user)
			CHECK_EQ(running_number[other], n);
		else if (running[other] >= 0)
			CHECK(running_number[other] != n);
	}
	running[cpu] = user;
	running_number[cpu] = n;
	tlb[cpu][n] = user;
}

static unsigned int rnd(unsigned int n)
{
	static unsigned long long s = 42;

	s = s * 6364136223846793005ULL + 1442695040888963407ULL;
	return (s >> 33) % n;
}

static void widths(void)
{
	CHECK_EQ(keel_vmid_pool_min_bits(1), 2);
	CHECK_EQ(keel_vmid_pool_min_bits(3), 2);
	CHECK_EQ(keel_vmid_pool_min_bits(4), 3);
	CHECK_EQ(keel_vmid_pool_min_bits(255), 8);
	CHECK_EQ(keel_vmid_pool_min_bits(256), 9);
}

/* A stays in the guest on CPU 0 while CPU 1 goes through generations. */
static void long_runner(void)
{
	unsigned int i;

	start(3);
	enter(0, 0);
	for (i = 0; i < 100; i++)
		enter(1, 1 + i % 20);
	CHECK(rollovers >= 10);
	/* another vCPU of the same VM, then more generations */
	enter(2, 0);
	for (i = 0; i < 100; i++)
		enter(1, 1 + i % 20);
	enter(2, 0);
	enter(3, 0);
	enter(0, 0);
}

/* All CPUs in different guests at the smallest width: the last number always exists. */
static void full_house(void)
{
	unsigned int i, cpu;

	start(keel_vmid_pool_min_bits(CPUS));
	for (i = 0; i < 1000; i++)
		for (cpu = 0; cpu < CPUS; cpu++)
			enter(cpu, (i * CPUS + cpu) % USERS);
	CHECK(rollovers > 100);
}

static void random_entries(void)
{
	unsigned int bits, i, users;

	for (bits = 3; bits <= 8; bits++) {
		start(bits);
		users = bits < 6 ? 12 : USERS;
		for (i = 0; i < 200000; i++)
			enter(rnd(CPUS), rnd(users));
		if (users > 1U << bits)
			CHECK(rollovers > 0);
	}
}

/* As many users as numbers: no rollover ever. */
static void no_needless_rollover(void)
{
	unsigned int i;

	start(3);
	for (i = 0; i < 10000; i++)
		enter(rnd(CPUS), rnd(7));
	CHECK_EQ(rollovers, 0);
}

/* ---- threads: numbers held at one time ---- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static u64 shared_ids[USERS];
static int owner[1 << 8];	/* 1: a CPU is in the guest with this number */

static void *cpu_thread(void *arg)
{
	unsigned int cpu = (unsigned int)(uintptr_t)arg, i, user, n;
	unsigned long long s = cpu + 1;
	u64 id;

	for (i = 0; i < 50000; i++) {
		s = s * 6364136223846793005ULL + 1442695040888963407ULL;
		user = (s >> 33) % CPUS * 8 + cpu;	/* no two CPUs run the same user */
		id = __atomic_load_n(&shared_ids[user], __ATOMIC_ACQUIRE);
		if (!keel_vmid_pool_try(&pool, cpu, id)) {
			pthread_mutex_lock(&lock);
			id = shared_ids[user];
			keel_vmid_pool_renew(&pool, cpu, &id);
			__atomic_store_n(&shared_ids[user], id, __ATOMIC_RELEASE);
			pthread_mutex_unlock(&lock);
		}
		n = keel_vmid_pool_number(&pool, id);
		CHECK_EQ(__atomic_exchange_n(&owner[n], 1, __ATOMIC_SEQ_CST), 0);
		__atomic_store_n(&owner[n], 0, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static void parallel(void)
{
	pthread_t t[CPUS];
	uintptr_t i;

	start(3);
	for (i = 0; i < CPUS; i++)
		pthread_create(&t[i], NULL, cpu_thread, (void *)i);
	for (i = 0; i < CPUS; i++)
		pthread_join(t[i], NULL);
}

int main(void)
{
	RUN(widths);
	RUN(long_runner);
	RUN(full_house);
	RUN(no_needless_rollover);
	RUN(random_entries);
	RUN(parallel);
	return ktap_done();
}
