#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""keel boot with each kind of boot loader: what it writes is undone to the byte, and nothing else is touched.

usage: boot.py      prints "ok - WHAT" and "not ok - WHAT"; fails if one is not ok
"""
import contextlib
import io
import os
import sys

from tree import GONE, Tree, put, result
import tree
from keelctl import boot
from keelctl.host import Host

LINE = 'root=UUID=1 ro quiet'
GRUB = {'etc/default/grub': 'GRUB_CMDLINE_LINUX="quiet"\n', 'usr/sbin/update-grub': ''}
INSTALL = {'etc/kernel/cmdline': LINE + '\n', 'usr/bin/kernel-install': '',
           'var/lib/dpkg/status': '', 'boot/vmlinuz-' + tree.RELEASE: '', 'lib/modules/7.3.4/vmlinuz': '', 'lib/modules/6.1.0/x': ''}
INSTALLED = [('kernel-install', 'add', tree.RELEASE, '/boot/vmlinuz-' + tree.RELEASE),
             ('kernel-install', 'add', '7.3.4', '/lib/modules/7.3.4/vmlinuz')]
PLAIN = {'proc/cmdline': 'quiet\n'}

# file by which a loader is known, what is said
BY_HAND = (
    ('boot/firmware/cmdline.txt', 'Raspberry Pi'),
    ('etc/default/flash-kernel', 'run flash-kernel'),
    ('etc/default/u-boot', 'u-boot-update'),
    ('boot/extlinux/extlinux.conf', 'extlinux.conf'),
    ('usr/sbin/grubby', '--update-kernel=ALL'),
    ('boot/loader/entries/a.conf', '/boot/loader/entries'),
    ('etc/default/grub', 'grub-mkconfig'),
    ('etc/hostname', "the boot loader's line"),
)


class Recorder(Host):
    """Notes the commands that would be run."""
    def __init__(self, root, works=True):
        super().__init__(root)
        self.commands, self.works = [], works

    def run(self, *command):
        self.commands.append(command)
        return self.works


def files(root):
    """Contents by path, None for a directory."""
    found = {}
    for directory, directories, names in os.walk(root):
        found.update((os.path.join(directory, name), None) for name in directories)
        for name in names:
            path = os.path.join(directory, name)
            if not os.path.islink(path):
                with open(path, 'rb') as f:
                    found[path] = f.read()
    return found


def do(host, action):
    out = io.StringIO()
    host.commands.clear()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        status = boot.ACTIONS[action](host)
    return status, out.getvalue()


def there_and_back(name, change, written, text, commands):
    with Tree(PLAIN, change) as root:
        host, before = Recorder(root), files(root)
        status, out = do(host, 'status')
        result(status == 1 and 'without' in out, 'boot: %s: status before' % name, out)
        status, out = do(host, 'enable')
        seen = host.text(written)
        result(status == 0 and text in (seen or '') and host.commands == commands,
               'boot: %s: enable writes the argument and tells the loader' % name, (out, seen, host.commands))
        status, out = do(host, 'status')
        result(status == 0, 'boot: %s: status after' % name, out)
        after = files(root)
        status, out = do(host, 'enable')
        result(status == 0 and files(root) == after and not host.commands, 'boot: %s: twice is once' % name, out)
        status, out = do(host, 'disable')
        result(status == 0 and files(root) == before and host.commands == commands,
               'boot: %s: disable leaves what was before' % name, out)
        status, out = do(host, 'disable')
        result(status == 0 and 'nothing' in out and not host.commands, 'boot: %s: nothing is left to undo' % name, out)


def others_argument(name, change):
    """The argument that the administrator wrote is not ours to remove."""
    with Tree(PLAIN, change) as root:
        host, before = Recorder(root), files(root)
        enabled, disabled = do(host, 'enable'), do(host, 'disable')
        result(enabled[0] == 0 and disabled[0] == 1 and 'by hand' in disabled[1] and files(root) == before,
               "boot: %s: the administrator's own argument stays" % name, (enabled, disabled))


def by_hand(name, part):
    with Tree(PLAIN, {name: ''}) as root:
        host, before = Recorder(root), files(root)
        status, out = do(host, 'enable')
        result(status == 1 and boot.ARGUMENT in out and part in out and files(root) == before and not host.commands,
               'boot: /%s: says what to do' % name, out)
        status, out = do(host, 'disable')
        result(status == 0 and 'nothing' in out, 'boot: /%s: nothing to undo' % name, out)


def failing_loader():
    with Tree(PLAIN, GRUB) as root:
        status, out = do(Recorder(root, works=False), 'enable')
        result(status == 1 and 'could not' in out, 'boot: a loader that fails is told of', out)


def loader_gone():
    with Tree(PLAIN, GRUB) as root:
        host, before = Recorder(root), files(root)
        do(host, 'enable')
        os.unlink(host.path('usr/sbin/update-grub'))
        status, out = do(host, 'disable')
        put(host.path('usr/sbin/update-grub'), '')
        result(status == 0 and files(root) == before, 'boot: what was written goes after its loader has gone', out)


def running_status():
    with Tree({'etc/default/grub': GONE}) as root:
        status, out = do(Recorder(root), 'status')
        result(status == 0 and 'running kernel: kvm-arm.mode=none' in out, 'boot: status of the running kernel', out)


def main():
    there_and_back('GRUB', GRUB, boot.GRUB_FILE, '"$GRUB_CMDLINE_LINUX kvm-arm.mode=none"', [('update-grub',)])
    there_and_back('kernel-install', INSTALL, boot.LINE_FILE, LINE + ' kvm-arm.mode=none', INSTALLED)
    others_argument('GRUB', {**GRUB, 'etc/default/grub': 'GRUB_CMDLINE_LINUX="quiet kvm-arm.mode=none"\n'})
    others_argument('kernel-install', {**INSTALL, 'etc/kernel/cmdline': 'kvm-arm.mode=none ' + LINE + '\n'})
    for case in BY_HAND:
        by_hand(*case)
    failing_loader()
    loader_gone()
    running_status()
    return tree.failures != 0


sys.exit(main())
