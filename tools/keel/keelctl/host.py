# SPDX-License-Identifier: GPL-2.0-only
"""Facts of a host, read below a root: "/", or a tree that looks like one.

Nothing here judges. What cannot be read is None or empty.
"""
import contextlib
import errno
import functools
import grp
import os
import pwd
import re
import shutil
import struct
import subprocess

AT_PAGESZ = 6


class Host:
    def __init__(self, root='/', user=None, devices=()):
        self.root = root
        self.devices = devices
        self.is_real = os.path.realpath(root) == '/'
        self._user = user

    # files

    def path(self, name):
        return os.path.join(self.root, name.lstrip('/'))

    def exists(self, name):
        return os.path.exists(self.path(name))

    def list(self, name):
        try:
            return sorted(os.listdir(self.path(name)))
        except OSError:
            return []

    def target(self, name):
        """The last part of what a symbolic link points to, or None."""
        try:
            return os.path.basename(os.readlink(self.path(name)))
        except OSError:
            return None

    def data(self, name):
        """The bytes of a file, or None."""
        try:
            with open(self.path(name), 'rb') as f:
                return f.read()
        except OSError:
            return None

    def text(self, name):
        """The text of a file without the spaces around it, or None."""
        data = self.data(name)
        return None if data is None else data.decode(errors='replace').strip('\0 \n\t')

    def write(self, name, text):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as f:
            f.write(text)

    def remove(self, name):
        """Remove a file, and the directory that was made for it."""
        os.unlink(self.path(name))
        with contextlib.suppress(OSError):
            os.rmdir(os.path.dirname(self.path(name)))

    # commands

    def has_command(self, name):
        if self.is_real:
            return shutil.which(name, path=os.environ.get('PATH', '') + ':/usr/sbin:/sbin') is not None
        return any(self.exists('%s/%s' % (d, name)) for d in ('usr/sbin', 'usr/bin', 'sbin', 'bin'))

    def run(self, *command):
        """Run a command of the host's; of another tree than "/" none is run. True if it went well."""
        if not self.is_real:
            return True
        path = os.environ.get('PATH', '') + ':/usr/sbin:/sbin'
        return subprocess.run(command, env={**os.environ, 'PATH': path}, check=False).returncode == 0

    # the kernel

    @property
    def machine(self):
        return self.text('/proc/sys/kernel/arch') or (os.uname().machine if self.is_real else None)

    @property
    def release(self):
        return self.text('/proc/sys/kernel/osrelease') or ''

    @property
    def version(self):
        """(major, minor), or None."""
        m = re.match(r'(\d+)\.(\d+)', self.release)
        return (int(m[1]), int(m[2])) if m else None

    def argument(self, name):
        """The last value of a parameter on the kernel's command line, or None."""
        value = None
        for word in (self.text('/proc/cmdline') or '').split():
            key, _, val = word.partition('=')
            # for the kernel both signs are one
            if key.replace('-', '_') == name.replace('-', '_'):
                value = val
        return value

    @functools.cached_property
    def config(self):
        """The options that the kernel was built with, or None if that is not known."""
        for name in ('/boot/config-' + self.release, '/lib/modules/%s/config' % self.release):
            text = self.text(name)
            if text is not None:
                return dict(re.findall(r'^(CONFIG_\w+)=(.*)$', text, re.M))
        return None

    @functools.cached_property
    def log(self):
        """What is left of the kernel's log; empty for who may not read it."""
        try:
            fd = os.open(self.path('/dev/kmsg'), os.O_RDONLY | os.O_NONBLOCK)
        except OSError:
            return ''
        try:
            return b''.join(self._records(fd)).decode(errors='replace')
        finally:
            os.close(fd)

    @staticmethod
    def _records(fd):
        while True:
            try:
                record = os.read(fd, 8192)
            except OSError as e:
                if e.errno == errno.EPIPE:    # overwritten while it was read: the next one
                    continue
                return
            if not record:
                return
            yield record

    @functools.cached_property
    def timer_interrupt(self):
        """The number, to the interrupt controller, of the interrupt that Linux ticks by; or None."""
        m = re.search(r'\s(\d+)\s+(?:Level|Edge)\s+arch_timer\b', self.text('/proc/interrupts') or '')
        return int(m[1]) if m else None

    def has_misc_device(self, name):
        return name in re.findall(r'^\s*\d+ (\S+)', self.text('/proc/misc') or '', re.M)

    # the CPUs

    @functools.cached_property
    def midrs(self):
        """MIDR_EL1 of the CPUs that are there, each once."""
        found = set()
        for cpu in self.list('/sys/devices/system/cpu'):
            text = self.text('/sys/devices/system/cpu/%s/regs/identification/midr_el1' % cpu)
            if text:
                found.add(int(text, 16))
        return sorted(found)

    @property
    def possible_cpus(self):
        """One more than the highest number that a CPU may have, or None."""
        text = self.text('/sys/devices/system/cpu/possible')
        return int(re.split('[-,]', text)[-1]) + 1 if text else None

    @property
    def page_size(self):
        """In bytes, or None."""
        data = self.data('/proc/self/auxv') or b''
        for key, value in struct.iter_unpack('<QQ', data[:len(data) // 16 * 16]):
            if key == AT_PAGESZ:
                return value
        return None

    # the module

    @property
    def is_loaded(self):
        return self.exists('/sys/module/keel')

    def module_file(self, name):
        """Where depmod found a module for the running kernel, or None."""
        directory = '/lib/modules/%s/' % self.release
        m = re.search(r'^(\S*\b%s\.ko(\.\w+)?):' % re.escape(name), self.text(directory + 'modules.dep') or '', re.M)
        return directory + m[1] if m else None

    def has_module(self, name):
        """Loaded, built in, or to be loaded; name with underscores."""
        builtin = self.text('/lib/modules/%s/modules.builtin' % self.release) or ''
        either = name.replace('_', '[-_]')
        return (self.exists('/sys/module/' + name) or re.search(r'/%s\.ko$' % either, builtin, re.M) is not None or
                self.module_file(name) is not None or self.module_file(name.replace('_', '-')) is not None)

    # users

    @property
    def user(self):
        if self._user:
            return self._user
        name = os.environ.get('SUDO_USER') if os.getuid() == 0 else None
        try:
            return name or pwd.getpwuid(os.getuid()).pw_name
        except KeyError:
            return str(os.getuid())

    def _lines(self, name):
        return [line.split(':') for line in (self.text(name) or '').splitlines() if line.count(':') >= 3]

    def group_id(self, name):
        if self.is_real:
            try:
                return grp.getgrnam(name).gr_gid
            except KeyError:
                return None
        return next((int(f[2]) for f in self._lines('/etc/group') if f[0] == name), None)

    def is_root(self, user):
        return user == 'root'

    def is_in_group(self, user, name):
        if self.is_real:
            try:
                return self.group_id(name) in os.getgrouplist(user, pwd.getpwnam(user).pw_gid)
            except KeyError:
                return False
        gid = self.group_id(name)
        return (any(f[0] == user and int(f[3]) == gid for f in self._lines('/etc/passwd')) or
                any(f[0] == name and user in f[3].split(',') for f in self._lines('/etc/group')))
