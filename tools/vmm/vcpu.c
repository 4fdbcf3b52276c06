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
#include <unistd.h>

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

static size_t run_size(struct machine *m)
{
	return KVM(m->kvm, KVM_GET_VCPU_MMAP_SIZE, 0);
}

void vcpus_create(struct machine *m)
{
	m->nr_cpus = m->options->nr_cpus;
	m->vcpus = calloc(m->nr_cpus, sizeof(*m->vcpus));
	if (!m->vcpus)
		die("no memory for %d vCPUs", m->nr_cpus);
	for (int i = 0; i < m->nr_cpus; i++) {
		m->vcpus[i].machine = m;
		m->vcpus[i].index = i;
	}
	vcpus_open(m);
}

/* In a new VM. */
void vcpus_open(struct machine *m)
{
	struct kvm_vcpu_init init = choose_target(m);
	size_t size = run_size(m);

	for (int i = 0; i < m->nr_cpus; i++)
		create(&m->vcpus[i], init, size);
}

/* Those of a VM that is another process's. */
void vcpus_close(struct machine *m)
{
	size_t size = run_size(m);

	for (int i = 0; i < m->nr_cpus; i++) {
		munmap(m->vcpus[i].run, size);
		close(m->vcpus[i].fd);
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

/* Threads that wait for vcpus_resume(), or have ended. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool paused;
	int parked, gone;
} pause_state = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, false, 0, 0 };

/* Only while somebody waits for that. */
static void park(void)
{
	pthread_mutex_lock(&pause_state.lock);
	pause_state.parked++;
	pthread_cond_broadcast(&pause_state.changed);
	while (pause_state.paused)
		pthread_cond_wait(&pause_state.changed, &pause_state.lock);
	pause_state.parked--;
	pthread_mutex_unlock(&pause_state.lock);
}

static void leave(void)
{
	pthread_mutex_lock(&pause_state.lock);
	pause_state.gone++;
	pthread_cond_broadcast(&pause_state.changed);
	pthread_mutex_unlock(&pause_state.lock);
}

static void *run(void *argument)
{
	struct vcpu *v = argument;

	while (v->machine->outcome == RUNNING) {
		if (!ioctl(v->fd, KVM_RUN, 0))
			handle_exit(v);
		else if (errno == EINTR || errno == EAGAIN)
			/* whatever the guest had asked for is done by now */
			park();
		else
			/* ENOSYS: an access outside memory that has no syndrome. */
			fail(v, "KVM_RUN", strerror(errno));
	}
	leave();
	return NULL;
}

static void nothing(int signal)
{
	(void)signal;
}

/* The first vCPU starts at pc; arguments and state: Documentation/arch/arm64/booting.rst. */
void vcpus_start(struct machine *m, u64 pc, u64 x0)
{
	set_register(&m->vcpus[0], CORE_REG(regs.pc), pc);
	set_register(&m->vcpus[0], CORE_REG(regs.regs[0]), x0);
	vcpus_go(m);
}

/* A thread for each, from the state that it has. */
void vcpus_go(struct machine *m)
{
	struct sigaction kick = { .sa_handler = nothing };

	sigaction(KICK, &kick, NULL);
	for (int i = 0; i < m->nr_cpus; i++) {
		int error = pthread_create(&m->vcpus[i].thread, NULL, run, &m->vcpus[i]);

		if (error)
			die("thread of vCPU %d: %s", i, strerror(error));
	}
}

static void kick_all(struct machine *m)
{
	for (int i = 0; i < m->nr_cpus; i++) {
		*(volatile u8 *)&m->vcpus[i].run->immediate_exit = 1;
		pthread_kill(m->vcpus[i].thread, KICK);
	}
}

/*
 * No vCPU runs, or is in the middle of an access, until vcpus_resume(). False: the machine is about
 * to end.
 */
bool vcpus_pause(struct machine *m)
{
	pthread_mutex_lock(&pause_state.lock);
	pause_state.paused = true;
	kick_all(m);
	while (pause_state.parked + pause_state.gone < m->nr_cpus)
		pthread_cond_wait(&pause_state.changed, &pause_state.lock);
	pthread_mutex_unlock(&pause_state.lock);
	return m->outcome == RUNNING;
}

void vcpus_resume(struct machine *m)
{
	pthread_mutex_lock(&pause_state.lock);
	for (int i = 0; m->outcome == RUNNING && i < m->nr_cpus; i++)
		*(volatile u8 *)&m->vcpus[i].run->immediate_exit = 0;
	pause_state.paused = false;
	pthread_cond_broadcast(&pause_state.changed);
	pthread_mutex_unlock(&pause_state.lock);
}

/* In a child of fork(), where none of the threads is. */
void vcpus_forget(void)
{
	pthread_mutex_init(&pause_state.lock, NULL);
	pthread_cond_init(&pause_state.changed, NULL);
	pause_state.paused = false;
	pause_state.parked = pause_state.gone = 0;
}

/*
 * When outcome is set. A signal alone would be lost on a thread that is just
 * about to call KVM_RUN; immediate_exit makes that call return at once.
 */
void vcpus_stop(struct machine *m)
{
	kick_all(m);
	for (int i = 0; i < m->nr_cpus; i++)
		pthread_join(m->vcpus[i].thread, NULL);
}
