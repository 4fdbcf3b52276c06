# SPDX-License-Identifier: GPL-2.0-only
"""Trees that look like a host's "/" to the keel command, and how results are told."""
import os
import shutil
import struct
import sys
import tempfile

TOP = os.path.realpath(os.path.join(os.path.dirname(__file__), '../..'))
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(TOP, 'tools/keel'))

RELEASE = '6.12.95+deb12-arm64'
MODULES = 'lib/modules/%s/' % RELEASE
MODULE = MODULES + 'updates/dkms/keel.ko'
CPU = 'sys/devices/system/cpu/'
MIDR = CPU + 'cpu%d/regs/identification/midr_el1'
GONE = object()


class Link(str):
    """A symbolic link to there."""


def auxv(page_size):
    return struct.pack('<6Q', 6, page_size, 23, 0, 0, 0)


def interrupts(timer, chip='GICv3'):
    return ('           CPU0       CPU1\n'
            ' 13:       1234       1234     %s  %d Level     arch_timer\n'
            ' 14:          0          0     %s  33 Level     uart-pl011\n' % (chip, timer, chip))


def limits(locked):
    return ('Limit                     Soft Limit           Hard Limit           Units\n'
            'Max locked memory         %-20s %-20s bytes\n' % (locked, locked))


# A machine on which all is well, keel not yet loaded.
GOOD = {
    'proc/sys/kernel/arch': 'aarch64\n',
    'proc/sys/kernel/osrelease': RELEASE + '\n',
    'proc/cmdline': 'root=/dev/vda1 ro kvm-arm.mode=protected kvm_arm.mode=none quiet\n',
    'proc/misc': ' 10 fuse\n183 hw_random\n',
    'proc/interrupts': interrupts(26),
    'proc/self/auxv': auxv(4096),
    'proc/self/limits': limits('unlimited'),
    'proc/device-tree/timer/compatible': 'arm,armv8-timer\0arm,armv7-timer\0',
    'proc/device-tree/timer/interrupts': bytes(48),
    'dev/kmsg': '6,1,0,-;CPU: All CPU(s) started at EL2\n'
                '6,2,0,-;CPU features: detected: Stage-2 Force Write-Back\n',
    'dev/kvm': '',
    'etc/group': 'root:x:0:\nkvm:x:%d:ann\n' % os.getgid(),
    'etc/passwd': 'root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/home/ann:/bin/sh\nbob:x:1001:1001::/home/bob:/bin/sh\n',
    'boot/config-' + RELEASE: 'CONFIG_MODULES=y\nCONFIG_MMU_NOTIFIER=y\nCONFIG_EVENTFD=y\n# CONFIG_X is not set\n',
    MODULES + 'build/Makefile': '',
    MODULES + 'modules.dep': 'updates/dkms/keel.ko:\nkernel/drivers/vfio/pci/vfio-pci.ko.xz: kernel/x.ko.xz\n',
    MODULE: b'\x7fELF\0license=GPL\0version=0.9.0\0',
    CPU + 'possible': '0-3\n',
    MIDR % 0: '0x00000000410fd0c1\n',
    MIDR % 1: '0x00000000410fd0c1\n',
    'sys/kernel/security/lockdown': '[none] integrity confidentiality\n',
    'sys/module/module/parameters/sig_enforce': 'N\n',
    'sys/kernel/mm/transparent_hugepage/enabled': 'always [madvise] never\n',
    'sys/class/iommu/smmu3.0x0000000009050000/x': '',
    'sys/kernel/iommu_groups/7/devices/0000:01:00.0': Link('../../../../../sys/bus/pci/devices/0000:01:00.0'),
    'sys/bus/pci/devices/0000:01:00.0/class': '0x010802\n',
    'sys/bus/pci/devices/0000:01:00.0/iommu_group': Link('../../../../kernel/iommu_groups/7'),
    'sys/bus/pci/devices/0000:01:00.0/driver': Link('../../../../bus/pci/drivers/vfio-pci'),
}

# What is there when keel is loaded.
LOADED = {
    'sys/module/keel/version': '0.9.0\n',
    'sys/module/keel/parameters/kvm_node': 'Y\n',
    'proc/misc': '232 kvm\n124 keel\n',
}


def make(root, *changes):
    """Write GOOD with changes: {path: text, bytes, Link, a mode for a file that is there, or GONE}."""
    files = dict(GOOD)
    modes = {}
    for change in changes:
        for name, content in change.items():
            if isinstance(content, int):
                modes[name] = content
            else:
                files[name] = content
    modes.setdefault('dev/kvm', 0o660)
    for name, content in files.items():
        if content is not GONE:
            put(os.path.join(root, name), content)
    for name, mode in modes.items():
        if os.path.exists(os.path.join(root, name)):
            os.chmod(os.path.join(root, name), mode)


def put(path, content):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if isinstance(content, Link):
        os.symlink(content, path)
        return
    with open(path, 'wb') as f:
        f.write(content if isinstance(content, bytes) else content.encode())


class Tree:
    """with Tree({...}) as root:"""
    def __init__(self, *changes):
        self.changes = changes

    def __enter__(self):
        self.root = tempfile.mkdtemp(prefix='keel-tree-')
        make(self.root, *self.changes)
        return self.root

    def __exit__(self, *unused):
        shutil.rmtree(self.root)


failures = 0


def result(well, what, seen=''):
    global failures
    print('%sok - %s' % ('' if well else 'not ', what))
    if not well:
        failures += 1
        print('#   ' + str(seen).replace('\n', '\n#   '))
