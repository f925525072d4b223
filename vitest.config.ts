import { defineConfig } from 'vitest/config'

// Unit and property tests share one thread pool without isolation (25 times faster to start); flows and real
// daemons start processes and hold ports, so each file has a process of its own. One group after the other: two cores
// that run everything at once make every deadline a gamble.
export default defineConfig({
  test: {
    reporters: ['dot', './test/plain-reporter.ts'],
    // Noise is drawn anew in each run and CI's two cores are shared: a test that passes only when run again is named at
    // the end, and is a fault to look into, not a reason to hold up everybody.
    retry: process.env['CI'] === 'true' ? 2 : 0,
    coverage: { provider: 'v8', include: ['src/**'], exclude: ['src/scheduler/jobs/**'] },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          include: ['test/**/*.test.ts'],
          exclude: ['test/flows/**', 'test/real/**', 'test/bench/**', 'test/chaos/**'],
          pool: 'threads',
          isolate: false,
          testTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'flows',
          sequence: { groupOrder: 1 },
          include: ['test/flows/**/*.test.ts'],
          pool: 'forks',
          // They wait for boards far more than they work.
          maxWorkers: 2,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'real',
          sequence: { groupOrder: 3 },
          include: ['test/real/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: 1,
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'chaos',
          sequence: { groupOrder: 2 },
          include: ['test/chaos/**/*.test.ts'],
          pool: 'forks',
          maxWorkers: 1,
          testTimeout: 1_800_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
})
