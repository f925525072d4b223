import type { ConsoleDriver } from '../types.ts'
import { rfc2217 } from './rfc2217.ts'
import { serial } from './serial.ts'
import { ssh } from './ssh.ts'
import { tcp } from './tcp.ts'
import { telnet } from './telnet.ts'

/** Every kind of console, by the name it has in boards.yaml; sorted. */
export const consoleDrivers: Readonly<Record<string, ConsoleDriver>> = { rfc2217, serial, ssh, tcp, telnet }
