/** The slash commands of a deployment, by its setting (design 5): `/lab` takes every line, the others one noun. */

/** Those with a name of their own: what people do many times a day. */
const NOUNS = ['run-test', 'lease', 'power'] as const
const WHOLE = 'lab'

/** `noun` null: what is typed behind it is the whole line. */
export type SlashName = { name: string; noun: string | null }

/** `setting`: `all`, `lab` alone, or what goes before each name, such as `soc-`: two labs may share one workspace. */
export function slashNames(setting: string): readonly SlashName[] {
  const prefix = setting === 'all' || setting === WHOLE ? '' : setting
  const nouns = setting === WHOLE ? [] : NOUNS
  return [
    { name: `/${prefix}${WHOLE}`, noun: null },
    ...nouns.map(noun => ({ name: `/${prefix}${noun}`, noun })),
  ]
}
