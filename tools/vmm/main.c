// SPDX-License-Identifier: GPL-2.0-only
/*
 * keel-vmm: runs a Linux guest on the Linux KVM interface of arm64, with as
 * little as that needs. This file reads the command line, puts the machine
 * together in the order the interface demands, and waits for its end.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vmm.h"

static const char usage[] =
	"usage: keel-vmm --kernel IMAGE [OPTION...]\n"
	"  --kernel FILE   arm64 Image to boot\n"
	"  --initrd FILE   its initial file system\n"
	"  --append TEXT   its command line (default: console=ttyS0)\n"
	"  --disk FILE     a virtio disk; repeatable\n"
	"  --vfio DEVICE   a PCI device of the host's that is bound to vfio-pci, such as\n"
	"                  0000:01:00.0; repeatable\n"
	"  --cpus N        number of vCPUs (default 1)\n"
	"  --mem SIZE      memory, with suffix M or G (default 512M)\n"
	"  --dev NODE      hypervisor (default /dev/kvm)\n"
	"  --nested        the guest has EL2, where the hypervisor has that to give\n"
	"  --fork N[:FILE] when the console shows the text of --time, fork the machine N\n"
	"                  times; consoles of the children: FILE.1 and on (default: fork.1).\n"
	"                  Disks are not written to. Needs keel\n"
	"  --no-reboot     end when the guest wants to reboot\n"
	"  --time[=TEXT]   print how long it took until the guest's console shows\n"
	"                  TEXT (default: \"init: first\")\n"
	"The console is on stdin and stdout; Ctrl-A x quits, on a terminal.\n";

#define DEFAULT_MARK "init: first"
#define MAX_FORKS 10000

static _Noreturn void bad_usage(void)
{
	fputs(usage, stderr);
	exit(2);
}

static u64 parse_number(const char *option, const char *text, u64 limit)
{
	char *end;
	u64 value;

	errno = 0;
	value = strtoull(text, &end, 10);
	if (errno || end == text || *end || !value || value > limit)
		die("%s %s: not a number from 1 to %llu", option, text, (unsigned long long)limit);
	return value;
}

static u64 parse_size(const char *text)
{
	char digits[24];
	size_t n = strspn(text, "0123456789");
	int shift = text[n] == 'G' ? 30 : 20;

	if (n >= sizeof(digits) || (text[n] && (!strchr("MG", text[n]) || text[n + 1])))
		die("--mem %s: not a size such as 512M or 2G", text);
	memcpy(digits, text, n);
	digits[n] = 0;
	return parse_number("--mem", digits, 1ull << (44 - shift)) << shift;
}

static void add_disk(struct options *o, const char *file)
{
	if (o->nr_disks == MAX_DISKS)
		die("--disk %s: more than %d disks", file, MAX_DISKS);
	o->disks[o->nr_disks++] = file;
}

static void add_vfio(struct options *o, const char *name)
{
	if (o->nr_vfio == MAX_VFIO)
		die("--vfio %s: more than %d devices", name, MAX_VFIO);
	o->vfio[o->nr_vfio++] = name;
}

static void set_forks(struct options *o, const char *text)
{
	const char *colon = strchr(text, ':');
	char *number = strndup(text, colon ? (size_t)(colon - text) : strlen(text));

	o->nr_forks = parse_number("--fork", number, MAX_FORKS);
	o->fork_output = colon ? colon + 1 : "fork";
	free(number);
}

enum { KERNEL = 1, INITRD, APPEND, DISK, ASSIGN, CPUS, MEM, DEV, NESTED, FORK, NO_REBOOT, TIME, HELP };


static const struct option long_options[] = {
	{ "kernel", required_argument, NULL, KERNEL },
	{ "initrd", required_argument, NULL, INITRD },
	{ "append", required_argument, NULL, APPEND },
	{ "disk", required_argument, NULL, DISK },
	{ "vfio", required_argument, NULL, ASSIGN },
	{ "cpus", required_argument, NULL, CPUS },
	{ "mem", required_argument, NULL, MEM },
	{ "dev", required_argument, NULL, DEV },
	{ "nested", no_argument, NULL, NESTED },
	{ "fork", required_argument, NULL, FORK },
	{ "no-reboot", no_argument, NULL, NO_REBOOT },
	{ "time", optional_argument, NULL, TIME },
	{ "help", no_argument, NULL, HELP },
	{}
};

static void set_option(struct options *o, int option, const char *value)
{
	switch (option) {
	case KERNEL: o->kernel = value; break;
	case INITRD: o->initrd = value; break;
	case APPEND: o->append = value; break;
	case DISK: add_disk(o, value); break;
	case ASSIGN: add_vfio(o, value); break;
	case CPUS: o->nr_cpus = parse_number("--cpus", value, MAX_CPUS); break;
	case MEM: o->ram_size = parse_size(value); break;
	case DEV: o->dev = value; break;
	case NESTED: o->nested = true; break;
	case FORK: set_forks(o, value); break;
	case NO_REBOOT: o->no_reboot = true; break;
	case TIME: o->mark = value && *value ? value : DEFAULT_MARK; break;
	case HELP: fputs(usage, stdout); exit(0);
	default: bad_usage();
	}
}

static struct options parse(int argc, char **argv)
{
	struct options o = {
		.dev = "/dev/kvm",
		.append = "console=ttyS0",
		.nr_cpus = 1,
		.ram_size = MB(512),
	};
	int option;

	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		set_option(&o, option, optarg);
	if (!o.kernel || optind != argc)
		bad_usage();
	if (o.nr_forks && o.nr_vfio)
		die("--fork: a device of the host's cannot be forked");
	if (o.nr_forks && !o.mark)
		o.mark = DEFAULT_MARK;
	/* what reboots would be the machine as it was before */
	o.no_reboot |= o.nr_forks > 0;
	return o;
}

/* Signals that end the machine, or fork it, are taken by wait_for_end() and nobody else. */
static sigset_t endings(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, FORK_SIGNAL);
	return set;
}

/* From any thread; the first call counts. */
void machine_end(struct machine *m, enum outcome outcome)
{
	int running = RUNNING;

	if (atomic_compare_exchange_strong(&m->outcome, &running, outcome))
		kill(getpid(), SIGTERM);
}

static enum outcome wait_for_end(struct machine *m)
{
	sigset_t set = endings();
	int running = RUNNING, signal = 0;

	while (sigwait(&set, &signal) || signal == FORK_SIGNAL)
		if (signal == FORK_SIGNAL)
			forks_make(m);
	/* When it is still running the signal came from outside. */
	atomic_compare_exchange_strong(&m->outcome, &running, QUIT);
	return m->outcome;
}

static void build(struct machine *m)
{
	struct boot boot;

	vm_create(m);
	vcpus_create(m);
	gic_init(m);
	serial_create(m);
	for (int i = 0; i < m->options->nr_disks; i++)
		disk_create(m, m->options->disks[i]);
	for (int i = 0; i < m->options->nr_vfio; i++)
		assigned_create(m, m->options->vfio[i]);
	boot = boot_load(m);
	devicetree_write(m, &boot);
	vcpus_start(m, boot.entry, boot.dtb);
}

int main(int argc, char **argv)
{
	struct options options = parse(argc, argv);
	struct machine machine = { .options = &options };
	sigset_t set = endings();
	enum outcome outcome;

	mark_start(options.mark, options.nr_forks);
	/* Before there are threads, which inherit it. */
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	build(&machine);

	outcome = wait_for_end(&machine);
	vcpus_stop(&machine);
	terminal_close();
	if (outcome == RESET && !options.no_reboot) {
		/* Reset is a new machine. exec closes all of the old one's files. */
		execv("/proc/self/exe", argv);
		die("/proc/self/exe: %s", strerror(errno));
	}
	/* the children of one that is ended end as well */
	if (outcome == FAILED || outcome == QUIT)
		return 1;
	/* while it waits for them a signal ends it, and them */
	sigdelset(&set, FORK_SIGNAL);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	if (!forks_wait()) {
		complain("a child has failed");
		return 1;
	}
	return 0;
}
