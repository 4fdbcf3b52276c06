// SPDX-License-Identifier: GPL-2.0-only
/* Every ioctl, on some fd, with some argument: see fuzz_call.h. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include "fuzz_attr.h"
#include "fuzz_call.h"
#include "its.h"

#define MOST_FDS	6

struct fuzz_world fuzz_world;

/* By kind: how many there are at a time, and how many of these are the machine's, which stay. */
static const unsigned int nr_fds[NR_FD_KINDS] = {
	[FD_SYSTEM] = 1, [FD_VM] = 4, [FD_VCPU] = 6, [FD_GIC] = 3, [FD_ITS] = 3, [FD_OTHER] = 2,
	[FD_EVENT] = 6,
};
static const unsigned int nr_stay[NR_FD_KINDS] = {
	[FD_VM] = 2, [FD_VCPU] = 3, [FD_GIC] = 1, [FD_ITS] = 1,
};
static int fds[NR_FD_KINDS][MOST_FDS];

int fuzz_any_fd(struct rng *r)
{
	unsigned int kind = fuzz_below(r, NR_FD_KINDS);

	return READ_ONCE(fds[kind][fuzz_below(r, nr_fds[kind])]);
}

int fuzz_fd(struct rng *r, enum fuzz_kind kind)
{
	if (fuzz_one_in(r, 20))
		return fuzz_any_fd(r);
	return READ_ONCE(fds[kind][fuzz_below(r, nr_fds[kind])]);
}

void fuzz_put_fd(enum fuzz_kind kind, unsigned int at, int fd)
{
	int old = __atomic_exchange_n(&fds[kind][at], fd, __ATOMIC_SEQ_CST);

	if (old > 2)
		close(old);
}

void fuzz_keep_fd(struct rng *r, enum fuzz_kind kind, int fd)
{
	unsigned int stay = fuzz_one_in(r, 20) ? 0 : nr_stay[kind];

	if (fd >= 0)
		fuzz_put_fd(kind, stay + fuzz_below(r, nr_fds[kind] - stay), fd);
}

void fuzz_spread_fds(void)
{
	for (unsigned int kind = 0; kind < NR_FD_KINDS; kind++)
		for (unsigned int i = 0; i < nr_fds[kind]; i++)
			if (!fds[kind][i])
				fds[kind][i] = dup(fds[kind][0] ?: fds[FD_VM][0]);
}

/* ---- arguments ---- */

u64 fuzz_gpa(struct rng *r)
{
	static const u64 bases[] = {
		RAM_BASE, DATA_BASE, DATA_BASE, GICD, GICR_BASE, GITS, MMIO_BASE, 0, 1ul << 39,
	};
	u64 gpa = bases[fuzz_below(r, ARRAY_SIZE(bases))];

	if (fuzz_one_in(r, 8))
		return fuzz_value(r);
	return gpa + fuzz_below(r, 64) * (fuzz_one_in(r, 8) ? 8 : PAGE);
}

u64 fuzz_hva(struct rng *r)
{
	u64 hva = fuzz_value(r);

	/* a guest and calls write there: not what the program has itself, below 4 GiB */
	if (fuzz_one_in(r, 10))
		return hva >> 32 ? hva : hva % PAGE;
	return (u64)fuzz_world.area + fuzz_below(r, FUZZ_AREA / PAGE) * PAGE;
}

static u64 any_size(struct rng *r)
{
	return fuzz_one_in(r, 12) ? fuzz_value(r) : fuzz_below(r, 600) * PAGE;
}

/* Fields of any kind: fds, addresses, small numbers. */
static void fill(struct rng *r, void *to, size_t size)
{
	u64 *p = to;

	for (size_t i = 0; i < size / 8; i++)
		switch (fuzz_below(r, 6)) {
		case 0:
		case 1:
			p[i] = 0;
			break;
		case 2:
			p[i] = fuzz_gpa(r);
			break;
		case 3:
			p[i] = fuzz_hva(r);
			break;
		case 4:
			p[i] = (u64)(u32)fuzz_any_fd(r) << (fuzz_one_in(r, 2) ? 32 : 0) | fuzz_below(r, 8);
			break;
		default:
			p[i] = fuzz_value(r);
		}
}

static void arg_memory(struct rng *r, struct fuzz_args *a)
{
	*(struct kvm_userspace_memory_region2 *)a->arg = (struct kvm_userspace_memory_region2){
		.slot = fuzz_one_in(r, 20) ? 0 : 1 + fuzz_below(r, 6), .flags = fuzz_below(r, 4),
		.guest_phys_addr = fuzz_gpa(r), .memory_size = fuzz_one_in(r, 4) ? 0 : any_size(r),
		.userspace_addr = fuzz_hva(r),
	};
}

/* The machine has a log for slot 1. */
static u32 any_slot(struct rng *r)
{
	return fuzz_one_in(r, 2) ? 1 : fuzz_below(r, 6);
}

/* Where a bitmap goes to, or comes from. */
static void *any_bitmap(struct rng *r, struct fuzz_args *a)
{
	return (void *)(fuzz_one_in(r, 6) ? fuzz_hva(r) : (u64)a->arg + 1024);
}

static void arg_log(struct rng *r, struct fuzz_args *a)
{
	fill(r, a->arg + 1024, 256);
	*(struct kvm_clear_dirty_log *)a->arg = (struct kvm_clear_dirty_log){
		.slot = any_slot(r), .num_pages = fuzz_below(r, 10) * 64,
		.first_page = fuzz_below(r, 4) * 64, .dirty_bitmap = any_bitmap(r, a),
	};
}

static void arg_get_log(struct rng *r, struct fuzz_args *a)
{
	*(struct kvm_dirty_log *)a->arg = (struct kvm_dirty_log){
		.slot = any_slot(r), .dirty_bitmap = any_bitmap(r, a),
	};
}

static void arg_rights(struct rng *r, struct fuzz_args *a)
{
	*(struct kvm_memory_attributes *)a->arg = (struct kvm_memory_attributes){
		.address = fuzz_gpa(r), .size = any_size(r), .attributes = fuzz_below(r, 8) << 61,
	};
}

static void arg_prefault(struct rng *r, struct fuzz_args *a)
{
	*(struct kvm_pre_fault_memory *)a->arg = (struct kvm_pre_fault_memory){
		.gpa = fuzz_gpa(r), .size = any_size(r), .flags = fuzz_one_in(r, 20),
	};
}

static void arg_cap(struct rng *r, struct fuzz_args *a)
{
	static const u32 caps[] = {
		KVM_CAP_DIRTY_LOG_RING, KVM_CAP_DIRTY_LOG_RING_ACQ_REL,
		KVM_CAP_DIRTY_LOG_RING_WITH_BITMAP, KVM_CAP_MANUAL_DIRTY_LOG_PROTECT2,
		KVM_CAP_ARM_NISV_TO_USER, KVM_CAP_ARM_SYSTEM_SUSPEND, KVM_CAP_ARM_MTE,
		KVM_CAP_ARM_EAGER_SPLIT_CHUNK_SIZE, KVM_CAP_HALT_POLL,
		KVM_CAP_ARM_WRITABLE_IMP_ID_REGS, KEEL_CAP_ARM_DECODE_NISV,
	};

	*(struct kvm_enable_cap *)a->arg = (struct kvm_enable_cap){
		.cap = fuzz_one_in(r, 20) ? fuzz_below(r, 260) : caps[fuzz_below(r, ARRAY_SIZE(caps))],
		.flags = fuzz_one_in(r, 30),
		.args = { fuzz_one_in(r, 2) ? 1ul << fuzz_below(r, 22) : fuzz_value(r) },
	};
}

static void arg_device(struct rng *r, struct fuzz_args *a)
{
	static const u32 types[] = {
		KVM_DEV_TYPE_ARM_VGIC_V3, KVM_DEV_TYPE_ARM_VGIC_ITS, KVM_DEV_TYPE_ARM_VGIC_V2,
		KVM_DEV_TYPE_VFIO, 77,
	};

	*(struct kvm_create_device *)a->arg = (struct kvm_create_device){
		.type = types[fuzz_below(r, ARRAY_SIZE(types))],
		.flags = fuzz_one_in(r, 10) ? fuzz_below(r, 4) : 0,
	};
}

static void arg_address(struct rng *r, struct fuzz_args *a)
{
	*(struct kvm_arm_device_addr *)a->arg = (struct kvm_arm_device_addr){
		.id = fuzz_below(r, 3) << KVM_ARM_DEVICE_ID_SHIFT | fuzz_below(r, 8),
		.addr = fuzz_gpa(r) & ~0xffful,
	};
}

static void arg_reg(struct rng *r, struct fuzz_args *a)
{
	struct kvm_one_reg *reg = (void *)a->arg;

	reg->addr = fuzz_one_in(r, 12) ? fuzz_hva(r) : (u64)a->arg + 1024;
	if (fuzz_world.nr_regs && !fuzz_one_in(r, 4))
		reg->id = fuzz_world.regs[fuzz_below(r, fuzz_world.nr_regs)];
	else
		reg->id = KVM_REG_ARM64 | fuzz_below(r, 10) << 52 | fuzz_below(r, 0x20) << 16 |
			  fuzz_below(r, 1 << 16);
	fill(r, a->arg + 1024, fuzz_one_in(r, 8) ? 2048 : 16);
}

static void arg_init(struct rng *r, struct fuzz_args *a)
{
	struct kvm_vcpu_init *init = (void *)a->arg;

	*init = (struct kvm_vcpu_init){ .target = fuzz_one_in(r, 30) ? fuzz_below(r, 8) : 5 };
	init->features[0] = fuzz_one_in(r, 8) ? fuzz_below(r, 1 << 9) : fuzz_world.features;
	if (fuzz_one_in(r, 3))
		init->features[0] ^= 1u << KVM_ARM_VCPU_POWER_OFF;
}

static void arg_list(struct rng *r, struct fuzz_args *a)
{
	*(u64 *)a->arg = fuzz_one_in(r, 4) ? fuzz_value(r) : 1000;
}

static void arg_feature(struct rng *r, struct fuzz_args *a)
{
	*(u32 *)a->arg = fuzz_one_in(r, 8) ? fuzz_value(r) : KVM_ARM_VCPU_SVE;
}

static void arg_small(struct rng *r, struct fuzz_args *a)
{
	fill(r, a->arg, 64);
	*(u32 *)a->arg = fuzz_below(r, 12);
}

/* SIGUSR1 is not among them: it ends what waits. */
static void arg_signals(struct rng *r, struct fuzz_args *a)
{
	u64 set = fuzz_value(r) & ~(1ul << (SIGUSR1 - 1));

	*(u32 *)a->arg = fuzz_one_in(r, 4) ? fuzz_below(r, 12) : 8;
	memcpy(a->arg + 4, &set, 8);
}

static void arg_irqfd(struct rng *r, struct fuzz_args *a)
{
	*(struct kvm_irqfd *)a->arg = (struct kvm_irqfd){
		.fd = fuzz_fd(r, FD_EVENT), .gsi = fuzz_below(r, 6), .flags = fuzz_below(r, 4),
		.resamplefd = fuzz_fd(r, FD_EVENT),
	};
}

static void arg_ioeventfd(struct rng *r, struct fuzz_args *a)
{
	static const u8 lengths[] = { 0, 1, 2, 4, 8, 3 };

	*(struct kvm_ioeventfd *)a->arg = (struct kvm_ioeventfd){
		.datamatch = fuzz_below(r, 4), .addr = fuzz_gpa(r),
		.len = lengths[fuzz_below(r, ARRAY_SIZE(lengths))], .fd = fuzz_fd(r, FD_EVENT),
		.flags = fuzz_below(r, 3) ? fuzz_below(r, 2) : fuzz_below(r, 8),
	};
}

static void arg_routes(struct rng *r, struct fuzz_args *a)
{
	struct kvm_irq_routing *t = (void *)a->arg;

	memset(t, 0, 1024);
	t->nr = fuzz_one_in(r, 10) ? fuzz_value(r) : fuzz_below(r, 12);
	for (unsigned int i = 0; i < 12; i++) {
		struct kvm_irq_routing_entry *e = &t->entries[i];

		*e = (struct kvm_irq_routing_entry){ .gsi = fuzz_below(r, 16) };
		e->type = fuzz_one_in(r, 2) ? KVM_IRQ_ROUTING_IRQCHIP : KVM_IRQ_ROUTING_MSI;
		if (e->type == KVM_IRQ_ROUTING_IRQCHIP) {
			e->u.irqchip.pin = fuzz_below(r, 40);
			continue;
		}
		e->flags = !fuzz_one_in(r, 6) * KVM_MSI_VALID_DEVID;
		e->u.msi.address_lo = GITS + GITS_TRANSLATER;
		e->u.msi.data = fuzz_below(r, 20);
		e->u.msi.devid = fuzz_below(r, 4);
	}
}

static void arg_msi(struct rng *r, struct fuzz_args *a)
{
	*(struct kvm_msi *)a->arg = (struct kvm_msi){
		.address_lo = GITS + GITS_TRANSLATER, .data = fuzz_below(r, 20),
		.devid = fuzz_below(r, 4), .flags = !fuzz_one_in(r, 10),
	};
}

static void arg_line(struct rng *r, struct fuzz_args *a)
{
	*(struct kvm_irq_level *)a->arg = (struct kvm_irq_level){
		.irq = fuzz_below(r, 3) << 24 | fuzz_below(r, 3) << 16 | fuzz_below(r, 70),
		.level = fuzz_below(r, 2),
	};
}

static void arg_zone(struct rng *r, struct fuzz_args *a)
{
	*(struct kvm_coalesced_mmio_zone *)a->arg = (struct kvm_coalesced_mmio_zone){
		.addr = fuzz_gpa(r), .size = any_size(r), .pio = fuzz_one_in(r, 9),
	};
}

static void arg_offset(struct rng *r, struct fuzz_args *a)
{
	*(struct kvm_arm_counter_offset *)a->arg = (struct kvm_arm_counter_offset){
		.counter_offset = fuzz_value(r), .reserved = fuzz_one_in(r, 9),
	};
}

static void arg_masks(struct rng *r, struct fuzz_args *a)
{
	*(struct reg_mask_range *)a->arg = (struct reg_mask_range){
		.addr = (u64)any_bitmap(r, a), .range = fuzz_one_in(r, 9),
	};
}

static void arg_save(struct rng *r, struct fuzz_args *a)
{
	*(struct keel_vm_image *)a->arg = (struct keel_vm_image){
		.addr = (u64)a->image,
		.size = fuzz_one_in(r, 5) ? fuzz_value(r) % FUZZ_IMAGE : FUZZ_IMAGE,
	};
}

/* What was saved last, with some words of it changed. */
static void arg_load(struct rng *r, struct fuzz_args *a)
{
	u64 errors = fuzz_one_in(r, 2) ? 0 : fuzz_below(r, 4);

	for (u64 i = 0; i < errors && a->size >= 512; i++)
		fill(r, a->image + (fuzz_below(r, fuzz_one_in(r, 2) ? 512 : a->size) & ~7ul), 8);
	*(struct keel_vm_image *)a->arg = (struct keel_vm_image){
		.addr = (u64)a->image,
		.size = fuzz_one_in(r, 10) ? fuzz_value(r) % FUZZ_IMAGE : a->size,
		.flags = fuzz_below(r, 2),
	};
}

static void arg_events(struct rng *r, struct fuzz_args *a)
{
	struct kvm_vcpu_events *e = (void *)a->arg;

	*e = (struct kvm_vcpu_events){
		.exception.serror_pending = fuzz_below(r, 2),
		.exception.serror_has_esr = fuzz_one_in(r, 3),
		.exception.ext_dabt_pending = fuzz_one_in(r, 3),
		.exception.serror_esr = fuzz_value(r),
	};
	if (fuzz_one_in(r, 10))
		fill(r, a->arg, sizeof(*e));
}

static void arg_debug(struct rng *r, struct fuzz_args *a)
{
	fill(r, a->arg, sizeof(struct kvm_guest_debug));
	*(u64 *)a->arg = fuzz_one_in(r, 8) ? fuzz_value(r) : fuzz_below(r, 4) | fuzz_below(r, 4) << 16;
}

static void arg_any(struct rng *r, struct fuzz_args *a)
{
	fill(r, a->arg, 256);
}

/* ---- calls ---- */

struct call {
	enum fuzz_kind kind;
	unsigned long request;
	void (*arg)(struct rng *r, struct fuzz_args *a);	/* NULL: a number */
	u64 most;				/* of the number */
	enum fuzz_kind makes;			/* an fd of this kind, or FD_SYSTEM: none */
	unsigned int weight;
	bool slow;	/* it makes something, runs a guest, waits for readers or copies a lot */
};

static const struct call calls[] = {
	{ FD_SYSTEM, KVM_CREATE_VM, NULL, 2, FD_VM, 2, .slow = true },
	{ FD_SYSTEM, KVM_CHECK_EXTENSION, NULL, 300, .weight = 1 },
	{ FD_SYSTEM, KVM_GET_VCPU_MMAP_SIZE, NULL, 1, .weight = 1 },
	{ FD_VM, KVM_CREATE_VCPU, NULL, 4, FD_VCPU, 6, .slow = true },
	{ FD_VM, KVM_CREATE_VCPU, NULL, 600, FD_VCPU, 2, .slow = true },
	{ FD_VM, KVM_SET_USER_MEMORY_REGION, arg_memory, .weight = 8, .slow = true },
	{ FD_VM, KVM_SET_USER_MEMORY_REGION2, arg_memory, .weight = 2, .slow = true },
	{ FD_VM, KVM_GET_DIRTY_LOG, arg_get_log, .weight = 4, .slow = true },
	{ FD_VM, KVM_CLEAR_DIRTY_LOG, arg_log, .weight = 4, .slow = true },
	{ FD_VM, KVM_SET_MEMORY_ATTRIBUTES, arg_rights, .weight = 4, .slow = true },
	{ FD_VM, KVM_RESET_DIRTY_RINGS, NULL, 1, .weight = 2 },
	{ FD_VM, KVM_ENABLE_CAP, arg_cap, .weight = 4 },
	{ FD_VM, KVM_CREATE_DEVICE, arg_device, .weight = 6, .slow = true },
	{ FD_VM, KVM_CREATE_IRQCHIP, NULL, 1, .weight = 2, .slow = true },
	{ FD_VM, KVM_ARM_SET_DEVICE_ADDR, arg_address, .weight = 2 },
	{ FD_VM, KVM_IRQ_LINE, arg_line, .weight = 6 },
	{ FD_VM, KVM_IRQ_LINE_STATUS, arg_line, .weight = 1 },
	{ FD_VM, KVM_IRQFD, arg_irqfd, .weight = 8, .slow = true },
	{ FD_VM, KVM_IOEVENTFD, arg_ioeventfd, .weight = 4, .slow = true },
	{ FD_VM, KVM_SET_GSI_ROUTING, arg_routes, .weight = 4, .slow = true },
	{ FD_VM, KVM_SIGNAL_MSI, arg_msi, .weight = 6 },
	{ FD_VM, KVM_REGISTER_COALESCED_MMIO, arg_zone, .weight = 2, .slow = true },
	{ FD_VM, KVM_UNREGISTER_COALESCED_MMIO, arg_zone, .weight = 1, .slow = true },
	{ FD_VM, KVM_ARM_PREFERRED_TARGET, arg_any, .weight = 1 },
	{ FD_VM, KVM_ARM_SET_COUNTER_OFFSET, arg_offset, .weight = 1 },
	{ FD_VM, KVM_ARM_GET_REG_WRITABLE_MASKS, arg_masks, .weight = 1 },
	{ FD_VM, KVM_GET_STATS_FD, NULL, 1, FD_EVENT, 1, .slow = true },
	{ FD_VM, KVM_SET_DEVICE_ATTR, fuzz_attr_vm, .weight = 2 },
	{ FD_VM, KEEL_VM_SAVE, arg_save, .weight = 4, .slow = true },
	{ FD_VM, KEEL_VM_LOAD, arg_load, .weight = 4, .slow = true },
	{ FD_VCPU, KVM_RUN, NULL, 1, .weight = 30, .slow = true },
	{ FD_VCPU, KVM_ARM_VCPU_INIT, arg_init, .weight = 6, .slow = true },
	{ FD_VCPU, KVM_ARM_VCPU_FINALIZE, arg_feature, .weight = 3 },
	{ FD_VCPU, KVM_GET_ONE_REG, arg_reg, .weight = 6 },
	{ FD_VCPU, KVM_SET_ONE_REG, arg_reg, .weight = 14 },
	{ FD_VCPU, KVM_GET_REG_LIST, arg_list, .weight = 2, .slow = true },
	{ FD_VCPU, KVM_GET_MP_STATE, arg_any, .weight = 1 },
	{ FD_VCPU, KVM_SET_MP_STATE, arg_small, .weight = 4 },
	{ FD_VCPU, KVM_GET_VCPU_EVENTS, arg_any, .weight = 1 },
	{ FD_VCPU, KVM_SET_VCPU_EVENTS, arg_events, .weight = 3 },
	{ FD_VCPU, KVM_SET_GUEST_DEBUG, arg_debug, .weight = 3 },
	{ FD_VCPU, KVM_SET_SIGNAL_MASK, arg_signals, .weight = 1 },
	{ FD_VCPU, KVM_PRE_FAULT_MEMORY, arg_prefault, .weight = 4, .slow = true },
	{ FD_VCPU, KVM_GET_STATS_FD, NULL, 1, FD_EVENT, 1, .slow = true },
	{ FD_VCPU, KVM_SET_DEVICE_ATTR, fuzz_attr_vcpu, .weight = 8 },
	{ FD_VCPU, KVM_GET_DEVICE_ATTR, fuzz_attr_vcpu, .weight = 2 },
	{ FD_VCPU, KVM_HAS_DEVICE_ATTR, fuzz_attr_vcpu, .weight = 1 },
	{ FD_GIC, KVM_SET_DEVICE_ATTR, fuzz_attr_gic, .weight = 16 },
	{ FD_GIC, KVM_GET_DEVICE_ATTR, fuzz_attr_gic, .weight = 8 },
	{ FD_GIC, KVM_HAS_DEVICE_ATTR, fuzz_attr_gic, .weight = 2 },
	{ FD_ITS, KVM_SET_DEVICE_ATTR, fuzz_attr_its, .weight = 8 },
	{ FD_ITS, KVM_SET_DEVICE_ATTR, fuzz_attr_its_control, .weight = 4, .slow = true },
	{ FD_ITS, KVM_GET_DEVICE_ATTR, fuzz_attr_its, .weight = 3 },
	{ FD_ITS, KVM_HAS_DEVICE_ATTR, fuzz_attr_its, .weight = 1 },
	{ FD_OTHER, KVM_SET_DEVICE_ATTR, fuzz_attr_vfio, .weight = 3 },
	{ FD_OTHER, KVM_HAS_DEVICE_ATTR, fuzz_attr_vfio, .weight = 1 },
};

static const struct call *any_call(struct rng *r, bool slow)
{
	static unsigned int sums[2];
	unsigned int all = 0, at;

	if (!READ_ONCE(sums[slow])) {
		for (unsigned int i = 0; i < ARRAY_SIZE(calls); i++)
			all += calls[i].slow <= slow ? calls[i].weight : 0;
		WRITE_ONCE(sums[slow], all);
	}
	at = fuzz_below(r, sums[slow]);
	for (const struct call *c = calls;; c++) {
		if (c->slow > slow)
			continue;
		if (at < c->weight)
			return c;
		at -= c->weight;
	}
}

static void keep_device(struct rng *r, const struct kvm_create_device *cd)
{
	enum fuzz_kind kind = cd->type == KVM_DEV_TYPE_ARM_VGIC_ITS ? FD_ITS :
			      cd->type == KVM_DEV_TYPE_VFIO ? FD_OTHER : FD_GIC;

	if (!(cd->flags & KVM_CREATE_DEVICE_TEST))
		fuzz_keep_fd(r, kind, cd->fd);
}

static void make(struct rng *r, struct fuzz_args *args, const struct call *c)
{
	unsigned long request = c->request;
	int ret, fd = fuzz_fd(r, c->kind);
	u64 val = (u64)args->arg;

	if (c->arg)
		c->arg(r, args);
	else
		val = c->most > 1 ? fuzz_below(r, c->most) : 0;
	if (fuzz_one_in(r, 60))
		request = _IOC(fuzz_below(r, 4), KVMIO, fuzz_below(r, 256), fuzz_below(r, 256));
	if (c->arg && fuzz_one_in(r, 60))
		val = fuzz_hva(r);
	ret = kvm(fd, request, val);
	if (request == KVM_CREATE_DEVICE && !ret && val == (u64)args->arg)
		keep_device(r, (void *)args->arg);
	else if (c->makes)
		fuzz_keep_fd(r, c->makes, ret);
	else if (request == KEEL_VM_SAVE && !ret)
		args->size = ((struct keel_vm_image *)args->arg)->size;
}

void fuzz_call(struct rng *r, struct fuzz_args *args)
{
	make(r, args, any_call(r, true));
}

void fuzz_quick_call(struct rng *r, struct fuzz_args *args)
{
	make(r, args, any_call(r, fuzz_one_in(r, 500)));
}
