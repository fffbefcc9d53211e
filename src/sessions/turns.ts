/** One after the other by name: requests of one session in this process wait here, instead of losing against each other in the store. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>()

  async take<T>(name: string, act: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name)
    let over = (): void => {}
    const mine = new Promise<void>((resolve) => (over = resolve))
    this.#last.set(name, mine)
    try {
      await before
      return await act()
    } finally {
      over()
      if (this.#last.get(name) === mine) this.#last.delete(name)
    }
  }
}
