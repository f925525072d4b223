import { z } from 'zod'
import { reloadCard } from '../../cards/reload.ts'
import { frameOf } from '../../cards/topics.ts'
import { clockTime } from '../../cards/words.ts'
import { ConfigError } from '../../errors.ts'
import type { Lab } from '../../lab/lab.ts'
import { needsRole } from '../allow.ts'
import { command } from '../command.ts'

const names = z.array(z.string())

export const settingsReload = command({
  name: 'settings reload',
  group: 'run the lab',
  summary: 'read boards.yaml again; what runs is not disturbed',
  examples: ['settings reload', '/lab settings reload'],
  args: z.strictObject({}),
  result: z.object({ file: z.string(), added: names, removed: names, changed: names }),
  role: 'admin',
  allow: (caller, _args, lab) => needsRole('settings reload', 'admin', caller, lab),
  http: { method: 'POST', path: '/settings/reload', status: 200 },
  async run(_args, { lab }) {
    const { loadedAt } = (await lab.status()).inventory
    const { added, removed, changed } = await lab.reload().catch((error: unknown) => {
      throw error instanceof ConfigError ? unchanged(error, loadedAt, lab) : error
    })
    return { file: lab.inventory().file, added: [...added], removed: [...removed], changed: [...changed] }
  },
  show: (result, { lab }) => reloadCard(result, frameOf(lab)),
})

function unchanged(error: ConfigError, loadedAt: number, lab: Lab): ConfigError {
  const since = clockTime(loadedAt, frameOf(lab))
  return new ConfigError(
    error.problems,
    `Nothing was changed; the lab goes on with the inventory loaded at ${since}.`,
  )
}
