"""How well tracking tells a shift from chance, on simulated banks; and how long it takes.

Run: ``python benchmarks/tracking.py [--runs N] [--seed S] [--derive] [--evenings] [--large]``. Every figure
is of what `track` prints. The parameters were chosen on other seeds than the ones reported on.

The simulated totals: a teller's level, a day effect (0.15 s), a weekday pattern (Monday and Friday 0.1 s
lower, Wednesday 0.1 s higher), effects of business, hour, load and noise, a normal rest, and 2 % red lines
that cost 30 points. s is the standard deviation of single totals of a teller within a day.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.signal import lfilter
from scipy.special import betaincinv

from svcscore.testing.observations import make_observations
from svcscore.tracking.change_points import change_points
from svcscore.tracking.charts import CUSUM_LIMIT, EWMA_WIDTH, FALSE_ALARMS, traces
from svcscore.tracking.day_means import DayMeans
from svcscore.tracking.observations import Observations
from svcscore.tracking.track import track
from svcscore.tracking.tracking_records import Track

Array = npt.NDArray[np.float64]
REST, RED, RED_COST = 8.0, 0.02, 30.0
DAY = 0.15
WEEKDAY = np.array([-0.1, 0.0, 0.1, 0.0, -0.1])
BUSINESS = np.array([1.0, 0.0, -1.0, -2.0, 0.5])
HOUR = np.linspace(0.5, -1.0, 8)
YEAR, TELLERS = 250, 20


def within_sd() -> float:
    """s: what is left of a single total when level, day and weekday are taken off."""
    case = BUSINESS.var() + HOUR.var() + 0.1**2 * 20 + 0.05**2 * 25
    return float(np.sqrt(REST**2 + RED * (1 - RED) * RED_COST**2 + case))


S = within_sd()


@dataclass(frozen=True, kw_only=True)
class Bank:
    """Simulated observations and the truth behind them."""

    observations: Observations
    level: Array
    """True mean on the bank's case mix, [tellers]."""


@dataclass(frozen=True, kw_only=True)
class Drops:
    """What was made of the drops of one bank."""

    found: list[bool] = field(default_factory=list)
    naive: list[bool] = field(default_factory=list)
    marked: list[bool] = field(default_factory=list)
    sized: list[bool] = field(default_factory=list)
    dated: list[bool] = field(default_factory=list)
    sizes: list[float] = field(default_factory=list)
    """In s."""
    delays: list[int] = field(default_factory=list)
    """Working days."""


def bank(
    rng: np.random.Generator,
    level: Array,
    counts: npt.NDArray[np.int64],
    shift: Array,
    memory: float = 0.0,
) -> Bank:
    """Observations of some tellers.

    Args:
        rng: chance.
        level: points, [tellers].
        counts: interactions, [tellers, working days].
        shift: added to the level, points, [tellers, working days].
        memory: correlation of the day effects of successive days.
    """
    tellers, days = counts.shape
    fresh = rng.standard_normal(counts.shape)
    effect = shift + DAY * S * lfilter([np.sqrt(1 - memory**2)], [1, -memory], fresh)
    effect += S * WEEKDAY[np.arange(days) % 5] + level[:, None]
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    n = cell.size
    who, when = cell // days, cell % days
    business, hour = rng.integers(0, 5, n), rng.integers(0, 8, n)
    load, noise = rng.poisson(8, n), rng.normal(15, 5, n)
    case = BUSINESS[business] + HOUR[hour] - 0.1 * (load - 8) + 0.05 * (noise - 15)
    red = rng.random(n) < RED
    total = effect.ravel()[cell] + case + REST * rng.standard_normal(n) - RED_COST * red
    dates = np.busday_offset("2025-01-06", np.arange(days))
    observations = make_observations(
        n,
        staff=np.array([f"T{i:04}" for i in range(tellers)])[who],
        branch=np.array([f"B{i // 10:03}" for i in range(tellers)])[who],
        day=dates[when],
        hour=hour + 9,
        business=np.array(list("abcde"))[business],
        load=load,
        snr_db=noise,
        total=np.clip(total, 0, 100),
    )
    mix = float((case + S * WEEKDAY[when % 5]).mean()) - RED * RED_COST
    return Bank(observations=observations, level=level + mix)


def busy(rng: np.random.Generator, tellers: int, days: int, rate: float) -> npt.NDArray[np.int64]:
    """Interactions of each day, one or more."""
    return np.maximum(1, rng.poisson(rate, (tellers, days)))


def false_alarms(rng: np.random.Generator, runs: int, memory: float = 0.0) -> None:
    """(a) Steady years."""
    down, up, naive, marks = [], [], [], []
    for _ in range(runs):
        still = np.zeros((TELLERS, YEAR))
        it = bank(rng, rng.normal(75, 4, TELLERS), busy(rng, TELLERS, YEAR, 20), still, memory)
        for member in track(it.observations).staff:
            ways = [alarm.direction for alarm in member.chart.alarms]
            down.append(ways.count("down"))
            up.append(ways.count("up"))
            marks.append(len(member.change_points))
        naive += [len(months) for months in naive_alarms(it.observations).values()]
    print(f"(a) false alarms a teller-year, 20 a day, {YEAR} days, {len(down)} teller-years;")
    print(f"    correlation of day effects with those of the day before: {memory}")
    both = np.array(down) + np.array(up)
    for name, counts in (
        ("charts, down", np.array(down)),
        ("charts, up", np.array(up)),
        ("charts, both", both),
        ("change points marked", np.array(marks)),
        ("naive monthly threshold (down only)", np.array(naive)),
    ):
        print(f"    {name:<38}{mean_interval(counts)}")
    print(f"    {'years without any alarm':<38}{share(int(np.sum(both == 0)), both.size)}")


def drops(rng: np.random.Generator, runs: int) -> None:
    """(b) A lasting drop, seen with nothing later than the tenth working day of it."""
    print("(b) a lasting drop of 0.5 s, found by the end of its tenth working day")
    for rate, part in ((20.0, runs), (10.0, max(2, runs // 2)), (5.0, max(2, runs // 2))):
        banks = [drop(rng, rate) for _ in range(part)]
        print(f"  {rate:.0f} a day, {part} banks of {TELLERS // 2} drops")
        for name, place in (
            ("found by the charts", "found"),
            ("found by the naive threshold", "naive"),
            ("marked as a change point", "marked"),
            ("  its 90 % interval holds the size", "sized"),
            ("  its 90 % interval holds the day", "dated"),
        ):
            # drops of one bank share their day, so banks, not drops, are the sample
            shares = [np.mean(getattr(it, place)) for it in banks if getattr(it, place)]
            print(f"    {name:<38}{mean_interval(np.array(shares), percent=True)}")
        delays = [delay for it in banks for delay in it.delays]
        sizes = [size for it in banks for size in it.sizes]
        print(f"    {'working days until found, median':<38}{np.median(delays):.0f}")
        print(f"    {'size marked, in s (true -0.5)':<38}{mean_interval(np.array(sizes))}")


def drop(rng: np.random.Generator, rate: float) -> Drops:
    """One bank, half of whose tellers drop on the same day."""
    start = int(rng.integers(60, YEAR - 10))
    shift = np.zeros((TELLERS, start + 10))
    shift[: TELLERS // 2, start:] = -0.5 * S
    it = bank(rng, rng.normal(75, 4, TELLERS), busy(rng, *shift.shape, rate), shift)
    days = np.datetime_as_string(np.busday_offset("2025-01-06", np.arange(start + 10)))
    by_month = naive_alarms(it.observations)
    result = Drops()
    for member in track(it.observations).staff[: TELLERS // 2]:
        delay = first_alarm(member, days, start)
        near = [p for p in member.change_points if p.latest >= days[start - 5]]
        result.found.append(delay is not None)
        result.naive.append(any(day >= days[start] for day in by_month[member.id]))
        result.marked.append(bool(near))
        if near:
            size = near[-1].size
            result.sizes.append(size.value / S)
            result.sized.append(size.low <= -0.5 * S <= size.high)
            result.dated.append(near[-1].earliest <= days[start] <= near[-1].latest)
        if delay is not None:
            result.delays.append(delay)
    return result


def first_alarm(member: Track, days: npt.NDArray[np.str_], start: int) -> int | None:
    """Working days until the first down alarm at or after `start`, counted from 1."""
    dates = [a.date for a in member.chart.alarms if a.direction == "down" and a.date >= days[start]]
    return int(np.searchsorted(days, dates[0])) - start + 1 if dates else None


def naive_alarms(observations: Observations) -> dict[str, list[str]]:
    """What is often done: a finished month's mean is under the mean of all months before - 2 sd / √n.

    sd is that of the single totals before, n the month's count. Returns the last days of such months.
    """
    month = observations.day.astype("datetime64[M]")
    last = observations.day.max()
    ended = [
        m
        for m in np.unique(month)
        if np.busday_offset((m + 1).astype("M8[D]"), -1, "forward") <= last
    ]
    result: dict[str, list[str]] = {}
    for staff in np.unique(observations.staff):
        own = observations.staff == staff
        total, when, day = observations.total[own], month[own], observations.day[own]
        result[str(staff)] = [
            str(day[when == m].max())
            for m in ended[1:]
            if total[when == m].mean()
            < total[when < m].mean() - 2 * total[when < m].std() / np.sqrt(np.sum(when == m))
        ]
    return result


def pooling(rng: np.random.Generator, runs: int) -> None:
    """(c) Banks of tellers with 10 to 300 interactions within three months."""
    held, few, own_held = [], [], []
    pairs = np.zeros(4)
    first = np.zeros(3)
    for _ in range(runs):
        tellers = int(rng.integers(8, 41))
        size = np.exp(rng.uniform(np.log(10), np.log(300), tellers)).astype(np.int64)
        size[:2], size[2:5] = 10, 300
        level = rng.normal(70, rng.uniform(1, 6), tellers)
        counts = spread_out(rng, size)
        it = bank(rng, level, counts, np.zeros(counts.shape))
        staff = track(it.observations).staff
        pooled = np.array([(m.pooled.low, m.pooled.value, m.pooled.high) for m in staff])
        raw = np.array(
            [(m.overall.mean.low, m.overall.mean.value, m.overall.mean.high) for m in staff]
        )
        inside = (pooled[:, 0] <= it.level) & (it.level <= pooled[:, 2])
        held.append(inside.mean())
        few.append(inside[size <= 20].mean())
        own_held.append(((raw[:, 0] <= it.level) & (it.level <= raw[:, 2])).mean())
        worse = it.level[:2, None] < it.level[None, 2:5]
        pairs[0] += worse.sum()
        for place, mean in enumerate((raw[:, 1], pooled[:, 1])):
            pairs[1 + place] += np.sum(worse & (mean[:2, None] > mean[None, 2:5]))
            top = int(np.argmax(mean))
            first[1 + place] += size[top] == 10 and it.level[top] < it.level.max()
    print(f"(c) {runs} banks of 8 to 40 tellers, 10 to 300 interactions each")
    print(
        f"    {'pooled 90 % intervals that hold':<38}{mean_interval(np.array(held), percent=True)}"
    )
    print(f"    {'  of tellers with 10 to 20':<38}{mean_interval(np.array(few), percent=True)}")
    print(
        f"    {'raw 90 % intervals that hold':<38}{mean_interval(np.array(own_held), percent=True)}"
    )
    for name, place in (("raw", 1), ("pooled", 2)):
        label = f"10 wrongly above 300, {name} means"
        print(f"    {label:<38}{share(int(pairs[place]), int(pairs[0]))}")
        label = f"first place wrongly with 10, {name}"
        print(f"    {label:<38}{share(int(first[place]), runs)}")


def spread_out(rng: np.random.Generator, size: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Counts of 60 days: about twelve a day on as many days as that takes."""
    counts = np.zeros((size.size, 60), np.int64)
    for teller, n in enumerate(size):
        days = rng.choice(60, size=max(1, round(n / 12)), replace=False)
        counts[teller] = np.bincount(rng.choice(days, n), minlength=60)
    return counts


def timings(rng: np.random.Generator, *, large: bool) -> None:
    """(d) The whole report, processor seconds, the best of three."""
    sizes = [("a teller's year", 1, 250, 20.0), ("a branch's month", 10, 22, 59.0)]
    sizes += [("a bank's year", 2000, 250, 4.0)] if large else []
    print("(d) times of the whole report (processor time, best of 3)")
    for name, tellers, days, rate in sizes:
        counts = busy(rng, tellers, days, rate)
        it = bank(rng, rng.normal(75, 4, tellers), counts, np.zeros(counts.shape))
        times = []
        for _ in range(1 if large else 3):
            start = time.process_time()
            track(it.observations)
            times.append(time.process_time() - start)
        label = f"{name}, {len(it.observations):,} rows, {tellers:,} tellers"
        print(f"    {label:<50}{min(times) * 1000:8.0f} ms")


def derive(rng: np.random.Generator, runs: int) -> None:
    """What the limits mean where the variances are known: standard normal days, nothing else."""
    charts = 1000 * runs
    alarms, marked = np.zeros(2), 0
    for _ in range(runs):
        days = rng.standard_normal((1000, YEAR))
        crossed = traces(known(days)).crossed
        alarms += (np.sum(crossed < 0), np.sum(crossed > 0))
        dates = [str(i) for i in range(YEAR)]
        marked += sum(bool(change_points(row, np.ones(YEAR), dates)) for row in days[:100])
    print(f"limits: CUSUM {CUSUM_LIMIT}, EWMA {EWMA_WIDTH} sd; {charts} chart-years of {YEAR} days")
    print(f"    alarms a year: down {alarms[0] / charts:.3f}, up {alarms[1] / charts:.3f}")
    print(f"    stated: {FALSE_ALARMS}; average run length {charts * YEAR / alarms.sum():.0f} days")
    print(f"    {'steady years with a change point':<38}{share(marked, 100 * runs)}")


def known(days: Array) -> DayMeans:
    """Daily means whose variance is 1."""
    units, length = days.shape
    return DayMeans(
        units=units,
        unit=np.repeat(np.arange(units), length),
        day=np.tile(np.arange(length), units).astype("datetime64[D]"),
        count=np.ones(days.size),
        mean=days.ravel(),
        variance=np.ones(days.size),
        within=np.ones(units),
        day_variance=np.zeros(units),
        within_all=1.0,
        day_all=0.0,
        widening=1.0,
    )


def evenings(rng: np.random.Generator, runs: int) -> None:
    """(a) again as it is used: run anew each evening, an alarm counts if that day's run says so."""
    alarms = years = 0
    for _ in range(runs):
        it = bank(
            rng, rng.normal(75, 4, TELLERS), busy(rng, TELLERS, YEAR, 20), np.zeros((TELLERS, YEAR))
        )
        seen: dict[str, list[int]] = {}
        for number, day in enumerate(np.busday_offset("2025-01-06", np.arange(YEAR))):
            if number < 10:
                continue
            report = track(it.observations.where(it.observations.day <= day))
            for member in report.staff:
                if member.chart.days[-1].alarm and member.chart.days[-1].date == str(day):
                    seen.setdefault(member.id, []).append(number)
        # an alarm that only moved by a few days from one evening to the next is one alarm
        alarms += sum(1 + int(np.sum(np.diff(n) > 10)) for n in seen.values())
        years += TELLERS
    print(f"    {'charts, run each evening':<38}{alarms / years:.3f} a teller-year ({years} years)")


def share(count: int, of: int) -> str:
    """A share with its 95 % interval (Clopper and Pearson)."""
    low = betaincinv(count, of - count + 1, 0.025) if count else 0.0
    high = betaincinv(count + 1, of - count, 0.975) if count < of else 1.0
    return (
        f"{100 * count / max(of, 1):5.1f} %  [{100 * low:.1f}, {100 * high:.1f}]  ({count} of {of})"
    )


def mean_interval(values: npt.NDArray[np.float64], *, percent: bool = False) -> str:
    """A mean with its 95 % interval."""
    scale, unit = (100, " %") if percent else (1, "")
    half = 1.96 * values.std(ddof=1) / np.sqrt(values.size)
    mean = values.mean()
    digits = 1 if percent else 3
    return f"{scale * mean:.{digits}f}{unit}  [{scale * (mean - half):.{digits}f}, {scale * (mean + half):.{digits}f}]"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=60, help="banks simulated for (a) and (b)")
    parser.add_argument("--seed", type=int, default=8002)
    parser.add_argument("--derive", action="store_true", help="only what the limits mean")
    parser.add_argument(
        "--evenings", action="store_true", help="only false alarms day by day (slow)"
    )
    parser.add_argument(
        "--large", action="store_true", help="only times, two million rows with them"
    )
    given = parser.parse_args()
    print(f"seed {given.seed}, {given.runs} runs, s = {S:.2f} points, day effect {DAY} s")
    streams = [np.random.default_rng([given.seed, part]) for part in range(7)]
    if given.derive:
        derive(streams[4], given.runs)
    elif given.evenings:
        evenings(streams[5], given.runs)
    else:
        if not given.large:
            false_alarms(streams[0], given.runs)
            false_alarms(streams[6], max(2, given.runs // 4), memory=0.5)
            drops(streams[1], given.runs)
            pooling(streams[2], 10 * given.runs)
        timings(streams[3], large=given.large)


if __name__ == "__main__":
    main()
