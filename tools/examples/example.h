/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VM with one vCPU and some memory at address 0, in which a guest of a few instructions runs with
 * its MMU off: what the examples of rights of pages have in common. $KVM_DEV names the device.
 */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <keel.h>

#define PAGES		8
#define CODE_PAGE	0	/* the guest's instructions; pages 1 and on are its data */
#define DONE		0x80000000u	/* the guest stores here when it is done */
#define CORE_REG(name)	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(name))

struct example {
	int vm, vcpu;
	struct kvm_run *run;
	char *memory;
	size_t page;
};

/*
 * The guest's instructions, from its address 0 on, with the size of a page in x1. Global labels:
 * the GOT entry of a local one leaves out where it is in its section.
 */
#define GUEST(text)						\
	asm(".pushsection .rodata\n"				\
	    ".balign 8\n"					\
	    ".globl guest_code, guest_code_end\n"		\
	    "guest_code:\n"					\
	    text						\
	    "guest_code_end:\n"					\
	    ".popsection\n")
extern const char guest_code[], guest_code_end[];

static void fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

static int call(int fd, unsigned long request, const char *name, const void *arg)
{
	int ret = ioctl(fd, request, arg);

	if (ret < 0)
		fail(name);
	return ret;
}
#define CALL(fd, request, arg)	call(fd, request, #request, (const void *)(arg))

static inline void set_reg(struct example *e, __u64 id, __u64 value)
{
	struct kvm_one_reg reg = { id, (__u64)&value };

	CALL(e->vcpu, KVM_SET_ONE_REG, &reg);
}

static inline __u64 get_reg(struct example *e, __u64 id)
{
	__u64 value = 0;
	struct kvm_one_reg reg = { id, (__u64)&value };

	CALL(e->vcpu, KVM_GET_ONE_REG, &reg);
	return value;
}

/* Only to end KVM_RUN, if the guest never does. */
static inline void example_late(int number)
{
	(void)number;
}

/* These rights are withheld of a page from now on; 0: none is. */
static inline void withhold(struct example *e, int page, __u64 rights)
{
	struct kvm_memory_attributes a = { .address = page * e->page, .size = e->page, .attributes = rights };

	CALL(e->vm, KVM_SET_MEMORY_ATTRIBUTES, &a);
}

/* With the guest's instructions in page CODE_PAGE. */
static inline struct example example_new(void)
{
	const char *node = getenv("KVM_DEV") ?: "/dev/kvm";
	struct example e = { .page = sysconf(_SC_PAGESIZE) };
	int kvm = open(node, O_RDWR | O_CLOEXEC);
	struct kvm_vcpu_init init;
	struct kvm_userspace_memory_region slot;

	if (kvm < 0)
		fail(node);
	signal(SIGALRM, example_late);
	alarm(200);
	setvbuf(stdout, NULL, _IOLBF, 0);
	e.vm = CALL(kvm, KVM_CREATE_VM, 0);
	if (CALL(e.vm, KVM_CHECK_EXTENSION, KEEL_CAP_MEMORY_RIGHTS) != 1) {
		puts("no rights of pages here");
		exit(4);
	}
	e.memory = mmap(NULL, PAGES * e.page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			-1, 0);
	if (e.memory == MAP_FAILED)
		fail("mmap");
	memcpy(e.memory + CODE_PAGE * e.page, guest_code, guest_code_end - guest_code);
	slot = (struct kvm_userspace_memory_region){ .memory_size = PAGES * e.page, .userspace_addr = (__u64)e.memory };
	CALL(e.vm, KVM_SET_USER_MEMORY_REGION, &slot);
	e.vcpu = CALL(e.vm, KVM_CREATE_VCPU, 0);
	CALL(e.vm, KVM_ARM_PREFERRED_TARGET, &init);
	CALL(e.vcpu, KVM_ARM_VCPU_INIT, &init);
	e.run = mmap(NULL, CALL(kvm, KVM_GET_VCPU_MMAP_SIZE, 0), PROT_READ | PROT_WRITE, MAP_SHARED,
		     e.vcpu, 0);
	if (e.run == MAP_FAILED)
		fail("mmap of the vCPU");
	set_reg(&e, CORE_REG(regs.regs[1]), e.page);
	return e;
}

/*
 * The guest's accesses go past the caches, unless the CPU has FEAT_S2FWB: nothing old may be in
 * ours.
 */
static inline void forget_cached(struct example *e)
{
	__u64 ctr, line;

	asm volatile("mrs %0, ctr_el0" : "=r"(ctr));
	line = 4ul << (ctr >> 16 & 0xf);
	for (__u64 at = 0; at < PAGES * e->page; at += line)
		asm volatile("dc civac, %0" :: "r"(e->memory + at) : "memory");
	asm volatile("dsb sy" ::: "memory");
}

/*
 * Run until an access is refused, or the guest is done. The refused access has not been made; given
 * the right, it is made when the guest runs again. False: done, with what the guest stored.
 */
static inline int example_run(struct example *e, struct keel_memory_fault *refused, __u64 *said)
{
	int ret;

	forget_cached(e);
	ret = ioctl(e->vcpu, KVM_RUN, 0);
	forget_cached(e);
	if (ret < 0 && errno == EFAULT && e->run->exit_reason == KVM_EXIT_MEMORY_FAULT) {
		/* where the union of struct kvm_run is */
		memcpy(refused, &e->run->mmio, sizeof(*refused));
		return 1;
	}
	if (ret < 0) {
		fprintf(stderr, "KVM_RUN: %s, at %#llx; last exception at %#llx, ESR_EL1 %#llx\n",
			strerror(errno), (unsigned long long)get_reg(e, CORE_REG(regs.pc)),
			(unsigned long long)get_reg(e, CORE_REG(elr_el1)),
			(unsigned long long)get_reg(e, ARM64_SYS_REG(3, 0, 5, 2, 0)));
		exit(1);
	}
	if (e->run->exit_reason != KVM_EXIT_MMIO || e->run->mmio.phys_addr != DONE) {
		fprintf(stderr, "exit %u at %#llx\n", e->run->exit_reason,
			(unsigned long long)get_reg(e, CORE_REG(regs.pc)));
		exit(1);
	}
	memcpy(said, e->run->mmio.data, sizeof(*said));
	return 0;
}

#endif
