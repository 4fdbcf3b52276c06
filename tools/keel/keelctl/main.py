# SPDX-License-Identifier: GPL-2.0-only
"""The command line of keel(1)."""
import argparse
import os
import sys

from . import boot, doctor, module
from .host import Host

BAD_USAGE = 3     # 2 is doctor's


class Parser(argparse.ArgumentParser):
    def error(self, message):
        self.print_usage(sys.stderr)
        self.exit(BAD_USAGE, 'keel: %s\n' % message)


def own_version():
    """Of the command: beside its modules where it is installed, at the top of the sources."""
    here = os.path.dirname(os.path.abspath(__file__))
    for name in ('../VERSION', '../../../VERSION'):
        try:
            with open(os.path.join(here, name), encoding='utf-8') as f:
                return f.read().strip()
        except OSError:
            continue
    return 'unknown'


def versions(host):
    print('keel command:     %s' % own_version())
    print('module installed: %s' % (module.installed_version(host) or 'no'))
    print('module loaded:    %s' % (module.loaded_version(host) or 'no'))
    return 0


def parse(arguments):
    top = Parser(prog='keel', description='look at a host for the keel hypervisor, and set it up')
    common = Parser(add_help=False)
    common.add_argument('--root', default='/', metavar='DIR', help='look at a tree that is like a host\'s "/"')
    commands = top.add_subparsers(dest='command', required=True)
    c = commands.add_parser('doctor', parents=[common], help='say what keel needs and whether it is there')
    c.add_argument('--json', action='store_true', help='as JSON')
    c.add_argument('--user', help='judge for this user instead of the one who asks')
    c.add_argument('--device', action='append', default=[], metavar='ADDRESS',
                   help='a PCI device to be assigned, such as 0000:01:00.0; repeatable')
    c = commands.add_parser('boot', parents=[common], help='the argument that leaves EL2 to keel')
    c.add_argument('action', choices=sorted(boot.ACTIONS))
    commands.add_parser('version', parents=[common], help='versions of the command and the module')
    return top.parse_args(arguments)


def run(args):
    if args.command == 'doctor':
        return doctor.doctor(Host(args.root, args.user, args.device), args.json)
    if args.command == 'boot':
        return boot.ACTIONS[args.action](Host(args.root))
    return versions(Host(args.root))


def main(arguments):
    try:
        return run(parse(arguments))
    except BrokenPipeError:
        return 1
    except OSError as e:
        print('keel: %s' % e, file=sys.stderr)
        return 1
