#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""One-liners over 200,000 prices, each a scope of its own.

nocopy run --content=full -o numpy.prof -- python3 numpy_prices.py
"""
import ctypes

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

shim = ctypes.CDLL(None)


class scope:
    """What <nocopy/mark.h> does in C; nothing without the profiler."""

    def __init__(self, name):
        self.name = name.encode()

    def __enter__(self):
        if hasattr(shim, "nc_shim_scope_begin"):
            shim.nc_shim_scope_begin(self.name, 0, ctypes.c_uint64(1))

    def __exit__(self, *_):
        if hasattr(shim, "nc_shim_scope_end"):
            shim.nc_shim_scope_end(None, ctypes.c_size_t(0))


close = 100 + np.cumsum(np.random.default_rng(7).normal(size=200_000))
m = np.stack([close + i for i in range(20)])
index = np.arange(len(close))

ONE_LINERS = {
    "transposed": lambda: np.ascontiguousarray(m.T),
    "take_in_order": lambda: close[index],
    "nothing_missing": lambda: close[~np.isnan(close)],
    "from_list": lambda: np.array(close.tolist()),
    "same_type": lambda: close.astype(np.float64),
    "reversed": lambda: np.ascontiguousarray(close[::-1]),
    "every_second": lambda: close[::2].copy(),
    "twice": lambda: np.concatenate([close, close]),
    "stacked": lambda: np.stack([close + i for i in range(20)]),
    "windows": lambda: sliding_window_view(close, 20).mean(axis=1),
    "window_copies": lambda: np.array([close[i:i + 20] for i in range(0, 20_000, 20)]),
    "median": lambda: np.median(close),
    "computed": lambda: (close * 2.0).sum(),
    "as_float32": lambda: close.astype(np.float32),
}
for name, line in ONE_LINERS.items():
    with scope(name):
        line()  # its result goes inside the scope: what was only handed out would be told as likely
