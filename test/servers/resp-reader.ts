/**
 * Finds the commands in what a client sends to Redis, however the bytes are cut into chunks.
 * A command is one RESP array of bulk strings; a line that is no array is an inline command.
 */
export class RespReader {
  readonly #onCommand: (name: string) => void
  #rest: Buffer = Buffer.alloc(0)
  /** Bulk strings still to come of the current command. */
  #left = 0
  #nameIsNext = false

  /** @param onCommand called with the upper-case name when it has come whole */
  constructor(onCommand: (name: string) => void) {
    this.#onCommand = onCommand
  }

  add(chunk: Buffer): void {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])
    while (this.#step());
  }

  /** Reads one line, with its payload when it announces one; false when it has not come whole. */
  #step(): boolean {
    const end = this.#rest.indexOf('\r\n')
    if (end < 0) return false
    const line = this.#rest.toString('latin1', 0, end)
    return this.#left === 0 ? this.#header(line, end + 2) : this.#bulk(line, end + 2)
  }

  #header(line: string, next: number): boolean {
    if (line.startsWith('*')) {
      this.#left = Number(line.slice(1))
      this.#nameIsNext = true
    } else if (line !== '') {
      this.#name(line.split(' ', 1)[0] ?? '')
    }
    this.#rest = this.#rest.subarray(next)
    return true
  }

  #bulk(line: string, next: number): boolean {
    const end = next + Number(line.slice(1))
    if (this.#rest.length < end + 2) return false
    if (this.#nameIsNext) this.#name(this.#rest.toString('latin1', next, end))
    this.#nameIsNext = false
    this.#left--
    this.#rest = this.#rest.subarray(end + 2)
    return true
  }

  #name(name: string): void {
    this.#onCommand(name.toUpperCase())
  }
}
