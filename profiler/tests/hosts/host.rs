// SPDX-License-Identifier: Apache-2.0

//! Rust without crates: threads, panics caught and not caught, growth, what is allocated by hand.
use std::alloc::{alloc, dealloc, realloc, Layout};
use std::collections::BTreeMap;
use std::thread;

#[no_mangle]
#[inline(never)]
pub fn rust_host_get(n: usize) -> Vec<u8> {
    Vec::with_capacity(n)
}

#[inline(never)]
fn deep(n: usize) -> usize {
    let v = vec![n as u8; 64];
    if n == 0 {
        panic!("deep down");
    }
    deep(n - 1) + v.len()
}

fn work(seed: u64) -> u64 {
    let mut map = BTreeMap::new();
    for i in 0..20_000u64 {
        map.insert((i * 7919 + seed) % 10_007, format!("value {i}"));
    }
    map.values().map(|s| s.len() as u64).sum()
}

fn main() {
    let sums: Vec<u64> = (0..8).map(|s| thread::spawn(move || work(s))).map(|t| t.join().unwrap()).collect();
    println!("{sums:?}");
    for _ in 0..1000 {
        drop(rust_host_get(1234));
    }
    std::panic::set_hook(Box::new(|_| println!("panicked")));
    println!("{:?}", std::panic::catch_unwind(|| deep(50)).is_err());
    println!("{:?}", thread::spawn(|| deep(10)).join().is_err());
    unsafe {
        let layout = Layout::from_size_align(4096, 4096).unwrap();
        let mut p = alloc(layout);
        *p.add(4095) = 7;
        p = realloc(p, layout, 100_000);
        println!("{} {}", p as usize % 4096, *p.add(4095));
        dealloc(p, Layout::from_size_align(100_000, 4096).unwrap());
    }
    std::process::exit(6);
}
