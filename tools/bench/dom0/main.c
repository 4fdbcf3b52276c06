// SPDX-License-Identifier: GPL-2.0-only
/*
 * Of the operations of bench.c those that the kernel of Xen's first domain can
 * do: the same instructions between the same marks. They are done when the
 * module is loaded, which fails when one was not what it should be.
 *
 * The kernel's interrupts wait meanwhile, ours are of a higher priority and
 * taken by vectors of our own (entry.S). Its timer is off: each exit would pay
 * for an interrupt that waits.
 */
#include <linux/io.h>
#include <linux/module.h>
#include <linux/of_address.h>
#include <linux/workqueue.h>
#include <asm/sysreg.h>
#include "tools/bench/ops.h"

#define BATCHES		8
#define SGI		15	/* the kernel has no use for it */
#define VTIMER		27
#define NONE		1023
#define OURS		0x40	/* priorities: ours, and what is not taken with ours */
#define THEIRS		0x80
#define PATIENCE	100000000

#define GICD_IIDR	0x8
#define GICD_IPRIORITYR	0x400
#define GICR_STRIDE	0x20000
#define SGI_FRAME	0x10000
#define GICR_ISENABLER0	(SGI_FRAME + 0x100)
#define GICR_ICENABLER0	(SGI_FRAME + 0x180)
#define GICR_IPRIORITYR	(SGI_FRAME + 0x400)

#define BATCH(id, stmt) do { \
	BEGIN(id); \
	for (unsigned int batch_i = 0; batch_i < N_##id; batch_i++) { stmt; } \
	END(id); \
	} while (0)
#define MEASURE(id, stmt) do { \
	for (unsigned int batch = 0; batch < BATCHES; batch++) \
		BATCH(id, stmt); \
	} while (0)

extern char bench_vectors[];
void bench_take(void);

static void __iomem *gicd, *gicr;
static unsigned long nr_taken[2];
static unsigned long receiver_up, receiver_ends;
static bool completion_marked;

static void smccc(unsigned long fn, unsigned long arg)
{
	register unsigned long x0 asm("x0") = fn;
	register unsigned long x1 asm("x1") = arg;

	asm volatile("hvc #0" : "+r"(x0), "+r"(x1) :: "x2", "x3", "memory");
}

/* XENVER_version, which does nothing but answer. */
static void xen_version(void)
{
	register unsigned long x0 asm("x0") = 0;
	register unsigned long x1 asm("x1") = 0;
	register unsigned long x16 asm("x16") = 17;

	asm volatile("hvc #0xea1" : "+r"(x0), "+r"(x1) : "r"(x16) : "memory");
}

static void send(unsigned int cpu)
{
	write_sysreg_s((u64)SGI << 24 | 1u << cpu, SYS_ICC_SGI1R_EL1);
	isb();
}

static void end(u64 irq)
{
	write_sysreg_s(irq, SYS_ICC_EOIR1_EL1);
	isb();
}

/* From entry.S: an interrupt is taken. */
void bench_take(void)
{
	unsigned int cpu = raw_smp_processor_id();
	u64 irq = read_sysreg_s(SYS_ICC_IAR1_EL1);

	isb();
	if (irq == VTIMER) {
		write_sysreg(0, cntv_ctl_el0);
		isb();
	}
	if (completion_marked)
		BATCH(EOI, end(irq));
	else
		end(irq);
	if (irq != NONE)
		smp_store_release(&nr_taken[cpu], nr_taken[cpu] + 1);
}

static bool await(unsigned long *word, unsigned long value)
{
	for (unsigned int i = 0; i < PATIENCE; i++) {
		if (smp_load_acquire(word) >= value)
			return true;
		cpu_relax();
	}
	return false;
}

/* ---- interrupts of ours, on this CPU ---- */

struct kernels_own {
	unsigned long flags, vectors, mask, timer_value, timer_control;
	u8 timer_priority;
};

static void __iomem *frame(void)
{
	return gicr + raw_smp_processor_id() * GICR_STRIDE;
}

static void ours_begin(struct kernels_own *own)
{
	local_irq_save(own->flags);
	own->timer_value = read_sysreg(cntv_cval_el0);
	own->timer_control = read_sysreg(cntv_ctl_el0);
	write_sysreg(0, cntv_ctl_el0);
	own->vectors = read_sysreg(vbar_el1);
	own->mask = read_sysreg_s(SYS_ICC_PMR_EL1);
	own->timer_priority = readb(frame() + GICR_IPRIORITYR + VTIMER);
	writeb(OURS, frame() + GICR_IPRIORITYR + VTIMER);
	writeb(OURS, frame() + GICR_IPRIORITYR + SGI);
	writel(1u << SGI, frame() + GICR_ISENABLER0);
	write_sysreg_s(THEIRS, SYS_ICC_PMR_EL1);
	write_sysreg(bench_vectors, vbar_el1);
	isb();
}

/* Linux finds its timer as it was, and late. */
static void ours_end(struct kernels_own *own)
{
	write_sysreg(own->vectors, vbar_el1);
	write_sysreg_s(own->mask, SYS_ICC_PMR_EL1);
	isb();
	writel(1u << SGI, frame() + GICR_ICENABLER0);
	writeb(own->timer_priority, frame() + GICR_IPRIORITYR + VTIMER);
	write_sysreg(own->timer_value, cntv_cval_el0);
	write_sysreg(own->timer_control, cntv_ctl_el0);
	isb();
	local_irq_restore(own->flags);
}

static void take_on(void)
{
	asm volatile("msr daifclr, #2" ::: "memory");
}

static void take_off(void)
{
	asm volatile("msr daifset, #2" ::: "memory");
}

/* ---- operations ---- */

static bool traps(void)
{
	MEASURE(HYPERCALL, xen_version());
	MEASURE(FEATURES, smccc(0x80000001, 0x80008000));
	MEASURE(IDREG, read_sysreg(id_aa64pfr0_el1));
	MEASURE(CTR, read_sysreg(ctr_el0));
	return true;
}

static bool distributor(void)
{
	MEASURE(GIC_READ, __raw_readl(gicd + GICD_IIDR));
	MEASURE(GIC_WRITE, __raw_writel(0x80808080, gicd + GICD_IPRIORITYR + 36));
	return true;
}

/*
 * The SGI is disabled and stays pending. To the CPU itself: another one that
 * sleeps Xen would wake, though it cannot take it.
 */
static bool sgi_send(void)
{
	writel(1u << SGI, frame() + GICR_ICENABLER0);
	MEASURE(SGI_SEND, send(0));
	return true;
}

/* It stays pending, which keeps WFI from waiting. */
static bool wfi_pending(void)
{
	send(0);
	MEASURE(WFI_PENDING, wfi());
	take_on();
	isb();
	take_off();
	return true;
}

static bool completion(void)
{
	unsigned long taken = nr_taken[0];
	bool ok = true;

	completion_marked = true;
	take_on();
	for (unsigned int i = 0; i < BATCHES; i++) {
		send(0);
		ok = ok && await(&nr_taken[0], ++taken);
	}
	take_off();
	completion_marked = false;
	return ok;
}

static void fire_timer(unsigned long *fired)
{
	write_sysreg(0, cntv_cval_el0);
	write_sysreg(1, cntv_ctl_el0);
	isb();
	++*fired;
	while (READ_ONCE(nr_taken[0]) < *fired)
		;
}

static bool timer(void)
{
	unsigned long fired = nr_taken[0];

	take_on();
	MEASURE(TIMER, fire_timer(&fired));
	take_off();
	return true;
}

static void sleep_a_while(u64 length)
{
	unsigned long before = nr_taken[0];

	write_sysreg(read_sysreg(cntvct_el0) + length, cntv_cval_el0);
	write_sysreg(1, cntv_ctl_el0);
	isb();
	while (READ_ONCE(nr_taken[0]) == before) {
		wfi();
		take_on();
		isb();
		take_off();
	}
}

static bool wfi_sleep(void)
{
	u64 length = read_sysreg(cntfrq_el0) / 500;

	MEASURE(WFI_SLEEP, sleep_a_while(length));
	return true;
}

static bool sgi_handler(void)
{
	unsigned long sent = nr_taken[1];
	bool ok = true;

	MEASURE(SGI_HANDLER, send(1); ok = ok && await(&nr_taken[1], ++sent));
	return ok;
}

/* ---- on which CPU, and in turn ---- */

static void receive(struct work_struct *work)
{
	struct kernels_own own;

	ours_begin(&own);
	take_on();
	smp_store_release(&receiver_up, 1);
	while (!READ_ONCE(receiver_ends))
		cpu_relax();
	take_off();
	ours_end(&own);
}
static DECLARE_WORK(receiver, receive);

static bool with_ours(bool (*operation)(void))
{
	struct kernels_own own;
	bool ok;

	ours_begin(&own);
	ok = operation();
	ours_end(&own);
	return ok;
}

static long measure(void *unused)
{
	static bool (*const operations[])(void) = {
		traps, distributor, wfi_pending, completion, timer, wfi_sleep, sgi_send,
	};
	bool ok;

	schedule_work_on(1, &receiver);
	while (!smp_load_acquire(&receiver_up))
		cond_resched();
	ok = with_ours(sgi_handler);
	WRITE_ONCE(receiver_ends, 1);
	flush_work(&receiver);
	for (unsigned int i = 0; i < ARRAY_SIZE(operations); i++)
		ok = with_ours(operations[i]) && ok;
	return ok ? 0 : -EIO;
}

static int __init bench_dom0_init(void)
{
	struct device_node *node = of_find_compatible_node(NULL, NULL, "arm,gic-v3");
	long ret = -ENODEV;

	gicd = of_iomap(node, 0);
	gicr = of_iomap(node, 1);
	if (gicd && gicr && num_online_cpus() > 1)
		ret = work_on_cpu(0, measure, NULL);
	if (gicr)
		iounmap(gicr);
	if (gicd)
		iounmap(gicd);
	of_node_put(node);
	return ret;
}
module_init(bench_dom0_init);

static void __exit bench_dom0_exit(void)
{
}
module_exit(bench_dom0_exit);

MODULE_DESCRIPTION("Operations of bench.c in a guest of Xen");
MODULE_LICENSE("GPL");
