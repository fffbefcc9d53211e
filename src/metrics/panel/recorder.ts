import { AsyncLocalStorage } from 'node:async_hooks'
import { type CacheCall, CALL_KINDS } from '../../base/call.ts'
import { callChannel } from '../../base/tracing.ts'
import type { ResolvedPanel } from './options.ts'
import type { PanelRequest } from './panel-request.ts'
import { Recording, type RequestHead } from './recording.ts'

/** Listens to the calls of all caches, and remembers them by request. */
export class Recorder {
  readonly #options: ResolvedPanel
  readonly #current: AsyncLocalStorage<Recording | undefined> = new AsyncLocalStorage()
  readonly #recent: Recording[] = []
  readonly #stop: (() => void)[] = []
  #lastId = 0

  constructor(options: ResolvedPanel) {
    this.#options = options
    for (const kind of CALL_KINDS) {
      const subscribers = {
        start: (call: object) => this.#told(call as CacheCall, 'begin'),
        // What was answered at once has no other end.
        end: (call: object) => (call as CacheCall).isOver && this.#told(call as CacheCall, 'end'),
        asyncStart: () => {},
        asyncEnd: (call: object) => this.#told(call as CacheCall, 'end'),
        error: () => {},
      }
      const channel = callChannel(kind)
      channel.subscribe(subscribers)
      this.#stop.push(() => {
        channel.unsubscribe(subscribers)
      })
    }
  }

  get current(): Recording | undefined {
    return this.#current.getStore()
  }

  /** @returns `undefined` when it is not to be recorded */
  open(head: RequestHead): Recording | undefined {
    const { maxCalls, maxRequests, only, redact } = this.#options
    if (!wanted(only, head)) return undefined
    const recording = new Recording(++this.#lastId, head, { maxCalls, show: shown(redact) })
    this.#recent.push(recording)
    if (this.#recent.length > maxRequests) this.#recent.shift()
    return recording
  }

  run<T>(recording: Recording | undefined, act: () => T): T {
    return this.#current.run(recording, act)
  }

  /** What runs from here on, until the next request of the connection, belongs to it. */
  enter(recording: Recording | undefined): void {
    this.#current.enterWith(recording)
  }

  /** Newest first. */
  read(): PanelRequest[] {
    return this.#recent.map((recording) => recording.read()).toReversed()
  }

  close(): void {
    for (const stop of this.#stop.splice(0)) stop()
    this.#recent.length = 0
  }

  // A listener that throws ends the process: by Node's rules for these channels it would be an uncaught exception.
  #told(call: CacheCall, what: 'begin' | 'end'): void {
    try {
      this.#current.getStore()?.[what](call)
    } catch {
      // One call is missing in the panel.
    }
  }
}

function wanted(only: ResolvedPanel['only'], head: RequestHead): boolean {
  try {
    return only(head)
  } catch {
    return false
  }
}

/** A function that throws shows nothing, rather than what it was to hide. */
function shown(redact: ResolvedPanel['redact']): (key: string) => string {
  return (key) => {
    try {
      return redact(key)
    } catch {
      return '(hidden)'
    }
  }
}
