// The code of docs runs as it stands there: a test gives a page what it leaves to its reader, and looks at what comes of it.
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { SHOWN_EXAMPLE } from './shown-example.ts'

const root = join(import.meta.dirname, '../..')
const folder = join(root, '.build/docs')

/** What stands between fences. */
interface Block {
  /** Of the section that it stands in. */
  readonly heading: string
  readonly language: string
  readonly code: string
}

/** What a page leaves to its reader. */
interface Around {
  readonly before?: string
  readonly between?: string
  /** What is looked at, and what is closed: a `close` that is exported is called. */
  readonly after?: string
  /** Changes what no test can have, such as the name of a file. */
  readonly edit?: (code: string) => string
}

/** Its file stays when the code fails, for who looks into it. */
async function runFile(name: string, code: string): Promise<Record<string, unknown>> {
  await mkdir(folder, { recursive: true })
  const file = join(folder, name)
  await writeFile(file, code)
  const module = (await import(/* @vite-ignore */ file)) as Record<string, unknown>
  await (module['close'] as (() => Promise<unknown>) | undefined)?.()
  await rm(file)
  return module
}

/** A page below `docs/`, and which of its blocks a test has used. */
export class DocPage {
  readonly #name: string
  readonly #blocks: readonly Block[]
  readonly #used = new Set<Block>()

  constructor(name: string) {
    this.#name = name
    const text = readFileSync(join(root, 'docs', name), 'utf8').replaceAll(SHOWN_EXAMPLE, '')
    let heading = ''
    this.#blocks = [...text.matchAll(/^#+ ([^\n]+)$|^```(\w+)[^\n]*\n(.*?)^```$/gms)].flatMap(
      ([, title, language, code]) => {
        if (title !== undefined) heading = title
        return language === undefined ? [] : [{ heading, language, code: code as string }]
      },
    )
  }

  /**
   * One module of some of its code.
   *
   * @param which the places of the blocks among those of TypeScript, or the heading above them
   */
  async run(
    which: string | readonly number[],
    { after = '', before = '', between = '', edit = (code) => code }: Around = {},
  ): Promise<Record<string, unknown>> {
    const all = this.#blocks.filter(({ language }) => language === 'ts' || language === 'tsx')
    const blocks =
      typeof which === 'string'
        ? all.filter(({ heading }) => heading === which)
        : which.map((at) => all[at] as Block)
    const code = blocks.map((block) => this.#use(block)).join(`${between}\n`)
    const name = `${this.#name}-${String(which)}`.replace(/\W+/g, '-')
    const isMarkup = blocks.some(({ language }) => language === 'tsx')
    return await runFile(
      `${name}.${isMarkup ? 'tsx' : 'ts'}`,
      `${before}\n${edit(code)}\n${after}\n`,
    )
  }

  /** What stands in another language there. */
  text(language: string, heading?: string): string {
    const found = this.#blocks.filter(
      (block) => block.language === language && (heading ?? block.heading) === block.heading,
    )
    return found.map((block) => this.#use(block)).join('\n')
  }

  /** The headings above blocks that nothing has used. */
  get unused(): readonly string[] {
    return this.#blocks.filter((block) => !this.#used.has(block)).map(({ heading }) => heading)
  }

  #use(block: Block): string {
    this.#used.add(block)
    return block.code
  }
}
