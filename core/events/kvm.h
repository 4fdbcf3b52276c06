/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For kernels without KVM: the events of system "kvm" that keel fires, with the fields
 * that they have in kernels with it (/sys/kernel/tracing/events/kvm/EVENT/format).
 */
#undef TRACE_SYSTEM
#ifdef KEEL_OWN_KVM_EVENTS	/* asked for where the kernel has them, to try these */
#define TRACE_SYSTEM keelkvm
#else
#define TRACE_SYSTEM kvm
#endif

#if !defined(KEEL_CORE_EVENTS_KVM_H) || defined(TRACE_HEADER_MULTI_READ)
#define KEEL_CORE_EVENTS_KVM_H

#include <linux/tracepoint.h>
#include <asm/esr.h>
#include <asm/kvm_arm.h>

TRACE_EVENT(kvm_entry,
	TP_PROTO(unsigned long vcpu_pc),
	TP_ARGS(vcpu_pc),
	TP_STRUCT__entry(
		__field(unsigned long, vcpu_pc)
	),
	TP_fast_assign(
		__entry->vcpu_pc = vcpu_pc;
	),
	TP_printk("PC: 0x%016lx", __entry->vcpu_pc)
);

TRACE_EVENT(kvm_exit,
	TP_PROTO(int ret, unsigned int esr_ec, unsigned long vcpu_pc),
	TP_ARGS(ret, esr_ec, vcpu_pc),
	TP_STRUCT__entry(
		__field(int, ret)
		__field(unsigned int, esr_ec)
		__field(unsigned long, vcpu_pc)
	),
	TP_fast_assign(
		__entry->ret = ret;
		__entry->esr_ec = esr_ec;
		__entry->vcpu_pc = vcpu_pc;
	),
	TP_printk("%s: HSR_EC: 0x%04x (%s), PC: 0x%016lx",
		  __print_symbolic(__entry->ret, { 0, "IRQ" }, { 1, "SERROR" }, { 2, "TRAP" }, { 3, "IL" }),
		  __entry->esr_ec, __print_symbolic(__entry->esr_ec, kvm_arm_exception_class), __entry->vcpu_pc)
);

TRACE_EVENT(kvm_guest_fault,
	TP_PROTO(unsigned long vcpu_pc, unsigned long hsr, unsigned long hxfar, unsigned long long ipa),
	TP_ARGS(vcpu_pc, hsr, hxfar, ipa),
	TP_STRUCT__entry(
		__field(unsigned long, vcpu_pc)
		__field(unsigned long, hsr)
		__field(unsigned long, hxfar)
		__field(unsigned long long, ipa)
	),
	TP_fast_assign(
		__entry->vcpu_pc = vcpu_pc;
		__entry->hsr = hsr;
		__entry->hxfar = hxfar;
		__entry->ipa = ipa;
	),
	TP_printk("ipa %#llx, hsr %#08lx, hxfar %#08lx, pc %#016lx",
		  __entry->ipa, __entry->hsr, __entry->hxfar, __entry->vcpu_pc)
);

TRACE_EVENT(kvm_mmio,
	TP_PROTO(int type, int len, u64 gpa, void *val),
	TP_ARGS(type, len, gpa, val),
	TP_STRUCT__entry(
		__field(u32, type)
		__field(u32, len)
		__field(u64, gpa)
		__field(u64, val)
	),
	TP_fast_assign(
		__entry->type = type;
		__entry->len = len;
		__entry->gpa = gpa;
		__entry->val = 0;
		if (val)
			memcpy(&__entry->val, val, min_t(u32, sizeof(__entry->val), len));
	),
	TP_printk("mmio %s len %u gpa 0x%llx val 0x%llx",
		  __print_symbolic(__entry->type, { 0, "unsatisfied-read" }, { 1, "read" }, { 2, "write" }),
		  __entry->len, __entry->gpa, __entry->val)
);

TRACE_EVENT(kvm_handle_sys_reg,
	TP_PROTO(unsigned long hsr),
	TP_ARGS(hsr),
	TP_STRUCT__entry(
		__field(unsigned long, hsr)
	),
	TP_fast_assign(
		__entry->hsr = hsr;
	),
	TP_printk("HSR 0x%08lx", __entry->hsr)
);

TRACE_EVENT(kvm_hvc_arm64,
	TP_PROTO(unsigned long vcpu_pc, unsigned long r0, unsigned long imm),
	TP_ARGS(vcpu_pc, r0, imm),
	TP_STRUCT__entry(
		__field(unsigned long, vcpu_pc)
		__field(unsigned long, r0)
		__field(unsigned long, imm)
	),
	TP_fast_assign(
		__entry->vcpu_pc = vcpu_pc;
		__entry->r0 = r0;
		__entry->imm = imm;
	),
	TP_printk("HVC at 0x%016lx (r0: 0x%016lx, imm: 0x%lx)", __entry->vcpu_pc, __entry->r0, __entry->imm)
);

TRACE_EVENT(kvm_wfx_arm64,
	TP_PROTO(unsigned long vcpu_pc, bool is_wfe),
	TP_ARGS(vcpu_pc, is_wfe),
	TP_STRUCT__entry(
		__field(unsigned long, vcpu_pc)
		__field(bool, is_wfe)
	),
	TP_fast_assign(
		__entry->vcpu_pc = vcpu_pc;
		__entry->is_wfe = is_wfe;
	),
	TP_printk("guest executed wf%c at: 0x%016lx", __entry->is_wfe ? 'e' : 'i', __entry->vcpu_pc)
);

TRACE_EVENT(kvm_irq_line,
	TP_PROTO(unsigned int type, int vcpu_idx, int irq_num, int level),
	TP_ARGS(type, vcpu_idx, irq_num, level),
	TP_STRUCT__entry(
		__field(unsigned int, type)
		__field(int, vcpu_idx)
		__field(int, irq_num)
		__field(int, level)
	),
	TP_fast_assign(
		__entry->type = type;
		__entry->vcpu_idx = vcpu_idx;
		__entry->irq_num = irq_num;
		__entry->level = level;
	),
	TP_printk("Inject %s interrupt (%d), vcpu->idx: %d, num: %d, level: %d",
		  __print_symbolic(__entry->type, { 0, "CPU" }, { 1, "VGIC SPI" }, { 2, "VGIC PPI" }),
		  __entry->type, __entry->vcpu_idx, __entry->irq_num, __entry->level)
);

TRACE_EVENT(kvm_set_irq,
	TP_PROTO(unsigned int gsi, int level, int irq_source_id),
	TP_ARGS(gsi, level, irq_source_id),
	TP_STRUCT__entry(
		__field(unsigned int, gsi)
		__field(int, level)
		__field(int, irq_source_id)
	),
	TP_fast_assign(
		__entry->gsi = gsi;
		__entry->level = level;
		__entry->irq_source_id = irq_source_id;
	),
	TP_printk("gsi %u level %d source %d", __entry->gsi, __entry->level, __entry->irq_source_id)
);

TRACE_EVENT(vgic_update_irq_pending,
	TP_PROTO(unsigned long vcpu_id, u32 irq, bool level),
	TP_ARGS(vcpu_id, irq, level),
	TP_STRUCT__entry(
		__field(unsigned long, vcpu_id)
		__field(u32, irq)
		__field(bool, level)
	),
	TP_fast_assign(
		__entry->vcpu_id = vcpu_id;
		__entry->irq = irq;
		__entry->level = level;
	),
	TP_printk("VCPU: %ld, IRQ %d, level: %d", __entry->vcpu_id, __entry->irq, __entry->level)
);

TRACE_EVENT(kvm_timer_update_irq,
	TP_PROTO(unsigned long vcpu_id, u32 irq, int level),
	TP_ARGS(vcpu_id, irq, level),
	TP_STRUCT__entry(
		__field(unsigned long, vcpu_id)
		__field(u32, irq)
		__field(int, level)
	),
	TP_fast_assign(
		__entry->vcpu_id = vcpu_id;
		__entry->irq = irq;
		__entry->level = level;
	),
	TP_printk("VCPU: %ld, IRQ %d, level %d", __entry->vcpu_id, __entry->irq, __entry->level)
);

TRACE_EVENT(kvm_vcpu_wakeup,
	TP_PROTO(u64 ns, bool waited, bool valid),
	TP_ARGS(ns, waited, valid),
	TP_STRUCT__entry(
		__field(u64, ns)
		__field(bool, waited)
		__field(bool, valid)
	),
	TP_fast_assign(
		__entry->ns = ns;
		__entry->waited = waited;
		__entry->valid = valid;
	),
	TP_printk("%s time %lld ns, polling %s", __entry->waited ? "wait" : "poll", __entry->ns,
		  __entry->valid ? "valid" : "invalid")
);

TRACE_EVENT(kvm_userspace_exit,
	TP_PROTO(u32 reason, int errno),
	TP_ARGS(reason, errno),
	TP_STRUCT__entry(
		__field(u32, reason)
		__field(int, errno)
	),
	TP_fast_assign(
		__entry->reason = reason;
		__entry->errno = errno;
	),
	TP_printk("reason %s (%d)",
		  __entry->errno < 0 ? (__entry->errno == -EINTR ? "restart" : "error") :
		  __print_symbolic(__entry->reason,
			{ 0, "KVM_EXIT_UNKNOWN" }, { 4, "KVM_EXIT_DEBUG" }, { 6, "KVM_EXIT_MMIO" },
			{ 9, "KVM_EXIT_FAIL_ENTRY" }, { 10, "KVM_EXIT_INTR" }, { 17, "KVM_EXIT_INTERNAL_ERROR" },
			{ 24, "KVM_EXIT_SYSTEM_EVENT" }, { 28, "KVM_EXIT_ARM_NISV" },
			{ 31, "KVM_EXIT_DIRTY_RING_FULL" }, { 39, "KVM_EXIT_MEMORY_FAULT" }),
		  __entry->errno < 0 ? -__entry->errno : __entry->reason)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH core/events
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE kvm
#include <trace/define_trace.h>
