import { existsSync, readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, extname, join, relative, resolve } from 'node:path'

/** A template as it is written. */
export interface SourceFile {
  /** Relative to the folder of all. */
  readonly name: string
  readonly path: string
  readonly text: string
}

/** The names of all files below a folder, none where there is no such folder. */
export function filesIn(folder: string): readonly string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
}

/** Templates that are files in one folder. */
export class SourceFiles {
  readonly #root: string
  readonly #extension: string

  /** @param extension with its dot, of names without one */
  constructor(root: string, extension: string) {
    this.#root = resolve(root)
    this.#extension = extension
  }

  /**
   * Beside the one that names it, otherwise in the folder of all; with `/` before it only there.
   *
   * @param from the name of the one that names it
   * @returns `undefined` when there is none
   */
  async read(name: string, from?: string): Promise<SourceFile | undefined> {
    const isBeside = from !== undefined && !name.startsWith('/')
    const folders = [...(isBeside ? [dirname(join(this.#root, from))] : []), this.#root]
    for (const folder of folders) {
      const path = resolve(folder, name.replace(/^\//, ''))
      // As it is written when it ends in something, as engines do: `style.css`.
      const asItIs = extname(path) === '' ? undefined : await this.#readAt(path)
      const found = asItIs ?? (await this.#readAt(this.#withExtension(path)))
      if (found !== undefined) return found
    }
    return undefined
  }

  /** @param name relative to the folder of all */
  pathOf(name: string): string {
    return this.#withExtension(join(this.#root, name))
  }

  list(): readonly string[] {
    return filesIn(this.#root)
  }

  async #readAt(path: string): Promise<SourceFile | undefined> {
    const text = await readFile(path, 'utf8').catch(() => undefined)
    return text === undefined ? undefined : { name: relative(this.#root, path), path, text }
  }

  #withExtension(path: string): string {
    return extname(path) === this.#extension ? path : path + this.#extension
  }
}
