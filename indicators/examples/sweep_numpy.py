#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A sweep from Python: numpy arrays are handed over as views, nothing is copied either way.

usage: sweep_numpy.py [libindicators.so]

Under `nocopy run` the profile has the sweep as a scope of its own, and a test holds it to what is said here.
"""
import ctypes as c
import sys

import numpy as np

MAX_INPUTS, MAX_OUTPUTS, MAX_PARAMS = 6, 10, 12
DOUBLES = c.POINTER(c.c_double)


class View(c.Structure):
    _fields_ = [("at", DOUBLES), ("rows", c.c_size_t), ("cols", c.c_size_t),
                ("stride", c.c_size_t)]


class Axis(c.Structure):
    _fields_ = [("start", c.c_double), ("end", c.c_double), ("step", c.c_double)]


class Job(c.Structure):
    _fields_ = [("in_", DOUBLES * MAX_INPUTS), ("len", c.c_size_t), ("params", DOUBLES),
                ("combos", c.c_size_t), ("axes", c.POINTER(Axis)), ("out", View * MAX_OUTPUTS),
                ("work", c.c_void_p), ("work_size", c.c_size_t), ("threads", c.c_uint)]


class Scope:
    """What is done within is one call in a profile. Without the profiler it is nothing."""

    shim = c.CDLL(None)

    def __init__(self, name, combos):
        self.name, self.combos = name.encode(), c.c_uint64(combos)

    def __enter__(self):
        if hasattr(self.shim, "nc_shim_scope_begin"):
            self.shim.nc_shim_scope_begin(self.name, 1, self.combos)

    def __exit__(self, *unused):
        if hasattr(self.shim, "nc_shim_scope_end"):
            self.shim.nc_shim_scope_end(None, c.c_size_t(0))


def pointer(array):
    """The doubles of an array, where they are. Refuses what would need a copy."""
    if array.dtype != np.float64 or array.strides[-1] != 8:
        raise TypeError("need contiguous rows of float64")
    return array.ctypes.data_as(DOUBLES)


def load(path):
    lib = c.CDLL(path)
    lib.ind_find.restype = c.c_void_p
    lib.ind_find.argtypes = [c.c_char_p]
    lib.ind_work_size.restype = c.c_size_t
    lib.ind_work_size.argtypes = [c.c_void_p, c.POINTER(Job)]
    lib.ind_batch.argtypes = [c.c_void_p, c.POINTER(Job)]
    lib.ind_sweep_combos.argtypes = [c.c_void_p, c.POINTER(Axis), c.POINTER(c.c_size_t)]
    lib.ind_strerror.restype = c.c_char_p
    return lib


def check(lib, status):
    if status < 0:
        raise ValueError(lib.ind_strerror(status).decode())


def sweep(lib, name, series, axes, threads=1):
    """Run a sweep of an indicator of one output; rows are combinations, columns bars."""
    indicator = lib.ind_find(name.encode())
    if not indicator:
        raise KeyError(name)
    table = (Axis * MAX_PARAMS)(*[Axis(*axis) for axis in axes])
    rows = c.c_size_t()
    check(lib, lib.ind_sweep_combos(indicator, table, c.byref(rows)))

    with Scope(name, rows.value):
        return run(lib, indicator, series, table, rows.value, threads)


def run(lib, indicator, series, table, rows, threads):
    out = np.empty((rows, len(series[0])))
    job = Job(len=len(series[0]), axes=table, threads=threads)
    for i, column in enumerate(series):
        job.in_[i] = pointer(column)
    job.out[0] = View(pointer(out), out.shape[0], out.shape[1], out.strides[0] // 8)

    size = lib.ind_work_size(indicator, c.byref(job))
    room = np.empty(size + 64, dtype=np.uint8)
    job.work = room.ctypes.data + -room.ctypes.data % 64
    job.work_size = size
    check(lib, lib.ind_batch(indicator, c.byref(job)))
    return out


def main():
    lib = load(sys.argv[1] if len(sys.argv) > 1 else "libindicators.so")
    close = 100 + np.cumsum(np.sin(np.arange(10_000) / 50.0))
    result = sweep(lib, "sma", [close], [(2, 240, 1)], threads=2)
    plain = np.convolve(close, np.ones(50) / 50, "valid")
    print("rows, bars:", result.shape)
    print("largest difference from numpy at period 50:", np.abs(result[48, 49:] - plain).max())


if __name__ == "__main__":
    main()
