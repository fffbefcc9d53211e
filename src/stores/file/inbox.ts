import { type FSWatcher, watch } from 'node:fs'
import { utimes } from 'node:fs/promises'
import { type Disk, isErrno } from './disk.ts'
import { openLetter, packLetter } from './letter.ts'
import { newId } from './names.ts'

/** Looked into so often by itself: a watch may tell nothing on file systems of other machines. */
const LOOK_MS = 1000
/** An inbox whose owner has not shown itself for so long is a dead process's. */
export const DESERTED_MS = 600_000
const SHOW_EVERY = 60

const PROCESS_ID = /^[\w-]{8}$/

/** A folder into which others put messages for this process, one file each. */
export class Inbox {
  readonly #disk: Disk
  readonly #folder: string
  readonly #receive: (message: string) => void
  #watcher: FSWatcher | undefined
  #timer: NodeJS.Timeout | undefined
  #emptying: Promise<void> | undefined
  #opening: Promise<void> | undefined
  #again = false
  #looks = 0
  #closed = false
  readonly #lost: () => void
  #made = 0
  /** Which folder it is, of those made one after the other; `undefined` while there is none. */
  epoch: number | undefined

  /** Neither function throws. @param lost when the folder was gone: messages may have been in it */
  constructor(disk: Disk, folder: string, receive: (message: string) => void, lost: () => void) {
    this.#disk = disk
    this.#folder = folder
    this.#receive = receive
    this.#lost = lost
  }

  /** Done once. Never rejects: without an inbox waiters look by themselves. */
  async open(): Promise<void> {
    this.#opening ??= this.#open()
    await this.#opening
  }

  async #open(): Promise<void> {
    try {
      await this.#disk.makeFolder(this.#folder)
    } catch (error) {
      if (!isErrno(error, 'EEXIST')) {
        this.#opening = undefined
        return
      }
    }
    if (this.#closed) return
    this.epoch = ++this.#made
    this.#timer = setInterval(() => this.#look(), LOOK_MS).unref()
    this.#watch()
    this.#look()
  }

  #watch(): void {
    this.#watcher?.close()
    try {
      const watcher = watch(this.#folder, { persistent: false }, () => this.#look())
      watcher.on('error', () => watcher.close())
      this.#watcher = watcher
    } catch {
      // No watches left on this machine: the timer looks.
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#opening
    clearInterval(this.#timer)
    await this.#emptying
    this.#watcher?.close()
    await this.#remove()
  }

  #look(): void {
    this.#again = true
    this.#emptying ??= (async () => {
      while (this.#again && !this.#closed) {
        this.#again = false
        await this.#empty()
      }
      this.#emptying = undefined
    })()
  }

  async #empty(): Promise<void> {
    try {
      if (this.#looks++ % SHOW_EVERY === 0) await utimes(this.#folder, new Date(), new Date())
      // The names begin with the time: in the order in which they were sent, as near as that can be known.
      for (const name of (await this.#disk.list(this.#folder)).toSorted()) {
        const path = `${this.#folder}/${name}`
        const letter = openLetter(await this.#disk.read(path))
        await this.#disk.unlink(path)
        if (letter !== undefined && !this.#closed) this.#receive(letter.key)
      }
    } catch (error) {
      // Somebody took the inbox for a dead process's, or removed it with everything else.
      if (!isErrno(error, 'ENOENT') || this.#closed) return
      await this.#makeAgain()
    }
  }

  async #makeAgain(): Promise<void> {
    this.epoch = undefined
    const made = await this.#disk.makeFolder(this.#folder).then(
      () => true,
      () => false,
    )
    if (!made) return
    this.#watch()
    this.epoch = ++this.#made
    this.#lost()
  }

  async #remove(): Promise<void> {
    const names = await this.#disk.list(this.#folder).catch(() => [])
    for (const name of names) await this.#disk.unlink(`${this.#folder}/${name}`).catch(() => {})
    await this.#disk.removeFolder(this.#folder).catch(() => {})
  }
}

/** Sends messages to inboxes. What does not arrive costs whoever waits a little time, never more. */
export class Sender {
  readonly #disk: Disk
  readonly #inboxes: string
  readonly #temporary: string
  readonly #now: () => number
  readonly #sending = new Set<Promise<void>>()

  constructor(disk: Disk, inboxes: string, temporary: string, now: () => number) {
    this.#disk = disk
    this.#inboxes = inboxes
    this.#temporary = temporary
    this.#now = now
  }

  send(processId: string, message: string): void {
    // An id comes out of a record, and a record may be anybody's: it must not lead out of the folder.
    if (!PROCESS_ID.test(processId)) return
    const sending = this.#send(processId, message).catch(() => {})
    this.#sending.add(sending)
    void sending.then(() => this.#sending.delete(sending))
  }

  async close(): Promise<void> {
    await Promise.all(this.#sending)
  }

  async #send(processId: string, message: string): Promise<void> {
    const name = newId(this.#now())
    const path = `${this.#temporary}/${name}`
    try {
      await this.#disk.create(path, packLetter(message, new Uint8Array(0)), false)
      await this.#disk.rename(path, `${this.#inboxes}/${processId}/${name}`)
    } catch {
      // No such process, or no room.
      await this.#disk.unlink(path)
    }
  }
}
