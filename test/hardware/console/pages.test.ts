import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { readInventory } from '../../../src/config/index.ts'
import { shapeOf } from '../../../src/config/shape.ts'
import { consoleDrivers } from '../../../src/hardware/console/index.ts'

const drivers = { console: consoleDrivers, power: {} }
const variables = {
  SOC_A_PASSWORD: 'a',
  SOC_B_PASSWORD: 'b',
  CONSOLE_KEY_PASSPHRASE: 'c',
  SSH_AUTH_SOCK: '/run/agent',
}

describe.each(Object.entries(consoleDrivers))('the page of the console driver %s', (id, driver) => {
  it('is there, and names every option as boards.yaml has it', async () => {
    const page = await pageOf(id)
    expect(page).toMatch(new RegExp(`^# ${id}\\n`))
    for (const option of shapeOf(driver.schema).fields?.keys() ?? []) expect(page).toContain(`\`${option}\``)
  })

  it('has examples that boards.yaml takes', async () => {
    const examples = [...(await pageOf(id)).matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text)
    expect(examples.length).toBeGreaterThan(0)
    for (const text of examples) {
      const { boards } = readInventory({ file: 'example', text, variables, drivers })
      expect(boards.flatMap(({ consoles }) => consoles.map(({ driver: used }) => used))).toContain(id)
    }
  })
})

function pageOf(id: string): Promise<string> {
  return readFile(new URL(`../../../docs/drivers/console-${id}.md`, import.meta.url), 'utf8')
}
