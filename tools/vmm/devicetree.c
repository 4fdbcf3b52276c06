// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device tree: how the guest learns what machine it is in. Written from
 * front to back with libfdt; the properties are those of the kernel's
 * Documentation/devicetree/bindings.
 */
#include <assert.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "pci.h"

/* Kinds and triggers in the first and third cell of a GIC interrupt. */
enum { SPI = 0, PPI = 1 };
enum { EDGE = 1, LEVEL = 4 };

#define GIC_PHANDLE 1
#define ITS_PHANDLE 2

static void check(int error)
{
	if (error)
		die("device tree: %s", fdt_strerror(error));
}

static void begin(void *fdt, const char *name)
{
	check(fdt_begin_node(fdt, name));
}

static void begin_at(void *fdt, const char *name, u64 address)
{
	char full[64];

	snprintf(full, sizeof(full), "%s@%llx", name, (unsigned long long)address);
	begin(fdt, full);
}

static void end(void *fdt)
{
	check(fdt_end_node(fdt));
}

static void put_string(void *fdt, const char *name, const char *value)
{
	check(fdt_property_string(fdt, name, value));
}

static void put_empty(void *fdt, const char *name)
{
	check(fdt_property(fdt, name, NULL, 0));
}

static void put_cells(void *fdt, const char *name, const u32 *values, int count)
{
	fdt32_t cells[MAX_VFIO * 10];

	assert(count <= (int)(sizeof(cells) / sizeof(cells[0])));
	for (int i = 0; i < count; i++)
		cells[i] = cpu_to_fdt32(values[i]);
	check(fdt_property(fdt, name, cells, count * sizeof(cells[0])));
}

#define put(fdt, name, ...) \
	put_cells(fdt, name, (const u32[]){ __VA_ARGS__ }, \
		  sizeof((const u32[]){ __VA_ARGS__ }) / sizeof(u32))

/* An address or size takes two cells. */
#define WIDE(value) (u32)((u64)(value) >> 32), (u32)(value)

static void chosen(void *fdt, const struct options *o, const struct boot *boot)
{
	char seed[64];

	begin(fdt, "chosen");
	put_string(fdt, "bootargs", o->append);
	check(fdt_property_string(fdt, "stdout-path", "/serial@9000000"));
	static_assert(UART_BASE == 0x9000000, "stdout-path");
	if (boot->initrd_size) {
		check(fdt_property_u64(fdt, "linux,initrd-start", boot->initrd));
		check(fdt_property_u64(fdt, "linux,initrd-end",
				       boot->initrd + boot->initrd_size));
	}
	/* Spares the guest the wait for entropy. */
	if (getrandom(seed, sizeof(seed), 0) == sizeof(seed))
		check(fdt_property(fdt, "rng-seed", seed, sizeof(seed)));
	end(fdt);
}

static void memory(void *fdt, u64 size)
{
	begin_at(fdt, "memory", RAM_BASE);
	put_string(fdt, "device_type", "memory");
	put(fdt, "reg", WIDE(RAM_BASE), WIDE(size));
	end(fdt);
}

static void cpus(void *fdt, const struct machine *m)
{
	begin(fdt, "cpus");
	put(fdt, "#address-cells", 2);
	put(fdt, "#size-cells", 0);
	for (int i = 0; i < m->nr_cpus; i++) {
		begin_at(fdt, "cpu", m->vcpus[i].mpidr);
		put_string(fdt, "device_type", "cpu");
		put_string(fdt, "compatible", "arm,armv8");
		put(fdt, "reg", WIDE(m->vcpus[i].mpidr));
		put_string(fdt, "enable-method", "psci");
		end(fdt);
	}
	end(fdt);
}

/* A guest with EL2 has HVC for itself. */
static void psci(void *fdt, const struct machine *m)
{
	static const char compatible[] = "arm,psci-1.0\0arm,psci-0.2";

	begin(fdt, "psci");
	check(fdt_property(fdt, "compatible", compatible, sizeof(compatible)));
	put_string(fdt, "method", m->options->nested ? "smc" : "hvc");
	end(fdt);
}

/*
 * Secure, physical, virtual and hypervisor timer; a guest has the middle two, one with EL2 the
 * hypervisor's two also.
 */
static void timer(void *fdt, const struct machine *m)
{
	/* A GICv2's binding wants to know whose a private interrupt is, a bit for each CPU. */
	u32 level = LEVEL | (m->gic_version == 3 ? 0 : ((1u << m->nr_cpus) - 1) << 8);

	begin(fdt, "timer");
	put_string(fdt, "compatible", "arm,armv8-timer");
	if (m->options->nested)
		put(fdt, "interrupts", PPI, 13, level, PPI, 14, level,
		    PPI, 11, level, PPI, 10, level, PPI, 12, level);
	else
		put(fdt, "interrupts", PPI, 13, level, PPI, 14, level,
		    PPI, 11, level, PPI, 10, level);
	put_empty(fdt, "always-on");
	end(fdt);
}

static void its(void *fdt)
{
	begin_at(fdt, "msi-controller", GITS_BASE);
	put_string(fdt, "compatible", "arm,gic-v3-its");
	put(fdt, "phandle", ITS_PHANDLE);
	put_empty(fdt, "msi-controller");
	put(fdt, "#msi-cells", 1);
	put(fdt, "reg", WIDE(GITS_BASE), WIDE(KB(128)));
	end(fdt);
}

static void gic(void *fdt, const struct machine *m)
{
	begin_at(fdt, "interrupt-controller", GICD_BASE);
	put_string(fdt, "compatible", m->gic_version == 3 ? "arm,gic-v3" : "arm,gic-400");
	put(fdt, "phandle", GIC_PHANDLE);
	put_empty(fdt, "interrupt-controller");
	put(fdt, "#interrupt-cells", 3);
	put(fdt, "#address-cells", 2);
	put(fdt, "#size-cells", 2);
	put_empty(fdt, "ranges");
	if (m->gic_version == 3)
		put(fdt, "reg", WIDE(GICD_BASE), WIDE(KB(64)),
		    WIDE(GICR_BASE), WIDE(KB(128) * m->nr_cpus));
	else
		put(fdt, "reg", WIDE(GICD_BASE), WIDE(KB(4)), WIDE(GICC_BASE), WIDE(KB(8)));
	if (m->options->nested)
		put(fdt, "interrupts", PPI, 9, LEVEL);
	if (m->has_its)
		its(fdt);
	end(fdt);
}

static void serial(void *fdt)
{
	begin_at(fdt, "serial", UART_BASE);
	put_string(fdt, "compatible", "ns16550a");
	put(fdt, "reg", WIDE(UART_BASE), WIDE(KB(4)));
	put(fdt, "interrupts", SPI, UART_SPI, LEVEL);
	put(fdt, "clock-frequency", 1843200);
	end(fdt);
}

static void disk(void *fdt, int i)
{
	u64 base = DISK_BASE + i * KB(4);

	begin_at(fdt, "virtio_mmio", base);
	put_string(fdt, "compatible", "virtio,mmio");
	put(fdt, "reg", WIDE(base), WIDE(KB(4)));
	put(fdt, "interrupts", SPI, DISK_SPI + i, EDGE);
	put_empty(fdt, "dma-coherent");
	end(fdt);
}

/* Pin 1 of each device, by the device's number: its SPI. */
static void pci_lines(void *fdt, int count)
{
	u32 map[MAX_VFIO][10];

	for (int i = 0; i < count; i++) {
		const u32 line[10] = { pci_requester(i) << 8, 0, 0, 1, GIC_PHANDLE, 0, 0, SPI, PCI_SPI + i, LEVEL };

		memcpy(map[i], line, sizeof(line));
	}
	put(fdt, "#interrupt-cells", 1);
	put(fdt, "interrupt-map-mask", 0xf800, 0, 0, 7);
	put_cells(fdt, "interrupt-map", map[0], count * 10);
}

/* Addresses on the bus are the machine's; the first cell says 32-bit memory. */
static void pci(void *fdt, const struct machine *m)
{
	begin_at(fdt, "pcie", PCI_CONFIG);
	put_string(fdt, "compatible", "pci-host-ecam-generic");
	put_string(fdt, "device_type", "pci");
	put(fdt, "#address-cells", 3);
	put(fdt, "#size-cells", 2);
	put(fdt, "bus-range", 0, 0);
	put(fdt, "reg", WIDE(PCI_CONFIG), WIDE(MB(1)));
	put(fdt, "ranges", 0x02000000, WIDE(PCI_WINDOW), WIDE(PCI_WINDOW), WIDE(PCI_WINDOW_SIZE));
	put_empty(fdt, "dma-coherent");
	if (m->has_its)
		put(fdt, "msi-map", 0, ITS_PHANDLE, 0, 0x10000);
	pci_lines(fdt, m->options->nr_vfio);
	end(fdt);
}

void devicetree_write(struct machine *m, const struct boot *boot)
{
	void *fdt = vm_memory(m, boot->dtb, boot->dtb_room);

	check(fdt_create(fdt, boot->dtb_room));
	check(fdt_finish_reservemap(fdt));
	begin(fdt, "");
	put_string(fdt, "compatible", "linux,dummy-virt");
	put_string(fdt, "model", "keel-vmm");
	put(fdt, "interrupt-parent", GIC_PHANDLE);
	put(fdt, "#address-cells", 2);
	put(fdt, "#size-cells", 2);
	chosen(fdt, m->options, boot);
	memory(fdt, m->options->ram_size);
	cpus(fdt, m);
	psci(fdt, m);
	timer(fdt, m);
	gic(fdt, m);
	serial(fdt);
	for (int i = 0; i < m->options->nr_disks; i++)
		disk(fdt, i);
	if (m->options->nr_vfio)
		pci(fdt, m);
	end(fdt);
	check(fdt_finish(fdt));
}
