import type { ConsoleDriver } from '../types.ts'
import { telnet } from './telnet.ts'

/** Every kind of console, by the name it has in boards.yaml; sorted. */
export const consoleDrivers: Readonly<Record<string, ConsoleDriver>> = { telnet }
