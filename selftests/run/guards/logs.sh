# SPDX-License-Identifier: GPL-2.0-only
# The judge of kernel logs finds every kind of report and nothing else.

while IFS='|' read -r what line; do
	{ echo "[    1.000000] Run /init as init process"; echo "[    2.000000] $line"; } >"$work/log"
	expect "guards: log with $what is caught" fails "$TESTBED/logcheck" "$work/log"
done <<'END'
a warning|WARNING: CPU: 1 PID: 77 at mm/slub.c:12 f+0x1/0x2 [keel]
a BUG|kernel BUG at mm/usercopy.c:102!
an oops|Internal error: Oops: 0000000096000004 [#1] SMP
a bad access|Unable to handle kernel NULL pointer dereference at virtual address 0000000000000008
a panic|Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b
a soft lockup|watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [t:55]
a hard lockup|watchdog: Watchdog detected hard LOCKUP on cpu 1
a hung task|INFO: task t:88 blocked for more than 120 seconds.
an RCU stall|rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:
an expedited stall|rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 1-... } 21 jiffies
a self-detected stall|rcu: INFO: rcu_sched self-detected stall on CPU
a lock cycle|WARNING: possible circular locking dependency detected
a lock used in interrupts|WARNING: inconsistent lock state
lock recursion|WARNING: possible recursive locking detected
a lock still held|WARNING: lock held when returning to user space!
unbalanced locks|WARNING: bad unlock balance detected!
RCU misuse|WARNING: suspicious RCU usage
lockdep without the word|INFO: trying to register non-static key.
sleep in atomic context|BUG: sleeping function called from invalid context at mm/util.c:1
atomic scheduling|BUG: scheduling while atomic: t/77/0x00000002
KASAN|BUG: KASAN: slab-use-after-free in f+0x10/0x20 [keel]
UBSAN|UBSAN: array-index-out-of-bounds in a.c:3:4
KFENCE|BUG: KFENCE: out-of-bounds read in f+0x10/0x20
KCSAN|BUG: KCSAN: data-race in f / g
kmemleak|kmemleak: unreferenced object 0xffff000003c5d000 (size 128):
kmemleak's count|kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)
a refcount|refcount_t: underflow; use-after-free.
list corruption|list_del corruption. prev->next should be ffff, but was 0
a page in use|BUG: Bad page state in process t  pfn:43210
page counts|BUG: Bad rss-counter state mm:0000 type:MM_FILEPAGES val:1
a stray interrupt|irq 27: nobody cared (try booting with the "irqpoll" option)
stack overflow|Insufficient stack space to handle exception!
an EL2 panic|kvm [12]: nVHE hyp panic at: [<ffff8000>]
an SError|SError Interrupt on CPU1, code 0x00000000be000000 -- SError
memory exhaustion|Out of memory: Killed process 88 (t) total-vm:1kB
END

cat >"$work/log" <<'END'
[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x000f0510]
[    0.000000] Kernel command line: oops=panic panic=-1 rcupdate.rcu_cpu_stall_timeout=100
[    0.000000] rcu: RCU restricting CPUs from NR_CPUS=256 to nr_cpu_ids=2.
[    0.000000] kasan: KernelAddressSanitizer initialized (generic)
[    0.000000] Lock dependency validator: Copyright (c) 2006 Red Hat, Inc., Ingo Molnar
[    0.000000] kfence: initialized - using 2097152 bytes for 255 objects
[    0.000000] Spectre-v4 mitigation disabled by command-line option
[    0.300000] kmemleak: Kernel memory leak detector initialized (mem pool available: 15732)
[    0.300100] kmemleak: Automatic memory scanning thread started
[    0.500000] Warning: unable to open an initial console.
[    1.000000] tsc: debug: BUGS not found
[    1.200000] keel: loading out-of-tree module taints kernel.
[    1.200000] keel: module verification failed: signature and/or required key missing - tainting kernel
[    1.500000] kvm [1]: VHE mode initialized successfully
[    2.000000] reboot: Power down
END
expect "guards: a clean log passes" "$TESTBED/logcheck" "$work/log"
