// SPDX-License-Identifier: GPL-2.0-only
/*
 * As fail_nth, for what holds or shows all of a VM, and for guests with EL2. Proves:
 *  - an image that could not be saved or loaded can be in the end, and the guest goes on
 *  - files in debugfs that could not be opened can be
 *  - a vCPU with EL2 comes when there is memory, and what its guest's tables say is read then
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "lib/failing.h"
#include "lib/image.h"
#include "lib/stage2.h"

static struct vm *vm, *other;
static int fd;

static void end_vm(void)
{
	vcpu_finish(&vm->vcpu[0]);
	vm_free(vm);
}

/* ---- images ---- */

static struct image image;

static void guest_steps(u64 arg)
{
	GUEST_SYNC(1, 0);
}

static void begin_image(void)
{
	vm = vm_new(1, guest_steps, 0);
	vcpu_sync(&vm->vcpu[0], 1);
	vcpu_complete(&vm->vcpu[0]);
	image.size = image_size(vm->fd);
	image.bytes = malloc(image.size);
}

static int do_save(void)
{
	u64 size = image.size;

	return image_ioctl(vm->fd, KEEL_VM_SAVE, image.bytes, &size, 0);
}

static void end_image(void)
{
	free(image.bytes);
	end_vm();
}

static void begin_load(void)
{
	begin_image();
	REQUIRE_EQ(do_save(), 0);
	other = vm_new(1, guest_steps, 0);
}

static int do_load(void)
{
	return image_load(other->fd, &image, 0);
}

static void end_load(void)
{
	vcpu_finish(&other->vcpu[0]);
	vm_free(other);
	end_image();
}

static void images(void)
{
	static const struct failing_trial save = { "an image is saved", begin_image, do_save, end_image };
	static const struct failing_trial load = { "an image is loaded", begin_load, do_load, end_load };

	need_images();
	failing_all(&save, 1);
	failing_all(&load, 1);
}

/* ---- debugfs ---- */

static char dir[64];
static const char *file;

static int do_open(void)
{
	char path[400];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static void shown(void)
{
	struct failing_trial trial = { .act = do_open };
	struct dirent *d;
	unsigned int n = 0;
	char old[32];
	DIR *all;

	failing_setup();
	if (!change_parameter("debugfs", "1", old))
		ktap_skip("no parameter debugfs");
	vm = vm_new(1, guest_steps, 0);
	change_parameter("debugfs", old, old);
	snprintf(dir, sizeof(dir), "/sys/kernel/debug/kvm/%d-%d", getpid(), vm->fd);
	all = opendir(dir);
	REQUIRE(all, "%s: %d", dir, errno);
	while ((d = readdir(all))) {
		if (d->d_type != DT_REG)
			continue;
		file = trial.name = d->d_name;
		n += failing_each(&trial);
	}
	closedir(all);
	CHECK(n > 0);
	ktap_note("%u failures", n);
	end_vm();
}

/* ---- EL2 ---- */

static void begin_el2(void)
{
	vm = vm_new(0, NULL, 0);
	gic_create(vm->fd);
	fd = vcpu_fd(vm->fd, 0);
}

static int do_el2(void)
{
	struct kvm_vcpu_init init;
	int err = kvm(vm->fd, KVM_ARM_PREFERRED_TARGET, &init);

	init.features[0] |= HAS_EL2 | 1u << KVM_ARM_VCPU_PSCI_0_2;
	return err ?: kvm(fd, KVM_ARM_VCPU_INIT, &init);
}

static void end_el2(void)
{
	close(fd);
	vm_free(vm);
}

/*
 * A hypervisor's tables, which have access flags set, are read for its guest and for AT. That one
 * also walks tables of its guest's.
 */
static u64 word[512] __attribute__((aligned(MOST_PAGE)));

static void guest_has_guest(u64 arg)
{
	start(1);
	wr(VTCR_EL2, VTCR | VTCR_HA);
	word[1] = 0x1234;
	set_page(&t, 5, ((u64)word | S2_PAGE | S2_RWX) & ~S2_AF);
	GUEST_SYNC(1, 0);
	GUEST_EQ(l2_read(WINDOW + 5 * PAGE + 8), 0x1234);
	GUEST_EQ(t.pages[5] & S2_AF, S2_AF);
	GUEST_SYNC(2, 0);
}

#define AT(op, va) ({ \
	asm volatile("at " #op ", %0\n isb" :: "r"(va) : "memory"); \
	mrs(par_el1); })
#define PA		0xfffffffff000ul

static void guest_asks(u64 arg)
{
	start(1);
	set_page(&t, 11, (u64)word | S2_PAGE | S2_RWX);
	wr(hcr_el2, HCR_E2H | HCR_RW | HCR_VM);
	wr(TCR_EL12, 25ul | 2ul << 32 | 1ul << 8 | 1ul << 10 | 3ul << 12 | 1ul << 23);
	wr(S3_5_C2_C0_0, WINDOW + 11 * PAGE);
	wr(S3_5_C10_C2_0, 0xff);
	word[3] = WINDOW | 0x701;	/* a block of level 1 */
	dsb(sy);
	wr(SCTLR_EL12, rd(SCTLR_EL12) | 1);
	GUEST_SYNC(1, 0);
	GUEST_EQ(AT(s12e1r, (3ul << 30) + 11 * PAGE) & (PA | 1), (u64)word);
	GUEST_EQ(AT(s1e1r, (3ul << 30) + 11 * PAGE) & (PA | 1), WINDOW + 11 * PAGE);
	GUEST_SYNC(2, 0);
}

static void begin_guest(void)
{
	vm = vm_el2(1, guest_has_guest, 0);
	vcpu_sync(&vm->vcpu[0], 1);
}

static void begin_asks(void)
{
	vm = vm_el2(1, guest_asks, 0);
	vcpu_sync(&vm->vcpu[0], 1);
}

static int do_run(void)
{
	struct ucall uc;
	int ret = vcpu_run(&vm->vcpu[0]);

	return ret ?: vcpu_is_ucall(&vm->vcpu[0], &uc) && uc.cmd == UCALL_SYNC ? 0 : -EIO;
}

static void el2(void)
{
	static const struct failing_trial trials[] = {
		{ "a vCPU with EL2", begin_el2, do_el2, end_el2 },
		{ "a guest of a guest", begin_guest, do_run, end_vm },
		{ "AT", begin_asks, do_run, end_vm },
	};

	nested_need();
	failing_all(trials, ARRAY_SIZE(trials));
}

static const struct ktap_case cases[] = {
	{ "images", images, 60 },
	{ "files in debugfs", shown, 60 },
	{ "EL2", el2, 60 },
};

KTAP_MAIN(cases)
