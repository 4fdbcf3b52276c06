// SPDX-License-Identifier: GPL-2.0-only
/*
 * What can be seen of a VM: tracepoints of system "kvm" and debugfs, as the tools
 * of KVM's users read them. Proves:
 *  - entries and exits alternate, and an exit tells what it was
 *  - accesses to no memory, stage-2 faults, hypercalls, PSCI, waits, lines, timers, ITS
 *    commands and what user space is told come with their values
 *  - events may be turned on and off while guests run
 *  - the times of exits that do not leave the guest are told by who answered, if asked for
 *  - a VM's files tell what its statistics fd tells, and go with it, also while
 *    somebody reads them
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>
#include "lib/its.h"

#define SPI		40
#define SYNCS		10
#define EC_DABT_LOW	"0x24"
#define PSCI_AFFINITY_INFO	0xc4000004u
#define CALL_PSCI_VERSION	0x84000000u

static char tracefs[128];	/* an instance of our own */
static const char *kvm_system = "kvm";

static int put(const char *file, const char *what)
{
	char path[256];
	int fd, n;

	snprintf(path, sizeof(path), "%s/%s", tracefs, file);
	fd = open(path, O_WRONLY | O_TRUNC);
	if (fd < 0)
		return -errno;
	n = write(fd, what, strlen(what));
	close(fd);
	return n < 0 ? -errno : 0;
}

/* SYSTEM/EVENT, or all of a SYSTEM. */
static int enable(const char *what, const char *value)
{
	char file[128];

	snprintf(file, sizeof(file), "events/%s/enable", what);
	return put(file, value);
}

static void forget(void)
{
	enable(kvm_system, "0");
	enable("keel", "0");
	rmdir(tracefs);
}

/* Events of system kvm, or SYSTEM/EVENT. */
static void trace(const char *const *events)
{
	char line[96];

	mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
	snprintf(tracefs, sizeof(tracefs), "/sys/kernel/tracing/instances/test-%d", getpid());
	if (mkdir(tracefs, 0700))
		ktap_skip("no tracefs");
	if (!access("/sys/kernel/tracing/events/keelkvm", F_OK))
		kvm_system = "keelkvm";	/* a module with KEEL_OWN_KVM_EVENTS */
	for (; *events; events++) {
		bool has_system = strchr(*events, '/');

		snprintf(line, sizeof(line), "%s%s%s", has_system ? "" : kvm_system, has_system ? "" : "/", *events);
		if (enable(line, "1")) {
			forget();
			REQUIRE(!has_system || !on_keel(), "no event %s", *events);
			ktap_skip("no event %s", *events);
		}
	}
}

/* What was traced, without the lines of other threads. The end of tracing. */
static char *traced(void)
{
	static char text[1 << 20];
	char path[256], line[1024], pid[32];
	size_t n = 0;
	FILE *f;

	snprintf(pid, sizeof(pid), "-%d ", getpid());
	snprintf(path, sizeof(path), "%s/trace", tracefs);
	f = fopen(path, "r");
	REQUIRE(f, "%s: %d", path, errno);
	while (fgets(line, sizeof(line), f))
		if (line[0] != '#' && strstr(line, pid) && n + strlen(line) < sizeof(text))
			n += sprintf(text + n, "%s", line);
	fclose(f);
	forget();
	return text;
}

static unsigned int count(const char *text, const char *what)
{
	unsigned int n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

static void guest_syncs(u64 n)
{
	for (u64 i = 0; i < n; i++)
		GUEST_SYNC(i, 0);
}

static void run_syncs(void)
{
	struct vm *vm = vm_new(1, guest_syncs, SYNCS);

	for (u64 i = 0; i < SYNCS; i++)
		vcpu_sync(&vm->vcpu[0], i);
	vcpu_finish(&vm->vcpu[0]);
}

static void alternate(void)
{
	static const char *const events[] = { "kvm_entry", "kvm_exit", NULL };
	bool inside = false;
	char *text, *line;

	trace(events);
	run_syncs();
	text = traced();
	CHECK(count(text, "DABT_LOW") + count(text, "HSR_EC: " EC_DABT_LOW) > SYNCS, "%s", text);
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		bool entry = strstr(line, "kvm_entry:");

		CHECK(entry != inside, "%s", line);
		CHECK(strstr(line, "PC: 0x"), "%s", line);
		inside = entry;
	}
	CHECK(!inside);
}

static void guest_values(u64 arg)
{
	mmio_write32(MMIO_BASE + 0x123000, 0x1234567);
	GUEST_EQ(mmio_read32(MMIO_BASE + 0x123008), 0x89abcde);
	*(volatile u64 *)DATA_BASE = 1;
	guest_hvc(PSCI_AFFINITY_INFO, 0, 0, 0);
	GUEST_SYNC(1, 0);
}

static void values(void)
{
	static const char *const events[] = {
		"kvm_mmio", "kvm_guest_fault", "kvm_hvc_arm64", "kvm_userspace_exit", NULL
	};
	struct vm *vm = vm_new(1, guest_values, 0);
	struct vcpu *vcpu = &vm->vcpu[0];
	char *text;

	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, PAGE, vm_alloc(PAGE, PAGE)), 0);
	trace(events);
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	REQUIRE_EQ(vcpu_run(vcpu), 0);
	*(u32 *)vcpu->run->mmio.data = 0x89abcde;
	vcpu_sync(vcpu, 1);
	vcpu_finish(vcpu);
	text = traced();
	CHECK(strstr(text, "kvm_mmio: mmio write len 4 gpa 0x80123000 val 0x1234567"), "%s", text);
	CHECK(strstr(text, "kvm_mmio: mmio unsatisfied-read len 4 gpa 0x80123008"), "%s", text);
	CHECK(strstr(text, "kvm_mmio: mmio read len 4 gpa 0x80123008 val 0x89abcde"), "%s", text);
	CHECK(strstr(text, "ipa 0x40000000"), "%s", text);
	CHECK(strstr(text, "(r0: 0x00000000c4000004, imm: 0x0)"), "%s", text);
	/* both accesses and the two messages */
	CHECK_EQ(count(text, "reason KVM_EXIT_MMIO (6)"), 4);
}

static void guest_waits(u64 arg)
{
	gic_enable(64, true);
	do
		wfi();
	while (!(mrs(isr_el1) & 0x80));
	GUEST_SYNC(1, 0);
}

static bool main_sleeps(void)
{
	char path[64], line[256] = "", *state;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", getpid());
	f = fopen(path, "r");
	REQUIRE(f && fgets(line, sizeof(line), f));
	fclose(f);
	state = strrchr(line, ')');
	return state && state[2] == 'S';
}

static void *raise_line(void *vm)
{
	struct kvm_irq_level line = { .irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | SPI, .level = 1 };

	/* in WFI, and nowhere else in its KVM_RUN */
	while (!main_sleeps())
		usleep(1000);
	CHECK_EQ(kvm(((struct vm *)vm)->fd, KVM_IRQ_LINE, &line), 0);
	return NULL;
}

static void waits(void)
{
	static const char *const events[] = {
		"kvm_wfx_arm64", "kvm_vcpu_wakeup", "kvm_irq_line", "vgic_update_irq_pending", NULL
	};
	struct vm *vm = vm_new(1, guest_waits, 0);
	struct kvm_irq_level line = { .irq = KVM_ARM_IRQ_TYPE_SPI << KVM_ARM_IRQ_TYPE_SHIFT | SPI };
	pthread_t thread;
	char *text;

	gic_new(vm, 64);
	trace(events);
	REQUIRE_EQ(pthread_create(&thread, NULL, raise_line, vm), 0);
	vcpu_sync(&vm->vcpu[0], 1);
	pthread_join(thread, NULL);
	REQUIRE_EQ(kvm(vm->fd, KVM_IRQ_LINE, &line), 0);
	text = traced();
	CHECK(strstr(text, "guest executed wfi at: 0x"), "%s", text);
	CHECK(strstr(text, "kvm_vcpu_wakeup:"), "%s", text);
	CHECK(strstr(text, "num: 40, level: 0"), "%s", text);
	CHECK(strstr(text, "IRQ 40, level: 0"), "%s", text);
}

static void guest_timer(u64 arg)
{
	GUEST_SYNC(1, 0);
	msr(cntv_ctl_el0, 0);
	isb();
	GUEST_SYNC(2, 0);
}

static void timer(void)
{
	static const char *const events[] = { "kvm_timer_update_irq", NULL };
	struct vm *vm = vm_new(1, guest_timer, 0);
	char *text;

	gic_new(vm, 64);
	trace(events);
	/*
	 * expired before the guest is entered: keel raises it without an event where the guest's
	 * own doing does it
	 */
	reg_write(&vm->vcpu[0], KVM_REG_ARM_TIMER_CTL, 1);
	vcpu_sync(&vm->vcpu[0], 1);
	vcpu_sync(&vm->vcpu[0], 2);
	vcpu_finish(&vm->vcpu[0]);
	text = traced();
	CHECK(strstr(text, "VCPU: 0, IRQ 27, level 1"), "%s", text);
	CHECK(strstr(text, "VCPU: 0, IRQ 27, level 0"), "%s", text);
}

static void guest_psci(u64 arg)
{
	guest_hvc(PSCI_AFFINITY_INFO, 0, 0, 0);
	guest_hvc(0x84000003, 0xdead, 0x1000, 0x77);	/* CPU_ON, of nobody */
	GUEST_SYNC(1, 0);
}

static void psci(void)
{
	static const char *const events[] = { "keel/keel_psci", NULL };
	struct vm *vm = vm_new(1, guest_psci, 0);
	char *text;

	trace(events);
	vcpu_sync(&vm->vcpu[0], 1);
	text = traced();
	CHECK(strstr(text, "VCPU: 0, AFFINITY_INFO (0xc4000004) 0x0 0x0 0x0"), "%s", text);
	CHECK(strstr(text, "VCPU: 0, CPU_ON (0x84000003) 0xdead 0x1000 0x77"), "%s", text);
}

static void guest_its(u64 arg)
{
	its_usual(DEVICES);
	GUEST_SYNC(1, 0);
}

static void its(void)
{
	static const char *const events[] = { "keel/keel_its_command", NULL };
	struct its_machine m = its_machine(1, guest_its, NULL);
	char *text;

	trace(events);
	vcpu_sync(&m.vm->vcpu[0], 1);
	vcpu_finish(&m.vm->vcpu[0]);
	text = traced();
	CHECK(strstr(text, ": MAPD device 1 "), "%s", text);
	CHECK(strstr(text, ": MAPTI device 1 event 3 intid 8195 "), "%s", text);
}

static bool done;

static void *toggle(void *unused)
{
	while (!READ_ONCE(done)) {
		enable(kvm_system, "1");
		enable(kvm_system, "0");
	}
	return NULL;
}

static void on_and_off(void)
{
	static const char *const events[] = { "kvm_entry", NULL };
	pthread_t thread;

	trace(events);
	REQUIRE_EQ(pthread_create(&thread, NULL, toggle, NULL), 0);
	for (unsigned int i = 0; i < ktap_times(20); i++)
		run_syncs();
	WRITE_ONCE(done, true);
	pthread_join(thread, NULL);
	forget();
}

static char dir[128];

static bool read_file(const char *name, char *text, size_t size)
{
	char path[256];
	size_t n = 0;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		return false;
	while ((got = read(fd, text + n, size - 1 - n)) > 0)
		n += got;
	close(fd);
	text[n] = 0;
	return n > 0;
}

static void want_files(void)
{
	FILE *f = fopen("/sys/module/keel/parameters/debugfs", "w");

	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	if (f) {
		fputs("1", f);
		fclose(f);
	}
}

static void find_dir(struct vm *vm)
{
	snprintf(dir, sizeof(dir), "/sys/kernel/debug/kvm/%d-%d", getpid(), vm->fd);
	if (access(dir, F_OK))
		ktap_skip("no %s", dir);
}

static void files(void)
{
	static char text[1 << 16];
	struct vm *vm;
	int fd, gic;

	want_files();
	vm = vm_new(1, guest_syncs, SYNCS);
	fd = kvm(vm->vcpu[0].fd, KVM_GET_STATS_FD, 0);
	gic = gic_new(vm, 64);
	find_dir(vm);
	vcpu_finish(&vm->vcpu[0]);
	REQUIRE(read_file("exits", text, sizeof(text)));
	CHECK_EQ(strtoull(text, NULL, 10), kvm_statistic(fd, "exits"));
	close(fd);
	REQUIRE(read_file("vgic-state", text, sizeof(text)));
	CHECK_EQ(count(text, "PPI "), 16);
	CHECK(count(text, "SPI ") >= 32, "%s", text);
	close(gic);
	vm_free(vm);
	CHECK(access(dir, F_OK), "%s is still there", dir);
}

static void guest_touches(u64 arg)
{
	(void)*(volatile u64 *)DATA_BASE;
	*(volatile u64 *)(DATA_BASE + PAGE) = 1;
	GUEST_SYNC(1, 0);
}

/* The rights of what is mapped from there to there, or "": no such line. */
static const char *rights(const char *text, u64 from, u64 to)
{
	const char *line;
	char want[64];

	snprintf(want, sizeof(want), "%#018lx-%#018lx ", from, to);
	line = strstr(text, want);
	return line ? strchr(line, 'K') + 2 : "";
}

static void stage2_file(void)
{
	static char text[1 << 16];
	struct vm *vm;

	want_files();
	vm = vm_new(1, guest_touches, 0);
	REQUIRE_EQ(vm_slot(vm->fd, 1, KVM_MEM_LOG_DIRTY_PAGES, DATA_BASE, 4 * PAGE, vm_alloc(4 * PAGE, PAGE)), 0);
	find_dir(vm);
	vcpu_sync(&vm->vcpu[0], 1);
	if (!read_file("stage2_page_tables", text, sizeof(text)))
		ktap_skip("the kernel has no stage2_page_tables");
	CHECK(!strncmp(rights(text, DATA_BASE, DATA_BASE + PAGE), "R-", 2), "%s", text);
	CHECK(!strncmp(rights(text, DATA_BASE + PAGE, DATA_BASE + 2 * PAGE), "RW", 2), "%s", text);
	/* gone with its slot */
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, 0, NULL), 0);
	REQUIRE(read_file("stage2_page_tables", text, sizeof(text)));
	CHECK(!*rights(text, DATA_BASE, DATA_BASE + PAGE), "%s", text);
}

static void idregs_file(void)
{
	static char text[1 << 16];
	struct vm *vm;
	char *line;

	want_files();
	vm = vm_new(1, guest_syncs, 1);
	find_dir(vm);
	if (!read_file("idregs", text, sizeof(text)))
		ktap_skip("the kernel has no idregs");
	line = strstr(text, "ID_AA64PFR0_EL1:");
	REQUIRE(line, "%s", text);
	CHECK_EQ(strtoull(strchr(line, ':') + 1, NULL, 16), reg_read(&vm->vcpu[0], REG_SYS(3, 0, 0, 4, 0)));
}

static void its_file(void)
{
	static char text[1 << 16];
	struct its_machine m;

	want_files();
	m = its_machine(1, guest_its, NULL);
	find_dir(m.vm);
	vcpu_sync(&m.vm->vcpu[0], 1);
	if (!read_file("its-state", text, sizeof(text)))
		ktap_skip("the kernel has no its-state");
	CHECK_EQ(count(text, "ITS at "), 1);
	CHECK(strstr(text, ", on, "), "%s", text);
	CHECK(strstr(text, "  device 1: "), "%s", text);
	CHECK(strstr(text, "  collection 0: vCPU 0\n"), "%s", text);
	CHECK(strstr(text, "  device 1 event 3: LPI 8195, collection 0\n"), "%s", text);
}

static void *read_all(void *unused)
{
	static char text[1 << 16];

	while (!READ_ONCE(done)) {
		read_file("exits", text, sizeof(text));
		read_file("vcpus", text, sizeof(text));
		read_file("vgic-state", text, sizeof(text));
		read_file("stage2_page_tables", text, sizeof(text));
		read_file("its-state", text, sizeof(text));
	}
	return NULL;
}

static void come_and_go(void)
{
	pthread_t thread;
	struct vm *vm;

	want_files();
	vm = vm_new(1, guest_syncs, 1);
	find_dir(vm);
	REQUIRE_EQ(pthread_create(&thread, NULL, read_all, NULL), 0);
	/* the same fd and so the same directory each time */
	for (unsigned int i = 0; i < ktap_times(100); i++) {
		vcpu_finish(&vm->vcpu[0]);
		vm_free(vm);
		vm = vm_new(1, guest_syncs, 1);
		gic_new(vm, 64);
	}
	WRITE_ONCE(done, true);
	pthread_join(thread, NULL);
}

static void guest_fast(u64 n)
{
	for (u64 i = 0; i < n; i++) {
		guest_hvc(CALL_PSCI_VERSION, 0, 0, 0);
		(void)mrs(id_aa64pfr0_el1);
		(void)mmio_read32(GICR(0) + GICR_WAKER);
	}
	GUEST_SYNC(1, 0);
}

/*
 * A VM whose guest does each of that so many times, with the times of its exits asked for or not;
 * its statistics.
 */
static int timed_vm(const char *wanted, u64 n)
{
	FILE *f = fopen("/sys/module/keel/parameters/exit_times", "w");
	struct vm *vm;

	if (!f)
		ktap_skip("no parameter exit_times");
	fputs(wanted, f);
	fflush(f);
	vm = vm_new(1, guest_fast, n);
	fputs("0", f);
	fclose(f);
	gic_new(vm, 64);
	vcpu_sync(&vm->vcpu[0], 1);
	return kvm(vm->vcpu[0].fd, KVM_GET_STATS_FD, 0);
}

/* Who answers an exit has its time: EL2, under VHE the host's code in place, or the host. */
static void tiers(void)
{
	int fd = timed_vm("1", SYNCS);
	u64 inplace;

	CHECK_EQ(kvm_statistic_sum(fd, "el2_time_call_hist"), SYNCS);
	CHECK(kvm_statistic_sum(fd, "el2_time_sysreg_hist") >= SYNCS);
	CHECK_EQ(kvm_statistic_sum(fd, "el2_time_abort_hist"), 0);
	CHECK_EQ(kvm_statistic_sum(fd, "host_time_call_hist"), 0);
	inplace = kvm_statistic_sum(fd, "inplace_time_abort_hist");
	CHECK(!inplace || inplace >= SYNCS, "%llu", (unsigned long long)inplace);
	CHECK(inplace + kvm_statistic_sum(fd, "host_time_abort_hist") >= SYNCS);
	CHECK_EQ(kvm_statistic_sum(fd, "inplace_time_call_hist"), 0);
}

static void tiers_off(void)
{
	int fd = timed_vm("0", SYNCS);

	CHECK_EQ(kvm_statistic_sum(fd, "el2_time_call_hist"), 0);
	CHECK_EQ(kvm_statistic_sum(fd, "el2_time_sysreg_hist"), 0);
	CHECK_EQ(kvm_statistic_sum(fd, "inplace_time_abort_hist"), 0);
	CHECK_EQ(kvm_statistic_sum(fd, "host_time_call_hist"), 0);
}

static const struct ktap_case cases[] = {
	{ "entries and exits", alternate },
	{ "what an exit was about", values },
	{ "waiting, and lines", waits },
	{ "a timer's line", timer },
	{ "calls of PSCI", psci },
	{ "commands of an ITS", its },
	{ "on and off while guests run", on_and_off },
	{ "files of a VM", files },
	{ "what stage 2 maps", stage2_file },
	{ "what an ITS has mapped", its_file },
	{ "ID registers", idregs_file },
	{ "files of VMs that come and go", come_and_go },
	{ "times of exits by who answers", tiers },
	{ "no such times unless asked for", tiers_off },
};
KTAP_MAIN(cases)
