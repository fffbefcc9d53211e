import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { extname } from 'node:path'

const FILES = ['dashboard.css', 'dashboard.js', 'icon.svg'] as const

export type AssetName = (typeof FILES)[number]

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
}

export interface Asset {
  readonly bytes: Buffer
  readonly type: string
}

/**
 * The files beside this one, in memory, by a name that changes with them. What is asked for is looked up among these names:
 * no path of a request ever becomes the path of a file.
 */
export class Assets {
  readonly #byPath = new Map<string, Asset>()
  readonly #paths = new Map<AssetName, string>()

  constructor() {
    for (const name of FILES) {
      const bytes = readFileSync(new URL(`assets/${name}`, import.meta.url))
      const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 10)
      const extension = extname(name)
      const path = `assets/${name.slice(0, -extension.length)}.${hash}${extension}`
      this.#byPath.set(path, { bytes, type: TYPES[extension] as string })
      this.#paths.set(name, path)
    }
  }

  /** Relative to the dashboard. */
  pathOf(name: AssetName): string {
    return this.#paths.get(name) as string
  }

  find(path: string): Asset | undefined {
    return this.#byPath.get(path)
  }
}
