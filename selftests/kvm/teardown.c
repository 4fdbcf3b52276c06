// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of VMs. Proves that nothing breaks, hangs or stays behind when
 *  - VM fd, vCPU fds and run mapping go in any order, and each still works as
 *    long as it is there
 *  - a process is killed while its vCPUs run, wait, or fault; or executes
 *    another program
 *  - a child has inherited the fds, and outlives its parent
 *  - VMs come and go by the hundred, slots and vCPUs included: memory comes back
 *  - the kernel counts stage 2's tables as it does other hypervisors'
 */
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lib/procfs.h"
#include "lib/vm.h"

static void guest_twice(u64 arg)
{
	GUEST_SYNC(1, 0);
	GUEST_SYNC(2, 0);
}

static u64 turns;

static void guest_spin(u64 arg)
{
	for (;;) {
		GUEST_ASSERT(arg == 0);
		WRITE_ONCE(turns, turns + 1);
	}
}

static void guest_wait(u64 arg)
{
	for (;;)
		wfi();
}

static void guest_touch(u64 arg)
{
	for (u64 i = 0;; i++)
		*(volatile u64 *)(DATA_BASE + i * PAGE % (16 << 20)) = i;
}

/* --- order of closing --- */

static void vm_fd_first(void)
{
	struct vm *vm = vm_new(1, guest_twice, 0);

	vcpu_sync(&vm->vcpu[0], 1);
	close(vm->fd);
	vcpu_sync(&vm->vcpu[0], 2);
	vcpu_finish(&vm->vcpu[0]);
	close(vm->vcpu[0].fd);
	vm->vcpu[0].run->immediate_exit = 1;	/* the mapping holds its page */
	CHECK_EQ(vm->vcpu[0].run->immediate_exit, 1);
	munmap(vm->vcpu[0].run, kvm_run_size());
}

static void vcpu_fd_first(void)
{
	struct vm *vm = vm_new(1, guest_twice, 0);

	vcpu_sync(&vm->vcpu[0], 1);
	close(vm->vcpu[0].fd);
	CHECK_EQ(kvm(vm->fd, KVM_CREATE_VCPU, 0), -EEXIST);	/* it is still there */
	CHECK(kvm(vm->fd, KVM_CREATE_VCPU, 1) >= 0);
	CHECK_EQ(vm->vcpu[0].run->exit_reason, KVM_EXIT_MMIO);
	close(vm->fd);
	CHECK_EQ(vm->vcpu[0].run->exit_reason, KVM_EXIT_MMIO);
}

static void every_order(void)
{
	for (int order = 0; order < 6; order++) {
		struct vm *vm = vm_new(2, guest_twice, 0);
		static const char *orders[] = { "vcr", "vrc", "cvr", "crv", "rvc", "rcv" };

		vcpu_sync(&vm->vcpu[0], 1);
		for (const char *p = orders[order]; *p; p++)
			if (*p == 'v')
				close(vm->fd);
			else if (*p == 'c')
				close(vm->vcpu[0].fd), close(vm->vcpu[1].fd);
			else
				munmap(vm->vcpu[0].run, kvm_run_size()),
				munmap(vm->vcpu[1].run, kvm_run_size());
	}
}

/* Memory given to a slot goes before the VM does. */
static void memory_first(void)
{
	struct vm *vm = vm_new(1, guest_twice, 0);

	vcpu_sync(&vm->vcpu[0], 1);
	munmap(vm->ram, RAM_SIZE);
	CHECK_EQ(vcpu_run(&vm->vcpu[0]), -EFAULT);
	close(vm->vcpu[0].fd);
	close(vm->fd);
}

static pthread_t runner;
static bool returned;

/* Once the guest runs; then signals end the run. */
static void *close_later(void *arg)
{
	struct vm *vm = arg;
	u64 *count = vm_shared(vm, turns);

	while (!READ_ONCE(*count))
		usleep(1000);
	close(vm->vcpu[0].fd);
	close(vm->fd);
	for (u64 closed = READ_ONCE(*count); READ_ONCE(*count) == closed; )
		usleep(1000);
	while (!load_acquire(&returned)) {
		pthread_kill(runner, SIGUSR1);
		usleep(10000);
	}
	return NULL;
}

static void nothing(int sig)
{
}

/* The fds go while a vCPU is in KVM_RUN: the call goes on. */
static void closed_while_running(void)
{
	struct sigaction act = { .sa_handler = nothing };
	struct vm *vm = vm_new(1, guest_spin, 0);
	pthread_t thread;

	sigaction(SIGUSR1, &act, NULL);
	runner = pthread_self();
	pthread_create(&thread, NULL, close_later, vm);
	CHECK_EQ(vcpu_run(&vm->vcpu[0]), -EINTR);
	store_release(&returned, true);
	pthread_join(thread, NULL);
	CHECK_EQ(vcpu_run(&vm->vcpu[0]), -EBADF);
}

/* --- killed --- */

static void *run_thread(void *arg)
{
	while (vcpu_run(arg) != -EBADF)
		;
	return NULL;
}

static void run_vcpus(void (*fn)(u64), bool in_exec)
{
	struct vm *vm = vm_new(4, fn, 0);
	pthread_t thread;

	if (vm_slot(vm->fd, 1, 0, DATA_BASE, 16 << 20, vm_alloc(16 << 20, PAGE)))
		_exit(1);
	for (int i = 1; i < 4; i++)
		vcpu_start(&vm->vcpu[i], fn, 0);
	for (int i = 0; i < 4; i++)
		pthread_create(&thread, NULL, run_thread, &vm->vcpu[i]);
	usleep(30000);
	if (in_exec)
		execl("/proc/self/exe", "exec", (char *)NULL);
	pause();
}

static void kill_running(void (*fn)(u64), int turns)
{
	for (int i = 0; i < turns; i++) {
		int status;
		pid_t pid = fork();

		if (pid == 0) {
			run_vcpus(fn, false);
			_exit(1);
		}
		usleep(40000 + i * 3000);
		kill(pid, SIGKILL);
		REQUIRE_EQ(waitpid(pid, &status, 0), pid);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "%#x", status);
	}
}

static void killed_running(void)	{ kill_running(guest_spin, 10); }
static void killed_waiting(void)	{ kill_running(guest_wait, 10); }
static void killed_faulting(void)	{ kill_running(guest_touch, 10); }

/* main() sees the name "exec" and ends well at once. */
static void exec_running(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		run_vcpus(guest_touch, true);
		_exit(1);
	}
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
	CHECK_EQ(status, 0);
}

static void stopped_and_continued(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		run_vcpus(guest_touch, false);
		_exit(1);
	}
	for (int i = 0; i < 10; i++) {
		usleep(20000);
		kill(pid, SIGSTOP);
		REQUIRE_EQ(waitpid(pid, &status, WUNTRACED), pid);
		CHECK(WIFSTOPPED(status), "%#x", status);
		kill(pid, SIGCONT);
	}
	kill(pid, SIGKILL);
	REQUIRE_EQ(waitpid(pid, &status, 0), pid);
}

/* --- inherited --- */

static void child_outlives(void)
{
	int ready[2], status;
	pid_t parent;
	char c;

	REQUIRE_EQ(pipe(ready), 0);
	parent = fork();
	if (parent == 0) {
		struct vm *vm = vm_new(1, guest_twice, 0);

		vcpu_sync(&vm->vcpu[0], 1);
		if (fork() == 0) {
			u64 pc;

			usleep(100000);		/* the parent is gone by now */
			CHECK_EQ(reg_get(vm->vcpu[0].fd, REG_PC, &pc), -EIO);
			CHECK_EQ(vcpu_run(&vm->vcpu[0]), -EIO);
			CHECK_EQ(vm->vcpu[0].run->exit_reason, KVM_EXIT_MMIO);
			write(ready[1], "", 1);
			ktap_end();
		}
		_exit(0);
	}
	REQUIRE_EQ(waitpid(parent, &status, 0), parent);
	close(ready[1]);
	CHECK_EQ(read(ready[0], &c, 1), 1);
}

/* --- again and again --- */

static u64 available(void)
{
	return proc_number("/proc/meminfo", "MemAvailable");
}

/*
 * What is available after all, with so many kB less than before at most; some of it is freed late.
 */
static u64 available_again(u64 before, u64 less)
{
	u64 now = available();

	for (unsigned int i = 0; i < 600 && now + less <= before; i++) {
		usleep(100000);
		now = available();
	}
	return now;
}

static void one_vm(void *mem)
{
	int vm = vm_fd(0), vcpu = vcpu_fd(vm, 0);

	REQUIRE_EQ(vcpu_init_fd(vm, vcpu, 0), 0);
	REQUIRE_EQ(vm_slot(vm, 0, 0, DATA_BASE, 1 << 20, mem), 0);
	close(vm);
	close(vcpu);
}

static void many(void)
{
	void *mem = vm_alloc(1 << 20, PAGE);
	u64 before, after;

	for (int i = 0; i < 20; i++)
		one_vm(mem);
	before = available();
	for (unsigned int i = 0; i < ktap_times_least(200, 50); i++)
		one_vm(mem);
	after = available_again(before, 8192);
	ktap_note("available before %lu kB, after %lu kB", before, after);
	/* some pages of each would be gone: 41 kB of 200, 164 kB of 50 */
	CHECK(after + 8192 > before);
}

static void many_with_guest(void)
{
	u64 before = 0, after;

	for (unsigned int i = 0; i < ktap_times_least(60, 15); i++) {
		struct vm *vm = vm_new(2, guest_twice, 0);

		vcpu_start(&vm->vcpu[1], guest_twice, 0);
		vcpu_finish(&vm->vcpu[0]);
		vcpu_finish(&vm->vcpu[1]);
		vm_free(vm);
		if (i == 4)
			before = available();
	}
	after = available_again(before, 16384);
	ktap_note("available before %lu kB, after %lu kB", before, after);
	CHECK(after + 16384 > before);
}

/* Two at a time: creation against destruction. */
static void *churn(void *arg)
{
	for (unsigned int i = 0; i < ktap_times(100); i++)
		one_vm(arg);
	return NULL;
}

static void many_in_parallel(void)
{
	pthread_t threads[4];

	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, churn, vm_alloc(1 << 20, PAGE));
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
}

/* --- tables of stage 2 --- */

#define TABLES	1000
/* a last table's worth: as many entries as fit into a page */
#define REACH	(PAGE * (PAGE / 8))
#define FIRST	(4ul << 30)

static void guest_stride(u64 n)
{
	for (u64 i = 0; i < n; i++)
		(void)*(volatile u64 *)(FIRST + i * REACH);
	GUEST_SYNC(1, 0);
}

/*
 * Each page is alone in what a last table reaches. Counts of one CPU may be up to 125 pages behind.
 */
static void tables_counted(void)
{
	u64 before = proc_number("/proc/meminfo", "SecPageTables"), during, after;
	unsigned int n = PAGE == 0x10000 ? 500 : TABLES;	/* as far as addresses go */
	struct vm *vm = vm_new(1, guest_stride, n);
	void *mem = vm_alloc(PAGE, PAGE);

	for (unsigned int i = 0; i < n; i++)
		REQUIRE_EQ(vm_slot(vm->fd, 100 + i, 0, FIRST + i * REACH, PAGE, mem), 0);
	vcpu_sync(&vm->vcpu[0], 1);
	during = proc_number("/proc/meminfo", "SecPageTables");
	vm_free(vm);
	after = proc_number("/proc/meminfo", "SecPageTables");
	ktap_note("before %lu kB, with %u tables %lu kB, after %lu kB", before, n, during, after);
	CHECK((during - before) * 1024 >= n * PAGE * 3 / 4);
	CHECK((during - after) * 1024 >= n * PAGE * 3 / 4);
}

static const struct ktap_case cases[] = {
	{ "VM fd first", vm_fd_first },
	{ "vCPU fd first", vcpu_fd_first },
	{ "every order", every_order },
	{ "memory first", memory_first },
	{ "closed while running", closed_while_running },
	{ "killed while running", killed_running },
	{ "killed while waiting", killed_waiting },
	{ "killed while faulting", killed_faulting },
	{ "exec while running", exec_running },
	{ "stopped and continued", stopped_and_continued },
	{ "a child outlives the VM's process", child_outlives },
	{ "200 VMs", many, 150 },
	{ "60 VMs that run", many_with_guest, 120 },
	{ "400 VMs in four threads", many_in_parallel, 90 },
	{ "tables are counted", tables_counted },
};

int main(int argc, char **argv)
{
	if (!strcmp(argv[0], "exec"))
		return 0;
	return ktap_main(argc, argv, cases, ARRAY_SIZE(cases));
}
