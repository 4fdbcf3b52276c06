# SPDX-License-Identifier: GPL-2.0-only
"""Checks: what the CPUs and the interrupt controller are good for."""
import re

from .result import check, note, ok, warn

SMALL_PAGE = 4096
VMIDS_ALWAYS = 255      # 8 bits, without that of the host

NO_GIC, TRUST = 'guests have a GICv2 in software alone', 'an untrusted guest can stop the machine'

# The rows of core/errata_table.c that take something away: erratum; implementer and part; first and
# last variant and revision; what is lost.
ERRATA = (
    ('Arm 832075', 0x41, 0xd07, (0, 0), (1, 2), TRUST),
    ('Arm 1508412', 0x41, 0xd0d, (0, 0), (1, 0), TRUST),
    ('Cavium 30115', 0x43, 0x0a1, (0, 0), (1, 2), NO_GIC),
    ('Cavium 30115', 0x43, 0x0a2, (0, 0), (0, 2), NO_GIC),
    ('Cavium 30115', 0x43, 0x0a3, (0, 0), (0, 0), NO_GIC),
)


def errata_of(midr):
    model = midr >> 24 & 0xff, midr >> 4 & 0xfff
    revision = midr >> 20 & 0xf, midr & 0xf
    return [(name, lost) for name, implementer, part, first, last, lost in ERRATA
            if model == (implementer, part) and first <= revision <= last]


@check('CPU errata')
def errata(host):
    if not host.midrs:
        return note('unknown: the kernel does not tell the CPUs')
    found = sorted({erratum for midr in host.midrs for erratum in errata_of(midr)})
    if found:
        return warn(', '.join('%s: %s' % erratum for erratum in found), 'none that costs guests anything',
                    'another CPU')
    return ok('none that costs guests anything')


def refusal(host):
    """Why keel, when it was loaded last, gave guests no GIC of the host's; or None."""
    loads = host.log.split(', guests up to ')    # each load's last message
    if not host.is_loaded or len(loads) < 2:
        return None
    m = re.search(r"keel: no GIC of the host's for guests: ([^\n]*)", loads[-2])
    return m[1] if m else None


@check('interrupt controller')
def controller(host):
    names = set(re.findall(r'\bGICv[23]\b|\bGIC-0\b', host.text('/proc/interrupts') or ''))
    why = refusal(host)
    if not names:
        return warn('not a GIC', 'a GICv3, or a GICv2 with virtual CPU interface',
                    'guests run with a VMM that has a GIC of its own')
    if why:
        return warn(why, 'a GICv3, or a GICv2 with virtual CPU interface',
                    'guests have a GICv2 in software, or one of their VMM')
    if 'GICv3' in names:
        return ok('GICv3; guests have one, with ITS')
    return ok('GICv2; guests have one, with at most 8 CPUs')


@check('page size')
def page_size(host):
    size = host.page_size
    if not size:
        return note('unknown')
    text = '%d KiB' % (size // 1024)
    if size == SMALL_PAGE or host.is_loaded:
        return ok(text)
    return warn(text, '4 KiB, or what stage 2 of the CPUs has as well', 'if keel does not load, a kernel with 4 KiB pages')


@check('VMIDs')
def vmids(host):
    cpus = host.possible_cpus
    if cpus is None:
        return note('unknown')
    if cpus <= VMIDS_ALWAYS or host.is_loaded:
        return ok('enough for %d CPUs' % cpus)
    return warn('enough for %d CPUs if a VMID has 16 bits' % cpus, 'more than CPUs',
                'if keel does not load, boot with nr_cpus=255')


@check('stage-2 forced write-back')
def fwb(host):
    if 'Stage-2 Force Write-Back' in host.log:
        return ok('there')
    if 'CPU features: detected' in host.log:
        return note("not there: guests' memory is cleaned when it is mapped")
    return note('unknown', '', 'root may read the kernel log')
