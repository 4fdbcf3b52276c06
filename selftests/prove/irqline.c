// SPDX-License-Identifier: GPL-2.0-only
/*
 * proves: core/irqline_decode.c mmu/log_span.h
 * unwind: 1
 *
 * Every number that KVM_IRQ_LINE may be given: 12 bits of a vCPU, 16 of a line, 4 of a type, and
 * no two numbers alike. Every stretch of a slot: the pages that stand for it are the slot's, all
 * of them, and no others.
 */
#include "core/irqline.h"
#include "mmu/log_span.h"
#include "prove.h"

static void spans(void)
{
	u64 offset = any_u64(), len = any_u64(), pages = any_u32(), size = pages << 12, first, n,
		byte = any_u64();
	u64 word = any_u32(), clear_first = any_u64() & ~63ull, nr = any_u64();

	given(len && offset + len > offset && pages);
	n = keel_log_span(offset, len, size, 12, &first);
	implies(n, first + n <= pages);
	if (byte >= offset && byte < offset + len && byte < size)
		holds(byte >> 12 >= first && byte >> 12 < first + n);
	implies(n, first == offset >> 12 && (first + n - 1) << 12 < offset + len);
	holds(!!(keel_log_word_mask(pages, word) & 1) == (pages > word * 64));
	holds(!!(keel_log_word_mask(pages, word) >> 63) == (pages > word * 64 + 63));
	implies(keel_log_is_clearable(pages, clear_first, nr), clear_first + nr <= pages &&
		(nr % 64 == 0 || clear_first + nr == pages));
	reached(n && first + n == pages && offset + len > size);
	reached(!n);
}

int main(void)
{
	u32 irq = any_u32(), other = any_u32();
	struct keel_irqline l = keel_irqline_decode(irq), m = keel_irqline_decode(other);

	holds(l.type == (irq >> 24 & 15) && l.num == (u16)irq);
	holds(l.vcpu < 4096 && (l.vcpu & 255) == (irq >> 16 & 255) && l.vcpu >> 8 == irq >> 28);
	implies(irq != other, l.type != m.type || l.vcpu != m.vcpu || l.num != m.num);
	reached(l.vcpu == 4095 && l.type == 2);
	spans();
	return 0;
}

/*
 * mutant: core/irqline_decode.c: s/high \* (KVM_ARM_IRQ_VCPU_MASK + 1)/high *
 * KVM_ARM_IRQ_VCPU_MASK/
 */
/* mutant: mmu/log_span.h: s/offset + len - 1) >> page_shift/offset + len) >> page_shift/ */
/* mutant: mmu/log_span.h: s/len = min(len, size - offset);/;/ */
/* mutant: mmu/log_span.h: s/nr <= pages - first/nr <= pages/ */
/* mutant: mmu/log_span.h: s/left < 64 ?/left < 63 ?/ */
