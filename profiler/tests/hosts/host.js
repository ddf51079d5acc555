// SPDX-License-Identifier: Apache-2.0
// Node: code compiled as it runs, workers, memory outside the heap, a child, an exception nobody catches.
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');

function work(seed) {
    const map = new Map();
    for (let i = 0; i < 200000; i++)
        map.set(i % 1000, 'value ' + (i * 31 + seed));
    return [...map.values()].reduce((sum, s) => sum + s.length, 0);
}

if (!isMainThread) {
    parentPort.postMessage(work(workerData));
} else {
    const { execFileSync } = require('child_process');
    const zlib = require('zlib');
    const sums = [0, 0, 0];
    let left = sums.length;

    sums.forEach((_, n) => new Worker(__filename, { workerData: n }).on('message', sum => { sums[n] = sum; })
        .on('exit', () => {
            if (--left > 0)
                return;
            console.log(sums.join());
            console.log(zlib.gunzipSync(zlib.gzipSync(Buffer.alloc(1000000, 'abc'))).length);
            console.log(execFileSync('/bin/echo', ['child']).toString().trim());
            throw new Error('end');
        }));
}
