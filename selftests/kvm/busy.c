// SPDX-License-Identifier: GPL-2.0-only
/*
 * Guests that are always at work, for what happens to the host meanwhile: each
 * vCPU checks its registers, its memory and that its virtual timer fires. They
 * run for a second, or until the file named by $BUSY_UNTIL is there; the file
 * $BUSY_UNTIL.up tells that all of them have come some way. With $BUSY_NAP,
 * in microseconds, they sleep between their rounds, and the host idles.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "lib/vm.h"

#define NR	3	/* more than the host's two CPUs: they also make room for each other */
#define ENABLE	1
#define IMASK	2
#define ISTATUS	4

static u64 stop_guests, rounds[NR];
static useconds_t nap;

static void wait_for_timer(u64 ticks)
{
	u64 cval = mrs(cntvct_el0) + ticks;

	msr(cntv_cval_el0, cval);
	msr(cntv_ctl_el0, ENABLE | IMASK);
	isb();
	while (!(mrs(cntv_ctl_el0) & ISTATUS))
		;
	isb();
	GUEST_ASSERT(mrs(cntvct_el0) >= cval);
	GUEST_EQ(mrs(cntv_cval_el0), cval);
	msr(cntv_ctl_el0, 0);
}

/* Not masked: the expiry ends KVM_RUN. */
static void wait_for_exit(u64 ticks)
{
	msr(cntv_cval_el0, mrs(cntvct_el0) + ticks);
	msr(cntv_ctl_el0, ENABLE);
	isb();
	while (!(mrs(cntv_ctl_el0) & ISTATUS))
		;
	msr(cntv_ctl_el0, 0);
	isb();
}

static void guest_busy(u64 seed)
{
	volatile u64 *page = (u64 *)(DATA_BASE + guest_cpu() * 64 * PAGE);
	u64 last = 0;

	msr(tpidr_el1, seed);
	msr(tpidr_el0, ~seed);
	msr(contextidr_el1, seed >> 32);
	msr(par_el1, 0);
	for (u64 i = 0; !load_acquire(&stop_guests); i++) {
		u64 t = mrs(cntvct_el0);
		volatile u64 *p = page + i % 64 * (PAGE / 8);

		GUEST_ASSERT(t >= last);
		last = t;
		GUEST_EQ(mrs(tpidr_el1), seed);
		GUEST_EQ(mrs(tpidr_el0), ~seed);
		GUEST_EQ(mrs(contextidr_el1), seed >> 32);
		if (i >= 64)
			GUEST_EQ(*p, seed + i - 64);
		*p = seed + i;
		if (i % 16 == 0)
			wait_for_timer(mrs(cntfrq_el0) / 2000);
		if (i % 64 == 0)
			wait_for_exit(mrs(cntfrq_el0) / 2000);
		WRITE_ONCE(rounds[guest_cpu()], i + 1);
		if (i % 32 == 0)
			GUEST_SYNC(i, 0);
	}
}

/* The timer's level ends KVM_RUN; nobody raises a line for it here. */
static void *run(void *arg)
{
	struct vcpu *vcpu = arg;
	struct ucall uc = { UCALL_SYNC };
	int ret;

	while (uc.cmd == UCALL_SYNC) {
		ret = vcpu_run(vcpu);
		if (ret == -EINTR || (ret == 0 && vcpu->run->exit_reason == KVM_EXIT_INTR))
			continue;
		REQUIRE_EQ(ret, 0);
		REQUIRE(vcpu_is_ucall(vcpu, &uc), "exit %u", vcpu->run->exit_reason);
		CHECK(uc.cmd != UCALL_FAIL, "vCPU %u: %s is %#lx, want %#lx", vcpu->id,
		      (char *)uc.a, uc.c, uc.d);
		REQUIRE(uc.cmd == UCALL_SYNC || uc.cmd == UCALL_DONE, "message %lu: %#lx %#lx",
			uc.cmd, uc.a, uc.b);
		if (nap)
			usleep(nap);
	}
	return NULL;
}

/* All guests do some rounds from here on, within minutes. */
static void progress(const volatile u64 *count)
{
	u64 want[NR];

	for (int i = 0; i < NR; i++)
		want[i] = count[i] + 100;
	for (int i = 0, t = 0; i < NR; t++) {
		if (count[i] >= want[i]) {
			i++;
			continue;
		}
		REQUIRE(t < 24000, "vCPU %d at %lu, want %lu", i, count[i], want[i]);
		usleep(10000);
	}
}

static void busy(void)
{
	const char *until = getenv("BUSY_UNTIL");
	struct vm *vm = vm_new(NR, guest_busy, 1ul << 40);
	volatile u64 *count = *vm_shared(vm, rounds);
	size_t size = NR * 64 * PAGE;
	pthread_t threads[NR];
	char up[256];

	nap = getenv("BUSY_NAP") ? atoi(getenv("BUSY_NAP")) : 0;
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, size, vm_alloc(size, PAGE)), 0);
	for (int i = 0; i < NR; i++) {
		vcpu_start(&vm->vcpu[i], guest_busy, (i + 1ul) << 40);
		pthread_create(&threads[i], NULL, run, &vm->vcpu[i]);
	}
	progress(count);
	if (until) {
		snprintf(up, sizeof(up), "%s.up", until);
		close(creat(up, 0600));
		while (access(until, F_OK))
			usleep(20000);
	} else {
		sleep(1);
	}
	progress(count);
	store_release(vm_shared(vm, stop_guests), 1);
	for (int i = 0; i < NR; i++)
		pthread_join(threads[i], NULL);
	vm_free(vm);
}

static const struct ktap_case cases[] = {
	{ "guests at work", busy, 900 },
};
KTAP_MAIN(cases)
