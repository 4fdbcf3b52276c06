/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the judges use of QEMU's interface for TCG plugins, version 4 (QEMU 10).
 * Debian does not package its header, nor is GLib's needed for two calls.
 */
#ifndef JUDGES_PLUGIN_H
#define JUDGES_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_plugin_register;
struct qemu_plugin_hwaddr;
typedef uint32_t plugin_meminfo;

enum { NO_REGS, READ_REGS };
enum { MEM_LOADS = 1, MEM_STORES, MEM_BOTH };

/* GArray and GByteArray as their users may see them. */
struct g_array {
	char *data;
	unsigned int len;
};

struct g_bytes {
	uint8_t *data;
	unsigned int len;
};

struct g_bytes *g_byte_array_new(void);
struct g_bytes *g_byte_array_set_size(struct g_bytes *array, unsigned int len);

struct plugin_register {
	struct qemu_plugin_register *handle;
	const char *name, *feature;
};

struct plugin_value {
	int type;	/* log2 of the size */
	union {
		uint8_t u8;
		uint16_t u16;
		uint32_t u32;
		uint64_t u64;
		struct {
			uint64_t low, high;
		} u128;
	} data;
};

typedef void (*plugin_vcpu_cb)(plugin_id id, unsigned int cpu);
typedef void (*plugin_tb_cb)(plugin_id id, struct qemu_plugin_tb *tb);
typedef void (*plugin_exec_cb)(unsigned int cpu, void *data);
typedef void (*plugin_mem_cb)(unsigned int cpu, plugin_meminfo info, uint64_t vaddr, void *data);
typedef void (*plugin_end_cb)(plugin_id id, void *data);
typedef void (*plugin_reset_cb)(plugin_id id);

void qemu_plugin_register_vcpu_init_cb(plugin_id id, plugin_vcpu_cb cb);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id id, plugin_tb_cb cb);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *tb, plugin_exec_cb cb, int flags,
					  void *data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn, plugin_exec_cb cb,
					    int flags, void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn, plugin_mem_cb cb, int flags,
				      int rw, void *data);
void qemu_plugin_register_atexit_cb(plugin_id id, plugin_end_cb cb, void *data);
void qemu_plugin_reset(plugin_id id, plugin_reset_cb cb);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t i);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
size_t qemu_plugin_insn_data(const struct qemu_plugin_insn *insn, void *dest, size_t len);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

struct g_array *qemu_plugin_get_registers(void);
int qemu_plugin_read_register(struct qemu_plugin_register *handle, struct g_bytes *buf);
bool qemu_plugin_read_memory_vaddr(uint64_t addr, struct g_bytes *data, size_t len);
struct plugin_value qemu_plugin_mem_get_value(plugin_meminfo info);
unsigned int qemu_plugin_mem_size_shift(plugin_meminfo info);
struct qemu_plugin_hwaddr *qemu_plugin_get_hwaddr(plugin_meminfo info, uint64_t vaddr);
bool qemu_plugin_hwaddr_is_io(const struct qemu_plugin_hwaddr *haddr);
uint64_t qemu_plugin_hwaddr_phys_addr(const struct qemu_plugin_hwaddr *haddr);

#define PLUGIN_EXPORT __attribute__((visibility("default")))

#endif
