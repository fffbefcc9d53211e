// Requirement: what code includes is read as JavaScript, and not searched for: acorn, a parser that is known to be right, is
// the judge, on real programs and on made ones.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'acorn'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsTokens } from '../../src/fragments/js-tokens.ts'

/** Where each word begins and ends, and whether it is a regular expression; texts with `${` have pieces of their own. */
type Word = readonly [start: number, end: number, isRegExp: boolean]

const PIECES: ReadonlySet<string> = new Set(['template', 'head', 'middle', 'tail'])
const THEIR_PIECES: ReadonlySet<string> = new Set(['`', 'template', 'invalidTemplate', '${', 'eof'])

function ours(code: string): Word[] {
  return jsTokens(code)
    .filter(({ type }) => !PIECES.has(type))
    .map(({ end, start, type }) => [start, end, type === 'regexp'])
}

/** @returns `undefined` for what is no program */
function acorns(code: string): Word[] | undefined {
  for (const sourceType of ['module', 'script'] as const) {
    const words: Word[] = []
    const ends = new Set(
      jsTokens(code)
        .filter(({ type }) => type === 'middle' || type === 'tail')
        .map(({ start }) => start),
    )
    try {
      parse(code, {
        ecmaVersion: 'latest',
        sourceType,
        onToken({ end, start, type }) {
          const isEnd = type.label === '}' && ends.has(start)
          if (!THEIR_PIECES.has(type.label) && !isEnd)
            words.push([start, end, type.label === 'regexp'])
        },
      })
      return words
    } catch {
      // The other kind of program, perhaps.
    }
  }
  return undefined
}

function filesOf(folder: string): string[] {
  const root = join(import.meta.dirname, '../../node_modules', folder)
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /(?<!\.min)\.[cm]?js$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
}

describe('jsTokens', () => {
  it.for([
    'ejs',
    'eta',
    'edge.js',
    'pug-code-gen',
    'nunjucks',
    'handlebars',
    'acorn',
    'fast-check',
  ])('reads the words of %s as acorn does', (folder) => {
    let read = 0
    for (const file of filesOf(folder)) {
      const code = readFileSync(file, 'utf8').replace(/^#!.*/, '')
      const words = acorns(code)
      if (words === undefined) continue
      read += words.length
      expect(ours(code), file).toEqual(words)
    }
    expect(read).toBeGreaterThan(1000)
  })

  it('reads programs as acorn does that are made to be hard', () => {
    const leaf = fc.constantFrom(
      'a',
      'of',
      '1',
      '.5e3',
      '0x1fn',
      "'a\\'/b'",
      '"//"',
      '/a[/]b/g',
      '/\\//',
      '/=/u',
      '`plain`',
      'this',
      'x.if',
      'x?.return',
      'a?.5:1',
      'function () {}',
      'class A { b() {} }',
      '/* / */ a',
    )
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc
          .tuple(tie('expression'), fc.constantFrom('+', '/', '%', '&&', '??', ',', 'in'), leaf)
          .map(([a, operator, b]) => `(${a}) ${operator} ${b}`),
        tie('expression').map((a) => `\`x\${${a}}y\${{ a: \`}\` }}/\``),
        tie('expression').map((a) => `({ a: (${a}), b() { return /}/ } }) / 2`),
        tie('expression').map((a) => `[${a}] / 3`),
        tie('expression').map((a) => `(a ? { b: 1 } : (${a})) / 4`),
        tie('expression').map((a) => `function* f() { (${a}) } / 5`),
        tie('expression').map((a) => `((b) => { if (b) /x/.test(${a}); })`),
        tie('expression').map((a) => `typeof (${a})`),
        tie('expression').map((a) => `a++ / (${a})`),
      ),
    }))
    const statement = expression.chain((value) =>
      fc.constantFrom(
        `x = ${value};`,
        `if (a) /r/.test(${value})`,
        `{ b: { a } } /r/.test(${value})`,
        `for (const a of [${value}]) { } /r/g.exec('')`,
        `switch (a) { case /r/: { a } /s/; default: (${value}) }`,
        `function f() { return /r/.test(${value}) } /s/`,
        `while (a) { (${value}) }\n/r/.test(a)`,
        `do /r/; while (a)\n(${value})`,
        `a = () => { (${value}) }\n/r/.test(a)`,
      ),
    )
    let read = 0
    fc.assert(
      fc.property(fc.array(statement, { minLength: 1, maxLength: 4 }), (statements) => {
        const code = statements.join('\n')
        const words = acorns(code)
        fc.pre(words !== undefined)
        read++
        expect(ours(code)).toEqual(words)
      }),
      { numRuns: 500 },
    )
    expect(read).toBeGreaterThan(250)
  })

  it.for([
    [`'a\\x62\\u0063\\u{64}\\n\\\ne'`, 'abcd\ne'],
    ['`a\\`b`', 'a`b'],
    ['incl\\u0075de', 'include'],
  ])('resolves the escapes of %s', ([code, value]) => {
    expect(jsTokens(code as string)).toEqual([expect.objectContaining({ value })])
  })

  it('knows the line of each word, from that of the first on', () => {
    const words = jsTokens('a /* \n */ b\n`c\n${d}\n` e', 7)

    expect(words.map(({ line, value }) => [value, line])).toEqual([
      ['a', 7],
      ['b', 8],
      ['c\n', 9],
      ['d', 10],
      ['\n', 10],
      ['e', 11],
    ])
  })

  it('goes on where another piece of a template has begun something', () => {
    const words = jsTokens('} else /a/.test(b) }) / 2')

    expect(words.map(({ type }) => type)).toEqual([
      'punctuator',
      'name',
      'regexp',
      'punctuator',
      'name',
      'punctuator',
      'name',
      'punctuator',
      'punctuator',
      'punctuator',
      'punctuator',
      'number',
    ])
  })

  it.for(["'open", '`open', '`${', '§', '#'])('refuses %s', (code) => {
    const read = (): unknown => jsTokens(code)

    if (code === '`${') expect(read()).toHaveLength(1)
    else expect(read).toThrow(SyntaxError)
  })
})
