import { describe, expect, it } from 'vitest'
import { read, wrong } from './read.ts'

const BOARD = 'boards:\n  - {id: a, family: f, address: h}\n'

describe('text that is hardly YAML', () => {
  it.each([
    [
      'an empty file',
      '',
      ['1:1  the file is empty. Write sections such as boards: with a list of boards below (see README)'],
    ],
    [
      'only comments',
      '# boards:\n',
      ['1:1  the file is empty. Write sections such as boards: with a list of boards below (see README)'],
    ],
    [
      'a list at the top',
      '- a\n- b\n',
      [
        '1:1  the top of the file is a list. Write sections such as boards: with a list of boards below (see README)',
      ],
    ],
    [
      'one text',
      'hello',
      [
        '1:1  the top of the file is one text. Write sections such as boards: with a list of boards below (see README)',
      ],
    ],
    ['bytes', 'ELF\0\0', ['1:1  this is not a text file in UTF-8. Is it the right file?']],
    ['another encoding', 'boards: \uFFFD', ['1:1  this is not a text file in UTF-8. Is it the right file?']],
    [
      'tabs, each line of them',
      'boards:\n\t- id: a\n\t  family: f\n',
      ['2:1  a tab is used to indent. Use spaces', '3:1  a tab is used to indent. Use spaces'],
    ],
    ['an unclosed quote', 'x-a: "x\nboards: 2\n', ['1:6  a quote is opened here and never closed']],
    [
      'an unclosed bracket',
      'x-a: [1, 2\npeople: {}\n',
      ['2:1  not YAML: this line is indented wrongly, or a bracket or quote above it is not closed'],
    ],
    [
      'a forgotten space',
      'simulated: true\nboards:[]\nx-a: 1\n',
      [
        '2:1  not YAML: this is not "key: value". Is the colon, or the space after it, missing, or the line indented wrongly?',
      ],
    ],
    [
      'two colons',
      'boards: a: b\n',
      ['1:9  not YAML: a second "key: value" on one line. Put a text that holds ": " in quotes'],
    ],
    [
      'two documents',
      `${BOARD}---\n${BOARD}`,
      ['3:1  a second document begins here (---). Only one is read; take this line out'],
    ],
    [
      'names with @',
      'boards: []\npeople:\n  admins: [@mei]\n  operators:\n    - @jin\n',
      [
        '3:12  a text cannot start with this character unless it is in quotes, such as "@mei"',
        '5:7  a text cannot start with this character unless it is in quotes, such as "@mei"',
      ],
    ],
    [
      'a reference in braces',
      'boards: []\nx-a: {p: ${X}}\n',
      [
        '2:11  not YAML: something here does not belong. Inside [ ] and { }, a text such as "${NAME}" needs quotes',
      ],
    ],
    ['a tag', 'boards: !lab []\n', ['1:9  a tag (!word) that has no meaning here. Take it out']],
    [
      'binary',
      'boards: []\nx-a: !!binary aGk=\n',
      ['2:15  x-a: a kind of value (!tag) that has no meaning here. Write it as plain text'],
    ],
    ['a key that is a list', 'boards: []\n? [a]\n: 1\n', ['2:3  a key must be one plain word']],
    ['an anchor that is not there', 'boards: *b\n', ['1:9  boards: there is no anchor &b above this alias']],
    [
      'an anchor in itself',
      'boards: []\nx-a: &a [1, {b: *a}]\n',
      ['2:17  x-a[1].b: the anchor &a contains itself here. An alias cannot be inside its own anchor'],
    ],
    [
      'a merge of no map',
      'boards: []\nx-a: {<<: 3}\n',
      ['2:11  x-a: << takes the alias of a map, such as <<: *defaults'],
    ],
    [
      'deep nesting',
      `boards: []\nx-a: ${'['.repeat(60)}${']'.repeat(60)}\n`,
      [expect.stringMatching(/^2:\d+ {2}x-a(\[0\])+: nested more than 50 levels deep$/)],
    ],
    [
      'bottomless nesting',
      `boards: ${'['.repeat(100_000)}`,
      [expect.stringMatching(/^1:\d+ {2}nested too deep to be read$/)],
    ],
    [
      'a file of the wrong size',
      'a'.repeat(8_000_001),
      ['1:1  the file has 8000001 characters; at most 8000000 are read. Is it the right file?'],
    ],
  ])('%s', (_, text, problems) => {
    expect(wrong(text)).toEqual(problems)
  })

  it('an alias bomb is stopped and told once', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const value = level === 0 ? '"lol"' : `*a${level - 1}`
      return `x-${level}: &a${level} [${Array(10).fill(value).join(', ')}]`
    })
    expect(wrong(`${levels.join('\n')}\n${BOARD}`)).toEqual([
      expect.stringContaining('the aliases of this file (*name) multiply into more than 100000 values'),
    ])
  })

  it('a byte order mark and Windows line ends change nothing, columns included', () => {
    const text = `boards:\n  - {id: a, famly: f, address: h}\n`
    expect(wrong(`\uFEFF${text.replaceAll('\n', '\r\n')}`)).toEqual(wrong(text))
    expect(read(`\uFEFF${BOARD}`)).toEqual(read(BOARD))
  })

  it('above a broken line faults are told as ever; below it and about what is not there nothing is guessed', () => {
    const text = 'boards:\n  - id: A\n    famly: f\n    address: h\n  - id: b\n\tfamily: f\n    adress: h\n'
    expect(wrong(text)).toEqual([
      '2:9  boards[0].id: an id is small letters, digits and . _ - after a first letter or digit, 64 at most',
      '3:5  boards[0].famly: unknown key. Did you mean family?',
      '6:1  a tab is used to indent. Use spaces',
    ])
  })

  it('repeats nothing of a broken line, which may be a password', () => {
    expect(wrong('boards: []\nx-a: {p: "x"} swordfish\n').join()).not.toContain('swordfish')
    expect(wrong('boards: []\nx-a: [p] swordfish: "hunter2" x\n').join()).not.toMatch(/swordfish|hunter2/)
  })
})
