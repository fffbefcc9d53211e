import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The package's root: the nearest folder above this file with a package.json, wherever the compiler put us. */
export const packageRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)))

/** Files that are served or read as they are live beside the sources, not beside the compiled code. */
export const storeFolder: string = join(packageRoot, 'examples', 'store')

/** A program of the store, such as `'launch/generator'`, as Node can run it: compiled, even when a test imports the source. */
export function programPath(name: string): string {
  return join(packageRoot, '.build', 'examples', 'store', `${name}.js`)
}

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder
  const parent = dirname(folder)
  if (parent === folder) throw new Error(`no package.json above ${fileURLToPath(import.meta.url)}`)
  return findRoot(parent)
}
