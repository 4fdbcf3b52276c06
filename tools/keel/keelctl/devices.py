# SPDX-License-Identifier: GPL-2.0-only
"""Checks: memory and devices for guests."""
import re

from .result import Result, check, fail, note, ok

VFIO = 'vfio-pci'
BRIDGE = '0x0604'


@check('huge pages')
def huge_pages(host):
    m = re.search(r'\[(\w+)\]', host.text('/sys/kernel/mm/transparent_hugepage/enabled') or '')
    if not m or m[1] == 'never':
        return note('never, or only those of hugetlbfs', 'madvise or always',
                    'echo madvise > /sys/kernel/mm/transparent_hugepage/enabled')
    return ok(m[1])


@check('IOMMU')
def iommu(host):
    found = host.list('/sys/class/iommu')
    groups = len(host.list('/sys/kernel/iommu_groups'))
    if not found or not groups:
        return note('none: guests can have no devices of the host')
    return ok('%d, with %d groups of devices' % (len(found), groups))


@check('VFIO')
def vfio(host):
    if host.has_module('vfio_pci'):
        return ok(VFIO)
    return note('no module %s' % VFIO, 'there, to assign devices to guests', 'a kernel with CONFIG_VFIO_PCI')


def others(host, address, group):
    """The drivers of the host that hold other devices of the group."""
    held = []
    for name in host.list('/sys/kernel/iommu_groups/%s/devices' % group):
        place = '/sys/kernel/iommu_groups/%s/devices/%s/' % (group, name)
        is_bridge = (host.text(place + 'class') or '').startswith(BRIDGE)
        driver = host.target(place + 'driver')
        if name != address and not is_bridge and driver not in (None, VFIO):
            held.append('%s (%s)' % (name, driver))
    return held


def judge(host, address):
    place = '/sys/bus/pci/devices/' + address
    if not host.exists(place):
        return fail('not there', 'a PCI device as lspci -D has it', 'lspci -D')
    group = host.target(place + '/iommu_group')
    if not group:
        return fail('in no IOMMU group', 'behind an SMMU', 'firmware that describes the SMMU to Linux')
    driver = host.target(place + '/driver')
    if driver != VFIO:
        return fail('group %s, bound to %s' % (group, driver or 'no driver'), 'bound to ' + VFIO,
                    'driverctl set-override %s %s' % (address, VFIO))
    held = others(host, address, group)
    if held:
        return fail('group %s, with %s' % (group, ', '.join(held)), 'all of the group bound to ' + VFIO,
                    'bind them as well, or another slot')
    return ok('group %s, bound to %s' % (group, VFIO))


def named_devices(host) -> list[Result]:
    """A line for each device that was asked about."""
    results = []
    for address in host.devices:
        result = judge(host, address)
        result.what = 'device ' + address
        results.append(result)
    return results
