import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { type Cache, createCaches } from 'breakwater'
import { file } from 'breakwater/file'

const PROGRAM = resolve('.build/test/programs/file-writer.js')
const WRITERS = 2
/** Longer than a round of acts takes. */
const LONGEST_LIFE_MS = 25

export interface CrashReport {
  readonly kills: number
  /** Acts that were confirmed before their process was killed. */
  readonly confirmed: number
  /** What was found that must not be, in words. */
  readonly faults: readonly string[]
}

/** Kills writers of a file store at random moments and looks after each what it left behind. */
export async function crashFile(folder: string, kills: number): Promise<CrashReport> {
  const cache = createCaches({
    default: {
      store: file(folder, { timeout: '60s' }),
      prefix: 'crash',
      ttl: '1h',
      onOutage: 'throw',
    },
  }).default
  const faults: string[] = []
  let confirmed = 0
  let shared = 0
  try {
    const each = Math.ceil(kills / WRITERS)
    const writers = Array.from(
      { length: WRITERS },
      (_, index) => new Writer(cache, folder, `w${index}`),
    )
    for (const writer of writers) await cache.set(writer.name, 0)
    await Promise.all(
      writers.map(async (writer) => {
        for (let kill = 0; kill < each; kill++) {
          const life = await writer.live(Math.random() * LONGEST_LIFE_MS)
          confirmed += life.confirmed
          shared += life.shared
          faults.push(...life.faults)
        }
      }),
    )
    const found = Number((await cache.get('shared')) ?? 0)
    if (found < shared || found > shared + WRITERS * each)
      faults.push(`shared is ${found}, confirmed ${shared}`)
    return { kills: WRITERS * each, confirmed, faults }
  } finally {
    await cache.close()
    await rm(folder, { recursive: true, force: true })
  }
}

interface Life {
  readonly confirmed: number
  readonly shared: number
  readonly faults: readonly string[]
}

class Writer {
  readonly name: string
  readonly #cache: Cache
  readonly #folder: string
  /** The number that its own counter must have at least. */
  #rounds = 0

  constructor(cache: Cache, folder: string, name: string) {
    this.#cache = cache
    this.#folder = folder
    this.name = name
  }

  /** From its start to its death, so long after its first act. */
  async live(ms: number): Promise<Life> {
    const child = spawn(
      process.execPath,
      [PROGRAM, 'write', this.#folder, this.name, String(this.#rounds)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const said: string[] = []
    child.stdout.setEncoding('utf8').on('data', (text: string) => said.push(text))
    const closed = once(child, 'close')
    await Promise.race([once(child.stdout, 'data'), closed])
    await setTimeout(ms)
    child.kill('SIGKILL')
    await closed
    return await this.#judge(child, said.join('').split('\n').filter(Boolean))
  }

  async #judge(child: ChildProcess, acts: readonly string[]): Promise<Life> {
    const faults: string[] = []
    if (child.signalCode !== 'SIGKILL') faults.push(`${this.name} ended by itself`)
    const last = (act: string): number | undefined => {
      const text = acts.findLast((each) => each.startsWith(act))
      return text === undefined ? undefined : Number(text.slice(1))
    }
    const rounds = last('c') ?? this.#rounds
    const count = Number((await this.#cache.get(this.name)) ?? -1)
    if (count < rounds || count > rounds + 1)
      faults.push(`${this.name} is ${count}, confirmed ${rounds}`)
    this.#rounds = count

    const text = (await this.#cache.get(['text', this.name])) as
      | { round: number; text: string }
      | undefined
    const written = last('t')
    if (written !== undefined && (text === undefined || text.round < written))
      faults.push(`text of ${this.name} is ${text?.round}, confirmed ${written}`)
    if (text !== undefined && text.text !== String(text.round % 10).repeat(9000))
      faults.push(`text of ${this.name} is torn`)

    const tagged = (await this.#cache.get(['tagged', this.name])) as number | undefined
    const invalidated = last('i')
    if (tagged !== undefined && invalidated !== undefined && tagged <= invalidated)
      faults.push(`${tagged} of ${this.name} was invalidated and is back`)
    const shared = acts.filter((act) => act.startsWith('s')).length
    return { confirmed: acts.length, shared, faults }
  }
}
