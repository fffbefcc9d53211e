import type { Operation, StoreContext, StoreStats } from '../../base/store.ts'
import type { CasBackend, Versioned } from '../../records/backend.ts'
import { bootId } from './boot.ts'
import { before } from './deadline.ts'
import { type Disk, isErrno } from './disk.ts'
import { isFull, outage } from './failure.ts'
import { Gathered } from './gathered.ts'
import { GenerationFile } from './generation-file.ts'
import type { Layout } from './layout.ts'
import { openLetter, packLetter } from './letter.ts'
import { Inbox, Sender } from './inbox.ts'
import { Limit } from './limit.ts'
import { SHARDS } from './names.ts'
import { type Next, Slots, type Version } from './slots.ts'
import {
  bump,
  generationsOf,
  intend,
  newStamps,
  type Stamps,
  withdraw,
} from '../../records/stamps.ts'
import { Sweeper } from './sweeper.ts'
import { Usage } from './usage.ts'

/** Files open at once, for one store. */
const MAX_OPEN = 32
const NOTHING = Buffer.alloc(0)

export interface FileParts {
  readonly disk: Disk
  readonly layout: Layout
  readonly maxBytes: number
  readonly fsync: boolean
  /** Deadline of an act. */
  readonly timeoutMs: number
  /** The machine's, in milliseconds. */
  readonly now: () => number
}

interface Opened {
  readonly slots: Slots
  readonly generations: GenerationFile
}

export class FileBackend implements CasBackend<Version> {
  readonly #parts: FileParts
  readonly #context: StoreContext
  readonly #limit = new Limit(MAX_OPEN)
  readonly #reads = new Gathered(
    async (key) => await this.#limit.run(async () => await this.#read(this.#plain, key)),
  )
  readonly #plain: Slots
  readonly #sweeper: Sweeper
  readonly #sender: Sender
  #inbox: Inbox | undefined
  #beginning: Promise<void> | undefined
  #opened: Promise<Opened> | undefined

  constructor(parts: FileParts, context: StoreContext) {
    const { disk, fsync, layout, maxBytes, now } = parts
    this.#parts = parts
    this.#context = context
    this.#plain = new Slots(disk, now, layout.temporary, fsync)
    this.#sender = new Sender(disk, layout.inboxes, layout.temporary, now)
    const usage = new Usage(layout.usage)
    const report = context.report.bind(context)
    this.#sweeper = new Sweeper({ disk, slots: this.#plain, layout, usage, maxBytes, now, report })
  }

  get shiftMs(): number {
    return this.#parts.now() - this.#context.clock.now()
  }

  get: CasBackend<Version>['get'] = async (keys, fields, operation) =>
    await this.#act(operation, async ({ generations }) => {
      const [stamps, ...found] = await Promise.all([
        generations.read(),
        ...keys.map(async (key) => await this.#reads.get(key)),
      ])
      // A copy for each: who reads together must not share what may be written to.
      const own = found.map((each) => each && { ...each, bytes: Buffer.from(each.bytes) })
      return { found: own, generations: generationsOf(stamps, fields) }
    })

  swap: CasBackend<Version>['swap'] = async (key, expected, next, operation) =>
    await this.#act(operation, async ({ slots }) => {
      const folder = this.#parts.layout.folderOf(key)
      const letter = next && packLetter(key, next.bytes)
      if (next === undefined || letter === undefined || !this.#sweeper.fits(letter.length))
        return expected === undefined || (await slots.remove(folder, expected))
      const kind = String.fromCharCode(next.bytes[0] ?? 0).toLowerCase()
      const told = { bytes: letter, kind, until: next.keepUntil }
      await this.#sweeper.room(letter.length)
      return await this.#limit.run(async () => {
        if (expected !== undefined) return await slots.replace(folder, expected, told)
        return await this.#make(slots, folder, told)
      })
    })

  bump: CasBackend<Version>['bump'] = async (fields, operation) => {
    const { intent } = operation
    const stamps = await this.#change(operation, (found) =>
      bump(found, fields, this.#parts.now(), intent),
    )
    return stamps.clock
  }

  intend: CasBackend<Version>['intend'] = async (fields, token, forMs, operation) => {
    await this.#change(operation, (found) => {
      const now = this.#parts.now()
      return intend(found, fields, token, now + forMs, now)
    })
  }

  withdraw: CasBackend<Version>['withdraw'] = async (fields, token, operation) => {
    await this.#change(operation, (found) => withdraw(found, fields, token, this.#parts.now()))
  }

  tell(processId: string, message: string): void {
    this.#sender.send(processId, message)
  }

  hear(receive: (message: string) => void, lost: () => void): void {
    const { disk, layout } = this.#parts
    const folder = `${layout.inboxes}/${this.#context.processId}`
    const inbox = (this.#inbox = new Inbox(disk, folder, receive, lost))
    // The first act tells what is wrong with the folder.
    this.#beginning = layout.prepare().then(inbox.open.bind(inbox), () => {})
  }

  async hearing(operation: Operation): Promise<number | undefined> {
    // An act opens what is not open yet.
    if (this.#inbox?.epoch === undefined) await this.#act(operation, async () => {})
    return this.#inbox?.epoch
  }

  async *scan(
    head: string,
    operation: Operation & { batch?: number },
  ): AsyncGenerator<readonly string[]> {
    const { batch = 100, signal } = operation
    let keys: string[] = []
    for (let shard = 0; shard < SHARDS; shard++) {
      signal?.throwIfAborted()
      const inShard = await this.#act(operation, async ({ slots }) => {
        const folders = await this.#folders(shard)
        return await Promise.all(
          folders.map((folder) => this.#limit.run(async () => await this.#keyIn(slots, folder))),
        )
      })
      keys.push(...inShard.filter((key) => key?.startsWith(head)).map(String))
      for (; keys.length >= batch; keys = keys.slice(batch)) yield keys.slice(0, batch)
    }
    if (keys.length > 0) yield keys
  }

  async stats(operation: Operation): Promise<StoreStats> {
    return await this.#act(operation, async () => ({
      entries: undefined,
      bytes: await this.#sweeper.bytes(),
      maxBytes: Number.isFinite(this.#parts.maxBytes) ? this.#parts.maxBytes : undefined,
      evictions: this.#sweeper.evictions,
      clients: undefined,
      detail: { folder: this.#parts.layout.root },
    }))
  }

  async flush(): Promise<void> {
    // Takes as long as there is something to remove.
    await this.#tried(async (opened) => {
      await this.#forgetGenerations(opened)
      for (let shard = 0; shard < SHARDS; shard++) {
        for (const folder of await this.#folders(shard)) {
          const { version } = await opened.slots.look(folder)
          if (version !== undefined) await opened.slots.remove(folder, version)
        }
      }
    })
  }

  async close(): Promise<void> {
    const ending = (async () => {
      await this.#beginning
      await this.#sender.close()
      await this.#inbox?.close()
      await this.#sweeper.close()
    })()
    // A disk that does not answer must not keep the application from stopping.
    await before(ending, this.#terms, undefined).catch(() => {})
  }

  async #read(slots: Slots, key: string): Promise<Versioned<Version> | undefined> {
    const now = this.#parts.now()
    const folder = this.#parts.layout.folderOf(key)
    const found = await slots.read(folder, ({ until }) => until > now)
    if (found === undefined || found.version.head.until <= now) return undefined
    const letter = found.bytes && openLetter(found.bytes)
    return {
      // Torn, or of another key with the same hash: bytes that are no record, and count as such.
      bytes: letter?.key === key ? letter.bytes : NOTHING,
      version: found.version,
      keepUntil: found.version.head.until,
    }
  }

  async #make(slots: Slots, folder: string, next: Next): Promise<boolean> {
    await this.#parts.layout.prepareAbove(folder)
    if (await slots.make(folder, next)) return true
    const { version } = await slots.look(folder)
    if (version === undefined || version.head.until > this.#parts.now()) return false
    return (await slots.remove(folder, version)) && (await slots.make(folder, next))
  }

  async #change(operation: Operation, act: (found: Stamps) => Stamps): Promise<Stamps> {
    return await this.#act(operation, async ({ generations }) => await generations.change(act))
  }

  async #folders(shard: number): Promise<readonly string[]> {
    const above = this.#parts.layout.shard(shard)
    try {
      return (await this.#parts.disk.list(above)).map((name) => `${above}/${name}`)
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return []
      throw error
    }
  }

  async #keyIn(slots: Slots, folder: string): Promise<string | undefined> {
    const now = this.#parts.now()
    const found = await slots.read(folder, ({ until }) => until > now)
    return found?.bytes && openLetter(found.bytes)?.key
  }

  /** Of all prefixes: nothing that was written before counts, also where it is written back by an act under way. */
  async #forgetGenerations({ generations, slots }: Opened): Promise<void> {
    const { disk, layout, now } = this.#parts
    const anew = ({ clock, boot }: Stamps): Stamps => newStamps(now(), clock, boot)
    await generations.change(anew)
    for (const name of await disk.list(layout.generations)) {
      const folder = `${layout.generations}/${name}`
      const found = await slots.read(folder, () => true)
      const letter = found?.bytes && openLetter(found.bytes)
      if (letter === undefined || letter.key === this.#context.prefix) continue
      await (await this.#generationsOf(letter.key)).change(anew)
    }
  }

  async #generationsOf(prefix: string): Promise<GenerationFile> {
    const { disk, fsync, layout, now } = this.#parts
    const boot = await bootId()
    // Where nobody says whether the machine was started again, nothing may be left to chance.
    const synced = fsync || boot === undefined
    const slots = new Slots(disk, now, layout.temporary, synced)
    return new GenerationFile(slots, layout.generations, prefix, now, { boot: boot ?? '', synced })
  }

  async #open(): Promise<Opened> {
    this.#opened ??= (async () => {
      const synced = this.#parts.fsync || (await bootId()) === undefined
      const { disk, layout, now } = this.#parts
      const slots = synced ? new Slots(disk, now, layout.temporary, true) : this.#plain
      return { slots, generations: await this.#generationsOf(this.#context.prefix) }
    })()
    return await this.#opened
  }

  async #act<T>({ signal }: Operation, act: (opened: Opened) => Promise<T>): Promise<T> {
    return await before(this.#tried(act), this.#terms, signal)
  }

  get #terms(): Parameters<typeof before>[1] {
    const { layout, timeoutMs } = this.#parts
    return { clock: this.#context.clock, root: layout.root, timeoutMs }
  }

  /** Runs an act of the file system; what it rejects with is told as an outage. */
  async #tried<T>(act: (opened: Opened) => Promise<T>): Promise<T> {
    try {
      const opened = await this.#open()
      await this.#parts.layout.prepare()
      // Whoever is put on a list to be woken must be there to be told.
      await this.#inbox?.open()
      try {
        return await act(opened)
      } catch (error) {
        // Removed from under us, or no room: once more after the remedy.
        if (isErrno(error, 'ENOENT')) {
          this.#parts.layout.forget()
          await this.#sweeper.forget()
        } else if (isFull(error)) await this.#sweeper.free()
        else throw error
      }
      await this.#parts.layout.prepare()
      return await act(opened)
    } catch (error) {
      throw outage(error, this.#parts.layout.root)
    }
  }
}
