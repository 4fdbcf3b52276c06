// SPDX-License-Identifier: GPL-2.0-only
/*
 * A guest with EL2 (KVM_ARM_VCPU_HAS_EL2), where HCR_EL2.E2H is always 1. Proves:
 *  - without the capability the feature is refused, with it what it takes to run
 *  - reset, ID registers and the registers that user space sees
 *  - the names of EL2, EL1 and EL12 mean the registers that they should, for the
 *    guest and for user space
 *  - TLB invalidations and address translation of EL2
 *  - PSCI by SMC, secondary CPUs start at EL2
 *  - SGIs, the four timers and the maintenance interrupt arrive at EL2
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "lib/nested.h"

/* ---- the ABI ---- */

static int init(int vm, u32 features)
{
	int vcpu = vcpu_fd(vm, 0), ret = vcpu_init_fd(vm, vcpu, features);

	close(vcpu);
	return ret;
}

static void feature(void)
{
	struct vm *vm;
	u64 v = PSTATE_EL2H;
	/* a level that does not know the features, or one that does not have them here */
	int no = kvm_cap(KVM_CAP_ARM_WRITABLE_IMP_ID_REGS) ? -EINVAL : -ENOENT;

	CHECK_EQ(kvm_cap(KVM_CAP_ARM_EL2_E2H0), 0);
	CHECK_EQ(init(vm_fd(0), 1u << KVM_ARM_VCPU_HAS_EL2_E2H0), no);
	CHECK_EQ(init(vm_fd(0), HAS_EL2 | 1u << KVM_ARM_VCPU_HAS_EL2_E2H0), no);
	vm = vm_new(1, guest_nothing, 0);
	CHECK_EQ(reg_set(vm->vcpu[0].fd, REG_PSTATE, &v), -EINVAL);
	CHECK_EQ(reg_get(vm->vcpu[0].fd, REG_HCR_EL2, &v), -ENOENT);
	vm_free(vm);
	if (kvm_cap(KVM_CAP_ARM_EL2) != 1) {
		CHECK_EQ(init(vm_fd(0), HAS_EL2), no);
		return;
	}
	CHECK_EQ(init(vm_fd(0), HAS_EL2), 0);
	CHECK_EQ(init(vm_fd(0), HAS_EL2 | 1u << KVM_ARM_VCPU_EL1_32BIT), -EINVAL);
	/* it takes a GIC */
	vm = vm_new_features(1, HAS_EL2, guest_nothing, 0);
	CHECK_EQ(vcpu_run(&vm->vcpu[0]), -EINVAL);
	vm_free(vm);
}

static int timer_ppi(struct vcpu *vcpu, u64 attr, int set)
{
	int ppi = set;
	unsigned long what = set ? KVM_SET_DEVICE_ATTR : KVM_GET_DEVICE_ATTR;
	int ret = device_attr(vcpu->fd, what, KVM_ARM_VCPU_TIMER_CTRL, attr, &ppi);

	return ret ? ret : ppi;
}

/* EL2's physical timer raises its own interrupt, and none that was its own in what was refused. */
static void guest_raises(u64 arg)
{
	wr(CNTHP_CVAL, 0);
	wr(CNTHP_CTL, 1);
	GUEST_EQ(mmio_read32(GIC_SGI(0) + GIC_ISPENDR) & (1u << 26 | 1u << 27), 1u << 26);
}

static void attributes(void)
{
	struct vm *vm;
	struct vcpu *vcpu;
	u32 intid = 0;
	int gic;

	nested_need();
	vm = vm_new_features(1, HAS_EL2, guest_raises, 0);
	vcpu = &vm->vcpu[0];
	gic = gic_create(vm->fd);
	CHECK_EQ(device_attr(gic, KVM_HAS_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_MAINT_IRQ, 0, NULL), 0);
	CHECK_EQ(device_attr(gic, KVM_GET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_MAINT_IRQ, 0, &intid), 0);
	CHECK_EQ(intid, 25);
	CHECK_EQ(device_attr(gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_MAINT_IRQ, 0, (void *)8), -EFAULT);
	intid = 32;
	CHECK_EQ(device_attr(gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_MAINT_IRQ, 0, &intid), -EINVAL);
	intid = 24;
	CHECK_EQ(device_attr(gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_MAINT_IRQ, 0, &intid), 0);
	REQUIRE_EQ(gic_set_addr(gic, KVM_VGIC_V3_ADDR_TYPE_REDIST, GICR_BASE), 0);
	gic_init(gic, 64);
	CHECK_EQ(device_attr(gic, KVM_SET_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_MAINT_IRQ, 0, &intid), -EBUSY);
	CHECK_EQ(timer_ppi(vcpu, KVM_ARM_VCPU_TIMER_IRQ_VTIMER, 0), 27);
	CHECK_EQ(timer_ppi(vcpu, KVM_ARM_VCPU_TIMER_IRQ_PTIMER, 0), 30);
	CHECK_EQ(timer_ppi(vcpu, KVM_ARM_VCPU_TIMER_IRQ_HVTIMER, 0), 28);
	CHECK_EQ(timer_ppi(vcpu, KVM_ARM_VCPU_TIMER_IRQ_HPTIMER, 0), 26);
	CHECK_EQ(timer_ppi(vcpu, KVM_ARM_VCPU_TIMER_IRQ_HPTIMER, 27), 27);
	CHECK_EQ(vcpu_run(vcpu), -EINVAL);	/* two lines of one number */
	CHECK_EQ(timer_ppi(vcpu, KVM_ARM_VCPU_TIMER_IRQ_HPTIMER, 26), 26);
	vcpu_finish(vcpu);
	CHECK_EQ(timer_ppi(vcpu, KVM_ARM_VCPU_TIMER_IRQ_HPTIMER, 26), -EBUSY);
	vm_free(vm);
	close(gic);
}

/* The attribute of a system register at the GIC, as KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS has it. */
#define GIC_REG(op1, crn, crm, op2)	((u64)(3 << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2)))

static int ich(int gic, bool set, u64 attr, u64 *v)
{
	return device_attr(gic, set ? KVM_SET_DEVICE_ATTR : KVM_GET_DEVICE_ATTR,
			   KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, attr, v);
}

static void list_registers(void)
{
	u64 lr0 = GIC_REG(4, 12, 12, 0), lr15 = GIC_REG(4, 12, 13, 7), vtr = GIC_REG(4, 12, 11, 1),
	    v;
	struct vm *vm;
	int gic;

	nested_need();
	vm = vm_new_features(1, HAS_EL2, guest_nothing, 0);
	gic = gic_new(vm, 64);
	v = 0x123456789abcdefUL;
	CHECK_EQ(ich(gic, true, lr0, &v), 0);
	v = 15;
	CHECK_EQ(ich(gic, true, lr15, &v), 0);
	CHECK_EQ(ich(gic, false, lr0, &v), 0);
	CHECK_EQ(v, 0x123456789abcdefUL);
	CHECK_EQ(ich(gic, false, lr15, &v), 0);
	CHECK_EQ(v, 15);
	CHECK_EQ(ich(gic, false, vtr, &v), 0);
	CHECK_EQ(ich(gic, true, vtr, &v), 0);
	v ^= 1;
	CHECK_EQ(ich(gic, true, vtr, &v), -EINVAL);
	vm_free(vm);
	close(gic);
	vm = vm_new(1, guest_nothing, 0);
	gic = gic_new(vm, 64);
	CHECK_EQ(ich(gic, false, lr0, &v), -ENOENT);
	CHECK_EQ(device_attr(gic, KVM_HAS_DEVICE_ATTR, KVM_DEV_ARM_VGIC_GRP_CPU_SYSREGS, lr0, NULL), -ENXIO);
	vm_free(vm);
	close(gic);
}

/* ---- registers as user space sees them ---- */

static void reset(void)
{
	struct vm *vm = vm_el2(1, guest_nothing, 0);
	struct vcpu *vcpu = &vm->vcpu[0];

	CHECK_EQ(reg_read(vcpu, REG_PSTATE), PSTATE_EL2H);
	CHECK_EQ(reg_read(vcpu, REG_HCR_EL2), HCR_E2H);
	CHECK_EQ(reg_read(vcpu, REG_SCTLR_EL2), 0x30c50830);
	CHECK_EQ(reg_read(vcpu, REG_SCTLR), 0x00c50078);
	vm_free(vm);
}

static bool listed(const struct kvm_reg_list *list, u64 id)
{
	for (u64 i = 0; i < list->n; i++)
		if (list->reg[i] == id)
			return true;
	return false;
}

/* What is read can be written; in the list is what a migration takes. */
static void list(void)
{
	static const u64 wanted[] = {
		REG_HCR_EL2,	 REG_SCTLR_EL2, REG_VBAR_EL2,  REG_TPIDR_EL2, REG_SP_EL2,
		REG_CNTHCTL_EL2, EL2(0, 0, 0),	EL2(0, 0, 5),  EL2(1, 0, 1),  EL2(1, 1, 1),
		EL2(1, 1, 2),	 EL2(1, 1, 3),	EL2(1, 1, 6),  EL2(1, 1, 7),  EL2(1, 2, 2),
		EL2(2, 0, 0),	 EL2(2, 0, 1),	EL2(2, 0, 2),  EL2(2, 1, 0),  EL2(2, 1, 2),
		EL2(4, 0, 0),	 EL2(4, 0, 1),	EL2(5, 1, 0),  EL2(5, 1, 1),  EL2(5, 2, 0),
		EL2(5, 2, 3),	 EL2(6, 0, 0),	EL2(6, 0, 4),  EL2(10, 2, 0), EL2(10, 3, 0),
		EL2(12, 1, 1),	 EL2(13, 0, 1), EL2(14, 0, 3), EL2(14, 2, 1), EL2(14, 2, 2),
		EL2(14, 3, 1),	 EL2(14, 3, 2),
	};
	struct vm *vm = vm_el2(1, guest_nothing, 0);
	struct kvm_reg_list *all = vcpu_reg_list(vm->vcpu[0].fd);

	for (unsigned int i = 0; i < ARRAY_SIZE(wanted); i++)
		CHECK(listed(all, wanted[i]), "%#lx", wanted[i]);
	/* the GIC's are attributes of its own */
	CHECK(!listed(all, EL2(12, 12, 0)));
	for (u64 i = 0; i < all->n; i++) {
		u64 v[2048 / 64] = {};

		CHECK_EQ(reg_get(vm->vcpu[0].fd, all->reg[i], v), 0);
		CHECK(reg_set(vm->vcpu[0].fd, all->reg[i], v) == 0, "%#llx", all->reg[i]);
	}
	free(all);
	vm_free(vm);
}

static void guest_homes(u64 arg)
{
	/* EL2's by three names, EL1's by one: SCTLR is on, VBAR is the guest's */
	GUEST_EQ(rd(sctlr_el2), rd(sctlr_el1));
	GUEST_EQ(rd(vbar_el2), rd(vbar_el1));
	GUEST_EQ(rd(SCTLR_EL12), 0x00c50078);
	wr(VBAR_EL12, 0x11000);
	wr(TCR_EL12, 0x12);
	wr(CNTKCTL_EL12, 0x13);
	wr(tpidr_el2, 0x14);
	wr(tpidr_el1, 0x15);
	wr(CONTEXTIDR_EL2, 0x16);
	GUEST_EQ(rd(contextidr_el1), 0x16);
	wr(cnthctl_el2, 0x403);
	GUEST_EQ(rd(cntkctl_el1) & 3, 3);
	GUEST_EQ(rd(cnthctl_el2), 0x403);
	wr(hpfar_el2, 0x170);
	wr(vttbr_el2, 0x18000);
	wr(esr_el2, 0x19);
	GUEST_EQ(rd(esr_el1), 0x19);
	wr(mdcr_el2, 0x1a);
	GUEST_EQ(rd(mdcr_el2), 0x1a);
	GUEST_EQ(rd(cptr_el2) >> 20 & 3, 3);
	/* E2H is 1 again, when something has trapped */
	wr(hcr_el2, HCR_TGE);
	GUEST_EQ(rd(hpfar_el2), 0x170);
	GUEST_EQ(rd(hcr_el2), HCR_E2H | HCR_TGE);
	wr(hcr_el2, HCR_E2H);
	GUEST_EQ(rd(VBAR_EL12), 0x11000);
	GUEST_SYNC(1, 0);
	GUEST_EQ(rd(VBAR_EL12), 0x21000);
	GUEST_EQ(rd(tpidr_el2), 0x24);
	GUEST_EQ(rd(hpfar_el2), 0x270);
	GUEST_EQ(rd(CNTKCTL_EL12), 0x23);
}

static void homes(void)
{
	struct vm *vm = vm_el2(1, guest_homes, 0);
	struct vcpu *vcpu = &vm->vcpu[0];

	vcpu_sync(vcpu, 1);
	CHECK_EQ(reg_read(vcpu, REG_VBAR_EL1), 0x11000);
	CHECK(reg_read(vcpu, REG_VBAR_EL2) != 0x11000);
	CHECK_EQ(reg_read(vcpu, REG_SYS(3, 0, 2, 0, 2)), 0x12);
	CHECK_EQ(reg_read(vcpu, REG_CNTKCTL_EL1), 0x13);
	CHECK_EQ(reg_read(vcpu, REG_TPIDR_EL2), 0x14);
	CHECK_EQ(reg_read(vcpu, REG_SYS(3, 0, 13, 0, 4)), 0x15);
	CHECK_EQ(reg_read(vcpu, EL2(13, 0, 1)), 0x16);
	CHECK_EQ(reg_read(vcpu, EL2(6, 0, 4)), 0x170);
	CHECK_EQ(reg_read(vcpu, EL2(2, 1, 0)), 0x18000);
	CHECK_EQ(reg_read(vcpu, EL2(5, 2, 0)), 0x19);
	CHECK_EQ(reg_read(vcpu, EL2(1, 1, 1)), 0x1a);
	CHECK_EQ(reg_read(vcpu, REG_PSTATE) & 0xf, 9);
	reg_write(vcpu, REG_VBAR_EL1, 0x21000);
	reg_write(vcpu, REG_TPIDR_EL2, 0x24);
	reg_write(vcpu, EL2(6, 0, 4), 0x270);
	reg_write(vcpu, REG_CNTKCTL_EL1, 0x23);
	vcpu_finish(vcpu);
	vm_free(vm);
}

/* ---- what the guest is told that it has ---- */

static void guest_identity(u64 arg)
{
	u64 granule;

	GUEST_EQ(mrs(CurrentEL), 2 << 2);
	GUEST_ASSERT(rd(hcr_el2) & HCR_E2H);
	GUEST_EQ(rd(id_aa64pfr0_el1) & 0xffff, 0x1111);
	GUEST_EQ(rd(id_aa64mmfr1_el1) >> 8 & 0xf, 1);		/* VH */
	/* TGRAN4_2, TGRAN16_2, TGRAN64_2: the host's pages, and none that are smaller */
	granule = rd(id_aa64mmfr0_el1) >> 32 & 0xfff;
	GUEST_EQ(granule >> 8, PAGE == 4096 ? 2 : 1);
	GUEST_ASSERT(PAGE != 16384 || (granule & 0xf) == 2);
	GUEST_ASSERT(PAGE != 65536 || (granule & 0xff) == 0x21);
	GUEST_EQ(rd(id_aa64mmfr1_el1) >> 28 & 0xf, 0);		/* XNX */
	GUEST_EQ(rd(id_aa64mmfr2_el1) >> 24 & 0xf, 0);		/* NV */
	GUEST_EQ(rd(ID_MMFR4) >> 20 & 0xff, 0xe0);
	GUEST_EQ(rd(ICC_SRE_EL2), 0xf);
	GUEST_ASSERT((rd(ICH_VTR) & 0x1f) < 16);
}

static void identity(void)
{
	run_el2(guest_identity, 0);
}

/* By the VMM, before the first run: what virtual EL2 does not need. */
static void hidden_by_vmm(void)
{
	const u64 mmfr1 = REG_SYS(3, 0, 0, 7, 1), mmfr2 = REG_SYS(3, 0, 0, 7, 2);
	struct vm *vm = vm_el2(1, guest_nothing, 0);
	struct vcpu *vcpu = &vm->vcpu[0];
	u64 val = reg_read(vcpu, mmfr2), other;

	CHECK_EQ(val >> 48 & 0xf, 1);				/* TTL */
	other = val + (1ul << 48);
	CHECK_EQ(reg_set(vcpu->fd, mmfr2, &other), -EINVAL);
	other = val - (1ul << 48);
	CHECK_EQ(reg_set(vcpu->fd, mmfr2, &other), 0);
	CHECK_EQ(reg_read(vcpu, mmfr2), other);
	CHECK_EQ(reg_set(vcpu->fd, mmfr2, &val), 0);
	CHECK_EQ(reg_read(vcpu, mmfr2), val);
	other = reg_read(vcpu, mmfr1) & ~(0xful << 8);		/* VH */
	CHECK_EQ(reg_set(vcpu->fd, mmfr1, &other), -EINVAL);
	vcpu_finish(vcpu);
	vm_free(vm);
}

/* ---- translation ---- */

#define WINDOW		5		/* of guest_l1, and what it shows */
#define WINDOW_AT	(WINDOW * 0x40000000ul)

static void show(u64 gpa, u64 attributes)
{
	guest_l1[WINDOW] = 0;
	dsb(ishst);
	asm volatile("tlbi vae2is, %0\n dsb ish\n isb" :: "r"(WINDOW_AT >> 12) : "memory");
	guest_l1[WINDOW] = (gpa & ~0x3ffffffful) | BLOCK_AF_INNER | attributes;
	dsb(ishst);
	isb();
}

static u64 marks[2];

static u64 looks_like(u64 *p)
{
	return READ_ONCE(*(u64 *)((u64)p % 0x40000000ul + WINDOW_AT));
}

static void guest_tlb(u64 arg)
{
	marks[0] = 0x1234;
	for (int i = 0; i < 4; i++) {
		show(0, 0);
		GUEST_EQ(looks_like(&marks[0]), 0x1234);
		show(DATA_BASE, 0);
		GUEST_EQ(READ_ONCE(*(u64 *)(WINDOW_AT + 8)), 0x5678);
	}
	/* and all other ways to say so; those about a guest's have guest_nothing to do */
	asm volatile("tlbi alle2is\n tlbi alle2\n tlbi vae2, xzr\n tlbi vale2is, xzr\n tlbi vale2, xzr\n"
		     "tlbi alle1is\n tlbi alle1\n tlbi vmalls12e1is\n tlbi vmalls12e1\n"
		     "tlbi ipas2e1is, xzr\n tlbi ipas2le1is, xzr\n tlbi ipas2e1, xzr\n"
		     "dsb ish\n isb" ::: "memory");
	show(0, 0);
	GUEST_EQ(looks_like(&marks[0]), 0x1234);
}

static void tlb(void)
{
	struct vm *vm = vm_el2(1, guest_tlb, 0);
	u64 *page = vm_alloc(PAGE, PAGE);

	page[1] = 0x5678;
	REQUIRE_EQ(vm_slot(vm->fd, 1, 0, DATA_BASE, PAGE, page), 0);
	vcpu_finish(&vm->vcpu[0]);
	vm_free(vm);
	munmap(page, PAGE);
}

#define AT(op, va) ({ \
	asm volatile("at " #op ", %0\n isb" :: "r"(va) : "memory"); \
	mrs(par_el1); })

static void guest_at(u64 arg)
{
	u64 here = (u64)&marks[0], par;

	show(0, 0);
	wr(hcr_el2, HCR_E2H | HCR_TGE);
	GUEST_EQ(AT(s1e2r, here), AT(s1e1r, here));
	GUEST_EQ(AT(s1e2r, here), AT(s12e1r, here));
	GUEST_EQ(AT(s1e0r, here) & 1, 1);		/* EL0 has no access there */
	wr(hcr_el2, HCR_E2H | HCR_RW);
	par = AT(s1e2r, here % 0x40000000ul + WINDOW_AT);
	GUEST_EQ(par & 1, 0);
	GUEST_EQ(par & 0xfffffffff000ul, here & ~0xffful);
	GUEST_EQ(par >> 56, 0xff);
	GUEST_EQ(AT(s1e2w, here % 0x40000000ul + WINDOW_AT) & 1, 0);
	show(0, 2ul << 6);		/* read-only */
	GUEST_EQ(AT(s1e2r, here % 0x40000000ul + WINDOW_AT) & 1, 0);
	par = AT(s1e2w, here % 0x40000000ul + WINDOW_AT);
	GUEST_EQ(par & 1, 1);
	GUEST_EQ(par >> 1 & 0x3f, 0x0d);		/* permission, level 1 */
	guest_l1[WINDOW + 1] = 0;
	dsb(ishst);
	asm volatile("tlbi alle2is\n dsb ish\n isb" ::: "memory");
	par = AT(s1e2r, WINDOW_AT + 0x40000000ul);
	GUEST_EQ(par & 1, 1);
	GUEST_EQ(par >> 1 & 0x3f, 0x05);		/* translation, level 1 */
	/* below, EL1 has its MMU off */
	GUEST_EQ(AT(s1e1r, here) & 0xfffffffff001ul, here & ~0xffful);
	GUEST_EQ(AT(s12e1r, here) & 0xfffffffff001ul, here & ~0xffful);
	GUEST_EQ(AT(s1e1r, WINDOW_AT) & 0xfffffffff001ul, WINDOW_AT);
}

static void at(void)
{
	run_el2(guest_at, 0);
}

/* ---- PSCI ---- */

#define FN_VERSION	0x84000000
#define FN_CPU_ON	0xc4000003

static u64 second_el, second_arg;

static void guest_second(u64 arg)
{
	second_arg = arg;
	store_release(&second_el, mrs(CurrentEL));
	for (;;)
		wfi();
}

static void guest_psci(u64 arg)
{
	GUEST_ASSERT(guest_smc(FN_VERSION, 0, 0, 0).a0 >= 0x10000);
	guest_secondary_fn = guest_second;
	/* what the other reads with its caches off */
	asm volatile("dc civac, %0\n dsb sy" :: "r"(&guest_secondary_fn) : "memory");
	GUEST_EQ(guest_smc(FN_CPU_ON, 1, (u64)guest_secondary, 0x99).a0, 0);
	while (!load_acquire(&second_el))
		;
	GUEST_EQ(second_el, 2 << 2);
	GUEST_EQ(second_arg, 0x99);
}

static bool second_ends;

static void *run_second(void *vcpu)
{
	while (!load_acquire(&second_ends))
		vcpu_run(vcpu);
	return NULL;
}

static void psci(void)
{
	struct vm *vm = vm_el2(2, guest_psci, 0);
	pthread_t thread;

	REQUIRE_EQ(pthread_create(&thread, NULL, run_second, &vm->vcpu[1]), 0);
	vcpu_finish(&vm->vcpu[0]);
	/* the process ends with its threads */
	ktap_end();
}

/* ---- interrupts ---- */

static u64 taken, taken_spsr;

/* A level stays until its cause is gone: that is each test's own. */
static void (*quiet)(void);

static void take(struct guest_regs *regs)
{
	u64 intid = icc_read(ICC_IAR1);

	if (intid >= 1020)
		return;
	taken_spsr = regs->pstate;
	if (quiet)
		quiet();
	icc_write(ICC_EOIR1, intid);
	store_release(&taken, intid);
}

static void hv_off(void)
{
	wr(CNTHV_CTL, 0);
}

static void hp_off(void)
{
	wr(CNTHP_CTL, 0);
}

static void v_off(void)
{
	wr(CNTV_CTL_EL02, 0);
}

static void p_off(void)
{
	wr(CNTP_CTL_EL02, 0);
}

static void maint_off(void)
{
	wr(ICH_HCR, 0);
}

/* While it waits it does not leave the guest but by WFI: a line may have to rise by itself. */
static void wait_for(u64 intid)
{
	wfi_until(load_acquire(&taken));
	GUEST_EQ(taken, intid);
	GUEST_EQ(taken_spsr & 0x1f, 9);
	taken = 0;
}

static void guest_interrupts(u64 arg)
{
	u64 soon = 20000;

	gic_enable(64, true);
	guest_on(VEC_IRQ, take);
	wr(hcr_el2, HCR_E2H | HCR_TGE);
	irq_on();
	gic_send_sgi(5, 1);
	wait_for(5);

	quiet = hv_off;
	wr(CNTHV_CVAL, mrs(cntpct_el0) + soon);
	wr(CNTHV_CTL, 3);
	GUEST_EQ(rd(cntv_ctl_el0) & 3, 3);
	wr(CNTHV_CTL, 1);
	wait_for(28);
	wr(cntv_cval_el0, mrs(cntvct_el0) + soon);
	wr(cntv_ctl_el0, 1);
	wait_for(28);

	quiet = hp_off;
	wr(CNTHP_CVAL, mrs(cntpct_el0) + soon);
	wr(CNTHP_CTL, 1);
	wait_for(26);
	wr(cntp_tval_el0, soon);
	wr(cntp_ctl_el0, 1);
	wait_for(26);

	quiet = v_off;
	wr(cntvoff_el2, FAR_AWAY);
	wr(CNTV_TVAL_EL02, soon);
	wr(CNTV_CTL_EL02, 1);
	wait_for(27);
	wr(CNTV_CVAL_EL02, mrs(cntpct_el0) - FAR_AWAY + soon);
	wr(CNTV_CTL_EL02, 1);
	wait_for(27);
	/* in the time of EL2 this would be the past */
	wr(cntvoff_el2, 0);
	wr(CNTV_CVAL_EL02, mrs(cntpct_el0) + FAR_AWAY);
	wr(CNTV_CTL_EL02, 1);
	GUEST_EQ(rd(CNTV_CTL_EL02) & 4, 0);
	GUEST_EQ(mmio_read32(GIC_SGI(0) + GIC_ISPENDR) & 1u << 27, 0);
	wr(cntvoff_el2, -FAR_AWAY);
	wait_for(27);
	quiet = p_off;
	wr(CNTP_CVAL_EL02, mrs(cntpct_el0) + soon);
	wr(CNTP_CTL_EL02, 1);
	wait_for(30);

	/* list registers: with none in use, underflow */
	quiet = maint_off;
	GUEST_EQ(rd(ICH_MISR), 0);
	GUEST_EQ(rd(ICH_ELRSR) & 1, 1);
	wr(ICH_LR0, 1ul << 62 | 1ul << 60 | 99);
	GUEST_EQ(rd(ICH_ELRSR) & 1, 0);
	wr(ICH_HCR, 3);
	GUEST_EQ(rd(ICH_MISR) & 2, 2);
	wait_for(25);
}

static void interrupts(void)
{
	run_el2(guest_interrupts, 0);
}

static const struct ktap_case cases[] = {
	{ "the feature, and what it takes", feature },
	{ "interrupt numbers are attributes", attributes },
	{ "the GIC's registers of EL2 are attributes", list_registers },
	{ "reset", reset },
	{ "the list of registers", list },
	{ "each register has its home", homes },
	{ "what the guest is told", identity },
	{ "what the VMM may hide", hidden_by_vmm },
	{ "TLB invalidations", tlb },
	{ "address translation", at },
	{ "PSCI by SMC, and a second CPU", psci },
	{ "interrupts and timers", interrupts },
};
KTAP_MAIN(cases)
