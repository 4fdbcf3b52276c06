// SPDX-License-Identifier: GPL-2.0-only
/* Guests with EL2: lib/nested.h. */
#include "nested.h"

void nested_need(void)
{
	if (kvm_cap(KVM_CAP_ARM_EL2) == 1)
		return;
	REQUIRE(!getenv("KEEL_EL2"));
	ktap_skip("no EL2 for guests");
}

struct vm *vm_el2(unsigned int n, void (*fn)(u64), u64 arg)
{
	struct vm *vm;

	nested_need();
	vm = vm_new_features(n, HAS_EL2, fn, arg);
	gic_new(vm, 64);
	return vm;
}

void run_el2(void (*fn)(u64), u64 arg)
{
	struct vm *vm = vm_el2(1, fn, arg);

	vcpu_finish(&vm->vcpu[0]);
	vm_free(vm);
}

void guest_nothing(u64 arg)
{
}

struct guest_regs seen;
u64 back_to;

void note(struct guest_regs *regs)
{
	seen = *regs;
	if (EC(regs->esr) == EC_UNKNOWN)
		regs->pc += 4;
	guest_nr_sync++;
}

void come_back(struct guest_regs *regs)
{
	seen = *regs;
	regs->pc = back_to;
	regs->pstate = PSTATE_EL2H;
}

__attribute__((noinline)) void eret_with(u64 pc, u64 spsr, u64 a, u64 b)
{
	register u64 x0 asm("x0") = a;
	register u64 x1 asm("x1") = b;
	register u64 x2 asm("x2") = pc;
	register u64 x3 asm("x3") = spsr;

	asm volatile("stp x29, x30, [sp, #-16]!\n"
		     "adr x9, 1f\n"
		     "adrp x10, %[back]\n"
		     "str x9, [x10, #:lo12:%[back]]\n"
		     "msr elr_el1, x2\n"
		     "msr spsr_el1, x3\n"
		     "isb\n"
		     "eret\n"
		     "1:\n"
		     "ldp x29, x30, [sp], #16\n"
		     : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) : [back]"S"(&back_to)
		     : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13",
		       "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25",
		       "x26", "x27", "x28", "memory", "cc");
}
