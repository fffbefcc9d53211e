import { Watch } from './watch.ts'

/** One sentence of a scenario: who does or expects what. */
export interface Step {
  /** Such as `'client a asks GET /p'`. */
  readonly says: string
  act(): Promise<void> | void
}

/** Plays steps one after the other; the first that fails tells its place. */
export async function playSteps(steps: readonly Step[]): Promise<void> {
  for (const [index, step] of steps.entries()) {
    try {
      await step.act()
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new Error(`Step ${index + 1}, ${step.says}: ${why}`, { cause: error })
    }
  }
}

/** Several courses of steps at once, which meet at barriers: see {@link Barrier}. Between barriers their order is open. */
export function together(...courses: readonly (readonly Step[])[]): Step {
  return {
    says: `${courses.length} courses at once`,
    async act() {
      const played = await Promise.allSettled(courses.map(playSteps))
      const failed = played.find((each) => each.status === 'rejected')
      if (failed !== undefined) throw failed.reason
    },
  }
}

/** Where courses of `together` wait for one another: nobody passes before `count` of them have come. */
export class Barrier {
  readonly #name: string
  readonly #count: number
  readonly #watch: Watch
  readonly #come: string[] = []

  constructor(name: string, count: number, watch: Watch = new Watch()) {
    this.#name = name
    this.#count = count
    this.#watch = watch
  }

  /** @param who has come, for those who wait in vain */
  reached(who: string): Step {
    return {
      says: `${who} comes to ${this.#name}`,
      act: async () => {
        this.#come.push(who)
        this.#watch.changed()
        await this.#watch.until(
          () => (this.#come.length >= this.#count ? true : undefined),
          `${who} waits at ${this.#name} for ${this.#count}, where ${this.#come.join(' and ')} has come,`,
        )
      },
    }
  }
}
