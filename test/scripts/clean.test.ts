import { describe, expect, it } from 'vitest'
import { findingsIn } from '../../scripts/clean.mjs'

/** Written in halves: whole, the words would be findings in this very file. */
const whole = (...halves: readonly string[]): string => halves.join('')

const WORK = whole('/wo', 'rk/')
const HOME = whole('/ho', 'me/')
const ROOT = whole('/ro', 'ot/')
const TO_DO = whole('TO', 'DO')
const LEFT_OUT = (word: string): string => `it.${word}('x')`

describe('findingsIn', () => {
  it.for([
    ['a folder of a machine', 'src/a.ts', `const dir = '${WORK}wt/x'`],
    ['a home', 'docs/a.md', `run it in ${HOME}anna/project`],
    ['a home of root', '.ci/run', `cd ${ROOT}project`],
    ['a folder beside the repository', 'docs/a.md', whole('see ../', 'shared/notes')],
    ['a hidden folder beside it', 'docs/a.md', whole('see .', 'library/notes')],
    ['a promise without an issue', 'src/a.ts', `// ${TO_DO}: later`],
    ['another', 'src/a.ts', whole('// FIX', 'ME later')],
    ['a skipped test', 'test/a.test.ts', LEFT_OUT('skip')],
    ['a lonely test', 'test/a.test.ts', LEFT_OUT('only')],
    ['a planned test', 'test/a.test.ts', LEFT_OUT('todo')],
    [
      'a layer switched off',
      'src/a.ts',
      whole('// oxlint-', 'disable-next-line boundaries/dependencies'),
    ],
    [
      'a pinned registry',
      'package-lock.json',
      whole('      "resol', 'ved": "https://example.org/x.tgz"'),
    ],
    ['a vague name', 'src/base/utils.ts', 'export const a = 1'],
    ['a vague name', 'src/http/types.ts', 'export type A = 1'],
    ['code in an index', 'src/http/index.ts', `export * from './a.ts'\nexport const a = 1\n`],
    ['an import in an index', 'src/http/index.ts', `import './a.ts'\n`],
    ['a file too long', 'src/a.ts', 'const a = 1\n'.repeat(321)],
  ] as const)('finds %s', ([, path, text]) => {
    expect(findingsIn(path, text)).toHaveLength(1)
  })

  it.for([
    ['a relative path', 'src/a.ts', `import a from '../work/a.ts'`],
    ['an address that looks like a path', 'docs/a.md', `https://example.org${HOME}anna`],
    ['a promise with its issue', 'src/a.ts', `// ${TO_DO} (#12): later`],
    ['a test that runs', 'test/a.test.ts', `it('skips what is not there', () => {})`],
    ['skip as a word of the source', 'src/a.ts', LEFT_OUT('skip')],
    ['a file that is just short enough', 'src/a.ts', 'const a = 1\n'.repeat(320)],
    ['a long test', 'test/a.test.ts', 'const a = 1\n'.repeat(900)],
    ['an empty index', 'src/index.ts', 'export {}\n'],
    [
      'an index of re-exports',
      'src/http/index.ts',
      `// What people import.\nexport * from './a.ts'\nexport type {\n  B,\n} from './b.ts'\nexport { c } from './c.ts';\n/* the\nend */\n`,
    ],
  ] as const)('finds nothing in %s', ([, path, text]) => {
    expect(findingsIn(path, text)).toEqual([])
  })

  it('names file, line and remedy', () => {
    expect(findingsIn('src/a.ts', `const a = 1\n// ${TO_DO}\n`)).toEqual([
      expect.stringMatching(/^src\/a\.ts:2: .*open an issue/),
    ])
  })
})
