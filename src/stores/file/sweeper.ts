// Keeps the store within its bound, and forgets what has expired. Nobody counts everything at once: the shards are counted in
// turn, a few for every so many bytes written, by all processes together (each takes the one that was counted longest ago).
// So what is known is behind by no more than what is written in one turn, an eighth of the bound; evicting begins at three
// quarters. Writers wait at seven eighths, and when they are ahead of the counting.
import { setTimeout } from 'node:timers/promises'
import { showBytes } from '../../base/bytes.ts'
import type { StoreEvent } from '../../base/store.ts'
import { type Disk, happened, isErrno } from './disk.ts'
import type { Layout } from './layout.ts'
import { DESERTED_MS } from './inbox.ts'
import { type Head, newId, SHARDS } from './names.ts'
import type { Slots, Version } from './slots.ts'
import type { Usage } from './usage.ts'

/** Of most file systems; a folder takes one, and so does the beginning of each file's next one. */
const BLOCK = 4096
const TURN = 1 / 8
const EVICT_AT = 3 / 4
const WAIT_AT = 7 / 8
/** Without a bound expired entries still have to be found: as if it were this. */
const UNBOUNDED = 1024 ** 3
/** Shards in one go at most. */
const BATCH = 16
/** What lies among the temporary for so long belongs to nobody that lives. */
const ABANDONED_MS = 3_600_000

const FREE_EVERY_MS = 1000

interface Found {
  readonly folder: string
  readonly version: Version
}

/** What a record takes of the disk: its folder, and its data in whole blocks. */
export function costOf(size: number): number {
  return BLOCK + Math.ceil(size / BLOCK) * BLOCK
}

export interface SweeperParts {
  readonly disk: Disk
  readonly slots: Slots
  readonly layout: Layout
  readonly usage: Usage
  readonly maxBytes: number
  readonly now: () => number
  readonly report: (event: StoreEvent) => void
}

export class Sweeper {
  readonly #parts: SweeperParts
  /** One shard is counted for so many bytes written. */
  readonly #step: number
  #credit = 0
  /** By the last look at what was counted. */
  #counted = 0
  /** Written by this process since. */
  #uncounted = 0
  #running: Promise<void> | undefined
  #nextTidying = 0
  #nextFreeing = 0
  evictions = 0

  constructor(parts: SweeperParts) {
    this.#parts = parts
    this.#step = ((Number.isFinite(parts.maxBytes) ? parts.maxBytes : UNBOUNDED) * TURN) / SHARDS
  }

  /** Whether something so large may be kept at all: whatever is larger would push out too much. */
  fits(size: number): boolean {
    return costOf(size) <= this.#parts.maxBytes * TURN
  }

  /** To be called before so much is written. Waits while the store is nearly full. Never rejects. */
  async room(size: number): Promise<void> {
    const cost = costOf(size)
    this.#credit += cost
    this.#uncounted += cost
    const { maxBytes } = this.#parts
    for (let turn = 0; turn < SHARDS / BATCH; turn++) {
      const mustWait =
        this.#counted + this.#uncounted > maxBytes * WAIT_AT || this.#credit > BATCH * this.#step
      if (!mustWait && this.#credit < this.#step) return
      const running = this.#sweep()
      if (!mustWait) return
      await running
    }
  }

  /**
   * Evicts a little, whatever the bound says: the disk is full. Not at every failure: it may be full of something else, and
   * then evicting helps nobody. Never rejects.
   */
  async free(): Promise<void> {
    if (this.#parts.now() < this.#nextFreeing) return
    this.#nextFreeing = this.#parts.now() + FREE_EVERY_MS
    await this.#running
    await this.#sweep(true)
  }

  /** By the last count, and what this process has written since. */
  async bytes(): Promise<number> {
    return sumOf(await this.#parts.usage.read()) + this.#uncounted
  }

  /** The folder was removed: what was counted in it is gone. */
  async forget(): Promise<void> {
    await this.#parts.usage.close().catch(() => {})
  }

  async close(): Promise<void> {
    await this.#running
    await this.#parts.usage.close()
  }

  async #sweep(always = false): Promise<void> {
    this.#running ??= (async () => {
      try {
        await this.#run(always)
      } catch (error) {
        // Whoever writes meets the same failure, and tells it.
        this.#parts.report({ kind: 'error', message: 'The file store could not be swept.', error })
        await setTimeout(1)
      } finally {
        this.#running = undefined
      }
    })()
    await this.#running
  }

  async #run(always: boolean): Promise<void> {
    const { maxBytes, now, report, usage } = this.#parts
    const counted = [...(await usage.read())]
    const oldestFirst = counted
      .map(({ countedAt }, shard) => ({ shard, countedAt, lot: Math.random() }))
      .toSorted((a, b) => a.countedAt - b.countedAt || a.lot - b.lot)
    let total = sumOf(counted)
    let evicted = 0
    for (const [turn, { shard }] of oldestFirst.entries()) {
      const isOver = always || total > maxBytes * EVICT_AT
      const isOwed = this.#credit >= this.#step
      if (turn >= BATCH || !(isOver || isOwed)) break
      this.#credit = Math.max(0, this.#credit - this.#step)
      const before = counted[shard]?.bytes ?? 0
      // Said beforehand, so that others take another one.
      await usage.write(shard, before, now())
      const { bytes, found } = await this.#count(shard)
      total += bytes - before
      let rest = bytes
      if (always || total > maxBytes * EVICT_AT) {
        const gone = await this.#evict(found, always ? Infinity : total - maxBytes * EVICT_AT)
        evicted += gone.entries
        total -= gone.bytes
        rest -= gone.bytes
      }
      await usage.write(shard, rest, now())
    }
    this.#counted = total
    this.#uncounted = 0
    this.evictions += evicted
    if (evicted > 0)
      report({
        kind: 'evicted',
        message: `${evicted} of the oldest entries went, to keep the files below ${showBytes(maxBytes)}.`,
      })
    await this.#tidy()
  }

  /** What lives in a shard. Removes what does not. */
  async #count(shard: number): Promise<{ readonly bytes: number; readonly found: Found[] }> {
    const { disk, layout, now, slots } = this.#parts
    const above = layout.shard(shard)
    const found: Found[] = []
    let bytes = 0
    let names: readonly string[]
    try {
      names = await disk.list(above)
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return { bytes, found }
      throw error
    }
    for (const name of names) {
      const folder = `${above}/${name}`
      const { absent, version } = await slots.look(folder)
      if (absent) continue
      if (version === undefined) await slots.clear(folder)
      else if (version.head.until <= now()) await slots.remove(folder, version)
      else {
        found.push({ folder, version })
        bytes += costOf(version.head.size) + (version.data.length - 1) * BLOCK
      }
    }
    return { bytes, found }
  }

  /** The oldest quarter of a shard at most: others have older ones. Leases and intents go after values. */
  async #evict(
    found: readonly Found[],
    enough: number,
  ): Promise<{ readonly bytes: number; readonly entries: number }> {
    const oldestFirst = found.toSorted((a, b) =>
      rank(a.version.head) < rank(b.version.head) ? -1 : 1,
    )
    let bytes = 0
    let entries = 0
    for (const { folder, version } of oldestFirst.slice(0, Math.ceil(found.length / 4))) {
      if (bytes >= enough) break
      // One that was written meanwhile is no longer the oldest.
      if (!(await this.#parts.slots.remove(folder, version))) continue
      bytes += costOf(version.head.size)
      entries++
    }
    return { bytes, entries }
  }

  async #discard(path: string): Promise<void> {
    const isFile = await happened(this.#parts.disk.unlink(path), 'EISDIR', 'EPERM')
    if (!isFile) await this.#parts.slots.discardFolder(path)
  }

  /** Removes what was being made by processes that died. */
  async #tidy(): Promise<void> {
    const { disk, layout, now, slots } = this.#parts
    if (now() < this.#nextTidying) return
    this.#nextTidying = now() + ABANDONED_MS / 6
    const limit = newId(now() - ABANDONED_MS)
    for (const name of await disk.list(layout.inboxes)) {
      const folder = `${layout.inboxes}/${name}`
      const shownAt = await disk.changedAt(folder).catch(() => Infinity)
      if (Date.now() - shownAt > DESERTED_MS) await slots.discardFolder(folder)
    }
    for (const name of await disk.list(layout.temporary)) {
      if (name > limit) continue
      // Under another name it can no longer be put anywhere by whoever made it, should he live after all.
      const claimed = `${layout.temporary}/${newId(now())}`
      if (await happened(disk.rename(`${layout.temporary}/${name}`, claimed), 'ENOENT'))
        await this.#discard(claimed)
    }
  }
}

function rank({ id, kind }: Head): string {
  return `${kind === 'v' || kind === 'f' || kind === 'u' ? 0 : 1}${id}`
}

function sumOf(shards: readonly { readonly bytes: number }[]): number {
  return shards.reduce((sum, { bytes }) => sum + bytes, 0)
}
