# SPDX-License-Identifier: GPL-2.0-only
"""The outcome of one check, and the list of checks."""
import dataclasses

# in the order of weight
LEVELS = ('ok', 'note', 'warn', 'fail')


@dataclasses.dataclass
class Result:
    """What is, what should be, what helps. The last two are for what is not ok."""
    level: str
    is_: str
    should: str = ''
    remedy: str = ''
    what: str = ''

    def line(self):
        text = '%-4s  %s: %s' % (self.level, self.what, self.is_)
        if self.should:
            text += '; should be: %s' % self.should
        if self.remedy:
            text += '; remedy: %s' % self.remedy
        return text

    def as_dict(self):
        return {'what': self.what, 'level': self.level, 'is': self.is_, 'should': self.should, 'remedy': self.remedy}


def ok(is_):
    return Result('ok', is_)


def note(is_, should='', remedy=''):
    """Something that guests do without, or that cannot be told."""
    return Result('note', is_, should, remedy)


def warn(is_, should, remedy):
    """keel runs, but not as well as it might."""
    return Result('warn', is_, should, remedy)


def fail(is_, should, remedy):
    """keel does not load, or nobody can use it."""
    return Result('fail', is_, should, remedy)


CHECKS = []


def check(what):
    """A function of a Host that gives a Result. Checks come in the order they are written in."""
    def add(function):
        def run(host):
            result = function(host)
            result.what = what
            return result
        CHECKS.append(run)
        return run
    return add
