export type Variables = Readonly<Record<string, string | undefined>>

export type Filled = {
  text: string
  /** Values that were put in from the environment. */
  values: string[]
  /** What is wrong, as sentences. */
  faults: string[]
}

const REFERENCE = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|\$\{[^}]*\}?/g

/**
 * Fills in `${NAME}` and `${NAME:-default}` (the default also where NAME is empty, as shells do); `$${` stands for
 * `${` itself. Works on a value after the file was parsed, so nothing in a password can change the file's meaning.
 */
export function fillReferences(source: string, variables: Variables): Filled {
  const filled: Filled = { text: source, values: [], faults: [] }
  if (!source.includes('${')) return filled
  filled.text = source.replaceAll(REFERENCE, (written: string, name?: string, otherwise?: string) => {
    if (written === '$${') return '${'
    if (name === undefined) {
      filled.faults.push(
        'a reference is written ${NAME} or ${NAME:-default}. For the characters ${ write $${',
      )
      return ''
    }
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined
    if (otherwise !== undefined && (value === undefined || value === '')) return otherwise
    if (value === undefined) {
      filled.faults.push(`\${${name}} is not set. Set ${name} in the environment or in .env`)
      return ''
    }
    if (value !== '') filled.values.push(value)
    return value
  })
  return filled
}
