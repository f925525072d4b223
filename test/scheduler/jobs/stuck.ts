import { parentPort } from 'node:worker_threads'

// Never comes back to its messages.
parentPort?.postMessage('up')
Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
