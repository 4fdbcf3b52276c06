// SPDX-License-Identifier: GPL-2.0-only
/*
 * On the emulated host: a vCPU's registers as text, and such a text into a vCPU,
 * as a VM that migrates takes them along.
 * usage: registers dump [none]
 *        registers set FILE [none]     KTAP: one case, with a line for each register refused
 * The vCPU has pointer authentication, SVE of all lengths and a PMU where they are offered,
 * unless none is said; the VM has a GIC.
 * A line is "ID VALUE MASK", in hexadecimal digits: an id of the KVM ABI, its value with the
 * lowest byte first, and which bits of it KVM_ARM_GET_REG_WRITABLE_MASKS names.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include "uapi/keel.h"

#define MAX_BYTES	256
#define MAX_LINE	(2 * MAX_BYTES + 64)
#define ID_OP(id, shift, mask)	((id) >> (shift) & (mask))

static int vm, vcpu;
static uint64_t masks[KVM_ARM_FEATURE_ID_RANGE_SIZE];

static void die(const char *what)
{
	printf("# %s: %s\n1..1\nnot ok 1 - registers\n", what, strerror(errno));
	exit(1);
}

static bool has(int cap)
{
	return ioctl(vm, KVM_CHECK_EXTENSION, cap) > 0;
}

static void make_gic(void)
{
	struct kvm_create_device gic = { .type = KVM_DEV_TYPE_ARM_VGIC_V3 };

	if (ioctl(vm, KVM_CREATE_DEVICE, &gic) < 0)
		fprintf(stderr, "# no GICv3: %s\n", strerror(errno));
}

static unsigned int features(void)
{
	unsigned int keys = 1u << KVM_ARM_VCPU_PTRAUTH_ADDRESS | 1u << KVM_ARM_VCPU_PTRAUTH_GENERIC;
	bool has_keys = has(KVM_CAP_ARM_PTRAUTH_ADDRESS) && has(KVM_CAP_ARM_PTRAUTH_GENERIC);

	return (has_keys ? keys : 0) | (has(KVM_CAP_ARM_SVE) ? 1u << KVM_ARM_VCPU_SVE : 0) |
	       (has(KVM_CAP_ARM_PMU_V3) ? 1u << KVM_ARM_VCPU_PMU_V3 : 0);
}

static void make_vcpu(bool all)
{
	int kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	struct kvm_vcpu_init init;
	int sve = KVM_ARM_VCPU_SVE;

	vm = ioctl(kvm, KVM_CREATE_VM, 0);
	vcpu = ioctl(vm, KVM_CREATE_VCPU, 0);
	if (vcpu < 0 || ioctl(vm, KVM_ARM_PREFERRED_TARGET, &init))
		die("making a vCPU");
	init.features[0] |= 1u << KVM_ARM_VCPU_PSCI_0_2;
	if (all)
		init.features[0] |= features();
	if (ioctl(vcpu, KVM_ARM_VCPU_INIT, &init))
		die("KVM_ARM_VCPU_INIT");
	if (init.features[0] & 1u << KVM_ARM_VCPU_SVE && ioctl(vcpu, KVM_ARM_VCPU_FINALIZE, &sve))
		die("KVM_ARM_VCPU_FINALIZE");
	make_gic();
}

/*
 * Place in the feature ID range: op0 is 3, op1 0, 1 or 3, CRn 0, and not CRm 0 but for op1 1 and 3.
 */
static uint64_t mask_of(uint64_t id)
{
	unsigned int op1 = ID_OP(id, 11, 7), crn = ID_OP(id, 7, 15), crm = ID_OP(id, 3, 15);

	if ((id & KVM_REG_ARM_COPROC_MASK) != KVM_REG_ARM64_SYSREG || ID_OP(id, 14, 3) != 3)
		return 0;
	if (crn || crm > 7 || (op1 != 0 && op1 != 1 && op1 != 3))
		return 0;
	return masks[(op1 == 3 ? 2 : op1) << 6 | crm << 3 | (id & 7)];
}

static unsigned int bytes_of(uint64_t id)
{
	return 1u << ((id & KVM_REG_SIZE_MASK) >> KVM_REG_SIZE_SHIFT);
}

static void dump_one(uint64_t id)
{
	uint8_t value[MAX_BYTES];
	struct kvm_one_reg reg = { .id = id, .addr = (uint64_t)value };

	if (ioctl(vcpu, KVM_GET_ONE_REG, &reg))
		die("KVM_GET_ONE_REG");
	printf("%016llx ", (unsigned long long)id);
	for (unsigned int i = 0; i < bytes_of(id); i++)
		printf("%02x", value[i]);
	printf(" %016llx\n", (unsigned long long)mask_of(id));
}

static struct kvm_reg_list *list_registers(void)
{
	struct kvm_reg_list none = { 0 }, *list;

	if (!ioctl(vcpu, KVM_GET_REG_LIST, &none) || errno != E2BIG)
		die("KVM_GET_REG_LIST");
	list = malloc(sizeof(*list) + none.n * sizeof(list->reg[0]));
	list->n = none.n;
	if (ioctl(vcpu, KVM_GET_REG_LIST, list))
		die("KVM_GET_REG_LIST");
	return list;
}

static int dump(void)
{
	struct reg_mask_range range = { .addr = (uint64_t)masks };
	struct kvm_reg_list *list = list_registers();

	/* not in kernels before 6.7 */
	ioctl(vm, KVM_ARM_GET_REG_WRITABLE_MASKS, &range);
	for (uint64_t i = 0; i < list->n; i++)
		dump_one(list->reg[i]);
	return 0;
}

static bool set_one(const char *line)
{
	unsigned long long id;
	uint8_t value[MAX_BYTES] = { 0 };
	struct kvm_one_reg reg = { .addr = (uint64_t)value };
	unsigned int byte;
	int at;

	/* the lengths are fixed by now, as all that there are */
	if (sscanf(line, "%llx %n", &id, &at) != 1 || id == KVM_REG_ARM64_SVE_VLS)
		return true;
	for (unsigned int i = 0; i < bytes_of(id) && sscanf(line + at + 2 * i, "%2x", &byte) == 1;
	     i++)
		value[i] = byte;
	reg.id = id;
	if (!ioctl(vcpu, KVM_SET_ONE_REG, &reg))
		return true;
	printf("# refused (%s): %s", strerrorname_np(errno), line);
	return false;
}

static int set(const char *file)
{
	FILE *f = fopen(file, "r");
	char line[MAX_LINE];
	unsigned int refused = 0, lines = 0;

	if (!f)
		die(file);
	for (; fgets(line, sizeof(line), f); lines++)
		refused += !set_one(line);
	printf("1..1\n%sok 1 - %s: %u registers, %u refused\n", refused || !lines ? "not " : "",
	       file, lines, refused);
	return refused || !lines;
}

int main(int argc, char **argv)
{
	bool is_set = argc > 2 && !strcmp(argv[1], "set");

	make_vcpu(argc <= (is_set ? 3 : 2) || strcmp(argv[argc - 1], "none"));
	return is_set ? set(argv[2]) : dump();
}
