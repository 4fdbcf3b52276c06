// SPDX-License-Identifier: GPL-2.0-only
/*
 * A VM whose memory does not come: a page fault of the kernel, on behalf of a
 * vCPU, that user space does not answer (userfaultfd). Proves that until it is
 * answered
 *  - other VMs assign and deassign irqfds, close and go
 *  - the VM's own irqfds and routes come and go
 *  - a save of its ITS that waits for it keeps no message from being delivered
 *  - tables of its bus do not pile up behind it without limit
 */
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "lib/its.h"

#define PV_TIME_ST	0xc5000021
#define PATIENCE	120	/* seconds until something counts as hanging */

static int efd(void)
{
	int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);

	REQUIRE(fd >= 0);
	return fd;
}

static int irqfd(int vm, int fd, u32 flags, int resamplefd)
{
	struct kvm_irqfd a = { .fd = fd, .gsi = 7, .flags = flags, .resamplefd = resamplefd };

	return kvm(vm, KVM_IRQFD, &a);
}

/* --- the VM that waits --- */

struct stuck {
	struct vm *vm;
	int uffd;
	char *mem;		/* one page, missing */
	pthread_t thread;
};

static void guest_steals(u64 arg)
{
	guest_hvc(PV_TIME_ST, 0, 0, 0);
}

static void *run(void *vcpu)
{
	vcpu_finish(vcpu);
	return NULL;
}

static int missing(void *mem)
{
	struct uffdio_register r = { .range = { (u64)mem, PAGE }, .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffdio_api api = { .api = UFFD_API };
	int fd = syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		ktap_skip("no userfaultfd");
	REQUIRE_EQ(ioctl(fd, UFFDIO_API, &api), 0);
	REQUIRE_EQ(ioctl(fd, UFFDIO_REGISTER, &r), 0);
	return fd;
}

static void await_fault(const struct stuck *s)
{
	struct pollfd p = { .fd = s->uffd, .events = POLLIN };

	REQUIRE_EQ(poll(&p, 1, -1), 1);
	REQUIRE_EQ(p.revents, POLLIN);
}

/* The kernel writes a vCPU's stolen time, and waits for the page. */
static struct stuck stuck(void)
{
	u64 ipa = DATA_BASE;
	struct kvm_device_attr a = {
		.group = KVM_ARM_VCPU_PVTIME_CTRL, .attr = KVM_ARM_VCPU_PVTIME_IPA, .addr = (u64)&ipa,
	};
	struct stuck s = { .vm = vm_new(1, guest_steals, 0), .mem = vm_alloc(PAGE, PAGE) };

	gic_new(s.vm, 64);
	s.uffd = missing(s.mem);
	REQUIRE_EQ(vm_slot(s.vm->fd, 1, 0, DATA_BASE, PAGE, s.mem), 0);
	REQUIRE_EQ(kvm(s.vm->vcpu[0].fd, KVM_SET_DEVICE_ATTR, &a), 0);
	REQUIRE_EQ(pthread_create(&s.thread, NULL, run, &s.vm->vcpu[0]), 0);
	await_fault(&s);
	return s;
}

static void answer(struct stuck *s)
{
	struct uffdio_zeropage z = { .range = { (u64)s->mem, PAGE } };

	REQUIRE_EQ(ioctl(s->uffd, UFFDIO_ZEROPAGE, &z), 0);
	pthread_join(s->thread, NULL);
}

/* --- others --- */

static void come_and_go(void)
{
	int vm = vm_fd(0), vcpu = vcpu_fd(vm, 0), fd = efd();
	struct vm v = { .fd = vm };

	gic_new(&v, 64);
	CHECK_EQ(irqfd(vm, fd, KVM_IRQFD_FLAG_RESAMPLE, efd()), 0);
	CHECK_EQ(irqfd(vm, fd, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	CHECK_EQ(irqfd(vm, fd, 0, 0), 0);
	close(vcpu);
	close(vm);
}

/* Is there something to be read within PATIENCE? */
static bool comes(int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };

	return poll(&p, 1, PATIENCE * 1000) == 1;
}

static void other_vm(void)
{
	int go[2], done[2], fd;
	struct stuck s;
	pid_t pid;
	char c;

	REQUIRE_EQ(pipe(go), 0);
	REQUIRE_EQ(pipe(done), 0);
	pid = fork();
	if (pid == 0) {
		read(go[0], &c, 1);
		come_and_go();
		write(done[1], "", 1);
		ktap_end();
	}
	s = stuck();
	fd = efd();
	REQUIRE_EQ(irqfd(s.vm->fd, fd, KVM_IRQFD_FLAG_RESAMPLE, efd()), 0);
	close(fd);
	write(go[1], "", 1);
	CHECK(comes(done[0]), "another VM waits for this one's memory");
	answer(&s);
	REQUIRE_EQ(waitpid(pid, NULL, 0), pid);
}

static sem_t finished;

static void *own_calls(void *arg)
{
	struct { struct kvm_irq_routing r; struct kvm_irq_routing_entry e; } table = {
		.r.nr = 1, .e = { .gsi = 7, .type = KVM_IRQ_ROUTING_IRQCHIP, .u.irqchip.pin = 3 },
	};
	int vm = ((struct stuck *)arg)->vm->fd, fd = efd(), closed = efd();

	CHECK_EQ(irqfd(vm, fd, KVM_IRQFD_FLAG_RESAMPLE, efd()), 0);
	CHECK_EQ(irqfd(vm, closed, KVM_IRQFD_FLAG_RESAMPLE, efd()), 0);
	close(closed);
	CHECK_EQ(kvm(vm, KVM_SET_GSI_ROUTING, &table), 0);
	CHECK_EQ(irqfd(vm, fd, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	sem_post(&finished);
	return NULL;
}

/* The calls come to an end before the memory does. */
static void goes_on(struct stuck *s, void *(*calls)(void *))
{
	struct timespec t;
	pthread_t thread;

	REQUIRE_EQ(pthread_create(&thread, NULL, calls, s), 0);
	clock_gettime(CLOCK_REALTIME, &t);
	t.tv_sec += PATIENCE;
	CHECK_EQ(sem_timedwait(&finished, &t), 0);
	answer(s);
	pthread_join(thread, NULL);
}

static void own_irqs(void)
{
	struct stuck s = stuck();

	goes_on(&s, own_calls);
}

/* --- a save --- */

static struct its_machine machine;

static void guest_lpis(u64 arg)
{
	its_usual(DEVICES);
	GUEST_SYNC(1, 0);
	irq_on();
	while (READ_ONCE(lpi_nr_taken[0]) < 2)
		isb();
	GUEST_SYNC(2, 0);
}

static void *save(void *arg)
{
	CHECK_EQ(its_control(machine.its, KVM_DEV_ARM_ITS_SAVE_TABLES), 0);
	return NULL;
}

/* It waits for the table of collections, which nobody has touched. */
static struct stuck stuck_in_save(void)
{
	struct stuck s = {};

	machine = its_machine(1, guest_lpis, NULL);
	s.vm = machine.vm;
	s.mem = machine.tables + K64;
	vcpu_sync(&s.vm->vcpu[0], 1);
	s.uffd = missing(s.mem);
	/* the guest's other tables may have brought a huge page */
	REQUIRE_EQ(madvise(s.mem, PAGE, MADV_DONTNEED), 0);
	REQUIRE_EQ(pthread_create(&s.thread, NULL, save, NULL), 0);
	await_fault(&s);
	return s;
}

static void *message_calls(void *arg)
{
	struct { struct kvm_irq_routing r; struct kvm_irq_routing_entry e; } table = {
		.r.nr = 1, .e = {
			.gsi = 7, .type = KVM_IRQ_ROUTING_MSI, .flags = KVM_MSI_VALID_DEVID,
			.u.msi = { .address_lo = GITS + GITS_TRANSLATER, .data = 4, .devid = 1 },
		},
	};
	int vm = machine.vm->fd, fd = efd();
	u64 one = 1;

	CHECK_EQ(its_send(&machine, GITS, 1, 3), 1);
	CHECK_EQ(kvm(vm, KVM_SET_GSI_ROUTING, &table), 0);
	CHECK_EQ(irqfd(vm, fd, 0, 0), 0);
	CHECK_EQ(write(fd, &one, 8), 8);
	CHECK_EQ(irqfd(vm, fd, KVM_IRQFD_FLAG_DEASSIGN, 0), 0);
	come_and_go();
	sem_post(&finished);
	return NULL;
}

/* In-tree a message may wait for the ITS's lock. */
static void messages(void)
{
	struct stuck s;

	if (!on_keel())
		ktap_skip("keel's own");
	s = stuck_in_save();
	goes_on(&s, message_calls);
	vcpu_sync(&s.vm->vcpu[0], 2);
}

/* --- the bus --- */

#define DOORBELLS	200u

static unsigned int registered;
static pid_t registrar;

static void *register_all(void *vm)
{
	struct kvm_ioeventfd a = { .len = 4, .fd = efd() };

	store_release(&registrar, (pid_t)syscall(SYS_gettid));
	for (unsigned int i = 0; i < DOORBELLS; i++) {
		a.addr = MMIO_BASE + 0x800000 + 16 * i;
		CHECK_EQ(kvm(((struct vm *)vm)->fd, KVM_IOEVENTFD, &a), 0);
		store_release(&registered, i + 1);
	}
	return NULL;
}

/* In an uninterruptible sleep. */
static bool is_waiting(pid_t tid)
{
	char name[64], line[256] = "", *state;
	FILE *f;

	snprintf(name, sizeof(name), "/proc/self/task/%d/stat", tid);
	f = fopen(name, "r");
	if (!f)
		return false;
	fgets(line, sizeof(line), f);
	fclose(f);
	state = strrchr(line, ')');
	return state && state[2] == 'D';
}

/*
 * The same count, asleep all along, a hundred times over: it waits for the reader and no grace
 * period.
 */
static bool stands_still(void)
{
	unsigned int seen = load_acquire(&registered);

	for (int i = 0; i < 100; i++) {
		usleep(2000);
		if (!load_acquire(&registrar) || load_acquire(&registered) != seen ||
		    !is_waiting(registrar))
			return false;
	}
	return true;
}

/* A new table for each registration: those that a sleeping reader may still use are few. */
static void bus_tables(void)
{
	struct stuck s = stuck();
	pthread_t thread;

	REQUIRE_EQ(pthread_create(&thread, NULL, register_all, s.vm), 0);
	while (load_acquire(&registered) < DOORBELLS && !stands_still())
		;
	CHECK(load_acquire(&registered) < DOORBELLS, "%u tables may be there at once", registered);
	answer(&s);
	pthread_join(thread, NULL);
	CHECK_EQ(registered, DOORBELLS);
}

static const struct ktap_case cases[] = {
	{ "another VM's irqfds and end", other_vm, 300 },
	{ "the VM's own irqfds and routes", own_irqs, 300 },
	{ "messages while a save of the ITS waits", messages, 300 },
	{ "the bus's tables", bus_tables },
};

KTAP_MAIN(cases)
