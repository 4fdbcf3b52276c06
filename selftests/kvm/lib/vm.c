// SPDX-License-Identifier: GPL-2.0-only
/* VMs and vCPUs by the KVM ABI. */
#include <elf.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "vm.h"

extern const Elf64_Ehdr __ehdr_start;

u64 page_size;

static void __attribute__((constructor)) init_page_size(void)
{
	page_size = getpagesize();
}

int kvm_call(int fd, unsigned long request, unsigned long arg)
{
	int ret = ioctl(fd, request, arg);

	return ret < 0 ? -errno : ret;
}

int kvm_open(void)
{
	const char *path = getenv("KVM_DEV");
	int fd = open(path ? path : "/dev/kvm", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		ktap_skip("cannot open %s: %s", path ? path : "/dev/kvm", strerror(errno));
	return fd;
}

int kvm_cap(int cap)
{
	int fd = kvm_open(), ret = kvm(fd, KVM_CHECK_EXTENSION, cap);

	close(fd);
	return ret;
}

unsigned int kvm_run_size(void)
{
	int fd = kvm_open(), ret = kvm(fd, KVM_GET_VCPU_MMAP_SIZE, 0);

	close(fd);
	REQUIRE(ret >= (int)PAGE, "%d", ret);
	return ret;
}

int vm_fd(unsigned long type)
{
	int fd = kvm_open(), vm;

	do {
		vm = kvm(fd, KVM_CREATE_VM, type);
	} while (vm == -EINTR);
	close(fd);
	REQUIRE(vm >= 0, "CREATE_VM: %d", vm);
	return vm;
}

int vcpu_fd(int vm, u32 id)
{
	int fd = kvm(vm, KVM_CREATE_VCPU, id);

	REQUIRE(fd >= 0, "CREATE_VCPU: %d", fd);
	return fd;
}

struct kvm_run *vcpu_map(int vcpu)
{
	void *run = mmap(NULL, kvm_run_size(), PROT_READ | PROT_WRITE, MAP_SHARED, vcpu, 0);

	REQUIRE(run != MAP_FAILED, "mmap: %d", errno);
	return run;
}

int vcpu_init_fd(int vm, int vcpu, u32 features)
{
	struct kvm_vcpu_init init;

	REQUIRE_EQ(kvm(vm, KVM_ARM_PREFERRED_TARGET, &init), 0);
	init.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2 | features;
	return kvm(vcpu, KVM_ARM_VCPU_INIT, &init);
}

int device_new(int vm, u32 type)
{
	struct kvm_create_device cd = { .type = type };
	int err = kvm(vm, KVM_CREATE_DEVICE, &cd);

	return err ? err : (int)cd.fd;
}

int device_attr(int fd, unsigned long request, u32 group, u64 attr, const void *val)
{
	struct kvm_device_attr a = { .group = group, .attr = attr, .addr = (u64)val };

	return kvm(fd, request, &a);
}

bool on_keel(void)
{
	return !access("/sys/module/keel", F_OK);
}

int vm_slot(int vm, u32 slot, u32 flags, u64 gpa, u64 size, const void *hva)
{
	struct kvm_userspace_memory_region region = {
		.slot = slot, .flags = flags, .guest_phys_addr = gpa,
		.memory_size = size, .userspace_addr = (u64)hva,
	};

	return kvm(vm, KVM_SET_USER_MEMORY_REGION, &region);
}

void *vm_alloc(u64 size, u64 align)
{
	char *p = mmap(NULL, size + align, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	REQUIRE(p != MAP_FAILED, "mmap: %d", errno);
	return (void *)(((u64)p + align - 1) & ~(align - 1));
}

void *vm_hva(struct vm *vm, u64 gpa)
{
	REQUIRE(gpa >= RAM_BASE && gpa < RAM_END, "gpa %#lx", gpa);
	return vm->ram + (gpa - RAM_BASE);
}

static void load_image(struct vm *vm)
{
	const Elf64_Phdr *ph = (void *)&__ehdr_start + __ehdr_start.e_phoff;

	guest_map_init();
	for (int i = 0; i < __ehdr_start.e_phnum; i++)
		if (ph[i].p_type == PT_LOAD) {
			REQUIRE(ph[i].p_vaddr + ph[i].p_memsz <= RAM_END - MAX_VCPUS * STACK_SIZE);
			memcpy(vm_hva(vm, ph[i].p_vaddr), (void *)ph[i].p_vaddr,
			       ph[i].p_memsz);
		}
}

static void add_vcpu(struct vm *vm, u32 id, u32 features)
{
	struct vcpu *vcpu = &vm->vcpu[id];

	*vcpu = (struct vcpu){ .vm = vm, .id = id };
	vcpu->fd = vcpu_fd(vm->fd, id);
	vcpu->run = vcpu_map(vcpu->fd);
	if (id)
		features |= 1u << KVM_ARM_VCPU_POWER_OFF;
	REQUIRE_EQ(vcpu_init_fd(vm->fd, vcpu->fd, features), 0);
}

static struct vm *new (void (*prepare)(int vm), unsigned int n, u32 features, void (*fn)(u64),
		       u64 arg)
{
	struct vm *vm = calloc(1, sizeof(*vm));

	for (unsigned int i = 0; i < MAX_VCPUS; i++)
		vm->vcpu[i].fd = -1;
	vm->fd = vm_fd(0);
	if (prepare)
		prepare(vm->fd);
	vm->ram = vm_alloc(RAM_SIZE, PAGE);
	load_image(vm);
	REQUIRE_EQ(vm_slot(vm->fd, 0, 0, RAM_BASE, RAM_SIZE, vm->ram), 0);
	for (unsigned int i = 0; i < n; i++)
		add_vcpu(vm, i, features);
	if (n)
		vcpu_start(&vm->vcpu[0], fn, arg);
	return vm;
}

struct vm *vm_new_features(unsigned int n, u32 features, void (*fn)(u64), u64 arg)
{
	return new(NULL, n, features, fn, arg);
}

struct vm *vm_new_after(void (*prepare)(int vm), unsigned int n, void (*fn)(u64), u64 arg)
{
	return new(prepare, n, 0, fn, arg);
}

struct vm *vm_new(unsigned int n, void (*fn)(u64), u64 arg)
{
	return new(NULL, n, 0, fn, arg);
}

void vm_free(struct vm *vm)
{
	for (unsigned int i = 0; i < MAX_VCPUS; i++)
		if (vm->vcpu[i].fd >= 0) {
			munmap(vm->vcpu[i].run, kvm_run_size());
			close(vm->vcpu[i].fd);
		}
	close(vm->fd);
	munmap(vm->ram, RAM_SIZE);
	free(vm);
}

void vcpu_start(struct vcpu *vcpu, void (*fn)(u64), u64 arg)
{
	struct kvm_mp_state state = { KVM_MP_STATE_RUNNABLE };

	REQUIRE_EQ(kvm(vcpu->fd, KVM_SET_MP_STATE, &state), 0);
	reg_write(vcpu, REG_PC, (u64)guest_entry);
	reg_write(vcpu, REG_X(0), (u64)fn);
	reg_write(vcpu, REG_X(1), arg);
}

int vcpu_run(struct vcpu *vcpu)
{
	return kvm(vcpu->fd, KVM_RUN, 0);
}

bool vcpu_lets_in(int ret)
{
	/* accesses that nobody describes, and memory that is not there or not to be touched */
	return ret == 0 || ret == -EINTR || ret == -ENOSYS || ret == -EFAULT;
}

bool vcpu_is_ucall(struct vcpu *vcpu, struct ucall *uc)
{
	struct kvm_run *run = vcpu->run;
	u64 gpa;

	if (run->exit_reason != KVM_EXIT_MMIO || run->mmio.phys_addr != UCALL_ADDR ||
	    !run->mmio.is_write || run->mmio.len != 8)
		return false;
	memcpy(&gpa, run->mmio.data, 8);
	*uc = *(struct ucall *)vm_hva(vcpu->vm, gpa);
	return true;
}

static void report_ucall(const struct ucall *uc)
{
	if (uc->cmd == UCALL_FAIL)
		ktap_fail("guest", uc->b, "%s is %#lx, want %#lx", (char *)uc->a, uc->c, uc->d);
	else if (uc->cmd == UCALL_EXCEPTION)
		ktap_fail("guest", 0, "unexpected exception: vector %ld ESR %#lx PC %#lx FAR %#lx",
			  uc->a, uc->b, uc->c, uc->d);
	else
		return;
	ktap_end();
}

struct ucall vcpu_ucall(struct vcpu *vcpu)
{
	struct ucall uc;
	int ret;

	do {
		ret = vcpu_run(vcpu);
	} while (ret == -EINTR);
	REQUIRE(ret == 0, "KVM_RUN: %d, PC %#lx", ret, reg_read(vcpu, REG_PC));
	REQUIRE(vcpu_is_ucall(vcpu, &uc), "exit %u, mmio %#llx len %u write %u, PC %#lx",
		vcpu->run->exit_reason, vcpu->run->mmio.phys_addr, vcpu->run->mmio.len,
		vcpu->run->mmio.is_write, reg_read(vcpu, REG_PC));
	report_ucall(&uc);
	return uc;
}

void vcpu_finish(struct vcpu *vcpu)
{
	while (vcpu_ucall(vcpu).cmd != UCALL_DONE)
		;
}

void vcpu_sync(struct vcpu *vcpu, u64 a)
{
	struct ucall uc = vcpu_ucall(vcpu);

	REQUIRE_EQ(uc.cmd, UCALL_SYNC);
	REQUIRE_EQ(uc.a, a);
}

int reg_get(int vcpu, u64 id, void *value)
{
	struct kvm_one_reg reg = { id, (u64)value };

	return kvm(vcpu, KVM_GET_ONE_REG, &reg);
}

int reg_set(int vcpu, u64 id, const void *value)
{
	struct kvm_one_reg reg = { id, (u64)value };

	return kvm(vcpu, KVM_SET_ONE_REG, &reg);
}

u64 reg_read(struct vcpu *vcpu, u64 id)
{
	u64 value = 0;
	int ret = reg_get(vcpu->fd, id, &value);

	REQUIRE(ret == 0, "register %#lx: %d", id, ret);
	return value;
}

void reg_write(struct vcpu *vcpu, u64 id, u64 value)
{
	int ret = reg_set(vcpu->fd, id, &value);

	REQUIRE(ret == 0, "register %#lx := %#lx: %d", id, value, ret);
}

int vcpu_irq(struct vcpu *vcpu, unsigned int line, bool level)
{
	struct kvm_irq_level irq = {
		.irq = KVM_ARM_IRQ_TYPE_CPU << KVM_ARM_IRQ_TYPE_SHIFT |
		       vcpu->id << KVM_ARM_IRQ_VCPU_SHIFT | line,
		.level = level,
	};

	return kvm(vcpu->vm->fd, KVM_IRQ_LINE, &irq);
}

struct kvm_reg_list *vcpu_reg_list(int vcpu)
{
	struct kvm_reg_list probe = { .n = 0 }, *list;

	REQUIRE_EQ(kvm(vcpu, KVM_GET_REG_LIST, &probe), -E2BIG);
	list = calloc(1, sizeof(*list) + probe.n * sizeof(list->reg[0]));
	list->n = probe.n;
	REQUIRE_EQ(kvm(vcpu, KVM_GET_REG_LIST, list), 0);
	return list;
}

bool pin_to(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	return sched_setaffinity(0, sizeof(set), &set) == 0;
}

bool change_parameter(const char *name, const char *val, char old[32])
{
	char path[96];
	int fd, n;

	snprintf(path, sizeof(path), "/sys/module/keel/parameters/%s", name);
	fd = open(path, O_RDWR);
	if (fd < 0)
		return false;
	n = read(fd, old, 31);
	old[n > 0 ? n : 0] = 0;
	n = write(fd, val, strlen(val));
	close(fd);
	return n > 0;
}

void set_halt_poll(const char *ns)
{
	FILE *f = fopen("/sys/module/keel/parameters/halt_poll_ns", "w") ?:
		  fopen("/sys/module/kvm/parameters/halt_poll_ns", "w");

	REQUIRE(f);
	fputs(ns, f);
	fclose(f);
}

bool set_cpu_online(int cpu, bool online)
{
	char path[64];
	int fd, ret;

	snprintf(path, sizeof(path), "/sys/devices/system/cpu/cpu%d/online", cpu);
	fd = open(path, O_WRONLY);
	if (fd < 0)
		return false;
	/*
	 * An emulated CPU that stands still is late for the kernel (EIO) or still on for the
	 * firmware (EINVAL); keel refuses otherwise.
	 */
	for (int i = 0; (ret = write(fd, online ? "1" : "0", 1)) != 1 && online && i < 50; i++) {
		if (errno != EIO && errno != EINVAL)
			break;
		usleep(100000);
	}
	close(fd);
	return ret == 1;
}

unsigned int nr_cpus(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN);
}

/* Where a statistic's first value is; *n: how many it has. */
static u64 find_statistic(int fd, const char *name, unsigned int *n)
{
	struct kvm_stats_header h;

	REQUIRE_EQ(pread(fd, &h, sizeof(h), 0), sizeof(h));
	for (u32 i = 0; i < h.num_desc; i++) {
		char buf[128];
		struct kvm_stats_desc *d = (void *)buf;
		int size = 16 + h.name_size;

		REQUIRE(size <= (int)sizeof(buf));
		REQUIRE_EQ(pread(fd, buf, size, h.desc_offset + i * size), size);
		if (strcmp(buf + 16, name))
			continue;
		*n = d->size;
		return h.data_offset + d->offset;
	}
	ktap_skip("no statistic %s", name);
}

u64 kvm_statistic_at(int fd, const char *name, unsigned int at)
{
	unsigned int n;
	u64 v, where = find_statistic(fd, name, &n);

	REQUIRE(at < n);
	REQUIRE_EQ(pread(fd, &v, 8, where + 8 * at), 8);
	return v;
}

u64 kvm_statistic_sum(int fd, const char *name)
{
	unsigned int i, n;
	u64 v, sum = 0, where = find_statistic(fd, name, &n);

	for (i = 0; i < n; i++, sum += v)
		REQUIRE_EQ(pread(fd, &v, 8, where + 8 * i), 8);
	return sum;
}
