# SPDX-License-Identifier: GPL-2.0-only
"""Checks: the machine and its kernel, as keel finds them when it is loaded."""
import re
import struct

from . import boot
from .result import check, fail, note, ok, warn

OLDEST, NEWEST = (6, 1), (7, 3)
WITHOUT = ((6, 10), (6, 11))
RANGE = '6.1 to 7.3 without 6.10 and 6.11'
NEEDED = ('CONFIG_MODULES', 'CONFIG_MMU_NOTIFIER', 'CONFIG_EVENTFD')

# by what Linux ticks: GIC interrupt numbers of the Base System Architecture
LEVEL_BY_TIMER = {26: 'EL2', 30: 'EL1 with EL2 kept for a hypervisor', 27: 'EL1'}
VIRTUAL_TIMER_GSIV = 64     # offset in the ACPI table GTDT
VIRTUAL_TIMER_INDEX = 2     # in the device tree's timer node


@check('architecture')
def architecture(host):
    machine = host.machine or 'unknown'
    return ok(machine) if machine == 'aarch64' else fail(machine, 'aarch64', 'keel is for 64-bit Arm only')


@check('kernel')
def kernel(host):
    version = host.version
    if not version or version < OLDEST or version in WITHOUT:
        return fail(host.release or 'unknown', RANGE, 'another kernel')
    if version > NEWEST:
        return warn(host.release + ', which nobody has tried', RANGE, 'a newer keel, if there is one')
    return ok(host.release)


@check('kernel options')
def options(host):
    if host.config is None:
        return note('unknown: no /boot/config-%s' % host.release)
    missing = [name for name in NEEDED if name not in host.config]
    if missing:
        return fail('without ' + ', '.join(missing), 'with them', 'another kernel')
    return ok('as needed')


@check('in-tree KVM')
def in_tree(host):
    if host.is_loaded:
        return ok('off: keel is loaded')
    if host.has_misc_device('kvm'):
        remedy = 'reboot, the boot loader has the argument' if boot.will_be_set(host) else \
            'keel boot enable, and reboot: the kernel needs the argument ' + boot.ARGUMENT
        return fail('active, it holds EL2', 'off', remedy)
    if host.argument('kvm-arm.mode') == 'none':
        return ok('off by %s' % boot.ARGUMENT)
    return ok('not active')


def level(host):
    """What is known of the exception level at which the kernel was entered."""
    if 'started at EL2' in host.log:
        return 'EL2'
    if 'started at EL1' in host.log:
        return 'EL1'
    return LEVEL_BY_TIMER.get(host.timer_interrupt)


@check('exception level')
def exception_level(host):
    found = level(host)
    if host.is_loaded:
        return ok('EL2: keel is loaded')
    if found == 'EL1':
        return fail('the kernel was entered at EL1', 'EL2',
                    'firmware, or the hypervisor above (nested virtualization), has to leave EL2 to Linux')
    if not found:
        return note('unknown', 'EL2', "as root, see dmesg for 'started at EL2'")
    return ok('the kernel was entered at ' + found if found == 'EL2' else found)


def tree_timer(host):
    """Does the device tree name the virtual timer's interrupt? None: there is no device tree."""
    for node in host.list('/proc/device-tree'):
        compatible = host.text('/proc/device-tree/%s/compatible' % node) or ''
        if not re.search(r'arm,armv[78]-timer', compatible):
            continue
        names = (host.text('/proc/device-tree/%s/interrupt-names' % node) or '').split('\0')
        interrupts = host.data('/proc/device-tree/%s/interrupts' % node) or b''
        # three cells each, or as many as names say
        return 'virt' in names or len(interrupts) >= 12 * (VIRTUAL_TIMER_INDEX + 1)
    return None


def table_timer(host):
    """The same of ACPI's table, which only root may read."""
    table = host.data('/sys/firmware/acpi/tables/GTDT')
    if table is None or len(table) < VIRTUAL_TIMER_GSIV + 4:
        return None
    return struct.unpack_from('<I', table, VIRTUAL_TIMER_GSIV)[0] != 0


@check('virtual timer')
def virtual_timer(host):
    named = tree_timer(host)
    if named is None:
        named = table_timer(host)
    if host.is_loaded or named:
        return ok('its interrupt is described')
    if named is None:
        return note('unknown: neither device tree nor ACPI table GTDT to be read', '', 'try as root')
    return fail('firmware names no interrupt for it', 'named in the device tree or the ACPI table GTDT',
                'other firmware')
