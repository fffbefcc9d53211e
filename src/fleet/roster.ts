import type { Note, Notes } from './notes.ts'

const ROSTER = 'roster'
/** Those beyond it are not listed: what a viewer reads must have a bound. */
const MOST_PROCESSES = 256
/** Written anew by whoever finds half of it over. */
const KEPT_MS = 600_000
/** Each loss means that somebody else was written down. */
const MAX_ATTEMPTS = 8
const ID = /^[\w-]{1,32}$/

/** The name of the note in which a process tells. */
export function noteOf(id: string): string {
  return `p-${id}`
}

/**
 * Who tells: a list of ids in one note, changed by compare-and-swap, so that nobody has to search the store for keys. Whoever
 * adds itself leaves out those who tell no more; whoever was left out (it stood still, or the store was emptied) adds itself
 * again when it next looks.
 */
export class Roster {
  readonly name: string = ROSTER
  readonly #notes: Notes

  constructor(notes: Notes) {
    this.#notes = notes
  }

  /** Those on the list, in no order. */
  idsOf(note: Note | undefined): string[] {
    if (note === undefined) return []
    const ids = note.text.split(' ').filter((id) => ID.test(id))
    return [...new Set(ids)].slice(0, MOST_PROCESSES)
  }

  /**
   * Makes sure that `id`, which must have told already, is on the list.
   *
   * @param found the list as it was just read
   * @returns false when it is full, or others were faster too often
   */
  async add(id: string, found: Note | undefined): Promise<boolean> {
    let note = found
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const ids = this.idsOf(note)
      if (ids.includes(id) && note !== undefined && note.leftMs > KEPT_MS / 2) return true
      const others = ids.filter((each) => each !== id)
      const telling = await this.#notes.read(others.map(noteOf), false)
      const next = others.filter((_, index) => telling[index] !== undefined)
      if (next.length >= MOST_PROCESSES) return false
      if (await this.#swap([...next, id], note)) return true
      note = await this.#read()
    }
    return false
  }

  async remove(id: string): Promise<void> {
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const note = await this.#read()
      const ids = this.idsOf(note)
      if (!ids.includes(id)) return
      const others = ids.filter((each) => each !== id)
      if (await this.#swap(others, note)) return
    }
  }

  async #read(): Promise<Note | undefined> {
    return (await this.#notes.read([ROSTER]))[0]
  }

  async #swap(ids: readonly string[], found: Note | undefined): Promise<boolean> {
    return await this.#notes.replace(ROSTER, ids.join(' '), KEPT_MS, found)
  }
}
