import type { Measured, Measures } from '../base/measures.ts'
import { isCacheError } from '../base/errors.ts'
import { LEFT, LOOKING, Lookout } from './lookout.ts'
import type { Note, Notes } from './notes.ts'
import { type FleetProcess, type Identity, mostCharsOf, reportOf } from './report.ts'
import { noteOf, Roster } from './roster.ts'

/** What a process that has died told last is kept for so many intervals. */
const KEPT_INTERVALS = 3
/** While nobody looks, whether somebody does is asked less often. */
const IDLE_INTERVALS = 2
/** So that the processes of one deployment do not all ask in the same moment. */
const JITTER = 0.2
const NOT_TOLD = 'The fleet could not be told of this process.'

export interface MemberOptions {
  readonly identity: Identity
  readonly everyMs: number
  readonly tells: boolean
}

/**
 * One process in its fleet. While nobody looks it does no more than ask whether somebody does; while somebody looks it
 * tells what its caches have measured. Nothing of it rejects, or keeps the process running.
 */
export class Member {
  readonly #notes: Notes
  readonly #caches: () => readonly Measured[]
  readonly #options: MemberOptions
  readonly #roster: Roster
  readonly #lookout: Lookout
  #mostChars = mostCharsOf(1)
  #hasTold = false
  #isOver = false
  #stopWaiting: () => void = () => {}
  #beating: Promise<void> | undefined
  #beatTrouble: Error | undefined
  #looking: Promise<readonly FleetProcess[]> | undefined
  #seen: { readonly at: number; readonly processes: readonly FleetProcess[] } | undefined
  readonly #leaveOnClose = (): void => {
    this.#notes.core.runInBackground(this.leave(), NOT_TOLD)
  }

  constructor(notes: Notes, caches: () => readonly Measured[], options: MemberOptions) {
    this.#notes = notes
    this.#caches = caches
    this.#options = options
    this.#roster = new Roster(notes)
    this.#lookout = new Lookout(notes, this.#roster, options.everyMs)
    notes.core.closing.addEventListener('abort', this.#leaveOnClose, { once: true })
    if (this.#reachesOthers && options.tells) this.#wait(options.everyMs * notes.core.random())
  }

  get everyMs(): number {
    return this.#options.everyMs
  }

  get id(): string {
    return this.#options.identity.id
  }

  get trouble(): Error | undefined {
    return this.#lookout.trouble ?? this.#beatTrouble
  }

  /** The same list for all who ask within one interval. */
  async look(): Promise<readonly FleetProcess[]> {
    const { clock } = this.#notes.core
    const seen = this.#seen
    // Viewers come at intervals of their own, a little early or late.
    const isRecent = seen !== undefined && clock.now() - seen.at < this.#options.everyMs * 0.9
    if (isRecent) return seen.processes
    this.#looking ??= this.#read().finally(() => {
      this.#looking = undefined
    })
    return await this.#looking
  }

  /** Idempotent. */
  async leave(): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    this.#stopWaiting()
    this.#notes.core.closing.removeEventListener('abort', this.#leaveOnClose)
    await this.#beating
    if (!this.#hasTold) return
    try {
      await this.#notes.write(noteOf(this.id), LEFT, KEPT_INTERVALS * this.#options.everyMs)
      await this.#roster.remove(this.id)
    } catch (error) {
      // What it told is over by itself soon.
      this.#beatTrouble = error as Error
    }
  }

  get #reachesOthers(): boolean {
    return this.#notes.shared
  }

  async #read(): Promise<readonly FleetProcess[]> {
    const at = this.#notes.core.clock.now()
    const { identity, tells } = this.#options
    const others = this.#reachesOthers && !this.#isOver ? await this.#lookout.read(this.id) : []
    const own =
      tells && !this.#isOver ? [{ ...identity, seenAt: at, measures: this.#measures() }] : []
    const processes = [...others, ...own].toSorted(
      (a, b) => a.startedAt - b.startedAt || (a.id < b.id ? -1 : 1),
    )
    this.#seen = { at, processes: Object.freeze(processes) }
    return processes
  }

  #measures(): Measures[] {
    return this.#caches().map((cache) => cache.measures())
  }

  #wait(ms: number): void {
    const { clock, random } = this.#notes.core
    const jittered = ms * (1 + JITTER * (random() - 0.5))
    this.#stopWaiting = clock.after(jittered, () => {
      this.#beating = this.#beat()
    })
  }

  async #beat(): Promise<void> {
    const { everyMs } = this.#options
    let looked = false
    try {
      const [looking, roster] = await this.#notes.read([LOOKING, this.#roster.name])
      looked = looking !== undefined
      if (looked && !this.#isOver) await this.#tell(roster)
      this.#beatTrouble = undefined
    } catch (error) {
      this.#beatTrouble = error as Error
      // The alias may allow its values less than we thought.
      if (isCacheError(error, 'E_TOO_LARGE')) this.#mostChars = Math.floor(this.#mostChars / 2)
    }
    if (!this.#isOver) this.#wait(looked ? everyMs : IDLE_INTERVALS * everyMs)
  }

  async #tell(roster: Note | undefined): Promise<void> {
    const { everyMs, identity } = this.#options
    const fair = mostCharsOf(this.#roster.idsOf(roster).length + 1)
    const text = reportOf(identity, this.#measures(), Math.min(fair, this.#mostChars))
    this.#hasTold = true
    // First what it tells, then its name: who adds itself leaves out the names of those who tell nothing.
    await this.#notes.write(noteOf(this.id), text, KEPT_INTERVALS * everyMs)
    await this.#roster.add(this.id, roster)
  }
}
