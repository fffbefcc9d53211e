// Filling an empty PGlite takes several seconds, loading a finished one takes one. So the first start leaves an image of
// its data folder behind and later starts load it.
import { createHash } from 'node:crypto'
import type { Dirent } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { packageRoot } from '../../paths.ts'

/** The image of exactly this data: named after the code that makes it, so that an old one is never taken for a new one. */
export async function readImage(): Promise<Blob | undefined> {
  for (const file of await candidates()) {
    try {
      return new Blob([await readFile(file)])
    } catch {
      // Not there, or not readable: the next place, or an empty database.
    }
  }
  return undefined
}

/** Best effort: a shop that cannot write anywhere starts slowly and is otherwise the same. */
export async function writeImage(image: Blob): Promise<void> {
  const bytes = Buffer.from(await image.arrayBuffer())
  for (const file of await candidates()) {
    const unfinished = `${file}.${process.pid}`
    try {
      await mkdir(dirname(file), { recursive: true })
      await writeFile(unfinished, bytes)
      // Two shops may start at once; a rename never shows a reader half an image.
      await rename(unfinished, file)
      return
    } catch {
      await rm(unfinished, { force: true })
    }
  }
}

async function candidates(): Promise<string[]> {
  const makers = dirname(dirname(fileURLToPath(import.meta.url)))
  const hash = createHash('sha256')
  for (const entry of (await readdir(makers, { withFileTypes: true })).toSorted(byName)) {
    if (entry.isFile()) hash.update(await readFile(join(makers, entry.name)))
  }
  const name = `store-${hash.digest('hex').slice(0, 16)}.tar`
  return [
    join(packageRoot, 'node_modules', '.cache', 'breakwater', name),
    join(tmpdir(), 'breakwater', name),
  ]
}

function byName(one: Dirent, other: Dirent): number {
  return one.name < other.name ? -1 : 1
}
