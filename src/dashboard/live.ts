// Pages that keep themselves up to date: server-sent events. A view is rendered once in an interval for all who watch it,
// and sent only when it has changed.
import type { Clock } from '../base/clock.ts'
import { stream } from './reply.ts'

/** Proxies end what is silent; most of them after a minute. */
const HEARTBEAT_MS = 15_000
/** A viewer who takes nothing any more is let go, rather than kept in our memory. */
const MOST_QUEUED = 8
/** Browsers come back after so long, and not all at the same moment after a restart. */
const RETRY_MS = 2500

interface Viewer {
  /** @param bytes the same for all who watch, encoded once */
  send(bytes: Uint8Array): void
  end(): void
}

interface Watched {
  readonly render: () => Promise<string>
  readonly viewers: Set<Viewer>
  sent: string | undefined
  sentAt: number
}

const encoder = new TextEncoder()
const STILL_HERE = encoder.encode(': still here\n\n')

export class Live {
  readonly #clock: Clock
  readonly #most: number
  readonly #views = new Map<string, Watched>()
  #count = 0
  #ticking = false

  constructor(clock: Clock, most: number) {
    this.#clock = clock
    this.#most = most
  }

  get viewers(): number {
    return this.#count
  }

  /**
   * @param view its name and what it is narrowed to; those with one name are sent the same
   * @returns `undefined` when there are as many viewers as there may be
   */
  open(view: string, render: () => Promise<string>): Response | undefined {
    if (this.#count >= this.#most) return undefined
    this.#count++
    let viewer: Viewer | undefined
    const body = new ReadableStream<Uint8Array>(
      {
        start: (controller) => {
          viewer = this.#viewer(view, controller)
          const watched = this.#views.get(view)
          if (watched === undefined) {
            const began = {
              render,
              viewers: new Set([viewer]),
              sent: undefined,
              sentAt: this.#clock.now(),
            }
            this.#views.set(view, began)
          } else watched.viewers.add(viewer)
          viewer.send(encoder.encode(`retry: ${RETRY_MS + Math.floor(Math.random() * 1000)}\n\n`))
        },
        cancel: () => viewer?.end(),
      },
      { highWaterMark: MOST_QUEUED },
    )
    return stream(body)
  }

  /** Brings all viewers up to date. Never rejects. */
  async tick(): Promise<void> {
    // One that takes longer than an interval is not overtaken by the next.
    if (this.#ticking) return
    this.#ticking = true
    try {
      for (const watched of this.#views.values()) await this.#update(watched)
    } finally {
      this.#ticking = false
    }
  }

  close(): void {
    for (const { viewers } of this.#views.values()) for (const viewer of viewers) viewer.end()
  }

  async #update(watched: Watched): Promise<void> {
    const now = this.#clock.now()
    let text: string | undefined
    try {
      text = await watched.render()
    } catch {
      // A view that fails once is shown as it was.
    }
    if (text === undefined || text === watched.sent) {
      if (now - watched.sentAt < HEARTBEAT_MS) return
      watched.sentAt = now
      for (const viewer of watched.viewers) viewer.send(STILL_HERE)
      return
    }
    watched.sent = text
    watched.sentAt = now
    const event = encoder.encode(
      `id: ${now}\ndata: ${text.replaceAll(/\r\n?|\n/g, '\ndata: ')}\n\n`,
    )
    for (const viewer of watched.viewers) viewer.send(event)
  }

  #viewer(view: string, controller: ReadableStreamDefaultController<Uint8Array>): Viewer {
    let ended = false
    const viewer: Viewer = {
      send: (bytes) => {
        if (ended) return
        if ((controller.desiredSize ?? 0) <= 0) return viewer.end()
        try {
          controller.enqueue(bytes)
        } catch {
          viewer.end()
        }
      },
      end: () => {
        if (ended) return
        ended = true
        this.#count--
        const watched = this.#views.get(view)
        watched?.viewers.delete(viewer)
        if (watched?.viewers.size === 0) this.#views.delete(view)
        try {
          controller.close()
        } catch {
          // Its reader has cancelled it, which closes it, too.
        }
      },
    }
    return viewer
  }
}
