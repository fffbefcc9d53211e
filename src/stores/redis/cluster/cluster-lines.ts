// The connections to a cluster: one to each node that owns slots, found by asking, and one to any node for asking.
//
// Nothing waits until the owners are known. A key whose owner is unknown is asked of any node, which says where it is.
import type { Clock } from '../../../base/clock.ts'
import type { Field } from '../../../base/generation.ts'
import type { Operation } from '../../../base/store.ts'
import type { GenerationHash } from '../generation-hash.ts'
import type { Call, Line } from '../line.ts'
import {
  type CommandLines,
  indexesByLine,
  mergeTogether,
  readWith,
  type Together,
} from '../lines.ts'
import type { PortEvents, RedisPort, Reply } from '../port.ts'
import { type Address, addressText, parseAddress } from './address.ts'
import { RedirectingPort, type Router } from './redirecting-port.ts'
import { SLOTS, slotOf } from './slot.ts'

/** Owners are asked for no more often than this, however many acts find that they have changed. */
const REFRESH_MS = 200

export interface ClusterParts {
  readonly clock: Clock
  readonly hash: GenerationHash
  /** How long an act may take: a node that has gone is kept for it. */
  readonly timeoutMs: number
  open(address: Address, events: PortEvents): RedisPort
  /** A connection to whichever of the nodes answers. */
  openAny(events: PortEvents): RedisPort
  makeLine(where: string | undefined, makePort: (events: PortEvents) => RedisPort): Line
  /** An owner was replaced, not merely relieved of slots: what it had confirmed last may be lost. */
  readonly changed: () => void
  /** The nodes that are known now, for those who need any. */
  known(addresses: readonly Address[]): void
}

interface Node {
  readonly line: Line
  readonly port: RedisPort
}

export class ClusterLines implements CommandLines, Router {
  readonly #parts: ClusterParts
  readonly #nodes = new Map<string, Node>()
  readonly #any: Line
  /** By slot. */
  #owners: (Node | undefined)[] = []
  #all: readonly Line[] = []
  #refreshing = false
  #nextRefreshAt = 0
  #isDue = false
  #closed = false

  constructor(parts: ClusterParts) {
    this.#parts = parts
    this.#any = parts.makeLine(undefined, (events) => {
      const port = parts.openAny({
        up: () => {
          events.up()
          this.refresh()
        },
        down: (reason) => events.down(reason),
      })
      return new RedirectingPort(port, this, parts.clock)
    })
  }

  get first(): Line {
    return this.of(this.#parts.hash.key)
  }

  get all(): readonly Line[] {
    return this.#all.length === 0 ? [this.#any] : this.#all
  }

  of(key: string): Line {
    const line = this.#owners[slotOf(key)]?.line ?? this.#any
    if (!line.isUp) this.refresh()
    return line
  }

  async together(
    keys: readonly string[],
    callOf: (key: string, index: number) => Call,
    fields: readonly Field[],
    operation: Operation | undefined,
  ): Promise<Together> {
    const { hash } = this.#parts
    const generationsLine = this.first
    const parts = indexesByLine(keys, (key) => this.of(key))
    // Generations live on one node and are read there at the same time: before an act on another node, or after. Both are
    // right for who reads. What was invalidated before the call began is seen either way.
    const ours = parts.get(generationsLine) ?? []
    parts.delete(generationsLine)
    const callsOf = (indexes: readonly number[]): Call[] =>
      indexes.map((index) => callOf(keys[index] as string, index))
    const [own, ...others] = await Promise.all([
      readWith(generationsLine, hash, callsOf(ours), fields, operation),
      ...[...parts].map(([line, indexes]) => line.run(callsOf(indexes), operation)),
    ])
    const answers = [
      { indexes: ours, replies: own.replies },
      ...[...parts.values()].map((indexes, at) => ({
        indexes,
        replies: others[at] as readonly Reply[],
      })),
    ]
    return mergeTogether(answers, [own.generations])
  }

  close(): void {
    this.#closed = true
    this.#any.close()
    for (const { line } of this.#nodes.values()) line.close()
  }

  /** @internal */
  portOf(address: string): RedisPort {
    return this.#node(parseAddress(address, 'cluster')).port
  }

  /** @internal */
  moved(slot: number, address: string): void {
    const before = this.#owners[slot]
    const owner = this.#node(parseAddress(address, 'cluster'))
    this.#owners[slot] = owner
    if (before !== undefined && before !== owner && !before.line.isUp) this.#parts.changed()
    this.refresh()
  }

  /** Asks for the owners, soon; what comes meanwhile goes where it went before. */
  refresh(): void {
    if (this.#closed) return
    this.#isDue = true
    if (this.#refreshing) return
    this.#refreshing = true
    const { clock } = this.#parts
    const wait = Math.max(0, this.#nextRefreshAt - clock.now())
    const begin = (): void => {
      this.#isDue = false
      this.#nextRefreshAt = clock.now() + REFRESH_MS
      void this.#learn().finally(() => {
        this.#refreshing = false
        if (this.#isDue) this.refresh()
      })
    }
    if (wait === 0) begin()
    else clock.after(wait, begin)
  }

  /** Never rejects: what cannot be learned now is learned when somebody needs it again. */
  async #learn(): Promise<void> {
    for (const line of [this.#any, ...this.all]) {
      if (!line.isUp) continue
      try {
        const [reply] = await line.run([['CLUSTER', 'SLOTS']])
        if (!this.#closed) this.#take(reply as readonly Reply[])
        return
      } catch {
        // The next one may know.
      }
    }
  }

  // Each range: first slot, last slot, the owner as [host, port, …], then its replicas.
  #take(ranges: readonly Reply[]): void {
    const owners = Array.from<Node | undefined>({ length: SLOTS })
    const named = new Map<string, Address>()
    for (const range of ranges) {
      const [from, to, owner] = range as readonly [number, number, readonly Reply[]]
      const host = String(owner[0] ?? '')
      // An empty host means: the one that was asked. Then MOVED tells.
      if (host === '') continue
      const address = { host, port: Number(owner[1]) }
      named.set(addressText(address), address)
      owners.fill(this.#node(address), from, to + 1)
    }
    const now = new Set(owners)
    const replaced = this.#owners.some((before, slot) => {
      if (before === undefined || before === owners[slot]) return false
      return !before.line.isUp || !now.has(before)
    })
    this.#owners = owners
    if (replaced) this.#parts.changed()
    this.#all = [...now].flatMap((node) => (node === undefined ? [] : [node.line]))
    this.#parts.known([...named.values()])
    for (const [text, node] of this.#nodes) {
      if (named.has(text)) continue
      this.#nodes.delete(text)
      this.#parts.clock.after(this.#parts.timeoutMs, () => node.line.close())
    }
  }

  #node(address: Address): Node {
    const text = addressText(address)
    const known = this.#nodes.get(text)
    if (known !== undefined) return known
    let port!: RedisPort
    const line = this.#parts.makeLine(text, (events) => {
      port = this.#parts.open(address, {
        up: () => events.up(),
        down: (reason) => {
          events.down(reason)
          this.refresh()
        },
      })
      return new RedirectingPort(port, this, this.#parts.clock)
    })
    const node = { line, port }
    this.#nodes.set(text, node)
    return node
  }
}
