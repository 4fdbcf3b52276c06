// SPDX-License-Identifier: GPL-2.0-only
/*
 * Forking the machine: this process forks, which copies memory and disks as they are written, and
 * the child makes a VM of its own in which it loads the state of the parent's. Of the threads
 * fork() copies only the one that calls it, so everything else stands still meanwhile and is
 * started anew in the child. A VM serves the process that made it and no other, so what refers to
 * the parent's is closed first.
 *
 * KEEL_VM_SAVE and KEEL_VM_LOAD are keel's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../uapi/keel.h"
#include "vmm.h"

static int nr_children;		/* of this process */
static bool failed;		/* not all were made, or one has failed */

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e3 + t.tv_nsec / 1e6;
}

/*
 * Room for the machine's image. Its size does not change by what the guest does, but for its
 * interrupts' number.
 */
static struct keel_vm_image image;

static bool save(struct machine *m)
{
	while (ioctl(m->vm, KEEL_VM_SAVE, &image)) {
		if (errno != E2BIG) {
			complain("KEEL_VM_SAVE: %s", strerror(errno));
			return false;
		}
		free((void *)(uintptr_t)image.addr);
		image.addr = (uintptr_t)malloc(image.size);
		if (!image.addr) {
			complain("no memory for the machine's image");
			image.size = 0;
			return false;
		}
	}
	return true;
}

/* The child's console: a file to write to, and nothing to read. */
static void open_console(struct machine *m, int number)
{
	char name[4096];
	int out, in = open("/dev/null", O_RDONLY);

	snprintf(name, sizeof(name), "%s.%d", m->options->fork_output, number);
	out = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0666);
	if (in < 0 || out < 0)
		die("%s: %s", name, strerror(errno));
	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	close(in);
	close(out);
}

static void close_parents(struct machine *m)
{
	vcpus_close(m);
	gic_close();
	close(m->vm);
}

/*
 * Between fork() and the first instruction. Devices keep their state, which is in this process's
 * memory. The parent's terminal stays as it is; when the parent is ended, so is the child.
 */
static void become_child(struct machine *m, int number, double since, pid_t parent)
{
	terminal_forget();
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		exit(1);
	nr_children = 0;
	failed = false;
	close_parents(m);
	open_console(m, number);
	vcpus_forget();
	vm_open(m);
	vcpus_open(m);
	gic_init(m);
	KVM(m->vm, KEEL_VM_LOAD, &image);
	virtio_reconnect();
	serial_restart();
	vcpus_go(m);
	complain("child %d runs, %.3f ms after the fork", number, now() - since);
}

static void hold(bool on)
{
	virtio_hold(on);
	serial_hold(on);
}

enum made { PARENT, CHILD, NOTHING };

/* Once. NOTHING: it went wrong, or the machine has ended; it goes on if it has not. */
static enum made fork_one(struct machine *m, int number)
{
	double start = now(), saved, forked;
	pid_t child = -1, parent = getpid();

	if (!vcpus_pause(m)) {
		vcpus_resume(m);
		return NOTHING;
	}
	hold(true);
	saved = now();
	if (save(m)) {
		saved = now();
		child = fork();
		if (child < 0)
			complain("fork: %s", strerror(errno));
	}
	forked = now();
	if (!child) {
		become_child(m, number, saved, parent);
		return CHILD;
	}
	hold(false);
	vcpus_resume(m);
	if (child < 0) {
		failed = true;
		return NOTHING;
	}
	nr_children++;
	complain("forked child %d: stood still for %.3f ms, of which fork() %.3f", number,
		 now() - start, forked - saved);
	return PARENT;
}

/* Has somebody asked for the end of the machine? */
static bool is_ending(void)
{
	sigset_t set;

	sigpending(&set);
	return sigismember(&set, SIGINT) || sigismember(&set, SIGTERM) || sigismember(&set, SIGHUP);
}

/*
 * One after the other; in between the guest goes on for a while. Of one process no more than once,
 * and of no child.
 */
void forks_make(struct machine *m)
{
	static bool made;

	for (int i = 1; !made && i <= m->options->nr_forks && !is_ending(); i++) {
		if (fork_one(m, i) != PARENT)
			break;
		usleep(20000);
	}
	made = true;
}

/* For the children to end. False: one has failed, or was not made. */
bool forks_wait(void)
{
	bool good = !failed;
	int status;

	while (nr_children--)
		if (wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
			good = false;
	return good;
}
