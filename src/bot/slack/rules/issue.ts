/** What is wrong with a payload, in the shape of Slack's own `blocks.validate`. */

export type Issue = {
  /** A JSON pointer (RFC 6901) into what was checked: `/blocks/3/text`. */
  pointer: string
  code: IssueCode
  message: string
}

export type IssueCode =
  | 'missing_field'
  | 'unknown_field'
  | 'wrong_type'
  | 'unknown_type'
  | 'wrong_value'
  | 'too_long'
  | 'too_short'
  | 'too_many'
  | 'too_few'
  | 'not_unique'
  | 'not_here'

export function issue(pointer: string, code: IssueCode, message: string): Issue {
  return { pointer, code, message }
}

export function below(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
}
