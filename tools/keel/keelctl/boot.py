# SPDX-License-Identifier: GPL-2.0-only
"""keel boot: the kernel's argument that keeps in-tree KVM from taking EL2.

It is written where a boot loader has a file that a program may change, GRUB's directory on Debian and
its likes, or kernel-install's line; for others it is said what to do.
"""
import sys

ARGUMENT = 'kvm-arm.mode=none'
GRUB_FILE = '/etc/default/grub.d/keel.cfg'
GRUB_TEXT = '''# written by "keel boot enable"; "keel boot disable" removes it
GRUB_CMDLINE_LINUX="$GRUB_CMDLINE_LINUX %s"
''' % ARGUMENT
LINE_FILE = '/etc/kernel/cmdline'
LINE_MARK = '/var/lib/keel/cmdline'       # the argument there is of our writing


class Grub:
    """Each kind of loader: is it here, will it give the argument, make it do so, undo that."""
    name = 'GRUB (%s)' % GRUB_FILE

    @staticmethod
    def is_here(host):
        return host.exists('/etc/default/grub') and host.has_command('update-grub')

    @staticmethod
    def has_it(host):
        return (ARGUMENT in (host.text(GRUB_FILE) or '') or
                any(ARGUMENT in line for line in (host.text('/etc/default/grub') or '').splitlines()
                    if line.startswith('GRUB_CMDLINE_LINUX')))

    @staticmethod
    def is_ours(host):
        return host.exists(GRUB_FILE)

    @staticmethod
    def add(host):
        host.write(GRUB_FILE, GRUB_TEXT)
        return host.run('update-grub')

    @staticmethod
    def drop(host):
        host.remove(GRUB_FILE)
        return host.run('update-grub') if host.has_command('update-grub') else True


class KernelInstall:
    """systemd-boot and unified images: the line is copied when a kernel is installed."""
    name = 'kernel-install (%s)' % LINE_FILE

    @staticmethod
    def is_here(host):
        return host.exists(LINE_FILE) and host.has_command('kernel-install')

    @staticmethod
    def has_it(host):
        return ARGUMENT in (host.text(LINE_FILE) or '').split()

    @staticmethod
    def is_ours(host):
        return host.exists(LINE_MARK)

    @classmethod
    def add(cls, host):
        host.write(LINE_FILE, '%s %s\n' % (host.text(LINE_FILE), ARGUMENT))
        host.write(LINE_MARK, ARGUMENT + '\n')
        return cls.install(host)

    @classmethod
    def drop(cls, host):
        words = (host.text(LINE_FILE) or '').split()
        host.write(LINE_FILE, ' '.join(w for w in words if w != ARGUMENT) + '\n')
        host.remove(LINE_MARK)
        return cls.install(host)

    @staticmethod
    def install(host):
        """Anew, with the line as it is now, all kernels whose images are there."""
        well = True
        for release in host.list('/lib/modules'):
            for image in ('/boot/vmlinuz-' + release, '/lib/modules/%s/vmlinuz' % release):
                if host.exists(image):
                    well = host.run('kernel-install', 'add', release, image) and well
                    break
        return well


LOADERS = (Grub, KernelInstall)

# a file or command by which a loader is known, and what to do there, to add or remove the argument
BY_HAND = (
    ('/boot/firmware/cmdline.txt', 'the one line of /boot/firmware/cmdline.txt (Raspberry Pi)'),
    ('/etc/default/flash-kernel', 'LINUX_KERNEL_CMDLINE in /etc/default/flash-kernel; then run flash-kernel'),
    ('/etc/default/u-boot', 'U_BOOT_PARAMETERS in /etc/default/u-boot; then run u-boot-update'),
    ('/boot/extlinux/extlinux.conf', 'the lines "append" of /boot/extlinux/extlinux.conf'),
    ('/usr/sbin/grubby', 'grubby --update-kernel=ALL, with --args= or --remove-args='),
    ('/boot/loader/entries', 'the lines "options" of /boot/loader/entries/*.conf'),
    ('/etc/default/grub', 'GRUB_CMDLINE_LINUX in /etc/default/grub; then grub-mkconfig -o /boot/grub/grub.cfg'),
)


def find(host):
    return next((loader for loader in LOADERS if loader.is_here(host)), None)


def will_be_set(host):
    """Does the boot loader have the argument, as far as can be told?"""
    loader = find(host)
    return bool(loader and loader.has_it(host))


def is_set(host):
    """Has the running kernel been booted with it?"""
    return host.argument('kvm-arm.mode') == 'none'


def by_hand(host, verb):
    places = [where for name, where in BY_HAND if host.exists(name)]
    print('%s %s by hand: %s' % (verb, ARGUMENT, places[0] if places else "the boot loader's line for the kernel"))
    return 1


def finish(well, loader):
    if not well:
        print('%s: the boot loader\'s files could not be made anew' % loader.name, file=sys.stderr)
        return 1
    print('%s: done; it holds from the next boot on' % loader.name)
    return 0


def enable(host):
    loader = find(host)
    if not loader:
        return by_hand(host, 'add')
    if loader.has_it(host):
        print('%s: %s is there' % (loader.name, ARGUMENT))
        return 0
    return finish(loader.add(host), loader)


def disable(host):
    """Only what enable has written; whose loader may be gone by now."""
    ours = [loader for loader in LOADERS if loader.is_ours(host)]
    if not ours:
        if will_be_set(host) or is_set(host):
            return by_hand(host, 'remove')
        print('nothing to undo')
        return 0
    return max([finish(loader.drop(host), loader) for loader in ours])


def status(host):
    loader = find(host)
    print('running kernel: %s' % (ARGUMENT if is_set(host) else 'without ' + ARGUMENT))
    if not loader:
        print('next boot: unknown boot loader')
        return 0 if is_set(host) else 1
    there = loader.has_it(host)
    print('next boot, %s: %s' % (loader.name, ARGUMENT if there else 'without ' + ARGUMENT))
    return 0 if there else 1


ACTIONS = {'enable': enable, 'disable': disable, 'status': status}
