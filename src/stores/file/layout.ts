import { lstat, mkdir, open, readdir } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { optionError } from '../../base/errors.ts'
import { happened, isErrno } from './disk.ts'
import { refused } from './failure.ts'
import { placeOf, shardName } from './names.ts'

const MARKER = 'breakwater-file-store'
/** In the marker, and what a later layout will say otherwise. */
const LAYOUT = 'layout 1\n'
const OTHERS_MAY_WRITE = 0o022

/** Where everything lies below the root, and whether the root is ours. */
export class Layout {
  readonly root: string
  #prepared: Promise<void> | undefined
  readonly #shards = new Map<string, Promise<void>>()

  /**
   * @param root an absolute path
   * @throws {CacheError} `E_OPTION`
   */
  constructor(root: string) {
    if (typeof root !== 'string' || !isAbsolute(root) || root.includes('\0'))
      throw optionError('folder', "an absolute path such as '/var/cache/shop'", root)
    this.root = root.length > 1 ? root.replace(/\/+$/, '') : root
  }

  get records(): string {
    return `${this.root}/records`
  }
  get generations(): string {
    return `${this.root}/generations`
  }
  get temporary(): string {
    return `${this.root}/temporary`
  }
  get inboxes(): string {
    return `${this.root}/inboxes`
  }
  get usage(): string {
    return `${this.root}/usage`
  }

  folderOf(key: string): string {
    return `${this.records}/${placeOf(key)}`
  }

  shard(index: number): string {
    return `${this.records}/${shardName(index)}`
  }

  /**
   * Makes what is missing. Done once, and again after {@link forget}.
   *
   * @throws {CacheError} `E_STORE_REFUSED` when the folder is not ours
   */
  async prepare(): Promise<void> {
    if (this.#prepared === undefined) {
      const prepared = this.#prepare()
      this.#prepared = prepared
      prepared.catch(() => {
        this.#prepared = undefined
      })
    }
    await this.#prepared
  }

  /** Something that was made is gone: somebody has removed it. */
  forget(): void {
    this.#prepared = undefined
    this.#shards.clear()
  }

  /** Makes the folder above a record's. */
  async prepareAbove(folder: string): Promise<void> {
    const above = folder.slice(0, folder.lastIndexOf('/'))
    let made = this.#shards.get(above)
    if (made === undefined) {
      made = ownFolder(above, this.root)
      this.#shards.set(above, made)
      made.catch(() => this.#shards.delete(above))
    }
    await made
  }

  async #prepare(): Promise<void> {
    await mkdir(this.root, { recursive: true, mode: 0o700 })
    await check(this.root, this.root)
    const marker = `${this.root}/${MARKER}`
    const isMarked = await happened(lstat(marker), 'ENOENT')
    if (!isMarked) {
      const strange = (await readdir(this.root)).filter((name) => name !== MARKER)
      // Other processes may be preparing it at this very moment; they begin with the marker.
      if (strange.length > 0 && !(await happened(lstat(marker), 'ENOENT')))
        throw refused(
          this.root,
          `it holds ${JSON.stringify(strange[0])} and no file '${MARKER}'. Give an empty folder, or one that does not exist.`,
        )
      await happened(mark(marker), 'EEXIST')
    }
    for (const folder of [this.records, this.generations, this.inboxes, this.temporary])
      await ownFolder(folder, this.root)
  }
}

async function mark(marker: string): Promise<void> {
  const file = await open(marker, 'wx', 0o600)
  try {
    await file.writeFile(LAYOUT)
  } finally {
    await file.close()
  }
}

async function ownFolder(path: string, root: string): Promise<void> {
  await happened(mkdir(path, { mode: 0o700 }), 'EEXIST')
  await check(path, root)
}

/** A folder that is no link, belongs to this user, and in which nobody else can plant anything. */
async function check(path: string, root: string): Promise<void> {
  let stats
  try {
    stats = await lstat(path)
  } catch (error) {
    if (isErrno(error, 'ENOTDIR')) throw refused(root, 'it is no folder.')
    throw error
  }
  if (!stats.isDirectory()) throw refused(root, `${path} is no folder, or a link to one.`)
  const user = process.getuid?.()
  if (user !== undefined && stats.uid !== user)
    throw refused(root, `${path} belongs to user ${stats.uid}, and this process is user ${user}.`)
  if (user !== undefined && (stats.mode & OTHERS_MAY_WRITE) !== 0)
    throw refused(root, `others may write in ${path}. Remedy: chmod 700.`)
}
