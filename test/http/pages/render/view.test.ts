import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clean } from '../../../../src/cards/text.ts'
import type { Part, View } from '../../../../src/cards/view.ts'
import { textOfMarkup } from '../../../../src/http/pages/markup.ts'
import { type Look, safeUrl } from '../../../../src/http/pages/render/look.ts'
import { partsHtml } from '../../../../src/http/pages/render/parts.ts'
import { viewHtml } from '../../../../src/http/pages/render/view.ts'
import { anyText, anyView } from '../../../cards/arbitrary-view.ts'
import { FRAME } from '../../../cards/draw.ts'
import { type Token, tokensOf } from '../tokens.ts'

const LOOK: Look = {
  frame: FRAME,
  root: '..',
  base: 'http://lab.test',
  lineUrl: line => `../artifacts/T1/output.log#L${line}`,
}

/** Whatever has ever been used to get out of text or out of an attribute. */
const attack = fc.constantFrom(
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onfocus='alert(1)' autofocus='",
  '</pre></title></style><svg/onload=alert(1)>',
  'javascript:alert(1)',
  ' JaVaScRiPt\t:alert(1)',
  'data:text/html,<script>alert(1)</script>',
  '//evil.example/x',
  '&lt;script&gt;',
  '<!--',
  ']]>',
  'http://evil.example/" onclick="alert(1)',
  'http://lab.test.evil.example/artifacts/T1',
)
const text = fc.oneof(anyText, attack)

function html(view: View): string {
  return textOfMarkup(viewHtml(view, LOOK))
}

const TAGS = new Set(
  'article header h2 h1 p b a span code time ul li ol button table thead tbody tr th td caption div dl dt dd progress figure figcaption pre svg g text line polyline circle rect details summary hr'.split(
    ' ',
  ),
)
const ATTRIBUTES = new Set(
  'class href type aria-label aria-hidden role scope tabindex datetime title max value viewBox width height x y x1 y1 x2 y2 dy cx cy r points text-anchor'.split(
    ' ',
  ),
)

test('P28 any view with any text is well-formed, has no element or attribute of its own, and no link but to the web or the lab', () => {
  fc.assert(
    fc.property(anyView, view => {
      for (const token of tokensOf(html(view))) if (token.kind === 'open') checkTag(token)
    }),
    { numRuns: 300 },
  )
})

function checkTag({ name, attributes }: Extract<Token, { kind: 'open' }>): void {
  expect(TAGS).toContain(name)
  for (const [attribute, value] of attributes) {
    expect(ATTRIBUTES).toContain(attribute)
    if (attribute === 'href') expect(value).toMatch(/^(https?:\/\/|\.\.\/artifacts\/)/i)
  }
}

test('P28 text is text wherever it stands: it comes back as it was, made harmless', () => {
  const parts = (said: string): readonly Part[] => [
    { t: 'text', runs: [{ r: 'plain', text: said }] },
    { t: 'note', runs: [{ r: 'code', text: said }] },
    { t: 'fields', items: [{ name: said, value: [{ r: 'bold', text: said }] }] },
    { t: 'table', columns: [{ title: said }], rows: [[[{ r: 'plain', text: said }]]], caption: said },
    { t: 'progress', done: 1, total: 2, label: said },
    { t: 'steps', items: [{ title: said, state: 'ok', note: said }] },
    { t: 'log', lines: [said], total: 9, link: { text: said, url: said } },
    { t: 'chart', type: 'bar', title: said, series: [{ name: 'x', points: [[said, 1]] }], unit: said },
    { t: 'actions', items: [{ id: 'a', label: said, line: said }] },
    {
      t: 'form',
      fields: [{ name: 'n', label: said, kind: 'text', required: true, hint: said }],
      submit: { id: 's', label: said, line: said },
    },
    { t: 'search', line: said, label: said, hint: said },
    { t: 'fold', title: said, parts: [] },
  ]
  fc.assert(
    fc.property(text, said => {
      for (const part of parts(said)) {
        const tokens = tokensOf(textOfMarkup(partsHtml([part], LOOK)))
        const seen = tokens.flatMap(token => (token.kind === 'text' ? [token.text] : [])).join('')
        const wanted = clean(said)
        expect([part.t, seen.includes(wanted)]).toEqual([part.t, true])
      }
    }),
    { numRuns: 200 },
  )
})

test('an address is a link only where it leads to the web, or into this lab by a way that a proxy may move', () => {
  expect(safeUrl('http://lab.test/artifacts/T12#L4', LOOK)).toBe('../artifacts/T12#L4')
  expect(safeUrl('https://example.org/a?b', LOOK)).toBe('https://example.org/a?b')
  for (const url of [
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,x',
    '//evil',
    '/x',
    'x',
    '',
    'http://',
  ])
    expect([url, safeUrl(url, LOOK)]).toEqual([url, null])
  fc.assert(
    fc.property(text, url => {
      const safe = safeUrl(url, LOOK)
      if (safe !== null) expect(safe).toMatch(/^(https?:\/\/|\.\.\/artifacts\/)/i)
    }),
    { numRuns: 300 },
  )
})

test('a chart of any numbers is drawn with numbers only, and can be read without seeing it', () => {
  const value = fc.oneof(fc.double(), fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, Number.NaN, 0))
  const points = fc.array(fc.tuple(fc.constant('d'), value), { maxLength: 25 })
  const series = fc.array(fc.record({ name: text, points }), { maxLength: 7 })
  fc.assert(
    fc.property(fc.constantFrom('line' as const, 'bar' as const, 'pie' as const), series, (type, given) => {
      const drawn = textOfMarkup(partsHtml([{ t: 'chart', type, title: 'Tests', series: given }], LOOK))
      const tokens = tokensOf(drawn)
      const numbers = tokens.flatMap(token =>
        token.kind === 'open'
          ? ['x', 'y', 'cx', 'cy', 'width', 'height'].flatMap(name => token.attributes.get(name) ?? [])
          : [],
      )
      for (const number of numbers) expect(number).toMatch(/^-?\d+(\.\d+)?$/)
      if (drawn.includes('role="img"')) expect(drawn).toMatch(/aria-label="Tests: /)
    }),
    { numRuns: 200 },
  )
})

test('what could be done is a line to type, and nothing on a page does it', () => {
  const drawn = textOfMarkup(
    partsHtml(
      [{ t: 'actions', items: [{ id: 'again', label: 'Run again', line: 'tests rerun T12' }] }],
      LOOK,
    ),
  )
  expect(drawn).toContain('<code>tests rerun T12</code>')
  expect(drawn).not.toMatch(/<form|submit|formaction/)
})
