import { parentPort } from 'node:worker_threads'

// Answers 'cancel' with something else and lives on: what Bree's own stop waits for ever on.
parentPort?.on('message', () => parentPort?.postMessage('what?'))
parentPort?.postMessage('up')
