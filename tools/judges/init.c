// SPDX-License-Identifier: GPL-2.0-only
/* First process of a Linux guest: both CPUs work, sleep and wake each other, then it ends. */
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGES 256

static void work(int cpu)
{
	volatile char *mem = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE,
				  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
	for (int i = 0; i < PAGES; i++)
		mem[i * 4096] = i;
	usleep(5000);
}

int main(void)
{
	for (int cpu = 0; cpu < 2; cpu++)
		if (fork() == 0) {
			work(cpu);
			return 0;
		}
	while (wait(NULL) > 0)
		;
	printf("judges: guest done\n");
	fflush(stdout);
	usleep(20000);
	reboot(RB_POWER_OFF);
	return 1;
}
