/* SPDX-License-Identifier: GPL-2.0-only */
/* Trace events that in-tree KVM has not, system "keel". Documentation/observe.rst lists them. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM keel

#if !defined(KEEL_CORE_EVENTS_KEEL_H) || defined(TRACE_HEADER_MULTI_READ)
#define KEEL_CORE_EVENTS_KEEL_H

#include <linux/tracepoint.h>

/*
 * A command of an ITS's queue, before it is carried out: its number (IHI 0069, 5.3.1) and what it
 * may name.
 */
TRACE_EVENT(keel_its_command,
	TP_PROTO(u64 its, unsigned int op, u32 device, u32 event, u32 intid, u32 collection),
	TP_ARGS(its, op, device, event, intid, collection),
	TP_STRUCT__entry(
		__field(u64, its)
		__field(u32, op)
		__field(u32, device)
		__field(u32, event)
		__field(u32, intid)
		__field(u32, collection)
	),
	TP_fast_assign(
		__entry->its = its;
		__entry->op = op;
		__entry->device = device;
		__entry->event = event;
		__entry->intid = intid;
		__entry->collection = collection;
	),
	TP_printk("ITS at 0x%llx: %s device %u event %u intid %u collection %u", __entry->its,
		  __print_symbolic(__entry->op,
			{ 0x01, "MOVI" }, { 0x03, "INT" }, { 0x04, "CLEAR" }, { 0x05, "SYNC" },
			{ 0x08, "MAPD" }, { 0x09, "MAPC" }, { 0x0a, "MAPTI" }, { 0x0b, "MAPI" },
			{ 0x0c, "INV" }, { 0x0d, "INVALL" }, { 0x0e, "MOVALL" }, { 0x0f, "DISCARD" }),
		  __entry->device, __entry->event, __entry->intid, __entry->collection)
);

/*
 * A call of PSCI that the host serves, before it is carried out: its number (Arm DEN 0022) and
 * arguments.
 */
TRACE_EVENT(keel_psci,
	TP_PROTO(u32 vcpu_id, u32 fn, u64 arg1, u64 arg2, u64 arg3),
	TP_ARGS(vcpu_id, fn, arg1, arg2, arg3),
	TP_STRUCT__entry(
		__field(u32, vcpu_id)
		__field(u32, fn)
		__field(u64, arg1)
		__field(u64, arg2)
		__field(u64, arg3)
	),
	TP_fast_assign(
		__entry->vcpu_id = vcpu_id;
		__entry->fn = fn;
		__entry->arg1 = arg1;
		__entry->arg2 = arg2;
		__entry->arg3 = arg3;
	),
	TP_printk("VCPU: %u, %s (0x%08x) 0x%llx 0x%llx 0x%llx", __entry->vcpu_id,
		  __print_symbolic(__entry->fn & ~0x40000000U,
			{ 0x84000000, "PSCI_VERSION" }, { 0x84000001, "CPU_SUSPEND" }, { 0x84000002, "CPU_OFF" },
			{ 0x84000003, "CPU_ON" }, { 0x84000004, "AFFINITY_INFO" }, { 0x84000005, "MIGRATE" },
			{ 0x84000006, "MIGRATE_INFO_TYPE" }, { 0x84000008, "SYSTEM_OFF" },
			{ 0x84000009, "SYSTEM_RESET" }, { 0x8400000a, "PSCI_FEATURES" },
			{ 0x8400000e, "SYSTEM_SUSPEND" }, { 0x84000012, "SYSTEM_RESET2" },
			{ 0x84000015, "SYSTEM_OFF2" }),
		  __entry->fn, __entry->arg1, __entry->arg2, __entry->arg3)
);

/* All VMIDs were given away: a new generation begins, and all CPUs' TLBs are flushed. */
TRACE_EVENT(keel_vmid_rollover,
	TP_PROTO(u64 generation),
	TP_ARGS(generation),
	TP_STRUCT__entry(
		__field(u64, generation)
	),
	TP_fast_assign(
		__entry->generation = generation;
	),
	TP_printk("generation %llu", __entry->generation)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH core/events
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE keel
#include <trace/define_trace.h>
