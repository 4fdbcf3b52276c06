// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which call answers what in which state of its VM. Proves, call by call, that
 * keel asks for no more than in-tree KVM: no KVM_ARM_VCPU_INIT, no GIC, no
 * order that the ABI does not have; and that of two errors the same one wins.
 * Run it on in-tree KVM to see that the table is right; what is not the same
 * there is in a row's last column, with the reason beside it.
 *
 * Each call meets a VM with one vCPU, whose state is that of the case: before
 * and after KVM_ARM_VCPU_INIT and a first KVM_RUN, without and with a GICv3 (and
 * an ITS), before and after its initialisation. A call that succeeds or that
 * could have changed something gets a new VM.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lib/vm.h"

#define DIST	MMIO_BASE
#define REDIST	(MMIO_BASE + 0x100000)
#define ITS	(MMIO_BASE + 0x800000)
#define BAD	((void *)8)	/* points to nothing */

/* VM_V3: the VM's fd, on hosts with a GICv3. */
enum fd { SYS, VM, VM_V3, VCPU, GIC, ITS_FD, NR_FDS };

/* The columns. */
enum state { NEW, INIT, RAN, GIC_NEW, GIC_INIT, GIC_DONE, GIC_RAN, NR_STATES };

static const struct { bool gic, init, done, ran; } states[NR_STATES] = {
	[INIT]		= { .init = true },
	[RAN]		= { .init = true, .ran = true },
	[GIC_NEW]	= { .gic = true },
	[GIC_INIT]	= { .gic = true, .init = true },
	[GIC_DONE]	= { .gic = true, .init = true, .done = true },
	[GIC_RAN]	= { .gic = true, .init = true, .done = true, .ran = true },
};

struct call {
	const char *name;
	enum fd fd;
	unsigned long request;
	const void *arg;
	const char *want;	/* errors by state, or one for all; -: no such fd there */
	const char *in_tree;	/* where that differs */
};

static u64 scratch;
static u64 aligned = DATA_BASE, misaligned = DATA_BASE + 8, no_slot = MMIO_BASE;
static u64 reg_value, psci_0_2 = 2;
static int ppi = 20, sgi = 3;
static u32 word = 64, odd_nr = 65;

#define ARG(type, ...)	(&(type){ __VA_ARGS__ })
#define ATTR(group_, attr_, p)	ARG(struct kvm_device_attr, .group = (group_), .attr = (attr_), .addr = (u64)(p))
#define SETTER(n, fd_, g, a, p, ...)	{ "SET " n, fd_, KVM_SET_DEVICE_ATTR, ATTR(g, a, p), __VA_ARGS__ }
#define GETTER(n, fd_, g, a, p, ...)	{ "GET " n, fd_, KVM_GET_DEVICE_ATTR, ATTR(g, a, p), __VA_ARGS__ }
#define HAS(n, fd_, g, a, ...)		{ "HAS " n, fd_, KVM_HAS_DEVICE_ATTR, ATTR(g, a, NULL), __VA_ARGS__ }
#define ONE_REG(id_, p)	ARG(struct kvm_one_reg, .id = (id_), .addr = (u64)(p))
#define TIMER	KVM_ARM_VCPU_TIMER_CTRL
#define PVTIME	KVM_ARM_VCPU_PVTIME_CTRL
#define PMU	KVM_ARM_VCPU_PMU_V3_CTRL
#define IRQ(type, n)	((u32)KVM_ARM_IRQ_TYPE_##type << KVM_ARM_IRQ_TYPE_SHIFT | (n))
#define LINE(type, n)	ARG(struct kvm_irq_level, .irq = IRQ(type, n), .level = 1)
#define LINE_OF(vcpu, type, n)	ARG(struct kvm_irq_level, .irq = IRQ(type, n) | (vcpu) << 16, .level = 1)
#define DEVICE(t, f)	ARG(struct kvm_create_device, .type = KVM_DEV_TYPE_##t, .flags = (f))
#define G(x)	KVM_DEV_ARM_VGIC_GRP_##x
#define MPIDR_1	(1ul << 32)
#define PMR	(3ul << 14 | 0 << 11 | 4 << 7 | 6 << 3 | 0)
#define SMCCC_REGION	ARG(struct kvm_smccc_filter, .base = 0xc6000000, .nr_functions = 1, .action = KVM_SMCCC_FILTER_DENY)

static struct { struct kvm_signal_mask mask; u64 set; } mask8 = { { .len = 8 } }, mask4 = { { .len = 4 } };
static struct { struct kvm_irq_routing r; struct kvm_irq_routing_entry e[1]; } no_routes, many_routes = { { .nr = 5000 } },
	routes_flag = { { .flags = 1 } };

/* Frequent columns. */
#define AFTER_INIT(e)		"ENOEXEC " e " " e " ENOEXEC " e " " e " " e
#define BEFORE_RUN(e, ran)	"ENOEXEC " e " " ran " ENOEXEC " e " " e " " ran
#define BY_VM(none, new, done)	none " " none " " none " " new " " new " " done " " done
#define BY_CREATION(none, e)	BY_VM(none, e, e)
#define BY_GIC(new, done)	BY_VM("-", new, done)

/*
 * In-tree KVM of the emulated host differs in these:
 *  - events before KVM_ARM_VCPU_INIT are ENOEXEC since 6.18, IIDR and TYPER2 are
 *    accessible before initialisation since 6.17
 *  - an ICC register's value is looked for after the GIC's state
 *  - an ITS ignores control attributes that it does not know
 */
static const struct call calls[] = {
	{ "KVM_RUN", VCPU, KVM_RUN, NULL, "ENOEXEC EINTR EINTR ENOEXEC ENXIO EINTR EINTR" },
	{ "KVM_RUN with an argument", VCPU, KVM_RUN, (void *)1, "EINVAL" },
	{ "GET_ONE_REG", VCPU, KVM_GET_ONE_REG, ONE_REG(REG_PC, &reg_value), AFTER_INIT("ok") },
	{ "GET_ONE_REG, bad pointer", VCPU, KVM_GET_ONE_REG, BAD, AFTER_INIT("EFAULT") },
	{ "GET_ONE_REG, bad value pointer", VCPU, KVM_GET_ONE_REG, ONE_REG(REG_PC, BAD),
	  AFTER_INIT("EFAULT") },
	{ "GET_ONE_REG, sysreg, bad value pointer", VCPU, KVM_GET_ONE_REG, ONE_REG(REG_SCTLR, BAD),
	  AFTER_INIT("EFAULT") },
	{ "GET_ONE_REG, no register", VCPU, KVM_GET_ONE_REG, ONE_REG(REG_SYS(3, 7, 15, 15, 7), &reg_value),
	  AFTER_INIT("ENOENT") },
	{ "GET_ONE_REG, no register, bad value pointer", VCPU, KVM_GET_ONE_REG, ONE_REG(REG_SYS(3, 7, 15, 15, 7), BAD),
	  AFTER_INIT("ENOENT") },
	{ "GET_ONE_REG, another architecture", VCPU, KVM_GET_ONE_REG, ONE_REG(KVM_REG_X86 | KVM_REG_SIZE_U64, &reg_value),
	  AFTER_INIT("EINVAL") },
	{ "SET_ONE_REG", VCPU, KVM_SET_ONE_REG, ONE_REG(REG_X(0), &reg_value), AFTER_INIT("ok") },
	{ "SET_ONE_REG, bad pointer", VCPU, KVM_SET_ONE_REG, BAD, AFTER_INIT("EFAULT") },
	{ "SET_ONE_REG, bad value pointer", VCPU, KVM_SET_ONE_REG, ONE_REG(REG_X(0), BAD),
	  AFTER_INIT("EFAULT") },
	{ "SET_ONE_REG, no register", VCPU, KVM_SET_ONE_REG, ONE_REG(REG_SYS(3, 7, 15, 15, 7), &reg_value),
	  AFTER_INIT("ENOENT") },
	{ "SET_ONE_REG, no register, bad value pointer", VCPU, KVM_SET_ONE_REG, ONE_REG(REG_SYS(3, 7, 15, 15, 7), BAD),
	  AFTER_INIT("EFAULT") },
	{ "SET_ONE_REG, firmware bitmap", VCPU, KVM_SET_ONE_REG, ONE_REG(KVM_REG_ARM_STD_BMAP, &reg_value),
	  BEFORE_RUN("ok", "EBUSY") },
	{ "SET_ONE_REG, PSCI version", VCPU, KVM_SET_ONE_REG, ONE_REG(KVM_REG_ARM_PSCI_VERSION, &psci_0_2),
	  AFTER_INIT("ok") },
	{ "SET_ONE_REG, ID register", VCPU, KVM_SET_ONE_REG, ONE_REG(REG_SYS(3, 0, 0, 6, 0), &reg_value),
	  BEFORE_RUN("ok", "EBUSY") },
	{ "SET_ONE_REG, counter", VCPU, KVM_SET_ONE_REG, ONE_REG(KVM_REG_ARM_TIMER_CNT, &reg_value),
	  AFTER_INIT("ok") },
	{ "GET_REG_LIST", VCPU, KVM_GET_REG_LIST, ARG(struct kvm_reg_list, .n = 0), AFTER_INIT("E2BIG") },
	{ "GET_REG_LIST, bad pointer", VCPU, KVM_GET_REG_LIST, BAD, AFTER_INIT("EFAULT") },
	{ "PRE_FAULT_MEMORY", VCPU, KVM_PRE_FAULT_MEMORY, ARG(struct kvm_pre_fault_memory, .size = 1),
	  AFTER_INIT("EINVAL"), "EINVAL" },
	{ "GET_MP_STATE", VCPU, KVM_GET_MP_STATE, &scratch, "ok" },
	{ "GET_MP_STATE, bad pointer", VCPU, KVM_GET_MP_STATE, BAD, "EFAULT" },
	{ "SET_MP_STATE", VCPU, KVM_SET_MP_STATE, ARG(struct kvm_mp_state, KVM_MP_STATE_STOPPED), "ok" },
	{ "SET_MP_STATE, unknown", VCPU, KVM_SET_MP_STATE, ARG(struct kvm_mp_state, KVM_MP_STATE_HALTED),
	  "EINVAL" },
	{ "SET_MP_STATE, bad pointer", VCPU, KVM_SET_MP_STATE, BAD, "EFAULT" },
	{ "GET_VCPU_EVENTS", VCPU, KVM_GET_VCPU_EVENTS, ARG(struct kvm_vcpu_events, {}),
	  AFTER_INIT("ok"), "ok" },
	{ "GET_VCPU_EVENTS, bad pointer", VCPU, KVM_GET_VCPU_EVENTS, BAD, AFTER_INIT("EFAULT"), "EFAULT" },
	{ "SET_VCPU_EVENTS", VCPU, KVM_SET_VCPU_EVENTS, ARG(struct kvm_vcpu_events, {}),
	  AFTER_INIT("ok"), "ok" },
	{ "SET_VCPU_EVENTS, padding", VCPU, KVM_SET_VCPU_EVENTS, ARG(struct kvm_vcpu_events, .reserved = { 1 }),
	  AFTER_INIT("EINVAL"), "EINVAL" },
	{ "SET_VCPU_EVENTS, bad pointer", VCPU, KVM_SET_VCPU_EVENTS, BAD, AFTER_INIT("EFAULT"), "EFAULT" },
	{ "SET_GUEST_DEBUG", VCPU, KVM_SET_GUEST_DEBUG, ARG(struct kvm_guest_debug, .control = KVM_GUESTDBG_ENABLE),
	  "ok" },
	{ "SET_GUEST_DEBUG, unknown flag", VCPU, KVM_SET_GUEST_DEBUG, ARG(struct kvm_guest_debug, .control = 1u << 31),
	  "EINVAL" },
	{ "SET_GUEST_DEBUG, bad pointer", VCPU, KVM_SET_GUEST_DEBUG, BAD, "EFAULT" },
	{ "SET_SIGNAL_MASK, none", VCPU, KVM_SET_SIGNAL_MASK, NULL, "ok" },
	{ "SET_SIGNAL_MASK", VCPU, KVM_SET_SIGNAL_MASK, &mask8, "ok" },
	{ "SET_SIGNAL_MASK, size", VCPU, KVM_SET_SIGNAL_MASK, &mask4, "EINVAL" },
	{ "SET_SIGNAL_MASK, bad pointer", VCPU, KVM_SET_SIGNAL_MASK, BAD, "EFAULT" },
	{ "VCPU_INIT", VCPU, KVM_ARM_VCPU_INIT, ARG(struct kvm_vcpu_init, KVM_ARM_TARGET_GENERIC_V8, { 1 << KVM_ARM_VCPU_PSCI_0_2 }),
	  "ok" },
	{ "VCPU_INIT, other features", VCPU, KVM_ARM_VCPU_INIT, ARG(struct kvm_vcpu_init, KVM_ARM_TARGET_GENERIC_V8), "ok EINVAL EINVAL ok EINVAL EINVAL EINVAL" },
	{ "VCPU_INIT, unknown target", VCPU, KVM_ARM_VCPU_INIT, ARG(struct kvm_vcpu_init, 1000), "EINVAL" },
	{ "VCPU_INIT, unknown target and feature", VCPU, KVM_ARM_VCPU_INIT, ARG(struct kvm_vcpu_init, 1000, { 1u << 31 }),
	  "EINVAL" },
	{ "VCPU_INIT, unknown feature", VCPU, KVM_ARM_VCPU_INIT, ARG(struct kvm_vcpu_init, KVM_ARM_TARGET_GENERIC_V8, { 1u << 31 }),
	  "ENOENT" },
	{ "VCPU_INIT, bad pointer", VCPU, KVM_ARM_VCPU_INIT, BAD, "EFAULT" },
	{ "VCPU_FINALIZE", VCPU, KVM_ARM_VCPU_FINALIZE, ARG(int, 12), AFTER_INIT("EINVAL") },
	{ "VCPU_FINALIZE, bad pointer", VCPU, KVM_ARM_VCPU_FINALIZE, BAD, AFTER_INIT("EFAULT") },
	{ "GET_STATS_FD of a vCPU", VCPU, KVM_GET_STATS_FD, NULL, "ok" },
	{ "GET_REGS", VCPU, KVM_GET_REGS, BAD, "EINVAL" },
	{ "GET_FPU", VCPU, KVM_GET_FPU, BAD, "EINVAL" },
	{ "a VM call on a vCPU", VCPU, KVM_CREATE_IRQCHIP, NULL, "EINVAL" },
	HAS("timer PPI", VCPU, TIMER, KVM_ARM_VCPU_TIMER_IRQ_VTIMER, "ok"),
	GETTER("timer PPI", VCPU, TIMER, KVM_ARM_VCPU_TIMER_IRQ_VTIMER, &scratch, "ok"),
	GETTER("timer PPI, bad value pointer", VCPU, TIMER, KVM_ARM_VCPU_TIMER_IRQ_VTIMER, BAD, "EFAULT"),
	SETTER("timer PPI", VCPU, TIMER, KVM_ARM_VCPU_TIMER_IRQ_PTIMER, &ppi,
		"EINVAL EINVAL EINVAL ok ok ok EBUSY"),
	SETTER("timer PPI, an SGI", VCPU, TIMER, KVM_ARM_VCPU_TIMER_IRQ_PTIMER, &sgi, "EINVAL"),
	SETTER("timer PPI, bad value pointer", VCPU, TIMER, KVM_ARM_VCPU_TIMER_IRQ_PTIMER, BAD,
		BY_CREATION("EINVAL", "EFAULT")),
	HAS("no timer", VCPU, TIMER, 77, "ENXIO"),
	GETTER("no timer, bad value pointer", VCPU, TIMER, 77, BAD, "ENXIO"),
	SETTER("no timer", VCPU, TIMER, 77, &ppi, "EINVAL EINVAL EINVAL ENXIO ENXIO ENXIO EBUSY"),
	SETTER("no timer, bad value pointer", VCPU, TIMER, 77, BAD, BY_CREATION("EINVAL", "EFAULT")),
	HAS("stolen time", VCPU, PVTIME, KVM_ARM_VCPU_PVTIME_IPA, "ok"),
	GETTER("stolen time", VCPU, PVTIME, KVM_ARM_VCPU_PVTIME_IPA, &scratch, "ok"),
	GETTER("stolen time, bad value pointer", VCPU, PVTIME, KVM_ARM_VCPU_PVTIME_IPA, BAD, "EFAULT"),
	SETTER("stolen time", VCPU, PVTIME, KVM_ARM_VCPU_PVTIME_IPA, &aligned, "ok"),
	SETTER("stolen time, alignment", VCPU, PVTIME, KVM_ARM_VCPU_PVTIME_IPA, &misaligned, "EINVAL"),
	SETTER("stolen time, no slot", VCPU, PVTIME, KVM_ARM_VCPU_PVTIME_IPA, &no_slot, "EINVAL"),
	SETTER("stolen time, bad value pointer", VCPU, PVTIME, KVM_ARM_VCPU_PVTIME_IPA, BAD, "EFAULT"),
	SETTER("stolen time, unknown", VCPU, PVTIME, 77, BAD, "ENXIO"),
	HAS("PMU interrupt", VCPU, PMU, KVM_ARM_VCPU_PMU_V3_IRQ, "ENXIO"),
	GETTER("PMU interrupt", VCPU, PMU, KVM_ARM_VCPU_PMU_V3_IRQ, &scratch,
		BY_CREATION("EINVAL", "ENODEV")),
	SETTER("PMU interrupt", VCPU, PMU, KVM_ARM_VCPU_PMU_V3_IRQ, &ppi, "ENODEV"),
	SETTER("PMU init", VCPU, PMU, KVM_ARM_VCPU_PMU_V3_INIT, NULL, "ENODEV"),
	SETTER("unknown vCPU group", VCPU, 77, 0, BAD, "ENXIO"),
	GETTER("unknown vCPU group", VCPU, 77, 0, BAD, "ENXIO"),
	HAS("unknown vCPU group", VCPU, 77, 0, "ENXIO"),
	{ "SET vCPU attribute, bad pointer", VCPU, KVM_SET_DEVICE_ATTR, BAD, "EFAULT" },
	{ "GET vCPU attribute, bad pointer", VCPU, KVM_GET_DEVICE_ATTR, BAD, "EFAULT" },
	{ "HAS vCPU attribute, bad pointer", VCPU, KVM_HAS_DEVICE_ATTR, BAD, "EFAULT" },
	{ "CREATE_VCPU", VM, KVM_CREATE_VCPU, (void *)1, BY_VM("ok", "ok", "EBUSY") },
	{ "CREATE_VCPU, same id", VM, KVM_CREATE_VCPU, (void *)0, BY_VM("EEXIST", "EEXIST", "EBUSY") },
	{ "CREATE_VCPU, id too large", VM, KVM_CREATE_VCPU, (void *)0xfffff, "EINVAL" },
	{ "CHECK_EXTENSION", VM, KVM_CHECK_EXTENSION, (void *)KVM_CAP_ONE_REG, "ok" },
	{ "ENABLE_CAP", VM, KVM_ENABLE_CAP, ARG(struct kvm_enable_cap, .cap = KVM_CAP_ARM_NISV_TO_USER),
	  "ok" },
	{ "ENABLE_CAP, suspend", VM, KVM_ENABLE_CAP, ARG(struct kvm_enable_cap, .cap = KVM_CAP_ARM_SYSTEM_SUSPEND),
	  "ok" },
	{ "ENABLE_CAP, halt poll", VM, KVM_ENABLE_CAP, ARG(struct kvm_enable_cap, .cap = KVM_CAP_HALT_POLL),
	  "ok" },
	{ "ENABLE_CAP, flags", VM, KVM_ENABLE_CAP, ARG(struct kvm_enable_cap, .cap = KVM_CAP_ARM_NISV_TO_USER, .flags = 1),
	  "EINVAL" },
	{ "ENABLE_CAP, unknown", VM, KVM_ENABLE_CAP, ARG(struct kvm_enable_cap, .cap = 9999), "EINVAL" },
	{ "ENABLE_CAP, bad pointer", VM, KVM_ENABLE_CAP, BAD, "EFAULT" },
	{ "SET_USER_MEMORY_REGION, no such slot", VM, KVM_SET_USER_MEMORY_REGION, ARG(struct kvm_userspace_memory_region, .slot = 9),
	  "EINVAL" },
	{ "SET_USER_MEMORY_REGION, bad pointer", VM, KVM_SET_USER_MEMORY_REGION, BAD, "EFAULT" },
	{ "GET_DIRTY_LOG, no such slot", VM, KVM_GET_DIRTY_LOG, ARG(struct kvm_dirty_log, .slot = 9),
	  "ENOENT" },
	{ "GET_DIRTY_LOG, no log", VM, KVM_GET_DIRTY_LOG, ARG(struct kvm_dirty_log, .slot = 0), "ENOENT" },
	{ "GET_DIRTY_LOG, slot number", VM, KVM_GET_DIRTY_LOG, ARG(struct kvm_dirty_log, .slot = 0x10000),
	  "EINVAL" },
	{ "GET_DIRTY_LOG, bad pointer", VM, KVM_GET_DIRTY_LOG, BAD, "EFAULT" },
	{ "PREFERRED_TARGET", VM, KVM_ARM_PREFERRED_TARGET, ARG(struct kvm_vcpu_init, 0), "ok" },
	{ "PREFERRED_TARGET, bad pointer", VM, KVM_ARM_PREFERRED_TARGET, BAD, "EFAULT" },
	{ "SET_COUNTER_OFFSET", VM, KVM_ARM_SET_COUNTER_OFFSET, ARG(struct kvm_arm_counter_offset, .counter_offset = 1),
	  "ok" },
	{ "SET_COUNTER_OFFSET, reserved", VM, KVM_ARM_SET_COUNTER_OFFSET, ARG(struct kvm_arm_counter_offset, .reserved = 1),
	  "EINVAL" },
	{ "SET_COUNTER_OFFSET, bad pointer", VM, KVM_ARM_SET_COUNTER_OFFSET, BAD, "EFAULT" },
	{ "GET_REG_WRITABLE_MASKS, range", VM, KVM_ARM_GET_REG_WRITABLE_MASKS, ARG(struct reg_mask_range, .range = 1),
	  "EINVAL" },
	{ "GET_REG_WRITABLE_MASKS, bad value pointer", VM, KVM_ARM_GET_REG_WRITABLE_MASKS, ARG(struct reg_mask_range, .addr = (u64)BAD),
	  "EFAULT" },
	{ "GET_REG_WRITABLE_MASKS, bad pointer", VM, KVM_ARM_GET_REG_WRITABLE_MASKS, BAD, "EFAULT" },
	HAS("SMCCC filter", VM, KVM_ARM_VM_SMCCC_CTRL, KVM_ARM_VM_SMCCC_FILTER, "ok"),
	SETTER("SMCCC filter", VM, KVM_ARM_VM_SMCCC_CTRL, KVM_ARM_VM_SMCCC_FILTER, SMCCC_REGION,
		"ok ok EBUSY ok ok ok EBUSY"),
	SETTER("SMCCC filter, bad value pointer", VM, KVM_ARM_VM_SMCCC_CTRL, KVM_ARM_VM_SMCCC_FILTER, BAD,
		"EFAULT"),
	SETTER("SMCCC filter, no function", VM, KVM_ARM_VM_SMCCC_CTRL, KVM_ARM_VM_SMCCC_FILTER, ARG(struct kvm_smccc_filter, .base = 0xc6000000),
		"EINVAL"),
	SETTER("unknown SMCCC attribute", VM, KVM_ARM_VM_SMCCC_CTRL, 77, BAD, "ENXIO"),
	SETTER("unknown VM group", VM, 77, 0, BAD, "ENXIO"),
	HAS("unknown VM group", VM, 77, 0, "ENXIO"),
	GETTER("VM attribute", VM, KVM_ARM_VM_SMCCC_CTRL, KVM_ARM_VM_SMCCC_FILTER, &scratch, "EINVAL"),
	{ "SET VM attribute, bad pointer", VM, KVM_SET_DEVICE_ATTR, BAD, "EFAULT" },
	{ "HAS VM attribute, bad pointer", VM, KVM_HAS_DEVICE_ATTR, BAD, "EFAULT" },
	{ "IRQ_LINE, CPU", VM, KVM_IRQ_LINE, LINE(CPU, 0), BY_CREATION("ok", "ENXIO") },
	{ "IRQ_LINE, CPU, no such line", VM, KVM_IRQ_LINE, LINE(CPU, 2), BY_CREATION("EINVAL", "ENXIO") },
	{ "IRQ_LINE, CPU, no such vCPU", VM, KVM_IRQ_LINE, LINE_OF(5, CPU, 0),
	  BY_CREATION("EINVAL", "ENXIO") },
	{ "IRQ_LINE, PPI", VM, KVM_IRQ_LINE, LINE(PPI, 22), BY_VM("ENXIO", "EBUSY", "ok") },
	{ "IRQ_LINE, PPI of a timer", VM, KVM_IRQ_LINE, LINE(PPI, 27), BY_VM("ENXIO", "EBUSY", "ok") },
	{ "IRQ_LINE, PPI, an SGI", VM, KVM_IRQ_LINE, LINE(PPI, 3), BY_CREATION("ENXIO", "EINVAL") },
	{ "IRQ_LINE, PPI, no such vCPU", VM, KVM_IRQ_LINE, LINE_OF(5, PPI, 22),
	  BY_CREATION("ENXIO", "EINVAL") },
	{ "IRQ_LINE, SPI", VM, KVM_IRQ_LINE, LINE(SPI, 40), BY_VM("ENXIO", "EBUSY", "ok") },
	{ "IRQ_LINE, SPI, a PPI", VM, KVM_IRQ_LINE, LINE(SPI, 22), BY_CREATION("ENXIO", "EINVAL") },
	{ "IRQ_LINE, SPI, too large", VM, KVM_IRQ_LINE, LINE(SPI, 1020),
	  BY_VM("ENXIO", "EBUSY", "EINVAL") },
	{ "IRQ_LINE, unknown type", VM, KVM_IRQ_LINE, ARG(struct kvm_irq_level, .irq = 7u << KVM_ARM_IRQ_TYPE_SHIFT),
	  "EINVAL" },
	{ "IRQ_LINE, bad pointer", VM, KVM_IRQ_LINE, BAD, "EFAULT" },
	{ "IRQFD, bad fd", VM, KVM_IRQFD, ARG(struct kvm_irqfd, .fd = 9999, .gsi = 3),
	  BY_VM("EAGAIN", "EAGAIN", "EBADF") },
	{ "IRQFD, flags", VM, KVM_IRQFD, ARG(struct kvm_irqfd, .fd = 9999, .flags = 0x80), "EINVAL" },
	{ "IRQFD, bad fd, taken away", VM, KVM_IRQFD, ARG(struct kvm_irqfd, .fd = 9999, .flags = KVM_IRQFD_FLAG_DEASSIGN),
	  "EBADF" },
	{ "IRQFD, bad pointer", VM, KVM_IRQFD, BAD, "EFAULT" },
	{ "IOEVENTFD, bad fd", VM, KVM_IOEVENTFD, ARG(struct kvm_ioeventfd, .fd = 9999, .addr = MMIO_BASE, .len = 4),
	  "EBADF" },
	{ "IOEVENTFD, flags", VM, KVM_IOEVENTFD, ARG(struct kvm_ioeventfd, .fd = 9999, .flags = 0x80),
	  "EINVAL" },
	{ "IOEVENTFD, bad pointer", VM, KVM_IOEVENTFD, BAD, "EFAULT" },
	{ "COALESCED_MMIO", VM, KVM_REGISTER_COALESCED_MMIO, ARG(struct kvm_coalesced_mmio_zone, .addr = 0xf0000000, .size = 8),
	  "ok" },
	{ "COALESCED_MMIO, bad pointer", VM, KVM_REGISTER_COALESCED_MMIO, BAD, "EFAULT" },
	{ "SET_GSI_ROUTING, none", VM, KVM_SET_GSI_ROUTING, &no_routes, "ok" },
	{ "SET_GSI_ROUTING, too many", VM, KVM_SET_GSI_ROUTING, &many_routes, "EINVAL" },
	{ "SET_GSI_ROUTING, flags", VM, KVM_SET_GSI_ROUTING, &routes_flag, "EINVAL" },
	{ "SET_GSI_ROUTING, bad pointer", VM, KVM_SET_GSI_ROUTING, BAD, "EFAULT" },
	{ "SIGNAL_MSI, no device id", VM, KVM_SIGNAL_MSI, ARG(struct kvm_msi, .address_lo = ITS),
	  "EINVAL" },
	{ "SIGNAL_MSI", VM, KVM_SIGNAL_MSI, ARG(struct kvm_msi, .address_lo = ITS + 0x10040, .flags = KVM_MSI_VALID_DEVID),
	  BY_VM("EINVAL", "EINVAL", "EBUSY") },
	{ "SIGNAL_MSI, nowhere", VM, KVM_SIGNAL_MSI, ARG(struct kvm_msi, .address_lo = 0x1000, .flags = KVM_MSI_VALID_DEVID),
	  "EINVAL" },
	{ "SIGNAL_MSI, flags", VM, KVM_SIGNAL_MSI, ARG(struct kvm_msi, .flags = 0x80), "EINVAL" },
	{ "SIGNAL_MSI, bad pointer", VM, KVM_SIGNAL_MSI, BAD, "EFAULT" },
	{ "CREATE_DEVICE, GICv3", VM_V3, KVM_CREATE_DEVICE, DEVICE(ARM_VGIC_V3, 0), "ok ok EBUSY EEXIST EEXIST EEXIST EEXIST" },
	{ "CREATE_DEVICE, GICv3, test", VM_V3, KVM_CREATE_DEVICE, DEVICE(ARM_VGIC_V3, KVM_CREATE_DEVICE_TEST),
	  "ok" },
	{ "CREATE_DEVICE, GICv2", VM_V3, KVM_CREATE_DEVICE, DEVICE(ARM_VGIC_V2, 0), "ENODEV" },
	{ "CREATE_DEVICE, ITS", VM_V3, KVM_CREATE_DEVICE, DEVICE(ARM_VGIC_ITS, 0), "ok" },
	{ "CREATE_DEVICE, unknown", VM, KVM_CREATE_DEVICE, ARG(struct kvm_create_device, .type = 77),
	  "ENODEV" },
	{ "CREATE_DEVICE, bad pointer", VM, KVM_CREATE_DEVICE, BAD, "EFAULT" },
	{ "CREATE_IRQCHIP", VM_V3, KVM_CREATE_IRQCHIP, NULL, "ENODEV" },
	{ "ARM_SET_DEVICE_ADDR", VM, KVM_ARM_SET_DEVICE_ADDR, ARG(struct kvm_arm_device_addr, .id = KVM_ARM_DEVICE_VGIC_V2 << KVM_ARM_DEVICE_ID_SHIFT),
	  "ENODEV" },
	{ "ARM_SET_DEVICE_ADDR, unknown", VM, KVM_ARM_SET_DEVICE_ADDR, ARG(struct kvm_arm_device_addr, .id = 7ul << KVM_ARM_DEVICE_ID_SHIFT),
	  "ENODEV" },
	{ "ARM_SET_DEVICE_ADDR, bad pointer", VM, KVM_ARM_SET_DEVICE_ADDR, BAD, "EFAULT" },
	{ "GET_STATS_FD of a VM", VM, KVM_GET_STATS_FD, NULL, "ok" },
	{ "a vCPU call on a VM", VM, KVM_GET_MP_STATE, BAD, "EINVAL" },
	HAS("GIC address", GIC, G(ADDR), KVM_VGIC_V3_ADDR_TYPE_DIST, "ok"),
	GETTER("GIC address", GIC, G(ADDR), KVM_VGIC_V3_ADDR_TYPE_DIST, &scratch, "ok"),
	GETTER("GIC address, bad value pointer", GIC, G(ADDR), KVM_VGIC_V3_ADDR_TYPE_DIST, BAD, "EFAULT"),
	SETTER("GIC address", GIC, G(ADDR), KVM_VGIC_V3_ADDR_TYPE_DIST, &aligned, BY_GIC("ok", "EEXIST")),
	SETTER("GIC address, alignment", GIC, G(ADDR), KVM_VGIC_V3_ADDR_TYPE_DIST, &misaligned,
		BY_GIC("EINVAL", "EEXIST")),
	SETTER("GIC address, bad value pointer", GIC, G(ADDR), KVM_VGIC_V3_ADDR_TYPE_DIST, BAD, "EFAULT"),
	SETTER("GIC address, unknown", GIC, G(ADDR), 77, &aligned, "ENXIO"),
	SETTER("GIC address, unknown, bad value pointer", GIC, G(ADDR), 77, BAD, "EFAULT"),
	GETTER("GIC address, unknown", GIC, G(ADDR), 77, &scratch, "ENXIO"),
	SETTER("redistributors", GIC, G(ADDR), KVM_VGIC_V3_ADDR_TYPE_REDIST, &aligned,
		BY_GIC("ok", "EEXIST")),
	GETTER("redistributors", GIC, G(ADDR), KVM_VGIC_V3_ADDR_TYPE_REDIST, &scratch, "ok"),
	SETTER("region", GIC, G(ADDR), KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, ARG(u64, 1ul << 52 | 0xa0000000),
		BY_GIC("ok", "EINVAL")),
	SETTER("region, none in it", GIC, G(ADDR), KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, ARG(u64, 0xa0000000),
		"EINVAL"),
	GETTER("region", GIC, G(ADDR), KVM_VGIC_V3_ADDR_TYPE_REDIST_REGION, ARG(u64, 5), "ENOENT"),
	HAS("NR_IRQS", GIC, G(NR_IRQS), 0, "ok"),
	GETTER("NR_IRQS", GIC, G(NR_IRQS), 0, &scratch, "ok"),
	SETTER("NR_IRQS", GIC, G(NR_IRQS), 0, &word, BY_GIC("ok", "EBUSY")),
	SETTER("NR_IRQS, odd", GIC, G(NR_IRQS), 0, &odd_nr, "EINVAL"),
	SETTER("NR_IRQS, bad value pointer", GIC, G(NR_IRQS), 0, BAD, "EFAULT"),
	SETTER("CTRL_INIT", GIC, G(CTRL), KVM_DEV_ARM_VGIC_CTRL_INIT, NULL, "ok"),
	SETTER("SAVE_PENDING_TABLES", GIC, G(CTRL), KVM_DEV_ARM_VGIC_SAVE_PENDING_TABLES, NULL,
		BY_GIC("ENXIO", "ok")),
	SETTER("GIC control, unknown", GIC, G(CTRL), 77, NULL, "ENXIO"),
	GETTER("GIC control", GIC, G(CTRL), KVM_DEV_ARM_VGIC_CTRL_INIT, &scratch, "ENXIO"),
	HAS("GIC control, unknown", GIC, G(CTRL), 77, "ENXIO"),
	GETTER("DIST_REGS, CTLR", GIC, G(DIST_REGS), 0, &scratch, BY_GIC("EBUSY", "ok")),
	GETTER("DIST_REGS, IIDR", GIC, G(DIST_REGS), 8, &scratch, "ok", BY_GIC("EBUSY", "ok")),
	GETTER("DIST_REGS, TYPER2", GIC, G(DIST_REGS), 0xc, &scratch, "ok", BY_GIC("EBUSY", "ok")),
	GETTER("DIST_REGS, a vCPU that is not there", GIC, G(DIST_REGS), MPIDR_1, &scratch,
		BY_GIC("EBUSY", "ok")),
	GETTER("DIST_REGS, bad value pointer", GIC, G(DIST_REGS), 0, BAD, BY_GIC("EBUSY", "EFAULT")),
	GETTER("DIST_REGS, offset", GIC, G(DIST_REGS), 0xfff0000, &scratch, BY_GIC("EBUSY", "ok")),
	GETTER("DIST_REGS, alignment", GIC, G(DIST_REGS), 1, &scratch, BY_GIC("EBUSY", "ok")),
	SETTER("DIST_REGS", GIC, G(DIST_REGS), 0x84, ARG(u32, 0), BY_GIC("EBUSY", "ok")),
	SETTER("DIST_REGS, bad value pointer", GIC, G(DIST_REGS), 0x84, BAD, "EFAULT"),
	SETTER("DIST_REGS, IIDR, another maker", GIC, G(DIST_REGS), 8, ARG(u32, 0),
		"EINVAL", BY_GIC("EBUSY", "EINVAL")),
	HAS("DIST_REGS", GIC, G(DIST_REGS), 0, "ok"),
	HAS("DIST_REGS, offset", GIC, G(DIST_REGS), 0xfff0000, "ENXIO"),
	GETTER("REDIST_REGS", GIC, G(REDIST_REGS), 8, &scratch, BY_GIC("EBUSY", "ok")),
	GETTER("REDIST_REGS, no such vCPU", GIC, G(REDIST_REGS), MPIDR_1 | 8, &scratch, "EINVAL"),
	SETTER("REDIST_REGS, no such vCPU, bad value pointer", GIC, G(REDIST_REGS), MPIDR_1 | 8, BAD,
		"EINVAL"),
	HAS("REDIST_REGS", GIC, G(REDIST_REGS), 8, "ok"),
	HAS("REDIST_REGS, no such vCPU", GIC, G(REDIST_REGS), MPIDR_1 | 8, "EINVAL"),
	GETTER("CPU_SYSREGS", GIC, G(CPU_SYSREGS), PMR, &scratch, BY_GIC("EBUSY", "ok")),
	GETTER("CPU_SYSREGS, no register", GIC, G(CPU_SYSREGS), 0xffff, &scratch,
		BY_GIC("EBUSY", "ENOENT")),
	GETTER("CPU_SYSREGS, no register, bad value pointer", GIC, G(CPU_SYSREGS), 0xffff, BAD,
		BY_GIC("EBUSY", "ENOENT")),
	GETTER("CPU_SYSREGS, bad value pointer", GIC, G(CPU_SYSREGS), PMR, BAD, BY_GIC("EBUSY", "EFAULT")),
	SETTER("CPU_SYSREGS", GIC, G(CPU_SYSREGS), PMR, &reg_value, BY_GIC("EBUSY", "ok")),
	SETTER("CPU_SYSREGS, bad value pointer", GIC, G(CPU_SYSREGS), PMR, BAD, "EFAULT",
		BY_GIC("EBUSY", "EFAULT")),
	SETTER("CPU_SYSREGS, no such vCPU", GIC, G(CPU_SYSREGS), MPIDR_1 | PMR, &reg_value, "EINVAL"),
	HAS("CPU_SYSREGS", GIC, G(CPU_SYSREGS), PMR, "ok"),
	HAS("CPU_SYSREGS, no register", GIC, G(CPU_SYSREGS), 0xffff, "ENXIO"),
	GETTER("LEVEL_INFO", GIC, G(LEVEL_INFO), 32, &scratch, BY_GIC("EBUSY", "ok")),
	GETTER("LEVEL_INFO, alignment", GIC, G(LEVEL_INFO), 33, &scratch, BY_GIC("EBUSY", "EINVAL")),
	GETTER("LEVEL_INFO, unknown", GIC, G(LEVEL_INFO), 1 << 10 | 32, &scratch,
		BY_GIC("EBUSY", "EINVAL")),
	SETTER("LEVEL_INFO, bad value pointer", GIC, G(LEVEL_INFO), 32, BAD, "EFAULT"),
	HAS("LEVEL_INFO", GIC, G(LEVEL_INFO), 32, "ok"),
	HAS("LEVEL_INFO, unknown", GIC, G(LEVEL_INFO), 1 << 10 | 32, "ENXIO"),
	SETTER("CPU_REGS of a GICv3", GIC, G(CPU_REGS), 0, &word, "ENXIO"),
	GETTER("CPU_REGS of a GICv3", GIC, G(CPU_REGS), 0, &word, "ENXIO"),
	HAS("unknown GIC group", GIC, 77, 0, "ENXIO"),
	SETTER("unknown GIC group", GIC, 77, 0, BAD, "ENXIO"),
	GETTER("unknown GIC group", GIC, 77, 0, BAD, "ENXIO"),
	{ "SET GIC attribute, bad pointer", GIC, KVM_SET_DEVICE_ATTR, BAD, "EFAULT" },
	{ "unknown call of a device", GIC, KVM_RUN, NULL, "ENOTTY" },
	HAS("ITS address", ITS_FD, G(ADDR), KVM_VGIC_ITS_ADDR_TYPE, "ok"),
	SETTER("ITS address", ITS_FD, G(ADDR), KVM_VGIC_ITS_ADDR_TYPE, ARG(u64, 0xb0000000),
		BY_GIC("ok", "EEXIST")),
	SETTER("ITS address, alignment", ITS_FD, G(ADDR), KVM_VGIC_ITS_ADDR_TYPE, &misaligned,
		BY_GIC("EINVAL", "EEXIST")),
	SETTER("ITS address, unknown", ITS_FD, G(ADDR), 77, BAD, "ENODEV"),
	SETTER("ITS address, bad value pointer", ITS_FD, G(ADDR), KVM_VGIC_ITS_ADDR_TYPE, BAD, "EFAULT"),
	GETTER("ITS address", ITS_FD, G(ADDR), KVM_VGIC_ITS_ADDR_TYPE, &scratch, "ok"),
	GETTER("ITS address, unknown", ITS_FD, G(ADDR), 77, &scratch, "ENODEV"),
	SETTER("ITS, CTRL_INIT", ITS_FD, G(CTRL), KVM_DEV_ARM_VGIC_CTRL_INIT, NULL, "ok"),
	SETTER("ITS, RESET", ITS_FD, G(CTRL), KVM_DEV_ARM_ITS_CTRL_RESET, NULL, "ok"),
	SETTER("ITS, SAVE_TABLES", ITS_FD, G(CTRL), KVM_DEV_ARM_ITS_SAVE_TABLES, NULL, "ok"),
	SETTER("ITS, RESTORE_TABLES", ITS_FD, G(CTRL), KVM_DEV_ARM_ITS_RESTORE_TABLES, NULL, "ok"),
	SETTER("ITS, unknown control", ITS_FD, G(CTRL), 77, NULL, "ENXIO", "ok"),
	HAS("ITS, unknown control", ITS_FD, G(CTRL), 77, "ENXIO"),
	GETTER("ITS_REGS, TYPER", ITS_FD, G(ITS_REGS), 8, &scratch, BY_GIC("ENXIO", "ok")),
	GETTER("ITS_REGS, CTLR", ITS_FD, G(ITS_REGS), 0, &scratch, BY_GIC("ENXIO", "ok")),
	GETTER("ITS_REGS, bad value pointer", ITS_FD, G(ITS_REGS), 0, BAD, BY_GIC("ENXIO", "EFAULT")),
	SETTER("ITS_REGS, bad value pointer", ITS_FD, G(ITS_REGS), 0, BAD, "EFAULT"),
	GETTER("ITS_REGS, offset", ITS_FD, G(ITS_REGS), 0xfff0, &scratch, BY_GIC("ENXIO", "ok")),
	GETTER("ITS_REGS, alignment", ITS_FD, G(ITS_REGS), 2, &scratch, "EINVAL"),
	HAS("ITS_REGS", ITS_FD, G(ITS_REGS), 0, "ok"),
	HAS("ITS_REGS, offset", ITS_FD, G(ITS_REGS), 0xfff0, "ok"),
	HAS("unknown ITS group", ITS_FD, 77, 0, "ENXIO"),
	{ "SYS: CREATE_VM", SYS, KVM_CREATE_VM, NULL, "ok" },
	{ "SYS: CREATE_VM, type", SYS, KVM_CREATE_VM, (void *)(1ul << 63), "EINVAL" },
	{ "SYS: MMAP_SIZE, argument", SYS, KVM_GET_VCPU_MMAP_SIZE, (void *)1, "EINVAL" },
	{ "SYS: a VM call", SYS, KVM_CREATE_VCPU, NULL, "EINVAL" },
	{ "SYS: MSI_DEVID", SYS, KVM_CHECK_EXTENSION, (void *)KVM_CAP_MSI_DEVID, "EINVAL" },
};

static const struct { const char *name; int value; } errors[] = {
	{ "ok", 0 }, { "EINTR", EINTR }, { "ENXIO", ENXIO }, { "E2BIG", E2BIG }, { "ENOEXEC", ENOEXEC },
	{ "EBADF", EBADF }, { "EAGAIN", EAGAIN }, { "EFAULT", EFAULT }, { "EBUSY", EBUSY }, { "EEXIST", EEXIST },
	{ "ENODEV", ENODEV }, { "EINVAL", EINVAL }, { "ENOENT", ENOENT }, { "ENOTTY", ENOTTY },
};

static int error_value(const char *name, size_t len)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(errors); i++)
		if (strlen(errors[i].name) == len && !strncmp(errors[i].name, name, len))
			return -errors[i].value;
	REQUIRE(false, "%.*s", (int)len, name);
	return 0;
}

/* What the call should answer in this state. False: it has no fd there. */
static bool expected(const struct call *call, enum state state, int *err)
{
	bool in_tree = !on_keel();
	const char *p = in_tree && call->in_tree ? call->in_tree : call->want;

	if (strchr(p, ' '))
		for (int i = 0; i < (int)state; i++)
			p = strchr(p, ' ') + 1;
	if (*p == '-')
		return false;
	*err = error_value(p, strcspn(p, " "));
	return true;
}

struct setup {
	int fd[NR_FDS];
	struct kvm_run *run;
};

static int set_attr(int fd, u32 group, u64 which, void *value)
{
	return kvm(fd, KVM_SET_DEVICE_ATTR, ATTR(group, which, value));
}

static int make_device(int vm, u32 type)
{
	struct kvm_create_device cd = { .type = type };
	int err = kvm(vm, KVM_CREATE_DEVICE, &cd);

	if (err == -ENODEV)
		ktap_skip("no GICv3 for guests");
	REQUIRE_EQ(err, 0);
	return cd.fd;
}

static void make_gic(struct setup *s, bool done)
{
	u64 dist = DIST, redist = REDIST, its = ITS;

	s->fd[GIC] = make_device(s->fd[VM], KVM_DEV_TYPE_ARM_VGIC_V3);
	s->fd[ITS_FD] = make_device(s->fd[VM], KVM_DEV_TYPE_ARM_VGIC_ITS);
	if (!done)
		return;
	REQUIRE_EQ(set_attr(s->fd[GIC], G(ADDR), KVM_VGIC_V3_ADDR_TYPE_DIST, &dist), 0);
	REQUIRE_EQ(set_attr(s->fd[GIC], G(ADDR), KVM_VGIC_V3_ADDR_TYPE_REDIST, &redist), 0);
	REQUIRE_EQ(set_attr(s->fd[GIC], G(CTRL), KVM_DEV_ARM_VGIC_CTRL_INIT, NULL), 0);
	REQUIRE_EQ(set_attr(s->fd[ITS_FD], G(ADDR), KVM_VGIC_ITS_ADDR_TYPE, &its), 0);
	REQUIRE_EQ(set_attr(s->fd[ITS_FD], G(CTRL), KVM_DEV_ARM_VGIC_CTRL_INIT, NULL), 0);
}

static bool has_gicv3(int vm)
{
	return kvm(vm, KVM_CREATE_DEVICE, DEVICE(ARM_VGIC_V3, KVM_CREATE_DEVICE_TEST)) == 0;
}

/* A run ends before it enters the guest: there is no program. */
static void make(enum state state, struct setup *s)
{
	static void *page;

	if (!page)
		page = vm_alloc(PAGE, PAGE);
	s->fd[SYS] = kvm_open();
	s->fd[VM] = vm_fd(0);
	s->fd[VM_V3] = has_gicv3(s->fd[VM]) ? dup(s->fd[VM]) : -1;
	s->fd[GIC] = s->fd[ITS_FD] = -1;
	REQUIRE_EQ(vm_slot(s->fd[VM], 0, 0, DATA_BASE, PAGE, page), 0);
	s->fd[VCPU] = vcpu_fd(s->fd[VM], 0);
	s->run = vcpu_map(s->fd[VCPU]);
	s->run->immediate_exit = 1;
	if (states[state].init)
		REQUIRE_EQ(vcpu_init_fd(s->fd[VM], s->fd[VCPU], 0), 0);
	if (states[state].gic)
		make_gic(s, states[state].done);
	if (states[state].ran)
		REQUIRE_EQ(kvm(s->fd[VCPU], KVM_RUN, 0), -EINTR);
}

static void drop(struct setup *s)
{
	munmap(s->run, kvm_run_size());
	for (int i = 0; i < NR_FDS; i++)
		if (s->fd[i] >= 0)
			close(s->fd[i]);
}

/* Other calls may answer differently from now on. */
static bool changes(const struct call *call, int ret)
{
	switch (call->request) {
	case KVM_RUN:
		return ret != -ENOEXEC && ret != -EINVAL;
	case KVM_ARM_VCPU_INIT:
	case KVM_SET_ONE_REG:
	case KVM_SET_DEVICE_ATTR:
	case KVM_CREATE_VCPU:
	case KVM_CREATE_DEVICE:
		return ret >= 0;
	}
	return false;
}

static void walk(enum state state)
{
	struct setup s;
	bool fresh = false;

	for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++) {
		const struct call *call = &calls[i];
		int want, ret;

		if (!expected(call, state, &want))
			continue;
		if (!fresh)
			make(state, &s);
		fresh = true;
		if (s.fd[call->fd] < 0)
			continue;
		ret = kvm(s.fd[call->fd], call->request, call->arg);
		CHECK(ret > 0 ? !want : ret == want, "%s: %d, want %d", call->name, ret, want);
		if (!changes(call, ret))
			continue;
		drop(&s);
		fresh = false;
	}
}

#define CASE(state)	static void case_##state(void) { walk(state); }
CASE(NEW)
CASE(INIT)
CASE(RAN)
CASE(GIC_NEW)
CASE(GIC_INIT)
CASE(GIC_DONE)
CASE(GIC_RAN)

static const struct ktap_case cases[] = {
	{ "no GIC, vCPU not initialised", case_NEW, 60 },
	{ "no GIC, vCPU initialised", case_INIT, 60 },
	{ "no GIC, vCPU has run", case_RAN, 60 },
	{ "GIC and vCPU not initialised", case_GIC_NEW, 60 },
	{ "GIC not initialised, vCPU initialised", case_GIC_INIT, 60 },
	{ "GIC and vCPU initialised", case_GIC_DONE, 60 },
	{ "GIC initialised, vCPU has run", case_GIC_RAN, 60 },
};
KTAP_MAIN(cases)
