import type { z } from 'zod'
import type { ConsoleDriver, ConsoleHandlers, ConsoleLink, DriverDeps } from '../types.ts'

/** All that one attempt to open a console has. */
export type Opening<O> = {
  options: O
  /** For sentences, and the same for the same place. */
  where: string
  handlers: ConsoleHandlers
  clock: DriverDeps['clock']
  signal: AbortSignal
}

type Declared<O> = {
  id: string
  schema: z.ZodType<O>
  /** What follows the id in `where`; one place is one console, whatever is spoken there. */
  place(options: NoInfer<O>): string
  open(opening: Opening<NoInfer<O>>): Promise<ConsoleLink>
  hasBreak?: false
  files?: NonNullable<ConsoleDriver<NoInfer<O>>['files']>
}

export function declareDriver<O>({
  id,
  schema,
  place,
  open,
  hasBreak,
  files,
}: Declared<O>): ConsoleDriver<O> {
  const where = (options: O): string => `${id} ${place(options)}`
  return {
    id,
    schema,
    where,
    ...(hasBreak === undefined ? {} : { hasBreak }),
    create: (options, { clock }) => ({
      where: where(options),
      open: (handlers, signal) => open({ options, where: where(options), handlers, clock, signal }),
    }),
    ...(files === undefined ? {} : { files }),
  }
}
