import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { type DriverSchemas, readInventory } from '../../../src/config/index.ts'
import { shapeOf } from '../../../src/config/shape.ts'
import { consoleDrivers } from '../../../src/hardware/console/index.ts'
import { powerDrivers } from '../../../src/hardware/power/index.ts'

const drivers: DriverSchemas = { console: consoleDrivers, power: powerDrivers }
const variables = {
  PDU_A_COMMUNITY: 'a-community',
  PDU_B_AUTH: 'authentication',
  PDU_B_PRIV: 'for privacy',
  PDU_B_PASSWORD: 'b-password',
  RELAYS_A_PASSWORD: 'apple',
}

describe.each(Object.entries(powerDrivers))('the page of the power driver %s', (id, driver) => {
  it('is there, and names every option as boards.yaml has it', async () => {
    const page = await pageOf(id)
    expect(page).toMatch(new RegExp(`^# ${id}\\n`))
    for (const option of shapeOf(driver.schema).fields?.keys() ?? []) expect(page).toContain(`\`${option}\``)
  })

  it('has examples that boards.yaml takes', async () => {
    const examples = [...(await pageOf(id)).matchAll(/```yaml\n(.*?)```/gs)].map(([, text = '']) => text)
    expect(examples.length).toBeGreaterThan(0)
    for (const example of examples) {
      const pdus = [...example.matchAll(/^ {2}(\S+):/gm)].map(([, name = '']) => name)
      const boards = pdus.map(
        (pdu, n) =>
          `  - { id: b${n}, family: socA, site: a, console: { driver: telnet, host: h${n} }, power: { pdu: ${pdu}, outlet: 1 } }\n`,
      )
      const text = `${example}boards:\n${boards.join('')}`
      const { boards: read } = readInventory({ file: 'example', text, variables, drivers })
      expect(read.map(({ power }) => [power?.driver, power?.pdu])).toEqual(pdus.map(pdu => [id, pdu]))
    }
  })
})

function pageOf(id: string): Promise<string> {
  return readFile(new URL(`../../../docs/drivers/power-${id}.md`, import.meta.url), 'utf8')
}
