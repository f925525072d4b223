import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { EventEmitter, once } from 'node:events'
import snmp from 'net-snmp'
import { createPduBank, type PduBank, type RecordingPdu } from './pdu-bank.ts'
import type { Outlet, PduFaults } from './types.ts'

export type SnmpPduUser = {
  name: string
  authProtocol?: 'md5' | 'sha' | 'sha224' | 'sha256' | 'sha384' | 'sha512'
  authPassword?: string
  privProtocol?: 'des' | 'aes' | 'aes256b' | 'aes256r'
  privPassword?: string
}

export type SnmpPduOptions = {
  host: string
  /** 0 takes any free one. */
  port: number
  outlets: ReadonlyMap<number, Outlet>
  /** Reads and writes. */
  community: string
  /** Reads only. */
  readCommunity?: string
  /** SNMP version 3; each reads and writes. */
  users?: readonly SnmpPduUser[]
  faults?: Partial<PduFaults>
}

const INDEX = 1
/** rPDUOutletControlTable, rPDUOutletStatusTable and sPDUOutletControlTable of APC's PowerNet-MIB: entry and column. */
const TABLES = [
  { name: 'rPDUOutletControlEntry', oid: '1.3.6.1.4.1.318.1.1.12.3.3.1.1', column: 4, writes: true },
  { name: 'rPDUOutletStatusEntry', oid: '1.3.6.1.4.1.318.1.1.12.3.5.1.1', column: 4, writes: false },
  { name: 'sPDUOutletControlEntry', oid: '1.3.6.1.4.1.318.1.1.4.4.2.1', column: 3, writes: true },
] as const

const ON = 1
const OFF = 2
const REBOOT = 3
const NONSENSE = 9

/** A PDU that speaks SNMP 1, 2c and 3 as APC's do, by net-snmp's own agent. */
export async function createSnmpPdu(options: SnmpPduOptions): Promise<RecordingPdu> {
  const bank = createPduBank(options.outlets, options.faults)
  const socket = await bound(options.host, options.port)
  const agent = createAgent(socket, bank)
  for (const table of TABLES) addTable(agent, table, bank, [...options.outlets.keys()])
  allow(agent, options)
  return bank.pdu(socket.address().port, () => {
    const closed = once(socket, 'close')
    socket.close()
    return closed
  })
}

/** Throws what the system says when the port cannot be had. */
async function bound(host: string, port: number): Promise<Socket> {
  const socket = createSocket('udp4')
  try {
    socket.bind(port, host)
    await once(socket, 'listening')
    return socket
  } catch (error) {
    socket.close()
    throw error
  }
}

/** What is used of the agent; the published types say `any`. */
type Agent = {
  getMib(): { addTableRow(table: string, row: readonly number[]): void }
  registerProvider(provider: object): void
  getAuthorizer(): {
    addCommunity(community: string): void
    addUser(user: object): void
    getAccessControlModel(): {
      setCommunityAccess(community: string, level: number): void
      setUserAccess(name: string, level: number): void
    }
  }
}

/**
 * The agent takes its port from its options and reads 0 as 161, so it is given a socket that is bound already, and
 * that lets through what the faults let through.
 */
function createAgent(socket: Socket, bank: PduBank): Agent {
  let open = true
  socket.once('close', () => {
    open = false
  })
  const line = Object.assign(new EventEmitter(), {
    bind: () => {},
    send: (bytes: Uint8Array, offset: number, length: number, port: number, address: string): void => {
      // A set is carried out a turn after it came, which may be after the end.
      if (open) socket.send(bytes, offset, length, port, address, () => {})
    },
  })
  socket.on('message', (bytes: Buffer, from: RemoteInfo) => {
    bank.answer(() => line.emit('message', bytes, from))
  })
  const { Simple } = snmp.AccessControlModelType
  const ignore = (): void => {}
  return snmp.createAgent(
    { dgramModule: { createSocket: () => line }, accessControlModelType: Simple },
    ignore,
  ) as Agent
}

type Table = (typeof TABLES)[number]
type MibRequest = {
  instanceNode: { oid: string; value: number }
  /** Sets come twice: tested first, then committed. */
  commitSet?: boolean
  setValue?: number
  done(error?: { errorStatus: number; type: number; value: null }): void
}

function addTable(agent: Agent, table: Table, bank: PduBank, outlets: readonly number[]): void {
  const { Integer, Null } = snmp.ObjectType
  const access = snmp.MaxAccess
  agent.registerProvider({
    name: table.name,
    type: snmp.MibProviderType.Table,
    oid: table.oid,
    maxAccess: access['not-accessible'],
    tableColumns: [
      { number: INDEX, name: `${table.name}Index`, type: Integer, maxAccess: access['read-only'] },
      {
        number: table.column,
        name: `${table.name}Value`,
        type: Integer,
        maxAccess: access[table.writes ? 'read-write' : 'read-only'],
        constraints: { enumeration: { [ON]: 'on', [OFF]: 'off', [REBOOT]: 'reboot' } },
      },
    ],
    tableIndex: [{ columnName: `${table.name}Index` }],
    handler: (request: MibRequest) => {
      const outlet = Number(request.instanceNode.oid.split('.').at(-1))
      if (request.setValue === undefined) read(request, outlet, bank)
      else if (bank.faults.get().refuses)
        return request.done({ errorStatus: snmp.ErrorStatus.GeneralError, type: Null, value: null })
      else if (request.commitSet) write(request.setValue, outlet, bank)
      request.done()
    },
  })
  for (const outlet of outlets) agent.getMib().addTableRow(table.name, [outlet, ON])
}

function read(request: MibRequest, outlet: number, bank: PduBank): void {
  if (request.instanceNode.oid.split('.').at(-2) === String(INDEX)) return
  request.instanceNode.value = bank.isOn(outlet) ? ON : OFF
  if (bank.faults.get().garbles) request.instanceNode.value = NONSENSE
}

function write(value: number, outlet: number, bank: PduBank): void {
  if (value !== ON) bank.switch(outlet, false)
  if (value !== OFF) bank.switch(outlet, true)
}

function allow(agent: Agent, options: SnmpPduOptions): void {
  const authorizer = agent.getAuthorizer()
  const access = authorizer.getAccessControlModel()
  const { ReadOnly, ReadWrite } = snmp.AccessLevel
  authorizer.addCommunity(options.community)
  access.setCommunityAccess(options.community, ReadWrite)
  if (options.readCommunity !== undefined && options.readCommunity !== options.community) {
    authorizer.addCommunity(options.readCommunity)
    access.setCommunityAccess(options.readCommunity, ReadOnly)
  }
  for (const user of options.users ?? []) {
    authorizer.addUser(agentUser(user))
    access.setUserAccess(user.name, ReadWrite)
  }
}

function agentUser({
  name,
  authProtocol = 'sha',
  authPassword,
  privProtocol = 'aes',
  privPassword,
}: SnmpPduUser): object {
  const { authPriv, authNoPriv, noAuthNoPriv } = snmp.SecurityLevel
  if (authPassword === undefined) return { name, level: noAuthNoPriv }
  const auth = { name, authProtocol: snmp.AuthProtocols[authProtocol], authKey: authPassword }
  if (privPassword === undefined) return { ...auth, level: authNoPriv }
  return { ...auth, level: authPriv, privProtocol: snmp.PrivProtocols[privProtocol], privKey: privPassword }
}
