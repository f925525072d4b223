import fc from 'fast-check'

/** A board as a test knows it, to be written in either spelling. */
export type Written = {
  id: string
  family: string
  revision?: string
  address: string
  port?: number
  username?: string
  password?: string
  pdu?: string
  outlet?: number
  site?: string
  boot?: string
  labels?: Record<string, string>
}

const FAMILIES = ['socA', 'socB', 'qemu-arm64']

/** Boards that agree with each other: no id, console or outlet twice. */
export function agreeingBoards(least: number, most: number): fc.Arbitrary<Written[]> {
  const traits = fc.record(
    {
      family: fc.constantFrom(...FAMILIES),
      revision: fc.constantFrom('rev1', '1.10', '022', 'yes'),
      port: fc.integer({ min: 1, max: 65_535 }),
      username: fc.constantFrom('admin', 'root', '# none', 'a: b'),
      password: fc.string(),
      pdu: fc.constantFrom('pdu-a.lab.local', 'pdu-b'),
      site: fc.constantFrom('Lab Site A', 'Lab: "B"', '42'),
      boot: fc.constantFrom('90s', '2min', '1h'),
      labels: fc.dictionary(fc.constantFrom('team', 'Rack_No', 'a b'), fc.constantFrom('1', 'x: y', ''), {
        noNullPrototype: true,
      }),
    },
    { requiredKeys: ['family'] },
  )
  return fc.array(traits, { minLength: least, maxLength: most }).map(boards =>
    boards.map((board, index) => ({
      ...board,
      id: `board-${index}`,
      address: `10.0.0.${index + 1}`,
      ...(board.pdu === undefined ? {} : { outlet: index + 1 }),
    })),
  )
}

type Line = readonly [key: string, value: unknown]

/** JSON is YAML, and leaves no doubt about what is a text. */
function lines(written: readonly Line[]): string[] {
  return written
    .filter(([, value]) => value !== undefined)
    .map(
      ([key, value], index) =>
        `${index === 0 ? '  - ' : '    '}${key}: ${JSON.stringify(value).replaceAll('${', () => '$${')}`,
    )
}

/** One line for each key, the id first. */
export function flatLines(board: Written): string[] {
  return lines([
    ['board_id', board.id],
    ['soc_family', board.family],
    ['soc_revision', board.revision],
    ['board_ip', board.address],
    ['telnet_port', board.port],
    ['telnet_username', board.username],
    ['telnet_password', board.password],
    ['pdu_host', board.pdu],
    ['pdu_outlet', board.outlet],
    ['lab_location', board.site],
    ['boot_timeout', board.boot],
    ['labels', board.labels],
  ])
}

export function richLines(board: Written): string[] {
  const { port, username, password, pdu, outlet } = board
  return lines([
    ['id', board.id],
    ['family', board.family],
    ['revision', board.revision],
    ['address', board.address],
    ['consoles', [{ driver: 'telnet', host: board.address, port, username, password }]],
    ['power', pdu === undefined ? undefined : { pdu, outlet }],
    ['site', board.site],
    ['boot_timeout', board.boot],
    ['labels', board.labels],
  ])
}

export function labText(boards: readonly (readonly string[])[]): string {
  return `boards:${boards.length === 0 ? ' []' : ''}\n${boards.flat().join('\n')}\n`
}
