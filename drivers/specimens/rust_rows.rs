// SPDX-License-Identifier: Apache-2.0
// What Rust makes easy to write, without any crate:
//   rust_collect  a row collected from an iterator and copied into the result
//   rust_to_vec   the input cloned so that it can be called one's own
//   rust_cloned   iter().cloned().collect(), a copy that no memcpy shows, once a row
// Their clean twins write into the slice that is wanted and borrow the input.
use std::slice;

#[inline(never)]
fn mean(out: &mut [f64], x: &[f64], period: usize) {
    let mut sum = 0.0;
    for t in 0..x.len() {
        sum += x[t];
        if t >= period {
            sum -= x[t - period];
        }
        out[t] = if t + 1 < period { f64::NAN } else { sum / period as f64 };
    }
}

/// # Safety
/// Lengths as the caller says: close has len, period combos, out combos * len elements.
unsafe fn views<'a>(
    close: *const f64, len: usize, period: *const usize, combos: usize, out: *mut f64,
) -> (&'a [f64], &'a [usize], &'a mut [f64]) {
    (
        slice::from_raw_parts(close, len),
        slice::from_raw_parts(period, combos),
        slice::from_raw_parts_mut(out, combos * len),
    )
}

/// # Safety
/// See `views`.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn spec_rust_clean_rows(
    close: *const f64, len: usize, period: *const usize, combos: usize, out: *mut f64,
) {
    let (close, period, out) = views(close, len, period, combos, out);
    for (row, p) in out.chunks_exact_mut(len).zip(period) {
        mean(row, close, *p);
    }
}

/// # Safety
/// See `views`.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn spec_rust_collect_rows(
    close: *const f64, len: usize, period: *const usize, combos: usize, out: *mut f64,
) {
    let (close, period, out) = views(close, len, period, combos, out);
    for (row, p) in out.chunks_exact_mut(len).zip(period) {
        let mut sum = 0.0;
        let step = |(t, x): (usize, &f64)| {
            sum += x - if t >= *p { close[t - *p] } else { 0.0 };
            if t + 1 < *p { f64::NAN } else { sum / *p as f64 }
        };
        let collected: Vec<f64> = close.iter().enumerate().map(step).collect(); // waste: collect
        row.copy_from_slice(&collected);
    }
}

/// # Safety
/// See `views`.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn spec_rust_to_vec_rows(
    close: *const f64, len: usize, period: *const usize, combos: usize, out: *mut f64,
) {
    let (close, period, out) = views(close, len, period, combos, out);
    let owned = close.to_vec(); // waste: to_vec
    for (row, p) in out.chunks_exact_mut(len).zip(period) {
        mean(row, &owned, *p);
    }
}

/// # Safety
/// See `views`.
#[no_mangle]
#[inline(never)]
pub unsafe extern "C" fn spec_rust_cloned_rows(
    close: *const f64, len: usize, period: *const usize, combos: usize, out: *mut f64,
) {
    let (close, period, out) = views(close, len, period, combos, out);
    for (row, p) in out.chunks_exact_mut(len).zip(period) {
        let owned: Vec<f64> = close.iter().cloned().collect(); // waste: cloned
        mean(row, &owned, *p);
    }
}
