import { open, type FileHandle } from 'node:fs/promises'
import { constants } from 'node:fs'
import { SHARDS } from './names.ts'

/** Bytes in the shard (f64), when that was counted (f64, milliseconds). */
const SLOT = 16

/**
 * How full each shard was when anybody last counted, in one small file that all processes share. It only says where to look:
 * wrong numbers cost work, never data.
 */
export class Usage {
  readonly #path: string
  #file: Promise<FileHandle> | undefined

  constructor(path: string) {
    this.#path = path
  }

  /** Zeros for what was never counted. */
  async read(): Promise<readonly { readonly bytes: number; readonly countedAt: number }[]> {
    const table = Buffer.alloc(SHARDS * SLOT)
    await (await this.#open()).read(table, 0, table.length, 0)
    return Array.from({ length: SHARDS }, (_, shard) => ({
      bytes: sound(table.readDoubleBE(shard * SLOT)),
      countedAt: sound(table.readDoubleBE(shard * SLOT + 8)),
    }))
  }

  async write(shard: number, bytes: number, countedAt: number): Promise<void> {
    const slot = Buffer.alloc(SLOT)
    slot.writeDoubleBE(bytes, 0)
    slot.writeDoubleBE(countedAt, 8)
    await (await this.#open()).write(slot, 0, SLOT, shard * SLOT)
  }

  async close(): Promise<void> {
    const file = await this.#file?.catch(() => undefined)
    this.#file = undefined
    await file?.close()
  }

  async #open(): Promise<FileHandle> {
    if (this.#file === undefined) {
      const file = open(
        this.#path,
        constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0),
        0o600,
      )
      this.#file = file
      file.catch(() => {
        this.#file = undefined
      })
    }
    return await this.#file
  }
}

function sound(number: number): number {
  return Number.isFinite(number) && number > 0 ? number : 0
}
