import type { powerDrivers } from '../../../src/hardware/power/index.ts'
import { createDevantechPdu } from '../../../src/simulator/pdu-devantech.ts'
import { createHttpPdu } from '../../../src/simulator/pdu-http.ts'
import { createSnmpPdu } from '../../../src/simulator/pdu-snmp.ts'
import type { PowerPeer } from '../../suites/power.ts'

const host = '127.0.0.1'

/** What each driver is tried on: one peer or more, by what is special about it. */
export const powerPeers = {
  devantech: {
    'with a password': {
      start: (outlets, secret) => createDevantechPdu({ host, port: 0, outlets, password: secret }),
      options: (port, secret) => ({ port, password: secret }),
    },
  },
  http: {
    'with basic authentication': {
      start: (outlets, secret) => createHttpPdu({ host, port: 0, outlets, user: 'lab', password: secret }),
      options: (port, secret) => ({ port, user: 'lab', password: secret }),
    },
    'with a key in path, header and body': {
      start: outlets => createHttpPdu({ host, port: 0, outlets }),
      options: (port, secret) => ({
        port,
        on: request('/on', secret),
        off: request('/off', secret),
        state: { path: `/outlet/{outlet}?key=${secret}`, headers: { 'x-key': secret } },
        stateOn: { pointer: '/state', equals: 'on' },
        stateOff: { pointer: '/state', equals: 'off' },
      }),
    },
  },
  snmp: {
    'version 1': {
      start: (outlets, secret) => createSnmpPdu({ host, port: 0, outlets, community: secret }),
      options: (port, secret) => ({ port, version: 1, community: secret }),
    },
    'version 2c with two communities': {
      start: (outlets, secret) =>
        createSnmpPdu({ host, port: 0, outlets, community: secret, readCommunity: `${secret}-r` }),
      options: (port, secret) => ({ port, version: '2c', community: secret, readCommunity: `${secret}-r` }),
    },
    'version 3 with authentication and privacy': {
      start: (outlets, secret) =>
        createSnmpPdu({ host, port: 0, outlets, community: 'unused', users: [user(secret)] }),
      options: (port, secret) => ({ port, version: 3, user: user(secret) }),
    },
  },
} satisfies Record<keyof typeof powerDrivers, Record<string, PowerPeer>>

function request(verb: string, secret: string): object {
  return {
    method: 'POST',
    path: `/outlet/{outlet}${verb}?key=${secret}`,
    headers: { 'x-key': secret },
    body: `{"key": "${secret}"}`,
  }
}

function user(secret: string): { name: string; authPassword: string; privPassword: string } {
  return { name: 'lab', authPassword: secret, privPassword: `${secret}-priv` }
}
