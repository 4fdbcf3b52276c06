// SPDX-License-Identifier: GPL-2.0-only
/*
 * vCPUs: each is a file descriptor, a page shared with the hypervisor and a
 * thread that does little but call KVM_RUN. The guest starts the second and
 * further ones by PSCI, which is the hypervisor's business; until then their
 * KVM_RUN does not return.
 */
#include <errno.h>
#include <linux/kvm.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include "vmm.h"

#ifndef KVM_ARM_VCPU_HAS_EL2
#define KVM_ARM_VCPU_HAS_EL2 7	/* newer than the C library's header */
#endif

#define CORE_REG(name) \
	(KVM_REG_ARM64 | KVM_REG_SIZE_U64 | KVM_REG_ARM_CORE | KVM_REG_ARM_CORE_REG(name))
#define MPIDR_EL1 ARM64_SYS_REG(3, 0, 0, 0, 5)
#define MPIDR_AFFINITY 0xff00fffffful

/* Its only use is to interrupt KVM_RUN. */
#define KICK SIGUSR1

static u64 get_register(struct vcpu *v, u64 id)
{
	u64 value = 0;
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

	KVM(v->fd, KVM_GET_ONE_REG, &reg);
	return value;
}

static void set_register(struct vcpu *v, u64 id, u64 value)
{
	struct kvm_one_reg reg = { .id = id, .addr = (uintptr_t)&value };

	KVM(v->fd, KVM_SET_ONE_REG, &reg);
}

/* The kind of CPU the guest sees: the host's, with what may be offered. */
static struct kvm_vcpu_init choose_target(struct machine *m)
{
	struct kvm_vcpu_init init = {};

	KVM(m->vm, KVM_ARM_PREFERRED_TARGET, &init);
	init.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2;
	if (KVM(m->vm, KVM_CHECK_EXTENSION, KVM_CAP_ARM_PTRAUTH_ADDRESS) &&
	    KVM(m->vm, KVM_CHECK_EXTENSION, KVM_CAP_ARM_PTRAUTH_GENERIC))
		init.features[0] |= 1u << KVM_ARM_VCPU_PTRAUTH_ADDRESS |
				    1u << KVM_ARM_VCPU_PTRAUTH_GENERIC;
	if (m->options->nested)
		init.features[0] |= 1u << KVM_ARM_VCPU_HAS_EL2;
	return init;
}

static void create(struct vcpu *v, struct kvm_vcpu_init init, size_t run_size)
{
	v->fd = KVM(v->machine->vm, KVM_CREATE_VCPU, v->index);
	v->run = mmap(NULL, run_size, PROT_READ | PROT_WRITE, MAP_SHARED, v->fd, 0);
	if (v->run == MAP_FAILED)
		die("mmap of vCPU %d: %s", v->index, strerror(errno));
	if (v->index)
		init.features[0] |= 1u << KVM_ARM_VCPU_POWER_OFF;
	KVM(v->fd, KVM_ARM_VCPU_INIT, &init);
	v->mpidr = get_register(v, MPIDR_EL1) & MPIDR_AFFINITY;
}

void vcpus_create(struct machine *m)
{
	struct kvm_vcpu_init init = choose_target(m);
	size_t run_size = KVM(m->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);

	m->nr_cpus = m->options->nr_cpus;
	m->vcpus = calloc(m->nr_cpus, sizeof(*m->vcpus));
	if (!m->vcpus)
		die("no memory for %d vCPUs", m->nr_cpus);
	for (int i = 0; i < m->nr_cpus; i++) {
		m->vcpus[i].machine = m;
		m->vcpus[i].index = i;
		create(&m->vcpus[i], init, run_size);
	}
}

static void fail(struct vcpu *v, const char *what, const char *why)
{
	complain("vCPU %d at pc 0x%llx: %s: %s", v->index,
		 (unsigned long long)get_register(v, CORE_REG(regs.pc)), what, why);
	machine_end(v->machine, FAILED);
}

/* The guest asks for the end; the hypervisor has stopped all vCPUs. */
static void system_event(struct vcpu *v)
{
	switch (v->run->system_event.type) {
	case KVM_SYSTEM_EVENT_SHUTDOWN:
		machine_end(v->machine, POWERED_OFF);
		break;
	case KVM_SYSTEM_EVENT_RESET:
		machine_end(v->machine, RESET);
		break;
	default:
		fail(v, "KVM_EXIT_SYSTEM_EVENT", "of an unknown type");
	}
}

static void handle_exit(struct vcpu *v)
{
	struct kvm_run *run = v->run;

	switch (run->exit_reason) {
	case KVM_EXIT_MMIO:
		/* The value of a read gets to the guest with the next KVM_RUN. */
		bus_access(v->machine, run->mmio.phys_addr, run->mmio.data,
			   run->mmio.len, run->mmio.is_write);
		break;
	case KVM_EXIT_SYSTEM_EVENT:
		system_event(v);
		break;
	case KVM_EXIT_INTR:
		break;
	case KVM_EXIT_FAIL_ENTRY:
		fail(v, "KVM_EXIT_FAIL_ENTRY", "the CPU refused to run the guest");
		break;
	case KVM_EXIT_INTERNAL_ERROR:
		fail(v, "KVM_EXIT_INTERNAL_ERROR", "the hypervisor is at a loss");
		break;
	default:
		complain("exit reason %u is unknown", run->exit_reason);
		fail(v, "KVM_RUN", "unknown exit");
	}
}

static void *run(void *argument)
{
	struct vcpu *v = argument;

	while (v->machine->outcome == RUNNING) {
		if (!ioctl(v->fd, KVM_RUN, 0))
			handle_exit(v);
		else if (errno != EINTR && errno != EAGAIN)
			/* ENOSYS: an access outside memory that has no syndrome. */
			fail(v, "KVM_RUN", strerror(errno));
	}
	return NULL;
}

static void nothing(int signal)
{
	(void)signal;
}

/* The first vCPU starts at pc; arguments and state: Documentation/arch/arm64/booting.rst. */
void vcpus_start(struct machine *m, u64 pc, u64 x0)
{
	struct sigaction kick = { .sa_handler = nothing };

	sigaction(KICK, &kick, NULL);
	set_register(&m->vcpus[0], CORE_REG(regs.pc), pc);
	set_register(&m->vcpus[0], CORE_REG(regs.regs[0]), x0);
	for (int i = 0; i < m->nr_cpus; i++) {
		int error = pthread_create(&m->vcpus[i].thread, NULL, run, &m->vcpus[i]);

		if (error)
			die("thread of vCPU %d: %s", i, strerror(error));
	}
}

/*
 * When outcome is set. A signal alone would be lost on a thread that is just
 * about to call KVM_RUN; immediate_exit makes that call return at once.
 */
void vcpus_stop(struct machine *m)
{
	for (int i = 0; i < m->nr_cpus; i++) {
		*(volatile u8 *)&m->vcpus[i].run->immediate_exit = 1;
		pthread_kill(m->vcpus[i].thread, KICK);
	}
	for (int i = 0; i < m->nr_cpus; i++)
		pthread_join(m->vcpus[i].thread, NULL);
}
