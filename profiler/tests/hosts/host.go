// SPDX-License-Identifier: Apache-2.0

// Go with cgo: goroutines call C, which allocates on stacks of Go's and on threads Go made.
package main

/*
#include <stdlib.h>
#include <string.h>

// The empty assembly keeps the calls from becoming jumps, which leave no frame.
#define STAY __asm__ volatile("")
static __attribute__((noinline)) void *go_host_get(size_t size) { void *p = malloc(size); STAY; return p; }
static __attribute__((noinline)) void go_host_copy(void *to, const void *from, size_t size) { memcpy(to, from, size); STAY; }
void go_host_call_back(int n);
static __attribute__((noinline)) void go_host_there_and_back(int n) { go_host_call_back(n); STAY; }
*/
import "C"

import (
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"sync"
	"syscall"
	"unsafe"
)

var calls int

//export go_host_call_back
func go_host_call_back(n C.int) {
	calls++
	C.free(C.go_host_get(C.size_t(n)))
}

func work(n int) (sum int) {
	kept := make([]unsafe.Pointer, 0)
	for i := 0; i < n; i++ {
		p := C.go_host_get(1000)
		q := C.go_host_get(1000)
		C.memset(p, C.int(i%256), 1000)
		C.go_host_copy(q, p, 1000)
		sum += int(*(*byte)(unsafe.Add(q, 999)))
		C.free(p)
		kept = append(kept, q)
		if i%100 == 0 {
			runtime.GC()
		}
	}
	for _, q := range kept {
		C.free(q)
	}
	return sum
}

func main() {
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGUSR1)
	var all sync.WaitGroup
	sums := make([]int, 8)
	for g := range sums {
		all.Add(1)
		go func(g int) {
			defer all.Done()
			sums[g] = work(500)
		}(g)
	}
	all.Wait()
	for i := 0; i < 100; i++ {
		C.go_host_there_and_back(32)
	}
	syscall.Kill(os.Getpid(), syscall.SIGUSR1)
	fmt.Println(sums, calls, <-signals)
	defer fmt.Println("deferred")
	func() {
		defer func() { fmt.Println("recovered:", recover()) }()
		var nowhere *int
		*nowhere = 1
	}()
	os.Exit(3)
}
