import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from svcscore.errors import OutputError
from svcscore.runners.local import LocalRunner


def double(task, tell):
    tell(task / 2)
    return task * 2


def die_at_three(task, tell):
    if task == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return task


def die_once(task, tell):
    mark = Path(task)
    if not mark.exists():
        mark.write_text("seen")
        os.kill(os.getpid(), signal.SIGKILL)
    return "done"


def no_room(task, tell):
    raise OutputError("output.disk_full", "the disk is full", "free some space", "x")


def slow(task, tell):
    Path(task).write_text(str(os.getpid()))
    time.sleep(60)


def ignore(index, seconds):
    pass


def test_every_task_is_done_once():
    done = list(LocalRunner(2).run(range(7), double, ignore))
    assert sorted((one.index, one.result) for one in done) == [(i, 2 * i) for i in range(7)]


def test_no_task():
    assert list(LocalRunner(2).run([], double, ignore)) == []


def test_a_worker_that_dies_takes_one_task_with_it():
    done = {one.index: one for one in LocalRunner(2).run(range(6), die_at_three, ignore)}
    assert done[3].result is None
    assert done[3].died == "signal 9"
    assert [done[i].result for i in (0, 1, 2, 4, 5)] == [0, 1, 2, 4, 5]


def test_a_task_is_tried_again(tmp_path):
    (done,) = LocalRunner(1).run([str(tmp_path / "mark")], die_once, ignore)
    assert done.result == "done"


def test_an_error_that_concerns_all_ends_the_run():
    with pytest.raises(OutputError) as caught:
        list(LocalRunner(1).run(range(3), no_room, ignore))
    assert (caught.value.code, caught.value.path) == ("output.disk_full", "x")


def test_progress_is_heard():
    heard = []
    list(LocalRunner(1).run([8.0], double, lambda index, seconds: heard.append((index, seconds))))
    assert heard[-1] == (0, 4.0)


def test_workers_end_with_a_parent_that_is_killed(tmp_path):
    mark = tmp_path / "pid"
    script = (
        "import sys\n"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from test_local import LocalRunner, ignore, slow\n"
        "if __name__ == '__main__':\n"
        f"    list(LocalRunner(1).run([{str(mark)!r}], slow, ignore))\n"
    )
    (tmp_path / "parent.py").write_text(script)
    parent = subprocess.Popen([sys.executable, tmp_path / "parent.py"])
    deadline = time.monotonic() + 30
    while not (mark.exists() and mark.read_text()) and time.monotonic() < deadline:
        time.sleep(0.1)
    worker = psutil.Process(int(mark.read_text()))
    parent.kill()
    parent.wait()
    psutil.wait_procs([worker], timeout=10)
    assert not worker.is_running()
