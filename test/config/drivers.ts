import { z } from 'zod'
import type { DriverSchemas } from '../../src/config/index.ts'

const Telnet = z.strictObject({
  host: z.string().trim().min(1),
  port: z.int().min(1).max(65_535).default(23),
  connectTimeoutMs: z.int().min(1).default(5000),
})

const Serial = z.strictObject({
  device: z.string().min(1).max(20),
  baud: z.int().default(115_200),
  lines: z.array(z.string()).min(2).optional(),
})

const Oids = z.strictObject({ control: z.string(), state: z.string().optional(), on: z.int().default(1) })

const Snmp = z.discriminatedUnion('version', [
  z.strictObject({
    version: z.enum(['1', '2c']).default('1'),
    port: z.int().default(161),
    community: z.string().default('private'),
    oids: Oids.optional(),
  }),
  z.strictObject({
    version: z.literal('3'),
    port: z.int().default(161),
    user: z.string().min(1),
    authPassword: z.string().min(8, 'authPassword needs 8 characters or more'),
  }),
])

const Http = z
  .strictObject({
    tls: z.boolean().default(false),
    on: z.strictObject({ method: z.enum(['GET', 'POST']).default('POST'), path: z.string() }).optional(),
    equals: z.union([z.string(), z.strictObject({ pointer: z.string() })]).optional(),
    headers: z.record(z.string().regex(/^[A-Z]+$/), z.string()).optional(),
    user: z.string().optional(),
    password: z.string().optional(),
  })
  .refine(options => options.password === undefined || options.user !== undefined, {
    message: 'password needs a user',
    path: ['user'],
  })

/** Schemas of drivers as the hardware room hands them over: two consoles and two protocols, with a union among them. */
export const drivers: DriverSchemas = {
  console: {
    telnet: {
      schema: Telnet,
      where: options => {
        const { host, port } = Telnet.parse(options)
        return `telnet ${host}:${port}`
      },
    },
    serial: { schema: Serial, where: options => `serial ${Serial.parse(options).device}` },
  },
  power: { snmp: { schema: Snmp }, http: { schema: Http } },
}
