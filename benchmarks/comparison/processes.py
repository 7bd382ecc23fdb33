"""Processes: starting them so that they don't outlive this program, stopping them by id, what they cost (from /proc)."""
import ctypes
import os
import signal
import subprocess
import time
from dataclasses import dataclass

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


class Failure(Exception):
    """Something that the user has to know in one line."""


def spawn(command, **options):
    """Starts a process in a session of its own that is killed if this program is."""

    def die_with_parent():
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)

    return subprocess.Popen(
        [str(word) for word in command], start_new_session=True, preexec_fn=die_with_parent, **options
    )


def stop(process, wait_s=20):
    """SIGTERM, then SIGKILL. A frozen process is thawed, so that it can end in order."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGCONT)
    try:
        process.wait(wait_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _stat_fields(pid):
    """The fields of /proc/PID/stat after the name, which may hold blanks and brackets; index 0 is the state."""
    with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as stat:
        return stat.read().rpartition(")")[2].split()


def is_alive(pid):
    try:
        return _stat_fields(pid)[0] not in "ZX"
    except (OSError, IndexError):
        return False


def _sessions():
    """Of each session: the processes in it."""
    members = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                members.setdefault(int(_stat_fields(entry)[3]), []).append(int(entry))
            except (OSError, IndexError):
                continue
    return members


def _cpu_s(pid):
    try:
        fields = _stat_fields(pid)
        return (int(fields[11]) + int(fields[12])) / TICKS_PER_S
    except (OSError, IndexError):
        return 0.0


def rss_bytes(pid):
    """Resident memory; 0 if the process is gone."""
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * PAGE_BYTES
    except (OSError, IndexError):
        return 0


def peak_rss_bytes(pid):
    """The most resident memory that it ever had; 0 if the process is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            return next((int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:")), 0)
    except OSError:
        return 0


def rss_within(pid, start, end):
    """Resident bytes of the mappings that lie in [start, end)."""
    total, counted = 0, False
    with open(f"/proc/{pid}/smaps", encoding="utf-8", errors="replace") as smaps:
        for line in smaps:
            head = line.split(" ", 1)[0]
            if "-" in head and not head.endswith(":"):
                low, high = (int(part, 16) for part in head.split("-"))
                counted = low >= start and high <= end
            elif counted and line.startswith("Rss:"):
                total += int(line.split()[1]) * 1024
    return total


@dataclass(frozen=True)
class CpuSample:
    """What has been used up to one moment, in seconds; the broker's is user + system of all its processes."""

    at_s: float
    broker_s: float
    client_s: float
    machine_s: float


def cpu_sample(broker_pids, client_pid=None):
    """Each broker process counts with the helpers in its session."""
    sessions = _sessions()
    broker_s = sum(_cpu_s(member) for pid in broker_pids for member in sessions.get(pid, [pid]))
    return CpuSample(time.monotonic(), broker_s, _cpu_s(client_pid) if client_pid else 0.0, machine_busy_s())


def machine_busy_s():
    """CPU time of everything on this machine but idling and waiting for the disk."""
    with open("/proc/stat", encoding="ascii") as stat:
        ticks = [int(field) for field in stat.readline().split()[1:]]
    user, nice, system, _idle, _iowait, irq, softirq, steal = ticks[:8]
    return (user + nice + system + irq + softirq + steal) / TICKS_PER_S
