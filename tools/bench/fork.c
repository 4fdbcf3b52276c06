// SPDX-License-Identifier: GPL-2.0-only
/*
 * Forking a VMM whose memory the guest has mapped too, all of it: with its VM by an image, and
 * beside that the same process without a VM. 64 MiB in pages of 4 KiB; in the environment
 * KEEL_FORK_MB is another size, and KEEL_FORK_HUGE has the host use huge pages.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>
#include "../../selftests/kvm/lib/gic.h"
#include "bench.h"

#define FORK_BASE	(4ul << 30)

static u64 size;
static char *mem;
static struct vm *vm;
static struct keel_vm_image image;

static void guest_touch(u64 bytes)
{
	for (u64 addr = FORK_BASE; addr < FORK_BASE + bytes; addr += 4096)
		write32(addr, 1);
	for (;;)
		GUEST_SYNC(1, 0);
}

static void memory(void)
{
	const char *mb = getenv("KEEL_FORK_MB");

	size = (mb ? strtoul(mb, NULL, 0) : 64) << 20;
	mem = vm_alloc(size, 2 << 20);
	madvise(mem, size, getenv("KEEL_FORK_HUGE") ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	for (u64 at = 0; at < size; at += 4096)
		mem[at] = 1;
}

static void machine(void)
{
	if (kvm_cap(KEEL_CAP_VM_IMAGE) != 1)
		ktap_skip("no images of VMs");
	memory();
	vm = vm_new(1, guest_touch, size);
	gic_new(vm, 64);
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, FORK_BASE, size, mem), 0);
	vcpu_sync(&vm->vcpu[0], 1);
	vm->vcpu[0].run->immediate_exit = 1;
	REQUIRE_EQ(vcpu_run(&vm->vcpu[0]), -EINTR);
	vm->vcpu[0].run->immediate_exit = 0;
	REQUIRE_EQ(kvm(vm->fd, KEEL_VM_SAVE, &image), -E2BIG);
	image.addr = (u64)malloc(image.size);
}

static void save(void)
{
	REQUIRE_EQ(kvm(vm->fd, KEEL_VM_SAVE, &image), 0);
}

void bench_image_save(void)
{
	machine();
	save();
	MEASURE(IMAGE_SAVE, save());
}

/* A VM in the place of the one that there was. */
static void rebuild(void)
{
	struct vcpu *v = &vm->vcpu[0];

	vm->fd = vm_fd(0);
	REQUIRE_EQ(vm_slot(vm->fd, 0, 0, RAM_BASE, RAM_SIZE, vm->ram), 0);
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, FORK_BASE, size, mem), 0);
	v->fd = vcpu_fd(vm->fd, 0);
	v->run = vcpu_map(v->fd);
	REQUIRE_EQ(vcpu_init_fd(vm->fd, v->fd, 0), 0);
	gic_new(vm, 64);
}

void bench_image_load(void)
{
	machine();
	save();
	for (int i = 0; i < BATCHES; i++) {
		rebuild();
		BATCH(IMAGE_LOAD, REQUIRE_EQ(kvm(vm->fd, KEEL_VM_LOAD, &image), 0));
	}
}

/* Between its vCPU's last instruction and its next one: the child does nothing meanwhile. */
void bench_fork_pause(void)
{
	int go[2];
	char byte;

	machine();
	for (int i = 0; i < BATCHES; i++) {
		pid_t child;

		REQUIRE_EQ(pipe(go), 0);
		BEGIN(FORK_PAUSE);
		save();
		child = fork();
		if (!child)
			_exit(read(go[0], &byte, 1) != 1);
		END(FORK_PAUSE);
		REQUIRE(child > 0 && write(go[1], "", 1) == 1);
		waitpid(child, NULL, 0);
	}
}

/* To the child's first exit, in a VM of its own. */
void bench_fork_vm(void)
{
	machine();
	for (int i = 0; i < BATCHES; i++) {
		pid_t child;

		BEGIN(FORK_VM);
		save();
		child = fork();
		if (!child) {
			rebuild();
			REQUIRE_EQ(kvm(vm->fd, KEEL_VM_LOAD, &image), 0);
			vcpu_sync(&vm->vcpu[0], 1);
			END(FORK_VM);
			_exit(0);
		}
		waitpid(child, NULL, 0);
	}
}

/* To the child's first instruction, without a VM. */
void bench_fork_null(void)
{
	memory();
	for (int i = 0; i < BATCHES; i++) {
		pid_t child;

		BEGIN(FORK_NULL);
		child = fork();
		if (!child) {
			END(FORK_NULL);
			_exit(0);
		}
		waitpid(child, NULL, 0);
	}
}
