/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Firmware at EL3, for QEMU's "virt" machine with EL2, EL3, a GICv3 and CPUs before
 * Armv8.3, that answers PSCI 0.2 by SMC. It keeps EL2 from Linux: it enters the kernel
 * on every CPU at EL1. HVC is undefined there; with RESIDENT somebody is at EL2 who
 * knows none of the calls, and the console says at SYSTEM_OFF whether there were any.
 *
 * With AT_EL2 the kernel is entered at EL2, and the console says whether an SMC came while
 * a guest's stage 2 was on: of the guest, or of the hypervisor in the guest's place. All are
 * answered by GUEST_ANSWER.
 *
 * In the flash at 0, which is EL3's alone, and with RESIDENT also in that at FLASH1.
 * run --firmware puts kernel and device tree in memory.
 */
#define KERNEL		0x40200000
#define TREE		0x40000000
#define FLASH1		0x04000000
#define UART		0x09000000
#define GPIO		0x090b0000	/* EL3's: bit 0 turns the machine off, bit 1 resets it */
#define GICD		0x08000000
#define GICR		0x080a0000
#define GICR_SIZE	17		/* log2 */
/* EL3's memory: for each CPU entry and context, 0: not started */
#define BOXES		0x0e000000
#define CALLS		0x0e001000
#define COUNT		0x82000000	/* EL2 to EL3 */
#define GUEST_ANSWER	0x5ec5ec0

#define ICC_PMR_EL1	S3_0_C4_C6_0
#define ICC_SRE_EL2	S3_4_C12_C9_5
#define ICC_SRE_EL3	S3_6_C12_C12_5
#define ICH_HCR_EL2	S3_4_C12_C11_0

#define SCR_NS_RW_FIQ	0x435		/* HCE is 0x100 */
#define HCR_RW		(1 << 31)
#define CPTR_NONE	0x33ff
#define CNTHCTL_EL1	3		/* the physical counter and timer are EL1's as well */
#define SCTLR_EL1_OFF	0x30d00800
#define SCTLR_EL2_OFF	0x30c50830
#define SPSR_EL1H_DAIF	0x3c5
#define SPSR_EL2H_DAIF	0x3c9

#ifdef AT_EL2
#define SPSR_KERNEL	SPSR_EL2H_DAIF
#define REPORT		"SMC of a guest's"
#else
#define SPSR_KERNEL	SPSR_EL1H_DAIF
#ifdef RESIDENT
#define REPORT		"HVC"
#endif
#endif

	.macro	one_more
	ldr	x4, =CALLS
	ldr	w5, [x4]
	add	w5, w5, #1
	str	w5, [x4]
	.endm

	.text
	/* reset: all CPUs */
	adr	x0, vectors
	msr	vbar_el3, x0
#ifdef REPORT
	mov	x0, #SCR_NS_RW_FIQ | 0x100
#else
	mov	x0, #SCR_NS_RW_FIQ
#endif
	msr	scr_el3, x0
	msr	cptr_el3, xzr
	msr	mdcr_el3, xzr
	mov	x0, #0xf
	msr	ICC_SRE_EL3, x0
	isb
	msr	ICC_SRE_EL2, x0
	mov	x0, #0xff
	msr	ICC_PMR_EL1, x0

	/* the CPU's redistributor awake, its interrupts and all others Linux's */
	mrs	x19, mpidr_el1
	and	x19, x19, #0xff
	ldr	x1, =GICR
	add	x1, x1, x19, lsl #GICR_SIZE
	str	wzr, [x1, #0x14]
1:	ldr	w0, [x1, #0x14]
	tbnz	w0, #2, 1b
	mov	w0, #-1
	add	x1, x1, #0x10000
	str	w0, [x1, #0x80]
	ldr	x20, =BOXES
	add	x20, x20, x19, lsl #4
	cbnz	x19, park
	ldr	x1, =GICD
	mov	w2, #0x30
	str	w2, [x1]
	mov	x2, #0x84
2:	str	w0, [x1, x2]
	add	x2, x2, #4
	cmp	x2, #0xa4
	b.ne	2b
	ldr	x21, =KERNEL
	ldr	x0, =TREE
	b	enter

park:	wfe
	ldr	x21, [x20]
	cbz	x21, park
	ldr	x0, [x20, #8]

	/* x0: context, x21: where */
enter:	mov	x1, #HCR_RW
	msr	hcr_el2, x1
	mrs	x1, midr_el1
	msr	vpidr_el2, x1
	mrs	x1, mpidr_el1
	msr	vmpidr_el2, x1
	mov	x1, #CNTHCTL_EL1
	msr	cnthctl_el2, x1
	msr	cntvoff_el2, xzr
	mov	x1, #CPTR_NONE
	msr	cptr_el2, x1
	msr	hstr_el2, xzr
	msr	vttbr_el2, xzr
	msr	ICH_HCR_EL2, xzr
#ifdef RESIDENT
	adr	x1, resident
	ldr	x2, =FLASH1
	add	x1, x1, x2
	msr	vbar_el2, x1
#endif
	ldr	x1, =SCTLR_EL1_OFF
	msr	sctlr_el1, x1
	ldr	x1, =SCTLR_EL2_OFF
	msr	sctlr_el2, x1
	mov	x1, #SPSR_KERNEL
	msr	spsr_el3, x1
	msr	elr_el3, x21
	mov	x1, xzr
	mov	x2, xzr
	mov	x3, xzr
	eret

	/* SMC of EL1 or EL2. x0: what; returns in x0, x4-x17 are not kept */
call:
#ifdef AT_EL2
	mrs	x4, hcr_el2
	tbz	x4, #0, 1f			/* VM: none of the host's worlds has it */
	one_more
	ldr	w0, =GUEST_ANSWER
	eret
1:
#endif
	ldr	w4, =COUNT
	cmp	w0, w4
	b.eq	count
	ldr	w4, =0x84000000			/* PSCI_VERSION */
	cmp	w0, w4
	b.eq	version
	ldr	w4, =0xc4000003			/* CPU_ON */
	cmp	w0, w4
	b.eq	on
	ldr	w4, =0x84000008			/* SYSTEM_OFF, SYSTEM_RESET */
	sub	w4, w0, w4
	cmp	w4, #1
	b.ls	off
	mov	x0, #-1
	eret
version:
	mov	x0, #2
	eret
count:	one_more
	mov	x0, #-1
	eret
	/* x1: CPU, x2: entry, x3: context */
on:	ldr	x4, =BOXES
	and	x5, x1, #0xff
	add	x4, x4, x5, lsl #4
	str	x3, [x4, #8]
	dsb	sy
	str	x2, [x4]
	dsb	sy
	sev
	mov	x0, xzr
	eret
	/* w4: 0 off, 1 reset */
off:	mov	w10, #1
	lsl	w10, w10, w4
#ifdef REPORT
	adr	x6, none
	adr	x7, some
	ldr	x5, =CALLS
	ldr	w5, [x5]
	cmp	w5, #0
	csel	x6, x6, x7, eq
	ldr	x5, =UART
1:	ldrb	w7, [x6], #1
	cbz	w7, 2f
	str	w7, [x5]
	b	1b
2:
#endif
	ldr	x5, =GPIO
	str	w10, [x5, #0x400]		/* these bits are outputs */
	str	w10, [x5, #0xc]			/* and high */
	b	.
	.ltorg
#ifdef REPORT
none:	.asciz	"\nfirmware: no " REPORT "\n"
some:	.asciz	"\nfirmware: BUG: " REPORT "\n"
#endif

	.balign	2048
vectors:
	.rept	8
	b	.
	.balign	128
	.endr
	mrs	x4, esr_el3			/* synchronous, from a lower level */
	lsr	x4, x4, #26
	cmp	x4, #0x17			/* SMC */
	b.ne	.
	b	call
	.balign	512
	b	call				/* of AArch32 */

	.balign	2048
resident:
	.rept	8
	b	.
	.balign	128
	.endr
	ldr	w0, =COUNT			/* synchronous, from EL1 */
	smc	#0
	eret
	.ltorg
	.balign	2048
