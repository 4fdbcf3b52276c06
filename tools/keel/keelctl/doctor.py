# SPDX-License-Identifier: GPL-2.0-only
"""keel doctor: all checks, as lines or JSON."""
import json

# importing these fills the list, in the order in which they are printed
from . import kernel, module, cpu, access, devices    # noqa: F401
from .result import CHECKS, LEVELS

STATUS = {'ok': 0, 'note': 0, 'warn': 2, 'fail': 1}


def examine(host):
    return [run(host) for run in CHECKS] + devices.named_devices(host)


def status(results):
    worst = max(results, key=lambda r: LEVELS.index(r.level))
    return STATUS[worst.level]


def doctor(host, as_json):
    results = examine(host)
    if as_json:
        print(json.dumps({'status': status(results), 'checks': [r.as_dict() for r in results]}, indent=2))
    else:
        for result in results:
            print(result.line())
    return status(results)
