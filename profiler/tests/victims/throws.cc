// SPDX-License-Identifier: Apache-2.0
// Exceptions: thrown through C, caught and thrown again, in threads. "throws COUNT" prints what was
// caught; every one allocates its object and, by itself, nothing else.
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>
#include <vector>

extern "C" {
void through_c(void (*call)(int), int n);

__attribute__((noinline)) void *throws_get(size_t size)
{
    void *p = malloc(size);

    __asm__ volatile("" : "+r"(p) : : "memory");
    return p;
}
}

static thread_local int caught;

struct guard {
    void *p = throws_get(40);
    ~guard() { free(p); }
};

static void down(int depth)
{
    guard g;

    if (depth == 0)
        throw std::runtime_error("from below, and longer than fits into a small string");
    through_c(down, depth - 1);
}

static void again(int depth)
{
    try {
        down(depth);
    } catch (const std::exception &) {
        caught++;
        throw;
    }
}

static int work(int count)
{
    caught = 0;
    for (int i = 0; i < count; i++)
        try {
            again(i % 20);
        } catch (const std::runtime_error &e) {
            caught += e.what()[0] == 'f';
        }
    return caught;
}

int main(int, char **argv)
{
    const int count = atoi(argv[1]);
    int sums[4] = {0};
    std::vector<std::thread> threads;

    printf("%d\n", work(count));
    for (int &sum : sums)
        threads.emplace_back([&sum, count] { sum = work(count); });
    for (auto &t : threads)
        t.join();
    printf("%d %d %d %d\n", sums[0], sums[1], sums[2], sums[3]);
    try {
        down(3);
    } catch (...) {
        puts("caught");
    }
    std::set_terminate([] {
        puts("terminated");
        fflush(stdout);
        _Exit(9);
    });
    down(2);
}
