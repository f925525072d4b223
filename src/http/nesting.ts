/** No request of ours is nested half as deep. */
const DEEPEST = 32

/** What is far deeper than any can be parsed, and not be written down again: JSON.stringify ends at some thousands. */
export function isNestedTooDeep(value: unknown, left = DEEPEST): boolean {
  if (typeof value !== 'object' || value === null) return false
  return left === 0 || Object.values(value).some(each => isNestedTooDeep(each, left - 1))
}
