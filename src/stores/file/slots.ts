// Compare-and-swap on a folder, without locks: docs/decisions/0050-file-locks.md has the argument.
//
//   <folder>/h.<id>...   the head, empty; its name is the record's version. There is one as long as the record lives.
//   <folder>/d.<id>      the bytes of that version; and those of attempts that lost, or whose process died
//   <folder>/x.<id>      the grave: what the head became when the record was removed. Nothing comes out of it again
//
// Each change is decided by one rename, which the kernel does for one process only: of the head to its next name (it fails
// when the head has another name by now), of the head to a grave, of a whole new folder to a place that is free or empty.
// An id is never used twice. So whoever is killed, wherever, leaves nothing that others have to wait for.
import type { Disk } from './disk.ts'
import { happened, isErrno } from './disk.ts'
import {
  dataName,
  graveName,
  type Head,
  headOf,
  isData,
  isGrave,
  newId,
  parseHead,
} from './names.ts'

/** A folder in which something moved while it was listed is listed again, so often at most. */
const MAX_LOOKS = 50
/** A folder that was left alone for so long is in nobody's hands. */
const QUIET_MS = 2000

export interface Version {
  readonly head: Head
  /** All data that lay there when the head was seen. */
  readonly data: readonly string[]
}

export interface Next {
  readonly bytes: Uint8Array
  readonly kind: string
  readonly until: number
  /** Has reached the disk when it is answered, whatever holds for the others. */
  readonly synced?: boolean
}

export interface Sight {
  readonly version: Version | undefined
  readonly graves: readonly string[]
  readonly data: readonly string[]
  /** Nothing at all is there, not even the folder. */
  readonly absent: boolean
}

const ABSENT: Sight = { version: undefined, graves: [], data: [], absent: true }

export class Slots {
  readonly #disk: Disk
  readonly #now: () => number
  readonly #temporary: string
  readonly #synced: boolean

  /** @param temporary a folder on the same file system, for what is not yet in its place */
  constructor(disk: Disk, now: () => number, temporary: string, synced: boolean) {
    this.#disk = disk
    this.#now = now
    this.#temporary = temporary
    this.#synced = synced
  }

  async look(folder: string): Promise<Sight> {
    for (let look = 0; ; look++) {
      let names: string[]
      try {
        names = await this.#disk.list(folder)
      } catch (error) {
        if (isErrno(error, 'ENOENT')) return ABSENT
        throw error
      }
      const heads = names.map(parseHead).filter((head) => head !== undefined)
      const graves = names.filter(isGrave)
      // A listing of a folder that is being changed may show a name before and after it was changed.
      if (heads.length + graves.length > 1 && look < MAX_LOOKS) continue
      const data = names.filter(isData)
      const [head] = heads
      return { version: head && { head, data }, graves, data, absent: false }
    }
  }

  /**
   * What lies there; without bytes when they are not wanted, or when they are gone although their head is there: damage.
   *
   * @param wanted whether the bytes of this version are to be read
   */
  async read(
    folder: string,
    wanted: (head: Head) => boolean,
  ): Promise<{ readonly version: Version; readonly bytes: Buffer | undefined } | undefined> {
    let before: string | undefined
    for (;;) {
      const { version } = await this.look(folder)
      if (version === undefined) return undefined
      if (!wanted(version.head)) return { version, bytes: undefined }
      try {
        const bytes = await this.#disk.read(`${folder}/${dataName(version.head.id)}`)
        return { version, bytes }
      } catch (error) {
        // A link, or a folder, in the place of a file is damage too.
        if (!isErrno(error, 'ENOENT', 'ELOOP', 'EMLINK', 'EISDIR')) throw error
      }
      // Gone because somebody was faster, or gone for good.
      if (before === version.head.name) return { version, bytes: undefined }
      before = version.head.name
    }
  }

  /** Replaces a version by the next; false when it is no longer the one that is there. */
  async replace(folder: string, { head, data }: Version, next: Next): Promise<boolean> {
    const id = newId(this.#now())
    const path = `${folder}/${dataName(id)}`
    const name = headOf(id, next.kind, next.until, next.bytes.length).name
    const synced = next.synced ?? this.#synced
    let won = false
    try {
      const isThere = await happened(this.#disk.create(path, next.bytes, synced), 'ENOENT')
      won =
        isThere &&
        (await happened(this.#disk.rename(`${folder}/${head.name}`, `${folder}/${name}`), 'ENOENT'))
    } finally {
      if (!won) await this.#discard(folder, [dataName(id)])
    }
    if (!won) return false
    if (synced) await happened(this.#disk.syncFolder(folder), 'ENOENT')
    // Whoever wrote what lay there before counted on a head that is gone: it can become nobody's any more.
    await this.#discard(folder, data)
    return true
  }

  /** Removes a version; false when it is no longer the one that is there. */
  async remove(folder: string, { head, data }: Version): Promise<boolean> {
    const grave = graveName(newId(this.#now()))
    const isWon = await happened(
      this.#disk.rename(`${folder}/${head.name}`, `${folder}/${grave}`),
      'ENOENT',
    )
    if (!isWon) return false
    if (this.#synced) await happened(this.#disk.syncFolder(folder), 'ENOENT')
    await this.bury(folder, data, [grave])
    return true
  }

  /**
   * Makes a record where there is none; false when somebody was faster.
   *
   * @param folder the folder above it must be there: rejects with `ENOENT` otherwise
   */
  async make(folder: string, next: Next): Promise<boolean> {
    const id = newId(this.#now())
    const made = `${this.#temporary}/${id}`
    const synced = next.synced ?? this.#synced
    const head = headOf(id, next.kind, next.until, next.bytes.length).name
    await this.#disk.makeFolder(made)
    let won = false
    try {
      await this.#disk.create(`${made}/${dataName(id)}`, next.bytes, synced)
      await this.#disk.create(`${made}/${head}`, NOTHING, synced)
      if (synced) await this.#disk.syncFolder(made)
      for (let attempt = 0; !won && attempt < 3; attempt++) {
        won = await happened(this.#disk.rename(made, folder), 'ENOTEMPTY', 'EEXIST')
        if (!won && !(await this.clear(folder))) return false
      }
    } finally {
      if (!won) await this.discardFolder(made)
    }
    if (won && synced) await this.#disk.syncFolder(folder.slice(0, folder.lastIndexOf('/')))
    return won
  }

  /** Empties the folder of a record that was removed. Whoever does so with others does no harm. */
  async bury(folder: string, data: readonly string[], graves: readonly string[]): Promise<void> {
    // The grave goes last: whoever is killed before leaves it for the next to see.
    await this.#discard(folder, data)
    await this.#discard(folder, graves)
    await this.#disk.removeFolder(folder).catch(() => {})
  }

  /** Removes a folder that nobody else can see, or whose owner was robbed of it by renaming it. */
  async discardFolder(folder: string): Promise<void> {
    const names = await this.#disk.list(folder).catch(() => [])
    await this.#discard(folder, names)
    await this.#disk.removeFolder(folder).catch(() => {})
  }

  /**
   * Whether nothing stands in the way of a new record (any more).
   *
   * With neither head nor grave there is only data of attempts that failed, unless the listing missed a head that was being
   * renamed. A folder in which nothing has changed for a while, nor during the listing, was listed truly.
   */
  async clear(folder: string): Promise<boolean> {
    const before = await this.#changedAt(folder)
    const { absent, data, graves, version } = await this.look(folder)
    if (version !== undefined) return false
    if (absent) return true
    const isQuiet =
      before !== undefined &&
      Date.now() - before > QUIET_MS &&
      before === (await this.#changedAt(folder))
    if (graves.length === 0 && data.length > 0 && !isQuiet) return false
    await this.bury(folder, data, graves)
    return true
  }

  async #changedAt(folder: string): Promise<number | undefined> {
    try {
      return await this.#disk.changedAt(folder)
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return undefined
      throw error
    }
  }

  async #discard(folder: string, names: readonly string[]): Promise<void> {
    // What cannot be removed now is found again by the next who looks.
    for (const name of names) await this.#disk.unlink(`${folder}/${name}`).catch(() => {})
  }
}

const NOTHING = new Uint8Array(0)
