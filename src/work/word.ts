/** Any text as one word for a board's shell (POSIX 2.2.2). */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
