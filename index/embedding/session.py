"""ONNX Runtime sessions: one thread each, as many runs at once as there are cores, errors as ModelError.

The only file that imports onnxruntime for running a model (`index.embedding.export` imports its quantiser).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from index.errors import ModelError

T = TypeVar("T")
R = TypeVar("R")


def open_session(graph: Path, what: str, remedy: str) -> Any:
    """Open an `onnxruntime.InferenceSession` on one thread. Raises ModelError, in which `what` names the model."""
    import onnxruntime  # type: ignore[import-untyped]

    onnxruntime.disable_telemetry_events()  # on by default in builds for Windows
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4  # fatal only: errors come as exceptions
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except runtime_errors() as error:
        raise ModelError(f"the {what} cannot be loaded ({graph.name}); {remedy}") from error


def runtime_errors() -> tuple[type[Exception], ...]:
    """Return ONNX Runtime's exceptions, which have no common base."""
    from onnxruntime.capi import onnxruntime_pybind11_state as state  # type: ignore[import-untyped]

    own = (v for v in vars(state).values() if isinstance(v, type) and issubclass(v, Exception))
    return (*own, RuntimeError, ValueError)


def at_once(work: Callable[[T], R], items: Sequence[T], threads: int) -> Iterator[R]:
    """Call `work` with each item on `threads` threads; yield the results in order, each when it is there.

    Raises what `work` raises; calls that have not begun by then are dropped.
    """
    if len(items) == 1 or threads == 1:
        yield from map(work, items)
        return
    pool = ThreadPoolExecutor(threads, thread_name_prefix="onnx")
    try:
        yield from pool.map(work, items)
    finally:
        pool.shutdown(cancel_futures=True)


def physical_cores() -> int:
    """Count the physical cores that this process may use: two threads of one core share its arithmetic units.

    On systems other than Linux, which do not tell, this counts logical processors.
    """
    if not hasattr(os, "sched_getaffinity"):
        return os.cpu_count() or 1
    allowed = os.sched_getaffinity(0)
    cores = set()
    for cpu in allowed:
        topology = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        try:
            cores.add(topology.read_text("ascii"))
        except OSError:
            return len(allowed)
    return len(cores)
