# SPDX-License-Identifier: GPL-2.0-only
"""Checks: the module keel.ko, what builds it, and whether the kernel takes it."""
import gzip
import lzma
import re
import shutil
import subprocess

from .result import check, fail, note, ok, warn

SIGNATURE = b'~Module signature appended~\n'
LOCKDOWN = '/sys/kernel/security/lockdown'
ENFORCE = '/sys/module/module/parameters/sig_enforce'
# certificates by whose keys modules are signed on this machine: dkms's, and akmods'
KEYS = ('/var/lib/dkms/mok.pub', '/etc/pki/akmods/certs/public_key.der')
ENROLLED = ('/sys/firmware/efi/mok-variables/MokListRT',
            '/sys/firmware/efi/efivars/MokListRT-605dab50-e046-4300-abb6-3dd810dd8b23')


def unpack_zstd(data):
    if not shutil.which('zstd'):
        return None
    done = subprocess.run(('zstd', '-dcq'), input=data, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else None


UNPACK = {'.ko': bytes, '.xz': lzma.decompress, '.gz': gzip.decompress, '.zst': unpack_zstd}


def content(host):
    """The module for the running kernel, unpacked; None if it is not there or not to be read."""
    name = host.module_file('keel')
    data = host.data(name) if name else None
    unpack = UNPACK.get(name[name.rindex('.'):]) if name else None
    try:
        return unpack(data) if data and unpack else None
    except (OSError, EOFError, lzma.LZMAError):
        return None


def installed_version(host):
    m = re.search(rb'(?:^|\0)version=([^\0]+)\0', content(host) or b'')
    return m[1].decode(errors='replace') if m else None


def loaded_version(host):
    return host.text('/sys/module/keel/version')


@check('kernel headers')
def headers(host):
    build = '/lib/modules/%s/build' % host.release
    if host.exists(build + '/Makefile'):
        return ok(build)
    remedy = 'install linux-headers-%s (or kernel-devel)' % host.release
    if host.module_file('keel') or host.is_loaded:
        return warn('missing', 'there when the module is built anew', remedy)
    return fail('missing', build, remedy)


@check('module')
def module(host):
    name = host.module_file('keel')
    if name:
        return ok(name)
    if host.is_loaded:
        return warn('loaded, but not installed for this kernel', 'found by modprobe', 'make install, or keel-dkms')
    return fail('not there for this kernel', '/lib/modules/%s/.../keel.ko' % host.release,
                'install keel-dkms, or make install; see dkms status')


@check('module version')
def version(host):
    loaded, installed = loaded_version(host), installed_version(host)
    if not loaded:
        return note('not loaded; installed: %s' % (installed or 'unknown'), '', 'modprobe keel, or open /dev/kvm')
    if installed and installed != loaded:
        return warn('%s is loaded, %s is installed' % (loaded, installed), 'the same',
                    'end all VMs; modprobe -r keel; modprobe keel')
    return ok('%s is loaded' % loaded)


def enforced(host):
    """Why the kernel takes signed modules only, or None."""
    lockdown = re.search(r'\[(integrity|confidentiality)\]', host.text(LOCKDOWN) or '')
    if lockdown:
        return 'lockdown=' + lockdown[1]
    return 'module.sig_enforce' if host.text(ENFORCE) == 'Y' else None


def enrolment(host):
    """Are the machine's own keys among the trusted ones? None: that cannot be told."""
    keys = [key for key in map(host.data, KEYS) if key]
    trusted = [data for data in map(host.data, ENROLLED) if data is not None]
    if not keys or not trusted:
        return None
    return any(key in data for key in keys for data in trusted)


@check('module signature')
def signature(host):
    why = enforced(host)
    if not why:
        return ok('not needed')
    if host.is_loaded:
        return ok('accepted: keel is loaded')
    data = content(host)
    if data is None:
        return note('needed (%s); no module to look at' % why)
    if not data.endswith(SIGNATURE):
        return fail('missing', 'there (%s)' % why, 'build with dkms, which signs; or sign with scripts/sign-file')
    enrolled = enrolment(host)
    if enrolled is None:
        return note('there; whether its key is trusted cannot be told', 'of an enrolled key (%s)' % why,
                    'see mokutil --test-key /var/lib/dkms/mok.pub')
    if not enrolled:
        return fail("there, by a key that is not enrolled", 'of an enrolled key (%s)' % why,
                    'mokutil --import /var/lib/dkms/mok.pub, reboot, and enrol it there')
    return ok('there, its key is enrolled')
