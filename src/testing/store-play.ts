import assert from 'node:assert/strict'
import type { Field } from '../base/generation.ts'
import type { Write } from '../base/store.ts'
import type { Bench, Process } from './contract/bench.ts'
import {
  type Act,
  ACTS,
  Draw,
  FIELDS,
  LIVES,
  TIMED_ACTS,
  TIMED_LIVES,
  VALUES,
} from './drawn-acts.ts'
import { essenceOf, StoreModel } from './store-model.ts'

const FIELD_SETS: readonly (readonly Field[])[] = [['t:red'], [], ['t:red', 't:blue'], ['*', 'n:a']]

/** One sequence: the store and its model side by side. */
export class Play {
  /** What was done so far, in words. */
  readonly told: string[] = []
  readonly #bench: Bench
  readonly #timed: boolean
  readonly #model = new StoreModel()
  readonly #keys: readonly string[]
  /** Tokens that announced something, the newest first. */
  readonly #writers: string[] = []
  /** Tokens that asked for a lease, the newest first; whether they hold it is the model's to know. */
  readonly #tokens: string[] = []
  #stamp = 0

  constructor(bench: Bench, timed: boolean) {
    this.#bench = bench
    this.#timed = timed
    this.#keys = ['a', 'b'].map((name) => bench.key(name))
  }

  async next(numbers: readonly number[]): Promise<void> {
    const draw = new Draw(numbers)
    const act = draw.of(this.#timed ? TIMED_ACTS : ACTS)
    const by = draw.of([this.#bench.first, this.#bench.second])
    await this.#do(act, draw, draw.of(this.#keys), by)
    await this.#compare()
  }

  async end(): Promise<void> {
    if (!this.#bench.can.pushWake) return
    for (const { heard, tokens } of [this.#bench.first, this.#bench.second]) {
      const expected = (this.#model.heard.get(tokens.processId) ?? []).toSorted()
      const got = (): string[] => heard.filter((message) => message !== 'lost').toSorted()
      await this.#bench.until(() => got().length >= expected.length)
      assert.deepEqual(got(), expected, 'what a process was told')
    }
  }

  async #do(act: Act, draw: Draw, key: string, by: Process): Promise<void> {
    switch (act) {
      case 'write':
        return await this.#write(draw, key, by)
      case 'acquire':
        return await this.#acquire(draw, key, by)
      case 'commit':
        return await this.#commit(draw, key, by)
      case 'remove':
        return await this.#remove(draw, key, by)
      case 'increment':
        return await this.#increment(draw, key, by)
      case 'touch':
        return await this.#touch(draw, key, by)
      case 'release':
        return await this.#release(draw, key, by)
      case 'renew':
        return await this.#renew(draw, key, by)
      case 'bump':
        return await this.#bump(draw, by)
      case 'intend':
        return await this.#intend(draw, key, by)
      case 'withdraw':
        return await this.#withdraw(draw, key, by)
      case 'leave':
        await this.#acquire(draw, key, by)
        return await this.#release(draw, key, by)
      case 'pass':
        return await this.#pass(draw)
    }
  }

  async #compare(): Promise<void> {
    const { result, generations } = await this.#bench.store.read(this.#keys, FIELDS)
    const now = this.#now()
    assert.deepEqual(
      result.map((record) => record && essenceOf(record)),
      this.#keys.map((key) => this.#model.shown(key, now)),
      'what the store holds',
    )
    for (const field of FIELDS) {
      const stamp = generations.bumps.get(field)
      const isRight = this.#model.isStamp(field, stamp, generations.clock, now)
      assert.ok(isRight, `the stamp of ${field}: ${stamp}, not ${this.#model.bumps.get(field)}`)
    }
  }

  async #write(draw: Draw, key: string, by: Process): Promise<void> {
    const mode = draw.of(['always', 'absent', 'its rev', 'another rev'] as const)
    const entry = this.#entry(draw)
    const rev = this.#revOf(key)
    const when =
      mode === 'its rev' && rev !== undefined
        ? { rev }
        : mode === 'always' || mode === 'absent'
          ? mode
          : { rev: by.tokens.next() }
    const write: Write = { key, entry, when }
    this.#tell('write', mode, key, entry.value, entry.deadAt - this.#now())
    const { result } = await by.store.write([write], FIELDS)
    assert.equal(result[0]?.written, this.#model.write(write, this.#now()), 'written')
  }

  async #remove(draw: Draw, key: string, by: Process): Promise<void> {
    const byRev = draw.of([false, true])
    const known = this.#revOf(key)
    const rev = byRev ? (known ?? by.tokens.next()) : undefined
    const intent = byRev ? undefined : this.#writerOf(draw)
    this.#tell('remove', byRev ? 'by rev' : '', key, intent ?? '')
    const operation = {
      ...(rev === undefined ? {} : { revs: [rev] }),
      ...(intent === undefined ? {} : { intent }),
    }
    const record = (await by.store.remove([key], FIELDS, operation)).result[0]
    const removed = record && (record.entry?.rev ?? (record.mark ? 'mark' : 'lease'))
    assert.equal(removed, this.#model.remove(key, rev, this.#now(), intent), 'removed')
  }

  async #touch(draw: Draw, key: string, by: Process): Promise<void> {
    const { freshUntil, deadAt } = this.#times(draw)
    this.#tell('touch', key, deadAt - this.#now())
    const { result } = await by.store.touch(key, { freshUntil, deadAt }, FIELDS)
    const expected = this.#model.touch(key, freshUntil, deadAt, this.#now())
    assert.equal(result?.entry?.rev, expected, 'touched')
  }

  async #increment(draw: Draw, key: string, by: Process): Promise<void> {
    const delta = draw.of<number | bigint>([1, -1, 0, 12_345, 2n, -(2n ** 60n)])
    this.#tell('increment', key, delta)
    const { result } = await by.store.increment(key, delta, FIELDS)
    const got = result.outcome === 'done' ? result.value : result.outcome
    assert.equal(got, this.#model.increment(key, BigInt(delta), this.#now()), 'incremented')
  }

  async #acquire(draw: Draw, key: string, by: Process): Promise<void> {
    const seesIt = draw.of([true, true, false])
    const known = this.#model.look(key, this.#now())?.entry?.rev
    const request = {
      token: by.tokens.next(),
      leaseMs: this.#bench.ms(this.#timed ? draw.of([1000, 50, 120]) : 60_000),
      seen: seesIt ? known : undefined,
      stamp: draw.of([10, 20, 30]),
      need: draw.of([0, 10, 20, 30]),
    }
    this.#tokens.unshift(request.token)
    this.#tell('acquire', key, seesIt ? '' : 'seeing nothing', JSON.stringify(request))
    const acquired = await by.store.acquire(key, request)
    const got =
      acquired.outcome === 'busy'
        ? `busy ${acquired.holder}`
        : acquired.outcome === 'lease' && acquired.stolen
          ? 'lease, stolen'
          : acquired.outcome
    assert.equal(got, this.#model.acquire(key, request, this.#now()), 'acquired')
  }

  async #commit(draw: Draw, key: string, by: Process): Promise<void> {
    const token = this.#tokenOf(draw, key, by)
    const entry = { ...this.#entry(draw), rev: token }
    this.#tell('commit', key, token, entry.deadAt - this.#now())
    const stored = await by.store.commit(key, token, entry)
    assert.equal(stored, this.#model.commit(key, token, entry, this.#now()), 'committed')
  }

  async #renew(draw: Draw, key: string, by: Process): Promise<void> {
    const token = this.#tokenOf(draw, key, by)
    const leaseMs = this.#bench.ms(this.#timed ? draw.of([1000, 50]) : 60_000)
    this.#tell('renew', key, token, leaseMs)
    const held = await by.store.renew(key, token, leaseMs)
    assert.equal(held, this.#model.renew(key, token, leaseMs, this.#now()), 'renewed')
  }

  async #release(draw: Draw, key: string, by: Process): Promise<void> {
    const token = this.#tokenOf(draw, key, by)
    const kind = draw.of(['failed', undefined, 'uncacheable'] as const)
    const forMs = this.#bench.ms(this.#timed ? draw.of([60_000, 100, 0]) : 60_000)
    const text = draw.of(['', 'no', 'ü'.repeat(500)])
    const mark = kind && { kind, forMs, text, stamp: this.#stamp }
    this.#tell('release', key, token, kind, forMs)
    await by.store.release(key, token, mark === undefined ? {} : { mark })
    this.#model.release(key, token, mark, this.#now())
  }

  async #bump(draw: Draw, by: Process): Promise<void> {
    const fields = draw.of(FIELD_SETS)
    const intent = this.#writerOf(draw)
    this.#tell('bump', ...fields, intent ?? '')
    const stamp = await by.store.bump(fields, intent === undefined ? {} : { intent })
    assert.ok(stamp > this.#stamp, 'stamps grow')
    this.#stamp = stamp
    for (const field of fields) {
      this.#model.bumps.set(field, stamp)
      if (intent !== undefined) this.#model.withdraw(field, intent, this.#now())
    }
  }

  async #intend(draw: Draw, key: string, by: Process): Promise<void> {
    const fields = draw.of(FIELD_SETS)
    const token = this.#writerOf(draw) ?? by.tokens.next()
    const forMs = this.#bench.ms(this.#timed ? draw.of([60_000, 60, 150]) : 60_000)
    this.#tell('intend', key, ...fields, token, forMs)
    await by.store.intend({ keys: [key], fields }, token, forMs)
    const until = this.#now() + forMs
    this.#model.intendKey(key, token, until, this.#now())
    for (const field of fields) this.#model.intendField(field, token, until)
    if (!this.#writers.includes(token)) this.#writers.unshift(token)
  }

  async #withdraw(draw: Draw, key: string, by: Process): Promise<void> {
    const fields = draw.of(FIELD_SETS)
    const token = this.#writerOf(draw) ?? by.tokens.next()
    this.#tell('withdraw', key, ...fields, token)
    await by.store.withdraw({ keys: [key], fields }, token)
    for (const where of [key, ...fields]) this.#model.withdraw(where, token, this.#now())
  }

  async #pass(draw: Draw): Promise<void> {
    const ms = draw.of([1, 49, 50, 100, 301])
    this.#tell('pass', ms)
    await this.#bench.pass(ms)
  }

  /** The lease's own token twice in three times, otherwise one that asked before. */
  #tokenOf(draw: Draw, key: string, by: Process): string {
    const held = this.#model.look(key, this.#now())?.lease?.token
    return draw.of([held, held, this.#tokens[1], this.#tokens[3]]) ?? by.tokens.next()
  }

  /** Of somebody who announced something, or of nobody. */
  #writerOf(draw: Draw): string | undefined {
    return draw.of([undefined, this.#writers[0], this.#writers[1]])
  }

  /** Of the value, or the token of the mark in its place. */
  #revOf(key: string): string | undefined {
    const held = this.#model.look(key, this.#now())
    return held?.entry?.rev ?? held?.mark?.token
  }

  #entry(draw: Draw): Write['entry'] {
    const { freshUntil, deadAt } = this.#times(draw)
    const tags = draw.of<readonly string[]>([[], ['red'], ['blue', 'ü:☃']])
    return this.#bench.entry(draw.of(VALUES), { tags, freshUntil, deadAt, stamp: this.#stamp })
  }

  #times(draw: Draw): { freshUntil: number; deadAt: number } {
    const [freshMs, deadMs] = draw.of(this.#timed ? TIMED_LIVES : LIVES)
    const now = this.#now()
    return {
      freshUntil: now + this.#bench.ms(freshMs),
      deadAt: now + this.#bench.ms(deadMs),
    }
  }

  #now(): number {
    return this.#bench.clock.now()
  }

  #tell(...words: unknown[]): void {
    this.told.push(words.map(String).join(' '))
  }
}
