import type { PowerDriver } from '../types.ts'
import { devantech } from './devantech.ts'
import { http } from './http.ts'
import { snmp } from './snmp.ts'

/** Every way to switch an outlet, by the id that boards.yaml names. Sorted. */
export const powerDrivers = { devantech, http, snmp } satisfies Record<string, PowerDriver>
