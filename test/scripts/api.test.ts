import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { membersOf, signatureOf, undocumentedIn } from '../../scripts/api-docs.mjs'
import { referenceOf } from '../../scripts/api-reference.mjs'
import { Surface } from '../../scripts/api-surface.mjs'
import { differenceOf, pagesOf, reportOf } from '../../scripts/api.mjs'

const trees: string[] = []

afterEach(() => {
  for (const tree of trees.splice(0)) rmSync(tree, { recursive: true })
})

/** The declarations of a package. */
function surface(files: Readonly<Record<string, string>>): Surface {
  const tree = mkdtempSync(join(tmpdir(), 'breakwater-api-'))
  trees.push(tree)
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, file)), { recursive: true })
    writeFileSync(join(tree, file), text)
  }
  return new Surface(tree)
}

const SHOP = {
  'index.d.ts': "export { open, type Options } from './shop.ts'\n",
  'shop.d.ts': `import type { Money } from './money.ts'
import type { Other } from 'somebody-else'
/** Opens the shop. */
export declare function open(options: Options): Other
/** How. */
export interface Options extends Hours {
    /** Of a coffee. */
    readonly price: Money
    readonly name?: string
}
interface Hours {
    /** In the morning. */
    readonly from: number
}
export declare class Unseen {}
`,
  'money.d.ts': '/** In cents. */\nexport type Money = number\n',
  'web/index.d.ts': "export { Options } from '../shop.ts'\nexport { Site } from './site.ts'\n",
  'web/site.d.ts': `/** A site. */
export declare class Site {
    #secret
    private hidden
    /** Where. */
    readonly url: string
    constructor(url: string)
    visit(): void
}
`,
}

const FOLDERS = new Map([
  ['.', ''],
  ['./web', 'web'],
])

describe('the API report', () => {
  it('shows what a subpath exports, and what that mentions, each at one place', () => {
    const { pages, homeOf } = pagesOf(surface(SHOP), FOLDERS)

    expect(pages.map((page) => reportOf(page, homeOf))).toEqual([
      `# breakwater

Written by \`npm run api\`.

\`\`\`ts
interface Options extends Hours {
  readonly price: Money
  readonly name?: string
}

function open(options: Options): Other
\`\`\`

## Mentioned, not exported

\`\`\`ts
interface Hours {
  readonly from: number
}

type Money = number
\`\`\`
`,
      `# breakwater/web

Written by \`npm run api\`.

- Options: as in breakwater

\`\`\`ts
class Site {
  readonly url: string
  constructor(url: string)
  visit(): void
}
\`\`\`
`,
    ])
  })

  it('says under which name something is exported', () => {
    const found = surface({
      'index.d.ts': "export { a as b } from './a.ts'",
      'a.d.ts': 'export declare const a: 1',
    }).exportsOf('')

    expect([...found].map(([name, each]) => signatureOf(each, name))).toEqual([
      'const a: 1\nexport { a as b }',
    ])
  })

  it('keeps the overloads of a function', () => {
    const found = surface({
      'index.d.ts':
        '/** Adds. */\nexport declare function add(a: 1): 1\nexport declare function add(a: 2): 2\n',
    }).exportsOf('')

    expect([...found].map(([name, each]) => signatureOf(each, name))).toEqual([
      'function add(a: 1): 1\nfunction add(a: 2): 2',
    ])
  })
})

describe('differenceOf', () => {
  it('says which lines went and came, and is silent about the others', () => {
    expect(differenceOf('a\nb\nc\nd', 'a\nc\nx\nd')).toEqual(['  - b', '  + x'])
    expect(differenceOf('a\nb', 'a\nb')).toEqual([])
  })
})

describe('undocumentedIn', () => {
  it('names exports and members without a docstring', () => {
    const read = surface(SHOP)

    const missing = ['', 'web'].flatMap((folder) =>
      [...read.exportsOf(folder).values()].flatMap((each) => undocumentedIn(each, read)),
    )

    expect([...new Set(missing)]).toEqual([
      'src/shop.ts: Options.name',
      'src/web/site.ts: Site.visit',
    ])
  })

  it('spares what a parent documents', () => {
    const read = surface({
      'index.d.ts': `export { B }
interface A {
    /** Yes. */
    act(): void
}
/** Acts. */
declare class B implements A {
    act(): void
    other(): void
}
`,
    })

    const [found] = read.exportsOf('').values()

    expect(found && undocumentedIn(found, read)).toEqual(['src/index.ts: B.other'])
  })
})

describe('the reference', () => {
  it('has for each export and member its signature and its docstring', () => {
    const read = surface(SHOP)
    const { pages, homeOf } = pagesOf(read, FOLDERS)

    const [shop] = pages.map((page) => referenceOf(page, homeOf, read))

    expect(shop).toContain(
      '## open\n\nOpens the shop.\n\n```ts\nfunction open(options: Options): Other\n```',
    )
    expect(shop).toContain('```ts\nreadonly price: Money\n```\n\nOf a coffee.')
    expect(shop).toContain('Has what `Hours` has, too.')
    expect(shop).toContain('### Money\n\nIn cents.')
  })

  it('makes a list of the tags of a docstring', () => {
    const read = surface({
      'index.d.ts': `/**
 * Waits.
 *
 * @param ms how long
 * @returns when it is over
 */
export declare function wait(ms: number): number
`,
    })
    const { pages, homeOf } = pagesOf(read, new Map([['.', '']]))

    const [page] = pages.map((each) => referenceOf(each, homeOf, read))

    expect(page).toContain('Waits.\n\n- `ms`: how long\n- returns: when it is over')
  })
})

describe('membersOf', () => {
  it('puts the overloads of a method together', () => {
    const [found] = surface({
      'index.d.ts':
        'export interface A {\n    /** Gets. */\n    get(a: 1): 1\n    get(a: 2): 2\n}\n',
    })
      .exportsOf('')
      .values()

    expect(found && membersOf(found)).toEqual([
      { name: 'get', signature: 'get(a: 1): 1\nget(a: 2): 2', doc: 'Gets.' },
    ])
  })
})
