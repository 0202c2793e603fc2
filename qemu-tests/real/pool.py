#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Processes: a pool, queues, pipes, shared memory between them."""
import multiprocessing
import os


def primes(limit):
    sieve = bytearray([1]) * limit
    for i in range(2, int(limit ** 0.5) + 1):
        if sieve[i]:
            sieve[i * i::i] = bytes(len(range(i * i, limit, i)))
    return sum(sieve) - 2


def collatz(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


def talk(pipe):
    while (text := pipe.recv()) is not None:
        pipe.send(text[::-1])
    pipe.close()


def add(counter, n):
    for _ in range(200):
        with counter.get_lock():
            counter.value += n


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    # Before there is any memory that processes share.
    print(sum(collatz(n) for n in range(1, 4000)))
    ours, theirs = multiprocessing.Pipe()
    child = multiprocessing.Process(target=talk, args=(theirs,))
    child.start()
    for i in range(100):
        ours.send("text %d" % i)
        assert ours.recv() == ("text %d" % i)[::-1]
    ours.send(None)
    child.join()
    print("talked", child.exitcode)
    with multiprocessing.Pool(3) as pool:
        print(pool.map(primes, [20000 + 997 * i for i in range(12)]))
        print(sum(pool.imap_unordered(collatz, range(1, 2000), 50)))
        print(pool.apply_async(os.path.basename, ("/a/b/c",)).get(60))
    counter = multiprocessing.Value("i", 0)
    group = [multiprocessing.Process(target=add, args=(counter, n)) for n in range(4)]
    for p in group:
        p.start()
    for p in group:
        p.join()
    print(counter.value, [p.exitcode for p in group])
