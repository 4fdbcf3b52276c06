// SPDX-License-Identifier: GPL-2.0-only
/*
 * The system fd and what it makes. Proves:
 *  - the API version, and that argument-less calls refuse an argument
 *  - CREATE_VM's type: IPA sizes 32 to the limit, 0 for 40 bits, EINVAL for
 *    the rest, and that the size limits the slots
 *  - CHECK_EXTENSION: the capabilities every VMM needs, on both fds, booleans
 *    being exactly 1, unknown ones 0
 *  - the run mapping's size, EINVAL for unknown calls
 *  - fds are close-on-exec; the node is a misc device
 *  - EINVAL for a 32-bit program that has inherited an fd
 */
#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include "lib/vm.h"

static void api_version(void)
{
	int fd = kvm_open();

	CHECK_EQ(kvm(fd, KVM_GET_API_VERSION, 0), 12);
	CHECK_EQ(kvm(fd, KVM_GET_API_VERSION, 1), -EINVAL);
}

static int try_vm(int fd, unsigned long type)
{
	int vm = kvm(fd, KVM_CREATE_VM, type);

	if (vm >= 0)
		close(vm);
	return vm < 0 ? vm : 0;
}

static void vm_type(void)
{
	int fd = kvm_open(), limit = kvm(fd, KVM_CHECK_EXTENSION, KVM_CAP_ARM_VM_IPA_SIZE);

	REQUIRE(limit >= 36 && limit <= 52, "%d", limit);
	CHECK_EQ(try_vm(fd, 0), limit >= 40 ? 0 : -EINVAL);
	for (int bits = 32; bits <= limit; bits++)
		CHECK(try_vm(fd, bits) == 0, "%d bits", bits);
	for (int bits = 1; bits < 32; bits++)
		CHECK(try_vm(fd, bits) == -EINVAL, "%d bits", bits);
	for (int bits = limit + 1; bits < 256; bits++)
		CHECK(try_vm(fd, bits) == -EINVAL, "%d bits", bits);
	for (int bit = 8; bit < 64; bit++)
		CHECK(try_vm(fd, 1ul << bit) == -EINVAL, "bit %d", bit);
}

/* A slot ends at most where the IPA space does. */
static void vm_size(void)
{
	int limit = kvm_cap(KVM_CAP_ARM_VM_IPA_SIZE);
	void *page = vm_alloc(2 * PAGE, PAGE);

	for (int bits = 32; bits <= limit; bits++) {
		int vm = vm_fd(bits);

		CHECK_EQ(vm_slot(vm, 0, 0, (1ul << bits) - PAGE, PAGE, page), 0);
		CHECK_EQ(vm_slot(vm, 1, 0, 1ul << bits, PAGE, page), -EFAULT);
		CHECK_EQ(vm_slot(vm, 0, 0, 0, 0, page), 0);
		CHECK_EQ(vm_slot(vm, 1, 0, (1ul << bits) - PAGE, 2 * PAGE, page), -EFAULT);
		close(vm);
	}
}

static const struct { const char *name; int cap; } booleans[] = {
	{ "USER_MEMORY", KVM_CAP_USER_MEMORY },
	{ "DESTROY_MEMORY_REGION_WORKS", KVM_CAP_DESTROY_MEMORY_REGION_WORKS },
	{ "JOIN_MEMORY_REGIONS_WORKS", KVM_CAP_JOIN_MEMORY_REGIONS_WORKS },
	{ "SYNC_MMU", KVM_CAP_SYNC_MMU },
	{ "ONE_REG", KVM_CAP_ONE_REG },
	{ "ARM_PSCI", KVM_CAP_ARM_PSCI },
	{ "ARM_PSCI_0_2", KVM_CAP_ARM_PSCI_0_2 },
	{ "IMMEDIATE_EXIT", KVM_CAP_IMMEDIATE_EXIT },
	{ "CHECK_EXTENSION_VM", KVM_CAP_CHECK_EXTENSION_VM },
	{ "DEVICE_CTRL", KVM_CAP_DEVICE_CTRL },
	{ "MP_STATE", KVM_CAP_MP_STATE },
	{ "ARM_USER_IRQ", KVM_CAP_ARM_USER_IRQ },
	{ "ARM_IRQ_LINE_LAYOUT_2", KVM_CAP_ARM_IRQ_LINE_LAYOUT_2 },
	{ "SYSTEM_EVENT_DATA", KVM_CAP_SYSTEM_EVENT_DATA },
	{ "READONLY_MEM", KVM_CAP_READONLY_MEM },
	{ "INTERNAL_ERROR_DATA", KVM_CAP_INTERNAL_ERROR_DATA },
	{ "ENABLE_CAP_VM", KVM_CAP_ENABLE_CAP_VM },
	{ "HALT_POLL", KVM_CAP_HALT_POLL },
	{ "IOEVENTFD", KVM_CAP_IOEVENTFD },
	{ "IOEVENTFD_ANY_LENGTH", KVM_CAP_IOEVENTFD_ANY_LENGTH },
	{ "BINARY_STATS_FD", KVM_CAP_BINARY_STATS_FD },
	{ "VCPU_ATTRIBUTES", KVM_CAP_VCPU_ATTRIBUTES },
	{ "VCPU_EVENTS", KVM_CAP_VCPU_EVENTS },
	{ "ARM_NISV_TO_USER", KVM_CAP_ARM_NISV_TO_USER },
	{ "ARM_INJECT_EXT_DABT", KVM_CAP_ARM_INJECT_EXT_DABT },
	{ "ARM_SYSTEM_SUSPEND", KVM_CAP_ARM_SYSTEM_SUSPEND },
	{ "PTP_KVM", KVM_CAP_PTP_KVM },
	{ "SET_GUEST_DEBUG", KVM_CAP_SET_GUEST_DEBUG },
	{ "ARM_SET_DEVICE_ADDR", KVM_CAP_ARM_SET_DEVICE_ADDR },
};

static void caps(void)
{
	int fd = kvm_open(), vm = vm_fd(0);

	for (unsigned int i = 0; i < ARRAY_SIZE(booleans); i++) {
		CHECK(kvm(fd, KVM_CHECK_EXTENSION, booleans[i].cap) == 1, "%s", booleans[i].name);
		CHECK(kvm(vm, KVM_CHECK_EXTENSION, booleans[i].cap) == 1, "%s", booleans[i].name);
	}
	/* On both fds the same, and never an error. */
	for (int cap = 0; cap < 512; cap++) {
		int sys = kvm(fd, KVM_CHECK_EXTENSION, cap);

		if (cap == KVM_CAP_MSI_DEVID || cap == KVM_CAP_ARM_CACHEABLE_PFNMAP_SUPPORTED)
			continue;
		CHECK(sys >= 0, "cap %d: %d", cap, sys);
		CHECK(sys == kvm(vm, KVM_CHECK_EXTENSION, cap), "cap %d", cap);
	}
	CHECK_EQ(kvm(fd, KVM_CHECK_EXTENSION, 0x7fffffff), 0);
	CHECK_EQ(kvm(fd, KVM_CHECK_EXTENSION, -1l), 0);
}

static void counts(void)
{
	int fd = kvm_open(), n;

	CHECK_EQ(kvm(fd, KVM_CHECK_EXTENSION, KVM_CAP_NR_MEMSLOTS), 32767);
	n = kvm(fd, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPUS);
	CHECK(n >= 8 && n <= 4096, "%d", n);
	CHECK(kvm(fd, KVM_CHECK_EXTENSION, KVM_CAP_NR_VCPUS) >= 1);
	CHECK(kvm(fd, KVM_CHECK_EXTENSION, KVM_CAP_NR_VCPUS) <= n);
	CHECK(kvm(fd, KVM_CHECK_EXTENSION, KVM_CAP_MAX_VCPU_ID) >= n);
}

static void mmap_size(void)
{
	int fd = kvm_open(), size = kvm(fd, KVM_GET_VCPU_MMAP_SIZE, 0);

	CHECK(size >= (int)sizeof(struct kvm_run) && size % PAGE == 0, "%d", size);
	CHECK_EQ(kvm(fd, KVM_GET_VCPU_MMAP_SIZE, 1), -EINVAL);
}

static void unknown_calls(void)
{
	int fd = kvm_open(), vm = vm_fd(0);

	CHECK_EQ(kvm(fd, _IO(KVMIO, 0xff), 0), -EINVAL);
	CHECK_EQ(kvm(fd, KVM_RUN, 0), -EINVAL);
	CHECK_EQ(kvm(fd, KVM_CREATE_VCPU, 0), -EINVAL);
	CHECK_EQ(kvm(vm, _IO(KVMIO, 0xff), 0), -EINVAL);
	CHECK_EQ(kvm(vm, KVM_RUN, 0), -EINVAL);
	CHECK_EQ(kvm(vm, KVM_GET_API_VERSION, 0), -EINVAL);
}

static void fds(void)
{
	int vm = vm_fd(0), vcpu = vcpu_fd(vm, 0);
	char c;

	CHECK_EQ(fcntl(vm, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(fcntl(vcpu, F_GETFD), FD_CLOEXEC);
	CHECK_EQ(read(vm, &c, 1), -1);
	CHECK_EQ(write(vcpu, &c, 1), -1);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, vm, 0) == MAP_FAILED);
}

static void node(void)
{
	int fd = kvm_open();
	struct stat st;

	REQUIRE_EQ(fstat(fd, &st), 0);
	CHECK(S_ISCHR(st.st_mode) && major(st.st_rdev) == 10, "%u", major(st.st_rdev));
	if (!getenv("KVM_DEV"))
		CHECK_EQ(minor(st.st_rdev), 232);
	CHECK(mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED);
}

/* A whole A32 program: exits with the errno of ioctl(fd, request, 0). */
struct program32 {
	Elf32_Ehdr e;
	Elf32_Phdr ph;
	u32 code[9];
};

#define BASE32	0x10000

static struct program32 program32(int fd, u32 request)
{
	return (struct program32){
		.e = {
			.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_EXEC, .e_machine = EM_ARM, .e_version = EV_CURRENT,
			.e_entry = BASE32 + offsetof(struct program32, code),
			.e_phoff = offsetof(struct program32, ph), .e_flags = EF_ARM_EABI_VER5,
			.e_ehsize = sizeof(Elf32_Ehdr), .e_phentsize = sizeof(Elf32_Phdr), .e_phnum = 1,
		},
		.ph = {
			.p_type = PT_LOAD, .p_vaddr = BASE32, .p_paddr = BASE32, .p_flags = PF_R | PF_X,
			.p_filesz = sizeof(struct program32), .p_memsz = sizeof(struct program32), .p_align = 0x10000,
		},
		.code = {
			0xe3a07036,		/* mov r7, #54: ioctl */
			0xe3a00000 | fd,	/* mov r0, #fd */
			0xe59f1010,		/* ldr r1, request */
			0xe3a02000,		/* mov r2, #0 */
			0xef000000,		/* svc 0 */
			0xe2600000,		/* rsb r0, r0, #0 */
			0xe3a07001,		/* mov r7, #1: exit */
			0xef000000,		/* svc 0 */
			request,
		},
	};
}

static int ioctl32(int fd, u32 request)
{
	struct program32 program = program32(fd, request);
	char *none[] = { NULL };
	int file = memfd_create("program32", 0), status;
	pid_t pid;

	fcntl(fd, F_SETFD, 0);
	REQUIRE_EQ(write(file, &program, sizeof(program)), sizeof(program));
	pid = fork();
	if (pid == 0) {
		fexecve(file, none, none);
		_exit(255);
	}
	waitpid(pid, &status, 0);
	close(file);
	REQUIRE(WIFEXITED(status), "%#x", status);
	if (WEXITSTATUS(status) == 255)
		ktap_skip("no 32-bit programs on this host");
	return -WEXITSTATUS(status);
}

static void program_of_32_bits(void)
{
	struct kvm_create_device cd = { .type = KVM_DEV_TYPE_ARM_VGIC_ITS };
	int fd = kvm_open(), vm = vm_fd(0);

	CHECK_EQ(ioctl32(fd, KVM_GET_API_VERSION), -EINVAL);
	CHECK_EQ(ioctl32(vm, KVM_CHECK_EXTENSION), -EINVAL);
	CHECK_EQ(ioctl32(vcpu_fd(vm, 0), KVM_RUN), -EINVAL);
	if (kvm(vm, KVM_CREATE_DEVICE, &cd) == 0)
		CHECK_EQ(ioctl32(cd.fd, KVM_SET_DEVICE_ATTR), -EINVAL);
}

static const struct ktap_case cases[] = {
	{ "API version", api_version },
	{ "CREATE_VM: type", vm_type },
	{ "CREATE_VM: the size limits the slots", vm_size },
	{ "CHECK_EXTENSION: booleans, both fds, unknown", caps },
	{ "CHECK_EXTENSION: counts", counts },
	{ "GET_VCPU_MMAP_SIZE", mmap_size },
	{ "unknown calls", unknown_calls },
	{ "VM and vCPU fds", fds },
	{ "device node", node },
	{ "32-bit program", program_of_32_bits },
};
KTAP_MAIN(cases)
