/** Why a request is not looked at any further. */

import type { Problem } from '../problem.ts'
import { MOST_BYTES } from './body.ts'
import type { Refusal } from './verify.ts'

const HINTS: Readonly<Partial<Record<Refusal, string>>> = {
  'no secret': 'Send JENKINS_WEBHOOK_SECRET in X-Boardroom-Secret, or sign the request (docs/jenkins.md).',
  'no timestamp': 'Send the time of signing in X-Boardroom-Timestamp, in seconds.',
  'too old': 'Sign each request anew; if it is new, set the clocks of both machines.',
  'from the future': 'Set the clocks of both machines.',
  'a secret in the address':
    'That is for the Notification plugin, which sets no headers; elsewhere send it in X-Boardroom-Secret.',
}

export function ofRefusal(why: Refusal): Problem {
  return {
    status: 401,
    code: 'not-signed',
    detail: `This did not come from our Jenkins: ${why}.`,
    hint: HINTS[why] ?? 'The secret must be the JENKINS_WEBHOOK_SECRET of the lab.',
    headers: { 'WWW-Authenticate': 'Basic realm="boardroom"' },
  }
}

export const CLOSED: Problem = {
  status: 404,
  code: 'closed',
  detail: 'No Jenkins is connected to this lab.',
  hint: 'An admin sets JENKINS_WEBHOOK_SECRET (docs/jenkins.md).',
}

export const NOT_JSON: Problem = {
  status: 415,
  code: 'unsupported',
  detail: 'This is no JSON as it stands.',
  hint: 'Send it as application/json, not packed; in the Notification plugin choose the format JSON.',
}

export const NO_OBJECT: Problem = {
  status: 400,
  code: 'not-json',
  detail: 'The body is no JSON object in UTF-8, or it is nested too deep.',
  hint: 'Look at what is sent: curl -d @file, with the file made by jq for instance.',
}

export const TOO_LARGE: Problem = {
  status: 413,
  code: 'body-too-large',
  detail: `The body is larger than ${MOST_BYTES / 1024} KiB.`,
  hint: "Have the Notification plugin send fewer lines of the build's log.",
}

export const CUT_SHORT: Problem = {
  status: 408,
  code: 'cut-short',
  detail: 'The body did not come to its end.',
  hint: 'Send it again.',
}
