/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The host's side: VMs and vCPUs by the KVM ABI. Calls return -errno.
 * $KVM_DEV names the device, /dev/kvm if unset.
 */
#ifndef VM_H
#define VM_H

#include <errno.h>
#include <linux/kvm.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include "uapi/keel.h"
#include "guest.h"

#define MAX_VCPUS	32
/*
 * The host's, and so what slots are made of: 4, 16 or 64 KiB. Known to both sides, for good before
 * main().
 */
extern u64 page_size;
#define PAGE		page_size
/* What one entry of the level above maps: 2, 32 or 512 MiB. */
#define HUGE		(PAGE / 8 * PAGE)

struct vcpu {
	struct vm *vm;
	int fd;
	u32 id;
	struct kvm_run *run;
};

struct vm {
	int fd;
	char *ram;		/* what slot 0 maps at RAM_BASE */
	struct vcpu vcpu[MAX_VCPUS];
};

int kvm_call(int fd, unsigned long request, unsigned long arg);
#define kvm(fd, request, arg)	kvm_call(fd, request, (unsigned long)(arg))

int kvm_open(void);
/* The capability's value, from a system fd of its own. */
int kvm_cap(int cap);
unsigned int kvm_run_size(void);

/* fds, for tests of the ABI itself; these end the case when they fail. */
int vm_fd(unsigned long type);
int vcpu_fd(int vm, u32 id);
struct kvm_run *vcpu_map(int vcpu);

/* KVM_ARM_VCPU_INIT with PSCI 0.2 and these features as well. */
int vcpu_init_fd(int vm, int vcpu, u32 features);

/* The fd of a new device of this type, or -errno. */
int device_new(int vm, u32 type);
/* KVM_{SET,GET,HAS}_DEVICE_ATTR. */
int device_attr(int fd, unsigned long request, u32 group, u64 attr, const void *val);
/* Does keel serve, and not the in-tree KVM? */
bool on_keel(void);
/* A parameter of keel's, whose value goes to old before it is changed. False: it cannot be. */
bool change_parameter(const char *name, const char *val, char old[32]);

int vm_slot(int vm, u32 slot, u32 flags, u64 gpa, u64 size, const void *hva);
/* Anonymous zeroed memory of this size and alignment. */
void *vm_alloc(u64 size, u64 align);

/*
 * A VM with the program in RAM and n vCPUs; vCPU 0 starts in fn(arg), the
 * others are powered off (see vcpu_start()).
 */
struct vm *vm_new(unsigned int n, void (*fn)(u64), u64 arg);
/* With something done to the VM's fd before it has slots and vCPUs. */
struct vm *vm_new_after(void (*prepare)(int vm), unsigned int n, void (*fn)(u64), u64 arg);
/* With these features for each vCPU. */
struct vm *vm_new_features(unsigned int n, u32 features, void (*fn)(u64), u64 arg);
void vm_free(struct vm *vm);

/* Make a powered-on vCPU that starts in fn(arg). */
void vcpu_start(struct vcpu *vcpu, void (*fn)(u64), u64 arg);

/* Where the guest's copy of a variable of this program is. */
#define vm_shared(vm, var)	((typeof(&(var)))vm_hva(vm, (u64)&(var)))
void *vm_hva(struct vm *vm, u64 gpa);

int vcpu_run(struct vcpu *vcpu);
/* Is this what KVM_RUN says of a vCPU that is not refused, whatever its guest does? */
bool vcpu_lets_in(int ret);
/* Run until the guest's next message; the case ends when it is a failure or
 * anything else happens. */
struct ucall vcpu_ucall(struct vcpu *vcpu);
/* Run until the guest is done, passing over its syncs. */
void vcpu_finish(struct vcpu *vcpu);
/* The same for a message that must be this sync. */
void vcpu_sync(struct vcpu *vcpu, u64 a);
/* The message in the run page, if the exit is one. */
bool vcpu_is_ucall(struct vcpu *vcpu, struct ucall *uc);

#define REG_CORE(field, size)	(KVM_REG_ARM64 | KVM_REG_ARM_CORE | \
				 KVM_REG_SIZE_##size | KVM_REG_ARM_CORE_REG(field))
#define REG_X(n)	(REG_CORE(regs.regs[0], U64) + 2 * (n))
#define REG_SP		REG_CORE(regs.sp, U64)
#define REG_PC		REG_CORE(regs.pc, U64)
#define REG_PSTATE	REG_CORE(regs.pstate, U64)
#define REG_SP_EL1	REG_CORE(sp_el1, U64)
#define REG_ELR_EL1	REG_CORE(elr_el1, U64)
#define REG_SPSR_EL1	REG_CORE(spsr[0], U64)
#define REG_V(n)	(REG_CORE(fp_regs.vregs[0], U128) + 4 * (n))
#define REG_FPSR	REG_CORE(fp_regs.fpsr, U32)
#define REG_FPCR	REG_CORE(fp_regs.fpcr, U32)
#define REG_SYS(op0, op1, crn, crm, op2)	ARM64_SYS_REG(op0, op1, crn, crm, op2)
#define REG_MPIDR	REG_SYS(3, 0, 0, 0, 5)
#define REG_SCTLR	REG_SYS(3, 0, 1, 0, 0)
#define REG_SIZE(id)	(1u << (((id) & KVM_REG_SIZE_MASK) >> KVM_REG_SIZE_SHIFT))

int reg_get(int vcpu, u64 id, void *value);
int reg_set(int vcpu, u64 id, const void *value);
/* For registers of up to 64 bits; the case ends on an error. */
u64 reg_read(struct vcpu *vcpu, u64 id);
void reg_write(struct vcpu *vcpu, u64 id, u64 value);

/* KVM_IRQ_LINE on a vCPU's IRQ (0) or FIQ (1) input. */
int vcpu_irq(struct vcpu *vcpu, unsigned int line, bool level);
/* The list of the vCPU's registers; free() it. */
struct kvm_reg_list *vcpu_reg_list(int vcpu);

/* A value of a KVM_GET_STATS_FD; the case is skipped where it has no such. */
u64 kvm_statistic_at(int fd, const char *name, unsigned int at);	/* of a histogram */
u64 kvm_statistic_sum(int fd, const char *name);			/* of all of one */
static inline u64 kvm_statistic(int fd, const char *name)
{
	return kvm_statistic_at(fd, name, 0);
}

/* Keep the calling thread on this CPU of the host. */
bool pin_to(int cpu);
unsigned int nr_cpus(void);
/* The parameter halt_poll_ns of the module, or of the in-tree KVM. */
void set_halt_poll(const char *ns);
/* Take a CPU out of the host, or back. False: this host cannot. */
bool set_cpu_online(int cpu, bool online);

#endif
