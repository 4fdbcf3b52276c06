// SPDX-License-Identifier: GPL-2.0-only
/*
 * First process of a Linux guest: marks that it is there, measures what
 * processes do in a guest, and powers the guest off. Two CPUs. As any other
 * process it measures only.
 */
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "ops.h"

static void pin_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void getpids(void)
{
	BEGIN(GETPID);
	for (int i = 0; i < N_GETPID; i++)
		syscall(SYS_getppid);
	END(GETPID);
}

static void fork_exec(char *self)
{
	char *argv[] = { self, "child", NULL };

	BEGIN(FORK_EXEC);
	for (int i = 0; i < N_FORK_EXEC; i++) {
		if (fork() == 0)
			execv(argv[0], argv);
		wait(NULL);
	}
	END(FORK_EXEC);
}

static void echo(int in, int out)
{
	char c;

	pin_to(1);
	while (read(in, &c, 1) == 1)
		if (write(out, &c, 1) != 1)
			break;
	_exit(0);
}

static void ping_pong(void)
{
	int to[2], from[2];
	char c = 0;

	if (pipe(to) || pipe(from))
		return;
	if (fork() == 0) {
		close(to[1]);
		echo(to[0], from[1]);
	}
	BEGIN(PIPE);
	for (int i = 0; i < N_PIPE; i++)
		if (write(to[1], &c, 1) != 1 || read(from[0], &c, 1) != 1)
			return;
	END(PIPE);
	close(to[1]);
	wait(NULL);
}

static void page_faults(void)
{
	char *p = mmap(NULL, N_PAGE_FAULT * 4096ul, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	madvise(p, N_PAGE_FAULT * 4096ul, MADV_NOHUGEPAGE);
	BEGIN(PAGE_FAULT);
	for (int i = 0; i < N_PAGE_FAULT; i++)
		p[i * 4096ul] = 1;
	END(PAGE_FAULT);
	munmap(p, N_PAGE_FAULT * 4096ul);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		_exit(0);
	END(BOOT);
	pin_to(0);
	for (int i = 0; i < 4; i++) {
		getpids();
		fork_exec(argv[0]);
		ping_pong();
		page_faults();
	}
	printf("bench: linux done\n");
	if (getpid() != 1)
		return 0;
	sync();
	reboot(RB_POWER_OFF);
	return 0;
}
