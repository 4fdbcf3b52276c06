/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the VMM share: the machine, its memory map, and the few
 * calls each file offers. Read main.c first, then vm.c and vcpu.c; the rest
 * in any order.
 */
#ifndef VMM_H
#define VMM_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;

#define KB(n) ((u64)(n) << 10)
#define MB(n) ((u64)(n) << 20)

/* Guest physical addresses. Everything below RAM_BASE is devices. */
#define GICD_BASE 0x08000000ull /* KB(64) */
#define GICC_BASE 0x08010000ull /* KB(8); GICv2 only */
#define GITS_BASE 0x08080000ull /* KB(128); with assigned devices */
#define UART_BASE 0x09000000ull /* KB(4) */
#define DISK_BASE 0x0a000000ull /* KB(4) each */
#define GICR_BASE 0x10000000ull /* KB(128) for each vCPU */
#define PCI_CONFIG 0x18000000ull /* MB(1), one bus; with assigned devices */
#define PCI_WINDOW 0x20000000ull /* their BARs */
#define PCI_WINDOW_SIZE MB(512)
#define RAM_BASE 0x40000000ull

/* Shared interrupts, numbered from 0: SPI n is INTID n + 32. */
#define UART_SPI 0
#define DISK_SPI 1 /* and up, one each */
#define PCI_SPI 16 /* and up, one each */
#define NR_SPIS 32

#define MAX_CPUS 512
#define MAX_DISKS 8
#define MAX_VFIO 8
#define MAX_BUS_DEVICES (MAX_DISKS + 3)

/* How a machine came to its end. */
enum outcome {
	RUNNING,
	POWERED_OFF,	/* the guest's wish */
	RESET,		/* the guest's wish */
	FAILED,		/* said why on stderr */
	QUIT,		/* the user's wish */
};

struct options {
	const char *dev;
	const char *kernel;
	const char *initrd;
	const char *append;
	const char *disks[MAX_DISKS];
	int nr_disks;
	const char *vfio[MAX_VFIO];	/* PCI addresses of the host's */
	int nr_vfio;
	int nr_cpus;
	u64 ram_size;
	const char *mark;	/* console text whose time is taken, or NULL */
	bool no_reboot;
	bool nested;		/* the guest has EL2 */
	int nr_forks;		/* children that run on from where the mark was seen */
	/* what is before the number in the name of a child's console */
	const char *fork_output;
};

/* A piece of guest-physical address space whose accesses end up here. */
struct bus_device {
	u64 base, size;
	void *opaque;
	u64 (*read)(void *opaque, u64 offset, unsigned int len);
	void (*write)(void *opaque, u64 offset, u64 value, unsigned int len);
};

struct machine;

struct vcpu {
	struct machine *machine;
	int index;
	int fd;
	struct kvm_run *run;
	u64 mpidr;		/* affinity only: its name in the device tree */
	pthread_t thread;
};

/* Written before the vCPUs start and constant from then on, but for outcome. */
struct machine {
	const struct options *options;
	int kvm;		/* /dev/kvm */
	int vm;
	void *ram;		/* options->ram_size bytes at RAM_BASE */
	struct vcpu *vcpus;
	int nr_cpus;
	int gic_version;	/* 3 or 2 */
	bool has_its;
	struct bus_device bus[MAX_BUS_DEVICES];
	int nr_bus_devices;
	u32 nr_slots;
	_Atomic int outcome;	/* enum outcome */
};

/* main.c */
void machine_end(struct machine *m, enum outcome outcome);

/* vm.c */
void vm_create(struct machine *m);
void vm_open(struct machine *m);
void *vm_memory(struct machine *m, u64 address, u64 length);
void vm_irq_line(struct machine *m, int spi, bool level);
void vm_ioeventfd(struct machine *m, u64 address, u32 value, int fd);

/*
 * A piece of this process's memory in the guest's address space: first its number, then what it is.
 */
u32 vm_new_slot(struct machine *m);
bool vm_set_slot(struct machine *m, u32 slot, u64 address, u64 size, void *memory);

/* gsi.c; flags of eventfd() */
int new_eventfd(int flags);
void gsi_irqfd(struct machine *m, u32 gsi, int fd);
void gsi_irqfd_end(struct machine *m, u32 gsi, int fd);
void gsi_irqfd_level(struct machine *m, u32 gsi, int fd, int resample);
u32 gsi_messages(u32 count);
void gsi_set_message(struct machine *m, u32 gsi, u64 address, u32 data, u32 requester);

/* gic.c */
void gic_create(struct machine *m);
void gic_init(struct machine *m);
void gic_close(void);

/* vcpu.c */
void vcpus_create(struct machine *m);
void vcpus_open(struct machine *m);
void vcpus_close(struct machine *m);
void vcpus_start(struct machine *m, u64 pc, u64 x0);
void vcpus_go(struct machine *m);
void vcpus_stop(struct machine *m);
bool vcpus_pause(struct machine *m);
void vcpus_resume(struct machine *m);
void vcpus_forget(void);

/* boot.c */
struct boot {
	u64 entry;
	u64 initrd, initrd_size;
	u64 dtb, dtb_room;
};
struct boot boot_load(struct machine *m);

/* devicetree.c */
void devicetree_write(struct machine *m, const struct boot *boot);

/* bus.c */
void bus_add(struct machine *m, struct bus_device device);
void bus_access(struct machine *m, u64 address, u8 *data, unsigned int len, bool write);

/* serial.c, terminal.c, mark.c */
void serial_create(struct machine *m);
void serial_hold(bool hold);
void serial_restart(void);
void terminal_open(void);
void terminal_close(void);
void terminal_forget(void);
void mark_start(const char *text, bool and_fork);
void mark_output(char c);

/* assigned.c */
void assigned_create(struct machine *m, const char *name);

/* virtio.c, disk.c */
void virtio_hold(bool hold);
void virtio_reconnect(void);
void disk_create(struct machine *m, const char *file);

/* fork.c */
#define FORK_SIGNAL SIGUSR2
void forks_make(struct machine *m);
bool forks_wait(void);

/* error.c */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * An ioctl that must not fail while a machine is set up; says which one did.
 * What may fail at run time calls ioctl() itself.
 */
int kvm_call(int fd, unsigned long request, const char *name, unsigned long argument);
#define KVM(fd, request, argument) \
	kvm_call(fd, request, #request, (unsigned long)(argument))

#endif
