#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Threads: queues, locks, conditions, barriers, thread-local values, a pool."""
import concurrent.futures
import hashlib
import queue
import threading

todo, done = queue.Queue(8), queue.Queue()


def worker():
    while (item := todo.get()) is not None:
        text = b"%d" % item
        for _ in range(150):
            text = hashlib.sha256(text).digest()
        done.put((item, text.hex()))


workers = [threading.Thread(target=worker) for _ in range(4)]
for t in workers:
    t.start()
for i in range(200):
    todo.put(i)
for _ in workers:
    todo.put(None)
for t in workers:
    t.join()
results = sorted(done.get() for _ in range(200))
print(len(results), hashlib.sha256(repr(results).encode()).hexdigest())

lock, total = threading.Lock(), 0
barrier, local = threading.Barrier(5), threading.local()
turns, turn = threading.Condition(), 0


def count(n):
    global total, turn
    local.n = n
    for _ in range(2000):
        with lock:
            total += local.n
    barrier.wait()
    for _ in range(20):
        with turns:
            turns.wait_for(lambda: turn % 5 == local.n)
            turn += 1
            turns.notify_all()


group = [threading.Thread(target=count, args=(n,)) for n in range(5)]
for t in group:
    t.start()
for t in group:
    t.join()
print(total, turn)

with concurrent.futures.ThreadPoolExecutor(3) as pool:
    print(sum(pool.map(lambda n: sum(pow(k, n, 9973) for k in range(300)), range(60))))

timer = threading.Event()
threading.Timer(0.3, timer.set).start()
print(timer.wait(60))
data = bytes(range(256)) * 12000
with concurrent.futures.ThreadPoolExecutor(4) as pool:  # without the global lock
    for name, digest in zip("md5 sha1 sha512 sha3_256".split(), pool.map(
            lambda name: hashlib.new(name, data).hexdigest(),
            "md5 sha1 sha512 sha3_256".split())):
        print(name, digest)
