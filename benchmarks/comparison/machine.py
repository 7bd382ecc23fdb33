"""What the figures depend on: the machine, its disk, and whether it is quiet."""
import os
import platform
import subprocess
import time
from pathlib import Path

from .processes import Failure, machine_busy_s

QUIET_CORES = 0.15
SAMPLE_S = 3
VOLATILE = {"tmpfs", "ramfs", "overlay-tmpfs"}


def describe(data):
    return {
        "cpu": _cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gib": round(_memory_kib() / 2**20, 1),
        "system": f"{_system_name()}, Linux {platform.release()}",
        "file_system": file_system(data),
        "python": platform.python_version(),
    }


def _cpu_model():
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory_kib():
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemTotal:"):
            return int(line.split()[1])
    return 0


def _system_name():
    try:
        for line in Path("/etc/os-release").read_text(encoding="utf-8").splitlines():
            if line.startswith("PRETTY_NAME="):
                return line.partition("=")[2].strip('"')
    except OSError:
        pass
    return platform.system()


def file_system(directory):
    result = subprocess.run(
        ["stat", "-f", "-c", "%T", str(directory)], capture_output=True, text=True, check=False
    )
    return result.stdout.strip() or "unknown"


def fsync_us(directory):
    """Median time of a 4 KiB append with fsync: what every confirm has to wait for, whoever sends it."""
    path, times = Path(directory) / "fsync-probe", []
    with open(path, "wb", buffering=0) as probe:
        for _ in range(101):
            began = time.monotonic()
            probe.write(bytes(4096))
            os.fsync(probe.fileno())
            times.append(time.monotonic() - began)
    path.unlink()
    return round(sorted(times)[50] * 1e6)


def check_quiet(busy_ok):
    """The load found; fails if others use the machine, unless that is wanted."""
    start_s, began = machine_busy_s(), time.monotonic()
    time.sleep(SAMPLE_S)
    cores = (machine_busy_s() - start_s) / (time.monotonic() - began)
    load = os.getloadavg()[0]
    state = {"busy_cores_before": round(cores, 2), "load_average_before": round(load, 2)}
    if cores <= QUIET_CORES:
        return state
    told = f"the machine is busy: {cores:.2f} cores are in use (load average {load:.2f}), more than {QUIET_CORES}"
    if not busy_ok:
        raise Failure(f"{told}. What is measured now would say little; wait, or give --busy-ok")
    print(f"WARNING: {told}. The results are of little use.", flush=True)
    return state


def warn_of_memory_disk(data):
    kind = file_system(data)
    if kind in VOLATILE:
        print(f"WARNING: {data} is in memory ({kind}): fsync costs nothing there. Give --data a folder on a disk.", flush=True)
