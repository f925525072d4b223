import { z } from 'zod'
import { leasesCard } from '../../cards/leases.ts'
import { frameOf } from '../../cards/topics.ts'
import { everyone, personOf } from '../allow.ts'
import { command } from '../command.ts'
import { lease as leaseShape } from '../results.ts'

export const leaseList = command({
  name: 'lease list',
  group: 'use a board',
  summary: 'who has which board until when',
  examples: ['lease list', '/lease list'],
  args: z.strictObject({}),
  result: z.object({ leases: z.array(leaseShape) }),
  role: 'user',
  allow: everyone,
  http: { method: 'GET', path: '/leases', status: 200 },
  // Those of tests are seen in the queue.
  run: async (_args, { lab }) => ({ leases: lab.leases().filter(lease => personOf(lease) !== null) }),
  show: ({ leases }, { lab }) => leasesCard(leases, frameOf(lab)),
})
