import type { Disk } from '../../../src/stores/file/disk.ts'

/** A change that decides who wins: a head or a whole folder was renamed. */
export interface Decision {
  readonly process: number
  readonly from: string
  readonly to: string
}

interface Folder {
  readonly names: Map<string, Folder | Buffer>
  changes: number
}

type Step = () => void

function isFolder(what: Folder | Buffer | undefined): what is Folder {
  return what !== undefined && 'names' in what
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: ${path}`), { code })
}

/** A file system in memory, with the kernel's rules for names, in which somebody else says who may take the next step. */
export class ModelDisk {
  readonly root: Folder = { names: new Map(), changes: 0 }
  readonly decisions: Decision[] = []
  /** What each process is about to do; `undefined` while it computes, or has ended. */
  readonly steps: (Step | undefined)[] = []
  /** Where a name stands in a listing. */
  readonly #ranks = new Map<string, number>()
  /** Lists folders in two steps, as if another might come in between. */
  readonly #torn: boolean

  constructor(torn: boolean) {
    this.#torn = torn
  }

  /** The disk as one process sees it. Without a number nobody waits for a turn. */
  seenBy(process: number | undefined): Disk {
    const turn = async <T>(act: () => T): Promise<T> => {
      if (process === undefined) return act()
      return await new Promise<T>((resolve, reject) => {
        this.steps[process] = () => {
          this.steps[process] = undefined
          try {
            resolve(act())
          } catch (error) {
            reject(error)
          }
        }
      })
    }
    return {
      list: async (path) => {
        const folder = await turn(() => this.#folder(path))
        const names = this.#listed(folder)
        if (!this.#torn || names.length < 2) return names
        const seen = names.slice(0, Math.floor(names.length / 2))
        const upTo = this.#ranks.get(seen.at(-1) ?? '') ?? 0
        const later = await turn(() => this.#listed(folder))
        return [...seen, ...later.filter((name) => (this.#ranks.get(name) ?? 0) > upTo)]
      },
      read: async (path) => await turn(() => this.#file(path)),
      create: async (path, bytes) => {
        // A process may die when only a part is written.
        await turn(() => this.#add(path, Buffer.from(bytes.subarray(0, 1))))
        if (bytes.length > 1)
          await turn(() => {
            const [folder, name] = this.#split(path)
            if (folder.names.has(name)) folder.names.set(name, Buffer.from(bytes))
          })
      },
      makeFolder: async (path) =>
        await turn(() => this.#add(path, { names: new Map(), changes: 0 })),
      rename: async (from, to) => await turn(() => this.#rename(process ?? -1, from, to)),
      unlink: async (path) =>
        await turn(() => {
          this.#file(path)
          this.#drop(path)
        }),
      removeFolder: async (path) =>
        await turn(() => {
          if (this.#folder(path).names.size > 0) throw failure('ENOTEMPTY', path)
          this.#drop(path)
        }),
      changedAt: async (path) => await turn(() => this.#folder(path).changes),
      syncFolder: async () => {},
    }
  }

  #listed(folder: Folder): string[] {
    return [...folder.names.keys()].toSorted(
      (a, b) => (this.#ranks.get(a) ?? 0) - (this.#ranks.get(b) ?? 0),
    )
  }

  /** What is renamed goes to the front or to the back: a torn listing misses it, or shows it twice. */
  #rank(name: string, toFront: boolean): void {
    const count = this.#ranks.size + 1
    this.#ranks.set(name, toFront ? -count : count)
  }

  #rename(process: number, from: string, to: string): void {
    const [source, name] = this.#split(from)
    const moved = source.names.get(name)
    if (moved === undefined) throw failure('ENOENT', from)
    const [target, newName] = this.#split(to)
    const there = target.names.get(newName)
    if (isFolder(there) && there.names.size > 0) throw failure('ENOTEMPTY', to)
    source.names.delete(name)
    target.names.set(newName, moved)
    this.#rank(newName, this.decisions.length % 2 === 0)
    source.changes++
    target.changes++
    this.decisions.push({ process, from, to })
  }

  #add(path: string, what: Folder | Buffer): void {
    const [folder, name] = this.#split(path)
    if (folder.names.has(name)) throw failure('EEXIST', path)
    folder.names.set(name, what)
    this.#rank(name, false)
    folder.changes++
  }

  #drop(path: string): void {
    const [folder, name] = this.#split(path)
    folder.names.delete(name)
    folder.changes++
  }

  #file(path: string): Buffer {
    const [folder, name] = this.#split(path)
    const found = folder.names.get(name)
    if (found === undefined || isFolder(found))
      throw failure(found === undefined ? 'ENOENT' : 'EISDIR', path)
    return found
  }

  #folder(path: string): Folder {
    let folder = this.root
    for (const part of path.split('/').filter(Boolean)) {
      const next = folder.names.get(part)
      if (!isFolder(next)) throw failure('ENOENT', path)
      folder = next
    }
    return folder
  }

  #split(path: string): [Folder, string] {
    const at = path.lastIndexOf('/')
    return [this.#folder(path.slice(0, at)), path.slice(at + 1)]
  }
}
