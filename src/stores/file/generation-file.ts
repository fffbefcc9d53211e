import { setTimeout } from 'node:timers/promises'
import { CacheError } from '../../base/errors.ts'
import { openLetter, packLetter } from './letter.ts'
import { placeOf } from './names.ts'
import type { Slots, Version } from './slots.ts'
import {
  decodeStamps,
  encodeStamps,
  isDue,
  newStamps,
  settle,
  type Stamps,
} from '../../records/stamps.ts'

const MAX_ATTEMPTS = 500

/** The generations of one prefix in a file of their own. Lost or damaged, everything written before counts as invalid. */
export class GenerationFile {
  readonly #slots: Slots
  readonly #folder: string
  readonly #prefix: string
  readonly #now: () => number
  readonly #tied: { readonly boot: string; readonly synced: boolean }
  /** The last that was read, and under which name. */
  #known: { readonly name: string; readonly stamps: Stamps } | undefined
  /** Changes of this process one after the other: they would only get into each other's way. */
  #last: Promise<unknown> = Promise.resolve()

  /**
   * @param root the folder of all generations
   * @param tied this run of the machine, and whether every change is waited for until it has reached the disk
   */
  constructor(
    slots: Slots,
    root: string,
    prefix: string,
    now: () => number,
    tied: { readonly boot: string; readonly synced: boolean },
  ) {
    this.#slots = slots
    this.#folder = `${root}/${placeOf(prefix).replace('/', '')}`
    this.#prefix = prefix
    this.#now = now
    this.#tied = tied
  }

  /** As they are now; they are made when there are none. */
  async read(): Promise<Stamps> {
    const { stamps } = await this.#look()
    if (stamps !== undefined && this.#isOurs(stamps) && !isDue(stamps, this.#now())) return stamps
    return await this.change((found) => settle(found, this.#now()))
  }

  /** Answers what the act made of them. */
  async change(act: (stamps: Stamps) => Stamps): Promise<Stamps> {
    const before = this.#last
    const done = (async () => {
      await before
      return await this.#change(act)
    })()
    this.#last = done.catch(() => {})
    return await done
  }

  async #change(act: (stamps: Stamps) => Stamps): Promise<Stamps> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const { version, stamps } = await this.#look()
      const found = this.#ours(stamps, version)
      const next = act(found)
      if (next === stamps) return next
      const bytes = packLetter(this.#prefix, encodeStamps(next))
      // The name says the newest stamp: it survives a damaged file.
      const synced = this.#tied.synced || next.boot !== stamps?.boot
      const told = { bytes, kind: 'g', until: next.clock, synced }
      const isDone =
        version === undefined
          ? await this.#slots.make(this.#folder, told)
          : await this.#slots.replace(this.#folder, version, told)
      if (isDone) return next
      if (attempt > 2) await setTimeout(Math.random() * Math.min(attempt, 20))
    }
    throw new CacheError(
      'E_STORE_REFUSED',
      `The generations of '${this.#prefix}' changed ${MAX_ATTEMPTS} times while they were to be changed. Nothing was done.`,
    )
  }

  async #look(): Promise<{ version: Version | undefined; stamps: Stamps | undefined }> {
    const known = this.#known
    const found = await this.#slots.read(this.#folder, ({ name }) => name !== known?.name)
    if (found === undefined) return { version: undefined, stamps: undefined }
    const { bytes, version } = found
    if (known !== undefined && version.head.name === known.name)
      return { version, stamps: known.stamps }
    const letter = bytes && openLetter(bytes)
    const stamps = letter?.key === this.#prefix ? decodeStamps(letter.bytes) : undefined
    if (stamps !== undefined) this.#known = { name: version.head.name, stamps }
    return { version, stamps }
  }

  #isOurs({ boot }: Stamps): boolean {
    return boot === '' ? this.#tied.synced : boot === this.#tied.boot
  }

  /** After another start of the machine nothing counts; a process that does not wait for the disk ties them to this one. */
  #ours(stamps: Stamps | undefined, version: Version | undefined): Stamps {
    const { boot, synced } = this.#tied
    if (stamps === undefined || (stamps.boot !== '' && stamps.boot !== boot)) {
      // The name of a damaged file, or what this process saw last, knows what was issued even where the clock was set back.
      const last = Math.max(version?.head.until ?? 0, this.#known?.stamps.clock ?? 0)
      return newStamps(this.#now(), last, synced ? '' : boot)
    }
    return stamps.boot === '' && !synced ? { ...stamps, boot } : stamps
  }
}
