// SPDX-License-Identifier: GPL-2.0-only
/*
 * Samples that the host's perf takes by counted cycles in a thread that runs a vCPU. Proves:
 *  - one that falls into a guest says so, with the guest's PC, at EL1 and at EL0, by an event of
 *    guests alone and by one that counts the host as well
 *  - one by an event of the host alone, whose counter may overflow where the host is about to enter
 *    the guest or has just left it, is the host's
 *
 * How long to wait is counted in samples, of which a slow host's perf takes fewer than there are
 * overflows: no verdict is by time.
 */
#include <errno.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "lib/vm.h"

#define CPU_CYCLES	0x11
#define PERIOD		2000000
#define WANTED		20	/* samples */
#define PATIENCE	2000	/* and of any kind, at most, until they have come */
#define OVERFLOWS	2000	/* without a sample: there will be none */
#define RING_PAGES	8

enum { ALL, HOST, GUEST };

/* What records say of where they are from. */
struct seen {
	unsigned int kernel, user, guest_kernel, guest_user;
	unsigned int astray;	/* a guest's, with a PC that its code of that level does not have */
};

struct sampler {
	int fd;
	struct perf_event_mmap_page *ring;
	struct seen seen;
};

/* Both tell the host, by an access to no memory, that they are still there; the MMU is off. */
asm(".pushsection .text\n"
    "	.balign 2048\nel0_vectors:\n	.skip 0x400\n"
    "	mov x3, #0x80000000\n	str x2, [x3]\n	eret\nel0_vectors_end:\n"
    "	.balign 2048\nel0_spin:\n	mov x1, #0x4000\n1:	isb\n	subs x1, x1, #1\n	b.ne 1b\n"
    "	svc #0\n	b el0_spin\nel0_spin_end:\n"
    "el1_spin:\n	mov x1, #0x4000\n1:	isb\n	subs x1, x1, #1\n	b.ne 1b\n"
    "	mov x3, #0x80000000\n	str x2, [x3]\n	b el1_spin\n"
    "el1_exits:\n	mov x3, #0x80000000\n1:	str x2, [x3]\n	b 1b\nel1_end:\n	.popsection");
extern char el0_vectors[], el0_vectors_end[], el0_spin[], el0_spin_end[], el1_spin[], el1_exits[],
	el1_end[];

static struct vcpu *new_vcpu(const char *code, bool el0)
{
	struct vcpu *vcpu = &vm_new(1, NULL, 0)->vcpu[0];

	reg_write(vcpu, REG_SYS(3, 0, 12, 0, 0), (u64)el0_vectors);
	reg_write(vcpu, REG_PSTATE, el0 ? 0x3c0 : 0x3c5);
	reg_write(vcpu, REG_PC, (u64)code);
	return vcpu;
}

static void open_sampler(struct sampler *s, int kind)
{
	struct perf_event_attr a = {
		.type = PERF_TYPE_RAW, .size = sizeof(a), .config = CPU_CYCLES,
		.sample_period = PERIOD, .sample_type = PERF_SAMPLE_IP, .wakeup_events = 1,
		.exclude_guest = kind == HOST, .exclude_host = kind == GUEST,
	};

	memset(s, 0, sizeof(*s));
	s->fd = syscall(SYS_perf_event_open, &a, 0, -1, -1, 0);
	if (s->fd < 0)
		ktap_skip("no samples by cycles: perf_event_open: %s", strerror(errno));
	s->ring = mmap(NULL, (1 + RING_PAGES) * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
	REQUIRE(s->ring != MAP_FAILED, "%s", strerror(errno));
}

static void close_sampler(struct sampler *s)
{
	munmap(s->ring, (1 + RING_PAGES) * PAGE);
	close(s->fd);
}

static bool patient(const struct seen *n)
{
	return n->kernel + n->user + n->guest_kernel + n->guest_user < PATIENCE;
}

static u64 periods(const struct sampler *s)
{
	u64 val = 0;

	REQUIRE_EQ(read(s->fd, &val, sizeof(val)), sizeof(val));
	return val / PERIOD;
}

static bool within(u64 ip, const char *from, const char *to)
{
	return ip >= (u64)from && ip < (u64)to;
}

static void note_sample(struct seen *seen, unsigned int misc, u64 ip)
{
	switch (misc & PERF_RECORD_MISC_CPUMODE_MASK) {
	case PERF_RECORD_MISC_GUEST_KERNEL:
		seen->guest_kernel++;
		seen->astray += !within(ip, el1_spin, el1_end) &&
				!within(ip, el0_vectors, el0_vectors_end);
		break;
	case PERF_RECORD_MISC_GUEST_USER:
		seen->guest_user++;
		seen->astray += !within(ip, el0_spin, el0_spin_end);
		break;
	case PERF_RECORD_MISC_USER:
		seen->user++;
		break;
	default:
		seen->kernel++;
	}
}

/* Records are of 8 bytes' alignment, and so is the ring's end: no header or IP goes round it. */
static void take_samples(struct sampler *s)
{
	struct perf_event_mmap_page *p = s->ring;
	u64 head = __atomic_load_n(&p->data_head, __ATOMIC_ACQUIRE), tail = p->data_tail;

	while (tail < head) {
		char *data = (char *)p + p->data_offset;
		struct perf_event_header *h = (void *)(data + tail % p->data_size);
		u64 *ip = (void *)(data + (tail + sizeof(*h)) % p->data_size);

		if (h->type == PERF_RECORD_SAMPLE)
			note_sample(&s->seen, h->misc, *ip);
		tail += h->size;
	}
	__atomic_store_n(&p->data_tail, tail, __ATOMIC_RELEASE);
}

static void tell(const struct seen *n)
{
	ktap_note("guest's EL1 %u, EL0 %u, astray %u; host's kernel %u, user %u", n->guest_kernel,
		  n->guest_user, n->astray, n->kernel, n->user);
}

/* A host whose counters do not interrupt takes no samples of itself either. */
static void need_samples(void)
{
	struct sampler s;

	open_sampler(&s, ALL);
	while (!s.seen.kernel && !s.seen.user && periods(&s) < OVERFLOWS) {
		for (volatile int i = 0; i < 10000; i++)
			;
		take_samples(&s);
	}
	if (!s.seen.kernel && !s.seen.user)
		ktap_skip("no samples by cycles: the PMU does not interrupt");
	close_sampler(&s);
}

static void run_once(struct vcpu *vcpu, struct sampler *s)
{
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	REQUIRE_EQ(vcpu->run->exit_reason, KVM_EXIT_MMIO);
	take_samples(s);
}

static void by_guests_event(const char *code, bool el0)
{
	struct vcpu *vcpu = new_vcpu(code, el0);
	struct sampler s;
	const struct seen *n = &s.seen;

	need_samples();
	open_sampler(&s, GUEST);
	while ((el0 ? n->guest_user : n->guest_kernel) < WANTED && patient(n))
		run_once(vcpu, &s);
	tell(n);
	CHECK((el0 ? n->guest_user : n->guest_kernel) >= WANTED);
	CHECK_EQ(n->astray, 0);
	CHECK_EQ(el0 ? 0 : n->guest_user, 0);
	close_sampler(&s);
}

static void at_el1(void)
{
	by_guests_event(el1_spin, false);
}

static void at_el0(void)
{
	by_guests_event(el0_spin, true);
}

static void by_hosts_event(void)
{
	struct vcpu *vcpu = new_vcpu(el1_exits, false);
	struct sampler s;
	const struct seen *n = &s.seen;

	if (!on_keel())
		ktap_skip("in-tree KVM takes whatever comes while a vCPU is loaded for its guest's");
	need_samples();
	open_sampler(&s, HOST);
	while (n->kernel < 3 * WANTED && patient(n))
		run_once(vcpu, &s);
	tell(n);
	CHECK(n->kernel >= 3 * WANTED);
	CHECK_EQ(n->guest_kernel + n->guest_user, 0);
	close_sampler(&s);
}

static void by_either(void)
{
	struct vcpu *vcpu = new_vcpu(el1_spin, false);
	struct sampler s;
	const struct seen *n = &s.seen;

	need_samples();
	open_sampler(&s, ALL);
	while ((n->guest_kernel < WANTED || n->user < WANTED) && patient(n)) {
		run_once(vcpu, &s);
		for (volatile int i = 0; i < 50000; i++)
			;
	}
	tell(n);
	CHECK(n->guest_kernel >= WANTED);
	CHECK(n->user >= WANTED);
	CHECK_EQ(n->guest_user, 0);
	if (on_keel())
		CHECK_EQ(n->astray, 0);
	close_sampler(&s);
}

static const struct ktap_case cases[] = {
	{ "a guest's EL1, by an event of guests", at_el1, 120 },
	{ "a guest's EL0, by an event of guests", at_el0, 120 },
	{ "the host's, by an event of the host", by_hosts_event, 120 },
	{ "a guest's and the host's, by an event of both", by_either, 120 },
};

KTAP_MAIN(cases)
