"""What a process and its descendants use, as Linux tells it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Use:
    """CPU seconds so far, MB of memory with shared pages counted once, and how many of each there are."""

    cpu: float
    megabytes: float
    processes: int
    files: int
    zombies: int

    def __str__(self) -> str:
        counts = f"{self.processes} processes, {self.files} open files, {self.zombies} zombies"
        return f"{self.megabytes:.0f} MB, {counts}"


def use(pid: int) -> Use:
    """What a process and those below it use now; the CPU of those that have ended is in it."""
    cpu = memory = 0.0
    processes = files = zombies = 0
    for entry, fields in _tree(pid):
        cpu += sum(map(int, fields[11:15])) / _TICK
        processes += 1
        zombies += fields[0] == "Z"
        try:
            memory += _pss(entry)
            files += len(list((entry / "fd").iterdir()))
        except OSError:  # has ended meanwhile
            continue
    return Use(cpu, memory, processes, files, zombies)


def _tree(pid: int) -> Iterator[tuple[Path, list[str]]]:
    """Each process with the fields of its ``stat`` from the state on."""
    stats = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stats[int(entry.name)] = (entry, (entry / "stat").read_text().rpartition(")")[2].split())
            except OSError:
                continue
    waiting = [pid]
    while waiting:
        found = waiting.pop()
        if found in stats:
            yield stats[found]
        waiting += [child for child, (_, fields) in stats.items() if int(fields[1]) == found]


def _pss(entry: Path) -> float:
    lines = (entry / "smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
