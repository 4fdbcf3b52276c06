# SPDX-License-Identifier: GPL-2.0-only
"""Checks: who may use keel."""
import os
import re
import stat

from .result import check, fail, note, ok, warn

GROUP = 'kvm'


def node_name(host):
    """/dev/kvm, unless keel is loaded without that."""
    return '/dev/keel' if host.text('/sys/module/keel/parameters/kvm_node') == 'N' else '/dev/kvm'


def node_stat(host):
    try:
        return os.stat(host.path(node_name(host)))
    except OSError:
        return None


@check('device node')
def node(host):
    name, st = node_name(host), node_stat(host)
    should = '%s, group %s, mode 0660' % (name, GROUP)
    if not st:
        if host.is_loaded:
            return fail('no %s, though keel is loaded' % name, should, 'see udev: udevadm trigger %s' % name)
        return warn('no %s' % name, should, 'modprobe keel')
    mode = stat.S_IMODE(st.st_mode)
    is_ = '%s, group %d, mode %04o' % (name, st.st_gid, mode)
    if mode & 0o006 == 0o006:
        return ok(is_)
    if host.group_id(GROUP) is None:
        return warn(is_ + '; there is no group ' + GROUP, should, 'groupadd --system kvm, and udevadm trigger ' + name)
    if st.st_gid != host.group_id(GROUP) or mode & 0o060 != 0o060:
        return warn(is_, should, 'the rule 60-keel.rules of udev, or chgrp kvm and chmod 0660')
    return ok(should)


@check('user')
def user(host):
    st = node_stat(host)
    if host.is_root(host.user):
        return ok('root')
    if st and stat.S_IMODE(st.st_mode) & 0o006 == 0o006:
        return ok('%s, like everybody' % host.user)
    if host.is_in_group(host.user, GROUP):
        return ok('%s is in group %s' % (host.user, GROUP))
    return warn('%s is not in group %s' % (host.user, GROUP), 'in it',
                'usermod -aG %s %s, and log in anew' % (GROUP, host.user))


@check('locked memory')
def locked_memory(host):
    m = re.search(r'^Max locked memory\s+(\S+)', host.text('/proc/self/limits') or '', re.M)
    if not m:
        return note('limit unknown')
    if m[1] == 'unlimited' or host.is_root(host.user):
        return ok('no limit')
    limit = '%d MiB' % (int(m[1]) >> 20)
    if not host.devices:
        return note('at most %s, which only guests with assigned devices need more of' % limit)
    return warn('at most ' + limit, 'the memory of all guests with assigned devices',
                'ulimit -l unlimited; /etc/security/limits.d/ (memlock); LimitMEMLOCK= of a service')
