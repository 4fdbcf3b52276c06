#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Each line of keel doctor in each of its states, on trees that look like hosts.

usage: doctor.py      prints "ok - WHAT" and "not ok - WHAT"; fails if one is not ok
"""
import gzip
import json
import lzma
import os
import re
import subprocess
import sys

from tree import (CPU, GONE, LOADED, MIDR, MODULE, MODULES, RELEASE, TOP, Link, Tree, auxv, interrupts, limits, result)
import tree
from keelctl import cpu, doctor, module
from keelctl.host import Host

KMSG = '6,1,0,-;CPU: All CPU(s) started at %s\n6,2,0,-;CPU features: detected: CNP\n'
NO_LOG = {'dev/kmsg': GONE}
UNENROLLED = {'var/lib/dkms/mok.pub': b'CERTIFICATE',
              'sys/firmware/efi/mok-variables/MokListRT': b'header OTHER tail'}
ENROLLED = {**UNENROLLED, 'sys/firmware/efi/mok-variables/MokListRT': b'header CERTIFICATE tail'}
UNSIGNED = tree.GOOD[MODULE]
SIGNED = UNSIGNED + b'signature' + module.SIGNATURE
LOCKDOWN = {'sys/kernel/security/lockdown': 'none [integrity] confidentiality\n'}
NO_MODULE = {MODULES + 'modules.dep': '', MODULE: GONE}
BUSY_KVM = {'proc/misc': '232 kvm\n', 'proc/cmdline': 'quiet\n'}
GRUB = {'etc/default/grub': 'GRUB_CMDLINE_LINUX=""\n', 'usr/sbin/update-grub': ''}
NO_TREE = {'proc/device-tree/timer/compatible': GONE, 'proc/device-tree/timer/interrupts': GONE}
GTDT = 'sys/firmware/acpi/tables/GTDT'
DEVICE = '0000:01:00.0'
PCI = 'sys/bus/pci/devices/%s/' % DEVICE
SECOND = {'sys/kernel/iommu_groups/7/devices/0000:01:00.1/class': '0x020000\n',
          'sys/kernel/iommu_groups/7/devices/0000:01:00.1/driver': Link('../../drivers/e1000e')}
BRIDGE = {**SECOND, 'sys/kernel/iommu_groups/7/devices/0000:01:00.1/class': '0x060400\n'}
REFUSED = '6,3,0,-;keel: no GIC of the host\'s for guests: %s\n6,4,0,-;keel: VHE, guests up to 48 bits of address\n'
# a certain group that is not the one of files made here
OTHER_GROUP = {'etc/group': 'kvm:x:%d:ann\n' % (os.getgid() + 1)}


def compressed(suffix, pack):
    return {MODULES + 'modules.dep': 'updates/dkms/keel.ko%s:\n' % suffix, MODULE: GONE, MODULE + suffix: pack(SIGNED)}


# what, level, part of the line, changes
CASES = (
    ('architecture', 'ok', 'aarch64'),
    ('architecture', 'fail', 'x86_64', {'proc/sys/kernel/arch': 'x86_64\n'}),
    ('kernel', 'ok', RELEASE),
    ('kernel', 'ok', '7.3.4', {'proc/sys/kernel/osrelease': '7.3.4+deb13-arm64\n'}),
    ('kernel', 'ok', '6.1.0', {'proc/sys/kernel/osrelease': '6.1.0-50-arm64\n'}),
    ('kernel', 'fail', '6.0.1', {'proc/sys/kernel/osrelease': '6.0.1\n'}),
    ('kernel', 'fail', '5.15', {'proc/sys/kernel/osrelease': '5.15.0\n'}),
    ('kernel', 'fail', '6.10.3', {'proc/sys/kernel/osrelease': '6.10.3-arm64\n'}),
    ('kernel', 'fail', '6.11', {'proc/sys/kernel/osrelease': '6.11.0\n'}),
    ('kernel', 'warn', '7.4.1', {'proc/sys/kernel/osrelease': '7.4.1\n'}),
    ('kernel options', 'ok', 'as needed'),
    ('kernel options', 'ok', 'as needed', {'boot/config-' + RELEASE: GONE,
                                           MODULES + 'config': tree.GOOD['boot/config-' + RELEASE]}),
    ('kernel options', 'fail', 'CONFIG_MMU_NOTIFIER', {'boot/config-' + RELEASE: 'CONFIG_MODULES=y\nCONFIG_EVENTFD=y\n'}),
    ('kernel options', 'note', 'unknown', {'boot/config-' + RELEASE: GONE}),
    ('in-tree KVM', 'ok', 'kvm-arm.mode=none'),
    ('in-tree KVM', 'ok', 'not active', {'proc/cmdline': 'quiet\n'}),
    ('in-tree KVM', 'ok', 'keel is loaded', LOADED),
    ('in-tree KVM', 'fail', 'keel boot enable, and reboot', BUSY_KVM),
    ('in-tree KVM', 'fail', 'keel boot enable, and reboot', BUSY_KVM, GRUB),
    ('in-tree KVM', 'fail', 'remedy: reboot', BUSY_KVM, GRUB,
     {'etc/default/grub.d/keel.cfg': 'GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX kvm-arm.mode=none"\n'}),
    ('exception level', 'ok', 'EL2'),
    ('exception level', 'ok', 'EL2', NO_LOG),
    ('exception level', 'ok', 'EL1 with EL2 kept', NO_LOG, {'proc/interrupts': interrupts(30)}),
    ('exception level', 'ok', 'keel is loaded', NO_LOG, LOADED, {'proc/interrupts': interrupts(27)}),
    ('exception level', 'fail', 'entered at EL1', NO_LOG, {'proc/interrupts': interrupts(27)}),
    ('exception level', 'fail', 'entered at EL1', {'dev/kmsg': KMSG % 'EL1'}),
    ('exception level', 'note', 'dmesg', NO_LOG, {'proc/interrupts': interrupts(19)}),
    ('virtual timer', 'ok', 'described'),
    ('virtual timer', 'ok', 'described', {'proc/device-tree/timer/interrupts': bytes(12),
                                          'proc/device-tree/timer/interrupt-names': 'phys\0virt\0'}),
    ('virtual timer', 'ok', 'described', NO_TREE, {GTDT: bytes(64) + b'\x1b\0\0\0'}),
    ('virtual timer', 'ok', 'described', NO_TREE, LOADED),
    ('virtual timer', 'fail', 'no interrupt', {'proc/device-tree/timer/interrupts': bytes(24)}),
    ('virtual timer', 'fail', 'no interrupt', NO_TREE, {GTDT: bytes(96)}),
    ('virtual timer', 'note', 'try as root', NO_TREE),
    ('kernel headers', 'ok', MODULES + 'build'),
    ('kernel headers', 'warn', 'linux-headers-' + RELEASE, {MODULES + 'build/Makefile': GONE}),
    ('kernel headers', 'fail', 'linux-headers-' + RELEASE, {MODULES + 'build/Makefile': GONE}, NO_MODULE),
    ('module', 'ok', MODULE),
    ('module', 'warn', 'not installed', NO_MODULE, LOADED),
    ('module', 'fail', 'keel-dkms', NO_MODULE),
    ('module version', 'ok', '0.9.0 is loaded', LOADED),
    ('module version', 'warn', '0.9.1 is loaded, 0.9.0 is installed', LOADED, {'sys/module/keel/version': '0.9.1\n'}),
    ('module version', 'warn', '0.9.1 is loaded, 0.9.0 is installed', LOADED, compressed('.xz', lzma.compress),
     {'sys/module/keel/version': '0.9.1\n'}),
    ('module version', 'note', 'installed: 0.9.0'),
    ('module version', 'note', 'installed: unknown', NO_MODULE),
    ('module signature', 'ok', 'not needed'),
    ('module signature', 'ok', 'keel is loaded', LOCKDOWN, LOADED),
    ('module signature', 'ok', 'enrolled', LOCKDOWN, ENROLLED, {MODULE: SIGNED}),
    ('module signature', 'ok', 'enrolled', LOCKDOWN, ENROLLED, compressed('.xz', lzma.compress)),
    ('module signature', 'ok', 'enrolled', LOCKDOWN, ENROLLED, compressed('.gz', gzip.compress)),
    ('module signature', 'fail', 'lockdown=integrity', LOCKDOWN, ENROLLED),
    ('module signature', 'fail', 'module.sig_enforce', {'sys/module/module/parameters/sig_enforce': 'Y\n'}),
    ('module signature', 'fail', 'mokutil --import', LOCKDOWN, UNENROLLED, {MODULE: SIGNED}),
    ('module signature', 'note', 'cannot be told', LOCKDOWN, {MODULE: SIGNED}),
    ('module signature', 'note', 'no module', LOCKDOWN, NO_MODULE),
    ('module signature', 'note', 'no module', LOCKDOWN, {**compressed('.xz', lzma.compress), MODULE + '.xz': b'no archive'}),
    ('CPU errata', 'ok', 'none'),
    ('CPU errata', 'warn', 'Arm 832075', {MIDR % 1: '0x00000000411fd072\n'}),
    ('CPU errata', 'ok', 'none', {MIDR % 1: '0x00000000411fd073\n'}),
    ('CPU errata', 'warn', 'Cavium 30115', {MIDR % 0: '0x00000000431f0a11\n'}),
    ('CPU errata', 'note', 'unknown', {MIDR % 0: GONE, MIDR % 1: GONE}),
    ('interrupt controller', 'ok', 'GICv3'),
    ('interrupt controller', 'ok', 'GICv2', {'proc/interrupts': interrupts(30, 'GICv2')}),
    ('interrupt controller', 'ok', 'GICv2', {'proc/interrupts': interrupts(30, 'GIC-0')}),
    ('interrupt controller', 'warn', 'not a GIC', {'proc/interrupts': interrupts(30, 'AIC2')}),
    ('interrupt controller', 'warn', 'an erratum', LOADED, {'dev/kmsg': REFUSED % 'an erratum'}),
    ('interrupt controller', 'ok', 'GICv3', LOADED,
     {'dev/kmsg': REFUSED % 'an erratum' + '6,9,0,-;keel: VHE, guests up to 48 bits of address\n'}),
    ('interrupt controller', 'ok', 'GICv3', {'dev/kmsg': REFUSED % 'an erratum'}),
    ('page size', 'ok', '4 KiB'),
    ('page size', 'ok', '16 KiB', LOADED, {'proc/self/auxv': auxv(16384)}),
    ('page size', 'warn', '64 KiB', {'proc/self/auxv': auxv(65536)}),
    ('page size', 'note', 'unknown', {'proc/self/auxv': GONE}),
    ('VMIDs', 'ok', 'enough for 4 CPUs'),
    ('VMIDs', 'ok', '255', {CPU + 'possible': '0-254\n'}),
    ('VMIDs', 'ok', '512', LOADED, {CPU + 'possible': '0-511\n'}),
    ('VMIDs', 'warn', 'nr_cpus=255', {CPU + 'possible': '0-255\n'}),
    ('VMIDs', 'note', 'unknown', {CPU + 'possible': GONE}),
    ('stage-2 forced write-back', 'ok', 'there'),
    ('stage-2 forced write-back', 'note', 'cleaned', {'dev/kmsg': KMSG % 'EL2'}),
    ('stage-2 forced write-back', 'note', 'root', NO_LOG),
    ('device node', 'ok', '/dev/kvm'),
    ('device node', 'ok', '0666', {'dev/kvm': 0o666}, OTHER_GROUP),
    ('device node', 'ok', '/dev/keel', LOADED, {'sys/module/keel/parameters/kvm_node': 'N\n', 'dev/kvm': GONE,
                                                'dev/keel': ''}, {'dev/keel': 0o660}),
    ('device node', 'warn', 'modprobe keel', {'dev/kvm': GONE}),
    ('device node', 'fail', 'though keel is loaded', LOADED, {'dev/kvm': GONE}),
    ('device node', 'warn', 'mode 0600', {'dev/kvm': 0o600}),
    ('device node', 'warn', 'chgrp kvm', OTHER_GROUP),
    ('device node', 'warn', 'groupadd', {'etc/group': 'root:x:0:\n'}),
    ('user', 'ok', 'ann is in group kvm'),
    ('user', 'ok', 'like everybody', {'dev/kvm': 0o666, 'etc/group': 'kvm:x:1:\n'}),
    ('user', 'ok', 'ann is in group kvm', {'etc/group': 'kvm:x:1000:\n'}),
    ('user', 'warn', 'usermod -aG kvm ann', {'etc/group': 'kvm:x:1:bob\n'}),
    ('locked memory', 'ok', 'no limit'),
    ('locked memory', 'note', '8 MiB', {'proc/self/limits': limits(8 << 20)}),
    ('locked memory', 'note', 'unknown', {'proc/self/limits': GONE}),
    ('huge pages', 'ok', 'madvise'),
    ('huge pages', 'note', 'never', {'sys/kernel/mm/transparent_hugepage/enabled': 'always madvise [never]\n'}),
    ('IOMMU', 'ok', '1 groups of devices'),
    ('IOMMU', 'note', 'none', {'sys/class/iommu/smmu3.0x0000000009050000/x': GONE}),
    ('VFIO', 'ok', 'vfio-pci'),
    ('VFIO', 'ok', 'vfio-pci', {MODULES + 'modules.dep': '', 'sys/module/vfio_pci/version': '1\n'}),
    ('VFIO', 'ok', 'vfio-pci', {MODULES + 'modules.dep': '', MODULES + 'modules.builtin': 'kernel/vfio/vfio-pci.ko\n'}),
    ('VFIO', 'note', 'CONFIG_VFIO_PCI', {MODULES + 'modules.dep': ''}),
)

# the same, of a host that is asked about a device
DEVICE_CASES = (
    ('device ' + DEVICE, 'ok', 'group 7'),
    ('device ' + DEVICE, 'ok', 'group 7', BRIDGE),
    ('device ' + DEVICE, 'fail', 'not there', {PCI + 'class': GONE, PCI + 'iommu_group': GONE, PCI + 'driver': GONE}),
    ('device ' + DEVICE, 'fail', 'no IOMMU group', {PCI + 'iommu_group': GONE}),
    ('device ' + DEVICE, 'fail', 'bound to nvme', {PCI + 'driver': Link('../drivers/nvme')}),
    ('device ' + DEVICE, 'fail', '0000:01:00.1 (e1000e)', SECOND),
    ('locked memory', 'warn', 'memlock', {'proc/self/limits': limits(8 << 20)}),
)


def try_case(devices, what, level, part, *changes):
    with Tree(*changes) as root:
        found = [r for r in doctor.examine(Host(root, 'ann', devices)) if r.what == what]
    lines = '\n'.join(r.line() for r in found)
    remedied = level in ('ok', 'note') or (found and found[0].should and found[0].remedy)
    result(len(found) == 1 and found[0].level == level and part in lines and remedied,
           'doctor: %s: %s: %s' % (what, level, part), lines)


def run(root, *arguments):
    return subprocess.run([os.path.join(TOP, 'tools/keel/keel'), 'doctor', '--root', root, '--user', 'ann', *arguments],
                          capture_output=True, text=True, check=False)


def try_status(status, what, *changes):
    with Tree(*changes) as root:
        plain, as_json = run(root), run(root, '--json')
    seen = json.loads(as_json.stdout)
    result(plain.returncode == as_json.returncode == seen['status'] == status, 'doctor: exit status %d: %s' % (status, what),
           plain.stdout + plain.stderr)
    result(len(plain.stdout.splitlines()) == len(seen['checks']) and
           all(set(c) == {'what', 'level', 'is', 'should', 'remedy'} for c in seen['checks']),
           'doctor: a line for each check, and the same in JSON: ' + what, as_json.stdout)


def both_states():
    """Each check is seen well and not well."""
    checks = {r.what for r in doctor.examine(Host('/nowhere'))} | {'device ' + DEVICE}
    cases = [case[:2] for case in CASES + DEVICE_CASES]
    lacking = [what for what in checks
               if (what, 'ok') not in cases or not any(w == what and level != 'ok' for w, level in cases)]
    result(not lacking, 'doctor: every line is tried in both states', lacking)


def source(name):
    with open(os.path.join(TOP, name), encoding='utf-8') as f:
        return f.read()


def same_errata():
    """The doctor names the errata of the module's table that take something away, and those only."""
    models = {name: (int(implementer, 16), int(part, 16)) for name, implementer, part in
              re.findall(r'KEEL_CPU_(\w+)\s+KEEL_MODEL\((0x\w+), (0x\w+)\)', source('core/cpu_models.h'))}
    rows = source('core/errata_table.c').split('\tROW("')[1:]
    taking = set()
    for row in rows:
        lost = {'TRUST': cpu.TRUST, 'NO_GIC': cpu.NO_GIC}.get(''.join(re.findall(r'KEEL_FIX\((TRUST|NO_GIC)\)', row)))
        for model, *v in re.findall(r'SOME\((\w+), (\w+), (\w+), (\w+), (\w+)\)', row) if lost else ():
            first, last = tuple(int(n, 0) for n in v[:2]), tuple(int(n, 0) for n in v[2:])
            taking.add((row[:row.index('"')], *models[model], first, last, lost))
    result(len(rows) > 10 and taking == set(cpu.ERRATA), "doctor: its errata are those of the module's table",
           taking ^ set(cpu.ERRATA))


def main():
    for case in CASES:
        try_case((), *case)
    for case in DEVICE_CASES:
        try_case((DEVICE,), *case)
    both_states()
    same_errata()
    try_status(0, 'all well')
    try_status(2, 'a warning', {'dev/kvm': GONE})
    try_status(1, 'in-tree KVM', BUSY_KVM, {'dev/kvm': GONE})
    bad = subprocess.run([os.path.join(TOP, 'tools/keel/keel'), 'doctor', '--nonsense'], capture_output=True, check=False)
    result(bad.returncode == 3, 'keel: exit status 3 for wrong usage', bad)
    return tree.failures != 0


sys.exit(main())
