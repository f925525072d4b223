import { expect, test } from 'vitest'
import { type Inventory, readInventory } from '../../../src/config/index.ts'
import type { ConsoleConfig } from '../../../src/config/types.ts'
import { consoleDrivers } from '../../../src/hardware/console/index.ts'

const drivers = { console: consoleDrivers, power: {} }

function read(text: string, variables = {}): Inventory {
  return readInventory({ file: 'boards.yaml', text, variables, drivers })
}

function consolesOf(text: string, variables = {}): readonly ConsoleConfig[] {
  return read(text, variables).boards.flatMap(({ consoles }) => consoles)
}

test('two boards at one place are found, whatever is spoken there', () => {
  const text = `boards:
  - { id: a, family: f, console: { host: TS-A, port: 2001 } }
  - { id: b, family: f, console: { driver: tcp, host: ts-a, port: 2001 } }
  - { id: c, family: f, console: { driver: rfc2217, host: ts-a, port: 2001 } }
  - { id: d, family: f, console: { driver: rfc2217, host: ts-a, port: 2002 } }
  - { id: e, family: f, console: { driver: serial, path: /dev/ttyUSB0 } }
  - { id: g, family: f, console: { driver: serial, path: /dev/ttyUSB0, baud_rate: 9600 } }
`
  expect(() => read(text)).toThrow(
    expect.objectContaining({
      problems: [
        expect.stringMatching(/^boards\.yaml:3:.*: tcp ts-a:2001 is already the console of a \(line 2\)$/),
        expect.stringMatching(
          /^boards\.yaml:4:.*: rfc2217 ts-a:2001 is already the console of a \(line 2\)$/,
        ),
        expect.stringMatching(
          /^boards\.yaml:7:.*\.path: serial \/dev\/ttyUSB0 is already the console of e \(line 6\)$/,
        ),
      ],
    }),
  )
})

test('user name and password are for the board’s log-in, and for SSH’s where the console is SSH', () => {
  const text = `boards:
  - id: a
    family: f
    address: 10.1.1.1
    consoles:
      - { port: 2001, username: root, password: "${'${A}'}" }
      - { name: net, driver: ssh, username: lab, password: "${'${B}'}", host_key: any }
`
  expect(consolesOf(text, { A: 'for telnet', B: 'for ssh' })).toMatchObject([
    {
      ...{ name: 'main', driver: 'telnet', where: 'telnet 10.1.1.1:2001' },
      ...{ login: { username: 'root', password: 'for telnet' }, options: { port: 2001 } },
    },
    {
      ...{ name: 'net', driver: 'ssh', where: 'ssh lab@10.1.1.1:22', login: {} },
      options: { username: 'lab', password: 'for ssh', hostKey: 'any' },
    },
  ])
})

test('a board behind a console server’s SSH has a log-in of its own', () => {
  const text = `boards:
  - id: a
    family: f
    console:
      driver: ssh
      host: ts-a
      username: lab:port7
      key: /etc/boardroom/id
      login: { username: root, password: "${'${BOARD}'}" }
`
  expect(consolesOf(text, { BOARD: 'secret' })).toMatchObject([
    {
      where: 'ssh lab:port7@ts-a:22',
      login: { username: 'root', password: 'secret' },
      options: { username: 'lab:port7', key: '/etc/boardroom/id' },
    },
  ])
})

test('what is wrong with a console is told where it is written', () => {
  const text = `boards:
  - { id: a, family: f, console: { driver: ssh, host: h, username: lab } }
  - { id: b, family: f, console: { driver: serial, path: ttyUSB0 } }
  - { id: c, family: f, console: { driver: rfc2217, host: h } }
  - { id: d, family: f, console: { driver: ssh, host: h, username: lab, key: "-----BEGIN" } }
  - { id: e, family: f, console: { driver: sreial, path: /dev/a } }
`
  expect(() => read(text)).toThrow(
    expect.objectContaining({
      problems: [
        expect.stringMatching(/^boards\.yaml:2:.*ssh needs password, key or agent/),
        expect.stringMatching(/^boards\.yaml:3:.*\.path: .*the whole path of the device/),
        expect.stringMatching(/^boards\.yaml:4:.*\.port: .*/),
        expect.stringMatching(/^boards\.yaml:5:.*\.key: .*the whole path of a file/),
        expect.stringMatching(/^boards\.yaml:6:.*Did you mean serial\?/),
      ],
    }),
  )
})
