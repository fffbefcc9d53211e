interface Turn {
  readonly process: string
  readonly label: string
  readonly take: () => void
}

/**
 * Who goes next. Whatever a process does beyond its own memory waits for a turn here, and one number decides which: the same
 * numbers give the same history.
 */
export class Schedule {
  /** What happened, in words, in its order. */
  readonly words: string[] = []
  readonly #waiting: Turn[] = []
  readonly #dead = new Set<string>()

  /** Resolves when it is this one's turn; never, if its process dies before. */
  turn(process: string, label: string): Promise<void> {
    return new Promise((take) => {
      if (!this.#dead.has(process)) this.#waiting.push({ process, label, take })
    })
  }

  /** How many could go next. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** @param index among those that wait, the longest first */
  async take(index: number): Promise<void> {
    const [turn] = this.#waiting.splice(index, 1)
    if (turn === undefined) throw new RangeError(`Nobody waits at ${index}.`)
    this.say(`${turn.process}: ${turn.label}`)
    turn.take()
    await quiet()
  }

  say(words: string): void {
    this.words.push(words)
  }

  isDead(process: string): boolean {
    return this.#dead.has(process)
  }

  /** What it had sent may still arrive; it hears nothing and sends nothing. */
  kill(process: string): void {
    this.#dead.add(process)
    for (let at = this.#waiting.length - 1; at >= 0; at--) {
      const { process: owner, label } = this.#waiting[at] as Turn
      if (owner === process && !label.startsWith('→')) this.#waiting.splice(at, 1)
    }
    this.say(`${process} is killed`)
  }
}

/** All that promises set off has happened. */
export async function quiet(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
