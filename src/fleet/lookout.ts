import type { Note, Notes } from './notes.ts'
import { type FleetProcess, processOf } from './report.ts'
import { noteOf, type Roster } from './roster.ts'

/** The note that says that somebody looks. */
export const LOOKING = 'looking'
/** What a process writes over its note when it leaves. */
export const LEFT = 'left'

/** How long a process is shown whose note is not there any more. */
const SHOWN_INTERVALS = 2

interface Heard {
  readonly text: string
  readonly process: FleetProcess | undefined
  /** When the text last changed, and when it was last there, by this process's clock. */
  readonly changedAt: number
  readonly thereAt: number
}

/**
 * Looks at the processes of a fleet for all viewers of this process: what they ask for within one interval is read once. A
 * process that was heard is shown for two intervals more, so that a `clear` or a short outage does not empty the picture.
 */
export class Lookout {
  readonly #notes: Notes
  readonly #roster: Roster
  readonly #everyMs: number
  readonly #heard = new Map<string, Heard>()
  /** Why the others could not be read when they were last looked at. */
  trouble: Error | undefined

  constructor(notes: Notes, roster: Roster, everyMs: number) {
    this.#notes = notes
    this.#roster = roster
    this.#everyMs = everyMs
  }

  /** Reads what the others tell, and lets them know that somebody looks. Never rejects. @param self not to be read */
  async read(self: string): Promise<FleetProcess[]> {
    try {
      await this.#hear(self)
      this.trouble = undefined
    } catch (error) {
      this.trouble = error as Error
    }
    const now = this.#notes.core.clock.now()
    const shown: FleetProcess[] = []
    for (const [id, { changedAt, thereAt, process }] of this.#heard) {
      if (now - thereAt > SHOWN_INTERVALS * this.#everyMs) this.#heard.delete(id)
      else if (process !== undefined) shown.push({ ...process, seenAt: changedAt })
    }
    return shown
  }

  async #hear(self: string): Promise<void> {
    const known = [...this.#heard.keys()]
    const names = [LOOKING, this.#roster.name, ...known.map(noteOf)]
    const [looking, roster, ...notes] = await this.#notes.read(names)
    const announceMs = 5 * this.#everyMs
    // Whoever finds half of it over says it again: so it costs as much for a hundred viewers as for one.
    if (looking === undefined || looking.leftMs < announceMs / 2)
      await this.#notes.write(LOOKING, 'yes', announceMs)
    const added = this.#roster.idsOf(roster).filter((id) => id !== self && !this.#heard.has(id))
    const more = await this.#notes.read(added.map(noteOf))
    known.forEach((id, index) => this.#note(id, notes[index]))
    added.forEach((id, index) => this.#note(id, more[index]))
  }

  #note(id: string, note: Note | undefined): void {
    if (note === undefined) return
    if (note.text === LEFT) {
      this.#heard.delete(id)
      return
    }
    const { text } = note
    const thereAt = this.#notes.core.clock.now()
    const heard = this.#heard.get(id)
    if (heard?.text === text) this.#heard.set(id, { ...heard, thereAt })
    else {
      const process = processOf(text, thereAt)
      this.#heard.set(id, { text, process, changedAt: thereAt, thereAt })
    }
  }
}
