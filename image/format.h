/* SPDX-License-Identifier: GPL-2.0-only */
/* pure: built and tested on the host */
/*
 * The image of a VM: a header, then sections in ascending order of tag and index, each
 * with its own version. Numbers are in the host's byte order. Memory is the VMM's, and not
 * in it; what host kernel objects point to is made anew by whoever makes the VM.
 *
 * A section that gains a field after it was in a release is to get another version, and to stay
 * readable in the old one.
 * What each field of a VM's structures is to the image is in image/fields.
 */
#ifndef KEEL_IMAGE_FORMAT_H
#define KEEL_IMAGE_FORMAT_H

#include <linux/types.h>

#define KEEL_IMAGE_MAGIC	0x6567616d69766b6bULL
#define KEEL_IMAGE_VERSION	1
/* Of 512 vCPUs six each, of 2661 ITSes five each, and seven of the VM. */
#define KEEL_IMAGE_MAX_SECTIONS	16384
#define KEEL_IMAGE_MAX_VCPUS	512
#define KEEL_IMAGE_MAX_REG	256	/* bytes of one */

struct keel_image_header {
	u64 magic;
	u32 version;
	u32 sections;		/* how many follow */
	u64 size;		/* bytes, this header included */
	u64 pad;
};

struct keel_image_section {
	u32 tag;
	u16 version;
	u16 flags;		/* KEEL_IMAGE_OPTIONAL */
	u32 index;		/* of the vCPU or ITS, in the order of creation */
	u32 len;		/* bytes that follow; a multiple of 8 */
};

#define KEEL_IMAGE_OPTIONAL	1	/* who does not know the tag goes on without */

enum keel_image_tag {
	/* how the VM was made: not loaded, but to be the same */
	KEEL_IMAGE_CONFIG = 1,
	KEEL_IMAGE_VCPU_CONFIG,
	KEEL_IMAGE_ITS_CONFIG,
	KEEL_IMAGE_PMU_FILTER,
	/* its state */
	KEEL_IMAGE_CLOCK = 16,
	KEEL_IMAGE_SMCCC,
	KEEL_IMAGE_REGS,
	KEEL_IMAGE_VCPU,
	KEEL_IMAGE_EL2,
	KEEL_IMAGE_GIC = 32,
	KEEL_IMAGE_SPIS,
	KEEL_IMAGE_GIC_CPU,
	KEEL_IMAGE_PRIVATE,
	KEEL_IMAGE_ITS = 48,
	KEEL_IMAGE_COLLECTIONS,
	KEEL_IMAGE_DEVICES,
	KEEL_IMAGE_EVENTS,
	KEEL_IMAGE_LPIS,
};

struct keel_image_config {
	u32 abi, ipa_bits;
	u64 features;		/* KVM_ARM_VCPU_*, of all vCPUs */
	u32 nr_vcpus, nr_its;
	u32 gic;		/* 0: none; 2, 3 */
	u32 nr_irqs;
	u64 dist_base, cpu_base;
	u8 gic_soft, maint_ppi;
	u8 nisv_to_user, decode, system_suspend, imp_id_writable;
	u8 pmu_pinned, pmu_filtered;
	u8 ppi[2], page_ppi[2];	/* of the timers */
	u8 el2, pad[3];
};

struct keel_image_vcpu_config {
	u32 id, pmu_irq;
	u64 rd_base;		/* of its redistributor */
	u64 steal_base;
	u8 pmu_created, steal_placed, pad[6];
};

struct keel_image_its_config {
	u64 base;
};

struct keel_image_clock {
	/*
	 * A number of this load of keel, another one after hibernation: under the same one the
	 * host's counter is taken to have gone on.
	 */
	u64 boot;
	u64 freq;		/* Hz */
	u64 count;		/* of the host's counter when it was saved */
	u64 realtime;		/* and the time of day, ns since 1970 */
	u64 voffset, poffset;
	u32 fixed, pad;
};

struct keel_image_smccc {
	u32 first, last, action, pad;
};

/*
 * KEEL_IMAGE_REGS: the id of a register as for KVM_SET_ONE_REG, and its value, padded to 8 bytes.
 */

struct keel_image_vcpu {
	u32 mp_state;
	u8 serror;		/* one is pending, with vsesr */
	u8 lines;		/* KEEL_IMAGE_LINE_*: without a GIC in the kernel */
	u16 pad;
	u64 vsesr, dbgclaim;
	u64 cntv_ctl, cntv_cval, cntp_ctl, cntp_cval;
};

#define KEEL_IMAGE_LINE_IRQ	1
#define KEEL_IMAGE_LINE_FIQ	2

#define KEEL_IMAGE_EL2_OWN	6

struct keel_image_el2 {
	u64 page[512];
	u64 own[KEEL_IMAGE_EL2_OWN];
	u8 el1, mdcr_written, pad[2];
	/* ICH_VTR_EL2: what the page has of the GIC's is laid out by that */
	u32 vtr;
};

struct keel_image_gic {
	u64 propbaser;
	u32 ctlr, revision;
	u8 one_enable;
	u8 any;		/* written as 0; ignored */
	u8 pad[6];
};

struct keel_image_gic_cpu {
	u64 pendbaser;
	u32 vmcr, pad;
	u32 ap0r[4], ap1r[4];
	u8 pri_bits, id_bits, lpis_enabled;
	u8 aprs;		/* registers of ap0r and ap1r that the CPU had; a GICv2's has one */
	u8 pad1[4];
};

#define KEEL_IMAGE_NOBODY	0xffff

/* An interrupt, of any kind. */
struct keel_image_irq {
	u64 irouter;
	u32 intid;
	u16 flags;		/* KEEL_IMAGE_IRQ_* */
	u16 target;		/* index of a vCPU, or KEEL_IMAGE_NOBODY; not of private ones */
	u16 holder;		/* who has it active */
	u8 priority, shown_priority;
	u8 senders, sender, targets, pad;
};

#define KEEL_IMAGE_IRQ_ENABLED	0x01
#define KEEL_IMAGE_IRQ_GROUP1	0x02
#define KEEL_IMAGE_IRQ_LEVEL	0x04
#define KEEL_IMAGE_IRQ_LINE	0x08
#define KEEL_IMAGE_IRQ_LATCH	0x10
#define KEEL_IMAGE_IRQ_ACTIVE	0x20
#define KEEL_IMAGE_IRQ_SHOWN	0x40
#define KEEL_IMAGE_IRQ_SHOWN_1	0x80
#define KEEL_IMAGE_IRQ_ALL	0xff

struct keel_image_its {
	u64 device_baser, collection_baser, cbaser;
	u32 cwriter, creadr;
	u32 enabled, pad;
};

struct keel_image_collection {
	u32 id, rdbase;
};

struct keel_image_device {
	u64 id, dte;
};

struct keel_image_event {
	u32 device, event, intid, collection;
};

#endif
