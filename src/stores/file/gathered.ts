/**
 * Reads of one key that are asked for in the same turn of the event loop become one. None joins a read that has begun: it may
 * have seen what was there before the caller asked.
 */
export class Gathered<T> {
  readonly #read: (key: string) => Promise<T>
  #pending = new Map<string, Promise<T>>()

  constructor(read: (key: string) => Promise<T>) {
    this.#read = read
  }

  async get(key: string): Promise<T> {
    const pending = this.#pending
    if (pending.size === 0) {
      // After all that is ready to run now, and before anything new comes in.
      process.nextTick(() => {
        this.#pending = new Map()
      })
    }
    let read = pending.get(key)
    if (read === undefined) {
      read = new Promise((resolve, reject) => {
        process.nextTick(() => this.#read(key).then(resolve, reject))
      })
      pending.set(key, read)
    }
    return await read
  }
}
