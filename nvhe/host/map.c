// SPDX-License-Identifier: GPL-2.0-only
/*
 * EL2's memory as the host prepares it: the copy of the image, and EL2's
 * stage-1 tables, in which an address is the physical one. Mapped are the
 * image's three parts, each CPU's stack and structure, and the contexts of
 * vCPUs; of the stacks' blocks only the upper half, so that both ends are
 * guarded. 4 KiB pages, four levels, 48 bits, whatever the host uses.
 *
 * Tables are never freed before the module goes: what is unmapped leaves
 * empty ones, as many as were in use at once.
 */
#include <linux/bitfield.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <asm/cacheflush.h>
#include <asm/kvm_arm.h>
#include <asm/sysreg.h>
#include "../../core/log.h"
#include "blob.h"
#include "call.h"
#include "map.h"

#define EL2_PAGE	SZ_4K
#define EL2_BITS	48
#define ENTRIES		512

/* Stage 1 descriptors of a regime with one privilege level (Arm ARM D8.3). */
#define DESC_VALID	BIT_ULL(0)
#define DESC_TABLE	BIT_ULL(1)	/* and, at level 3, a page */
#define DESC_AP1	BIT_ULL(6)	/* RES1 */
#define DESC_RO		BIT_ULL(7)
#define DESC_SH_INNER	(3ULL << 8)
#define DESC_AF		BIT_ULL(10)
#define DESC_XN		BIT_ULL(54)
#define DESC_ADDR	GENMASK_ULL(47, 12)
#define DESC_PAGE	(DESC_VALID | DESC_TABLE | DESC_AP1 | DESC_SH_INNER | DESC_AF)

/* MAIR_EL2 attribute 0: normal memory, write-back, read and write allocate. */
#define MAIR_NORMAL	0xffULL

static DEFINE_MUTEX(lock);	/* of the tables, after load */
static u64 *root;
static void *image;
static u64 image_size;
static const struct keel_image_header *header;

/* Every table page, for freeing: linked by its struct page. */
static LIST_HEAD(tables);

static u64 *new_table(void)
{
	struct page *page = alloc_page(GFP_KERNEL | __GFP_ZERO);

	if (!page)
		return NULL;
	list_add(&page->lru, &tables);
	return page_address(page);
}

static u64 *next_table(u64 *desc)
{
	u64 *table;

	if (*desc & DESC_VALID)
		return phys_to_virt(*desc & DESC_ADDR);
	table = new_table();
	if (table)
		/*
		 * pairs with the dependent reads of a walk at EL2, by any CPU: the table is empty
		 * before it is found
		 */
		smp_store_release(desc, virt_to_phys(table) | DESC_VALID | DESC_TABLE);
	return table;
}

/* The level-3 descriptor of an address; NULL: no memory. */
static u64 *find(u64 addr)
{
	u64 *table = root;
	int shift;

	for (shift = 39; shift > 12 && table; shift -= 9)
		table = next_table(&table[(addr >> shift) % ENTRIES]);
	return table ? &table[(addr >> 12) % ENTRIES] : NULL;
}

static void unmap(u64 addr, u64 size)
{
	u64 pos, *desc;

	for (pos = addr; pos < addr + size; pos += EL2_PAGE) {
		desc = find(pos);
		if (desc)
			WRITE_ONCE(*desc, 0);
	}
}

static int map(u64 addr, u64 size, u64 prot)
{
	u64 pos, *desc;

	if (addr + size > BIT_ULL(EL2_BITS)) {
		/* once: each KVM_CREATE_VCPU comes here */
		keel_err_once("memory at %#llx is beyond what EL2 maps (%d bits)", addr, EL2_BITS);
		return -ERANGE;
	}
	for (pos = addr; pos < addr + size; pos += EL2_PAGE) {
		desc = find(pos);
		if (!desc) {
			unmap(addr, pos - addr);
			return -ENOMEM;
		}
		WRITE_ONCE(*desc, pos | DESC_PAGE | prot);
	}
	/* before EL2 walks them: the HVC there is the context synchronisation (Arm ARM D8.2) */
	dsb(ishst);
	return 0;
}

int keel_map_share(void *start, size_t size)
{
	int err;

	mutex_lock(&lock);
	err = map(virt_to_phys(start), size, DESC_XN);
	mutex_unlock(&lock);
	return err;
}

/*
 * A CPU that is not taken drops all it knows when it is: one that is, and broadcasts, does for all.
 */
static void sync_here(void *done)
{
	if (keel_nvhe_taken())
		*(bool *)done = !keel_call(KEEL_CALL_UNMAP_SYNC, 0, 0, 0, 0).ret;
}

void keel_map_unshare(void *start, size_t size)
{
	bool done = false;
	int cpu;

	mutex_lock(&lock);
	unmap(virt_to_phys(start), size);
	for_each_online_cpu(cpu) {
		smp_call_function_single(cpu, sync_here, &done, 1);
		if (done)
			break;
	}
	mutex_unlock(&lock);
}

void keel_map_clean(const void *start, size_t size)
{
	unsigned long line = 4UL << FIELD_GET(GENMASK(19, 16), read_cpuid_effective_cachetype());
	unsigned long pos;

	for (pos = (unsigned long)start & ~(line - 1); pos < (unsigned long)start + size;
	     pos += line)
		asm volatile("dc civac, %0" :: "r" (pos) : "memory");
	dsb(sy);	/* complete to the point of coherence: the reader has its MMU off */
}

void keel_map_clean_start(void)
{
	keel_map_clean(image + header->off, header->off_end - header->off);
}

u64 keel_map_image(u64 *size)
{
	*size = image_size;
	return image ? virt_to_phys(image) : 0;
}

static int map_image(void)
{
	u64 base = virt_to_phys(image);

	return map(base, header->rodata, DESC_RO) ?:
	       map(base + header->rodata, header->data - header->rodata, DESC_RO | DESC_XN) ?:
	       map(base + header->data, header->end - header->data, DESC_XN);
}

static int load_image(void)
{
	image_size = keel_blob_end - keel_blob;
	image = alloc_pages_exact(image_size, GFP_KERNEL);
	if (!image)
		return -ENOMEM;
	memcpy(image, keel_blob, image_size);
	header = image;
	keel_map_clean(image, image_size);
	icache_inval_all_pou();	/* the pages may have held other code */
	return 0;
}

void keel_map_parameters(struct keel_el2_cpu *cpu)
{
	u64 parange = read_sanitised_ftr_reg(SYS_ID_AA64MMFR0_EL1) & 0xf;
	u64 base = virt_to_phys(image);

	cpu->mair = MAIR_NORMAL;
	/*
	 * write-back, inner shareable walks; 4 KiB granule; TCR_EL2 with E2H = 0 (Arm ARM
	 * D24.2.189)
	 */
	cpu->tcr = TCR_EL2_RES1 | (64 - EL2_BITS) | 1 << 8 | 1 << 10 | 3 << 12 |
		   min_t(u64, parange, 5) << 16;
	cpu->ttbr0 = virt_to_phys(root);
	/*
	 * EIS and EOS are RES1 until FEAT_ExS: without them exceptions and their returns do not
	 * synchronise
	 */
	cpu->sctlr = SCTLR_EL2_RES1 | SCTLR_ELx_EIS | SCTLR_ELx_EOS | SCTLR_ELx_M | SCTLR_ELx_C |
		     SCTLR_ELx_SA | SCTLR_ELx_I | SCTLR_ELx_WXN;
	cpu->vectors = base + header->vectors;
}

u64 keel_map_entry(void)
{
	return virt_to_phys(image) + header->start;
}

u64 keel_map_guest_vectors(unsigned int kind)
{
	return virt_to_phys(image) + header->guest_vectors + 2048 * kind;
}

static bool granule_4k(void)
{
	/* ID_AA64MMFR0_EL1.TGRAN4: signed, negative is "no" */
	return !(read_sanitised_ftr_reg(SYS_ID_AA64MMFR0_EL1) >> 28 & 8);
}

/*
 * What the host at EL1 invalidates in such a cache are the lines of its own VMID, which guests do
 * not have.
 */
static bool icache_by_vmid(void)
{
	/* CTR_EL0.L1Ip: 0 is VPIPT, 2 VIPT, 3 PIPT */
	return !(read_sanitised_ftr_reg(SYS_CTR_EL0) >> 14 & 3);
}

int keel_map_init(void)
{
	int err;

	if (icache_by_vmid()) {
		keel_err(
			"instruction caches that are tagged by VMID (VPIPT) are not supported where the kernel is at EL1");
		return -EOPNOTSUPP;
	}
	if (!granule_4k()) {
		keel_err("the CPU has no 4 KiB pages, which EL2 would need");
		return -EOPNOTSUPP;
	}
	root = new_table();
	err = root ? load_image() : -ENOMEM;
	if (!err)
		err = map_image();
	if (err)
		keel_map_exit();
	return err;
}

void keel_map_exit(void)
{
	struct page *page, *next;

	list_for_each_entry_safe(page, next, &tables, lru)
		__free_page(page);
	INIT_LIST_HEAD(&tables);
	root = NULL;
	if (image)
		free_pages_exact(image, image_size);
	image = NULL;
}
