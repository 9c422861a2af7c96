"""Tasks that hang or eat memory are ended, tried once more, and told from those that crash."""

import os
import signal
import time
from pathlib import Path

import pytest

from svcscore.runners.limits import Limits
from svcscore.runners.local import LocalRunner


def ignore(index, seconds):
    pass


def hang_at_one(task, tell):
    if task == 1:
        time.sleep(60)
    return task


def slow_but_going_on(task, tell):
    for second in range(6):
        tell(second + 1.0)
        time.sleep(0.5)
    return "done"


def hang_once(task, tell):
    mark = Path(task)
    if not mark.exists():
        mark.write_text("seen")
        time.sleep(60)
    return "done"


def eat_at_one(task, tell):
    held = bytearray(os.urandom(1) * (600 << 20)) if task == 1 else b""
    time.sleep(10 if held else 0)
    return task


def crash(task, tell):
    os.kill(os.getpid(), signal.SIGSEGV)


def test_a_task_that_gets_no_further_is_ended_and_the_others_are_done():
    done = {o.index: o for o in LocalRunner(1, Limits(stall=2)).run(range(3), hang_at_one, ignore)}
    assert (done[1].result, done[1].excess) == (None, "time")
    assert [done[i].result for i in (0, 2)] == [0, 2]


def test_a_long_task_that_goes_on_is_not_ended():
    (done,) = LocalRunner(1, Limits(stall=2)).run(["x"], slow_but_going_on, ignore)
    assert done.result == "done"


def test_what_hung_once_is_tried_again(tmp_path):
    limits = Limits(stall=2)
    (done,) = LocalRunner(1, limits).run([str(tmp_path / "mark")], hang_once, ignore)
    assert (done.result, done.excess) == ("done", None)


def test_a_task_that_eats_memory_is_ended_and_the_others_are_done():
    limits = Limits(memory=300 << 20)
    done = {one.index: one for one in LocalRunner(1, limits).run(range(3), eat_at_one, ignore)}
    assert (done[1].result, done[1].excess) == (None, "memory")
    assert [done[i].result for i in (0, 2)] == [0, 2]


def test_a_crash_is_no_excess():
    (done,) = LocalRunner(1).run([0], crash, ignore)
    assert (done.died, done.excess) == ("signal 11", None)


@pytest.mark.parametrize("workers", [1, 4])
def test_memory_is_shared_by_the_workers(workers):
    assert Limits(memory=5).bytes_each(workers) == 5
    assert Limits().bytes_each(workers) >= 2 << 30
