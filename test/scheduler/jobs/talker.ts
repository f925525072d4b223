import { parentPort, workerData } from 'node:worker_threads'

// Says what it was given and ends.
parentPort?.postMessage({ said: workerData.word ?? null })
