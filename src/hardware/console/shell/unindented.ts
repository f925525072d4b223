/** Text for the board's shell as it is typed: indentation and empty lines are for readers of the source only. */
export function unindented(text: string): string {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
    .join('\n')
}
