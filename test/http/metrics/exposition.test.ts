import { expect, test } from 'vitest'
import { parseExposition, reading } from './exposition.ts'

const WELL = `# HELP a_total How many.
# TYPE a_total counter
a_total{b="x\\"y\\\\z\\n"} 3

# HELP h_seconds How long.
# TYPE h_seconds histogram
h_seconds_bucket{le="1"} 1
h_seconds_bucket{le="+Inf"} 2
h_seconds_sum 1.5e+1
h_seconds_count 2
`

test('what the format allows is read', () => {
  const families = parseExposition(WELL)
  expect(reading(families, 'a_total', { b: 'x"y\\z\n' })).toBe(3)
  expect(reading(families, 'h_seconds_sum')).toBe(15)
})

test.for([
  ['no end of the last line', WELL.slice(0, -1)],
  ['a series twice', `${WELL}h_seconds_count 2\n`],
  ['a sample of another family', `${WELL}a_total{b="y"} 3\n`],
  ['a counter that is not called one', '# HELP a How many.\n# TYPE a counter\na 3\n'],
  ['a counter below 0', WELL.replace('} 3', '} -3')],
  ['a label that is not closed', WELL.replace('\\n"}', '\\n}')],
  ['a label name with a hyphen', WELL.replace('b=', 'b-c=')],
  ['no number', WELL.replace('} 3', '} three')],
  ['buckets that fall', WELL.replace('le="1"} 1', 'le="1"} 3')],
  ['a last bucket that is not all', WELL.replace('count 2', 'count 3')],
  ['no help', WELL.replace(/# HELP a.*\n/, '')],
] as const)('%s is refused', ([, text]) => {
  expect(() => parseExposition(text)).toThrow()
})
