import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, extname, join, relative, resolve } from 'node:path'
import type { TemplateFacts } from './digest.ts'

/** How an engine's templates, which are code, name each other. */
export interface SourceWords {
  /** Calls that include a template, each with its name, in quotes, as the first group. */
  readonly includes: readonly RegExp[]
  /** Calls that include a template whose name is computed. */
  readonly computed: readonly RegExp[]
}

/** A fragment in a template is a part of what the template shows: `fragment('card')`, `template: 'cards/small'`. */
const FRAGMENTS = [
  /\bfragment\(\s*["'`]([^"'`]+)["'`]/g,
  /\btemplate\s*[:=]\s*["'`]([^"'`]+)["'`]/g,
]

const COMPUTED = /\bfragment\(\s*(?!["'`\s)])(?![^)]*\btemplate\s*:\s*["'`])/

/** Templates that are files in one folder, read as far as their calls can be seen. */
export class SourceFiles {
  readonly #root: string
  readonly #extension: string
  readonly #words: SourceWords

  /** @param extension with its dot, of names without one */
  constructor(root: string, extension: string, words: SourceWords) {
    this.#root = resolve(root)
    this.#extension = extension
    this.#words = words
  }

  /** Beside the one that names it, otherwise in the folder of all. @returns `undefined` when there is none */
  async read(name: string, from?: TemplateFacts): Promise<TemplateFacts | undefined> {
    const beside = from === undefined ? [] : [dirname(this.pathOf(from.name))]
    for (const folder of [...beside, this.#root]) {
      const path = this.#withExtension(resolve(folder, name.replace(/^\//, '')))
      const text = await readFile(path, 'utf8').catch(() => undefined)
      if (text !== undefined) return this.#facts(relative(this.#root, path), text)
    }
    return undefined
  }

  /** @param name relative to the folder of all */
  pathOf(name: string): string {
    return this.#withExtension(join(this.#root, name))
  }

  list(): readonly string[] {
    return readdirSync(this.#root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(this.#root, join(entry.parentPath, entry.name)))
  }

  #facts(name: string, text: string): TemplateFacts {
    const { computed, includes } = this.#words
    const names = new Set<string>()
    for (const pattern of [...includes, ...FRAGMENTS])
      for (const [, found] of text.matchAll(pattern)) names.add(found as string)
    return {
      name,
      text,
      includes: [...names],
      computed: [...computed, COMPUTED].some((pattern) => pattern.test(text)),
      helpers: new Map(),
    }
  }

  #withExtension(path: string): string {
    return extname(path) === this.#extension ? path : path + this.#extension
  }
}
