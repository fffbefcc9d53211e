// One application with a cache and its twin without one, and every attack on both.
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fakeClock, type FakeClock } from 'breakwater/testing'
import type { App, OpenApp } from './apps/app.ts'
import type { AdapterName, Ask, Attack, Call, Made } from './attack.ts'
import { Pages } from './pages.ts'
import { PROFILE_NAMES } from './profiles.ts'
import { Judge, type Judged, SAFE, worse } from './verdict.ts'
import { lines, Wire, type Wired } from './wire.ts'

const TEXT = ['Content-Type', 'text/plain; charset=utf-8'] as const

/** How an attack is made: one after the other, the other way round, and as a crowd. */
type Round = 'f' | 'b' | 'c'

export class Arena {
  readonly #attacks: readonly Attack[]
  readonly #clock: FakeClock
  readonly #store: Pages
  readonly #apps: App[] = []
  #cached!: Wire
  #twin!: Wire
  readonly #rights = new Map<Attack, Map<Ask, Promise<Wired | undefined>>>()
  /** Requests that the cached application has heard of. */
  #heard = 0
  /** Views of a crowd wait here until all of it has come. */
  #expected = 0
  #crowd: { readonly opened: Promise<void>; readonly open: () => void } | undefined

  private constructor(attacks: readonly Attack[]) {
    this.#attacks = attacks
    this.#clock = fakeClock()
    this.#store = new Pages(this.#clock)
  }

  static async open(open: OpenApp, attacks: readonly Attack[]): Promise<Arena> {
    const arena = new Arena(attacks)
    const clock = arena.#clock
    const view = async (call: Call): Promise<Made> => await arena.#view(call)
    const held = async (call: Call): Promise<Made> => {
      await arena.#crowd?.opened
      return await arena.#view(call)
    }
    const cached = await open({ store: arena.#store, clock, view: held })
    const twin = await open({ store: undefined, clock, view })
    arena.#apps.push(cached, twin)
    arena.#cached = new Wire(await portOf(cached.server))
    arena.#twin = new Wire(await portOf(twin.server))
    cached.server.on('request', () => arena.#hear())
    return arena
  }

  /** An attack on no cache proves nothing: every profile must keep a page, but where a layer outside sets a cookie. */
  async prove(): Promise<void> {
    for (const profile of PROFILE_NAMES) {
      if (profile === 'early' || profile === 'rolling') continue
      const ask: Ask = { as: 'nobody', target: () => `/${profile}/control` }
      await this.#send(this.#cached, ask, '')
      await this.#store.quiet()
      const again = await this.#send(this.#cached, ask, '')
      const status = again === undefined ? [] : lines(again, 'cache-status')
      if (!status.some((line) => /; hit/.test(line))) {
        throw new Error(`The control page of '${profile}' was answered with ${String(status)}.`)
      }
    }
  }

  /** @param together also as a crowd */
  async run(attack: Attack, together: boolean): Promise<Judged> {
    const judge = new Judge(attack)
    let judged: Judged = SAFE
    for (const round of ['f', 'b'] as const) {
      const asks = round === 'f' ? attack.asks : attack.asks.toReversed()
      for (const [index, ask] of asks.entries()) {
        if (index > 0 && attack.pause !== undefined) this.#clock.tick(attack.pause)
        const base = this.#base(attack, round)
        const given = await this.#send(this.#cached, ask, base)
        await this.#store.quiet()
        const right = await this.#right(attack, ask)
        if (ask.leaves === true) continue
        judged = worse(judged, judge.judge(ask, given, right))
        if (attack.hits === true && index > 0) judged = worse(judged, judge.mustHit(ask, given))
      }
    }
    if (!together || attack.alone === true) return judged
    return worse(judged, await this.#together(attack, judge))
  }

  async close(): Promise<void> {
    this.#cached.close()
    this.#twin.close()
    for (const { close, server } of this.#apps) {
      server.closeAllConnections()
      await close?.()
      if (server.listening) await new Promise((resolve) => server.close(resolve))
    }
    await this.#store.close()
  }

  async #together(attack: Attack, judge: Judge): Promise<Judged> {
    const asks = [...attack.asks, ...attack.asks]
    const base = this.#base(attack, 'c')
    const right: (Wired | undefined)[] = []
    for (const ask of asks) right.push(await this.#right(attack, ask))
    // Where time passes, the crowd comes to an address whose pages are kept and past their lives.
    if (attack.pause !== undefined) {
      for (const ask of attack.asks) await this.#send(this.#cached, ask, base)
      await this.#store.quiet()
      this.#clock.tick(attack.pause)
    }
    let open!: () => void
    const opened = new Promise<void>((resolve) => {
      open = resolve
    })
    this.#crowd = { opened, open }
    this.#heard = 0
    // What a server refuses by itself, no application hears of.
    this.#expected = right.filter((each) => each !== undefined && each.status !== 400).length
    const impatience = setTimeout(open, 300)
    const given = await Promise.all(asks.map((ask) => this.#send(this.#cached, ask, base)))
    clearTimeout(impatience)
    this.#crowd = undefined
    await this.#store.quiet()
    let judged: Judged = SAFE
    for (const [index, ask] of asks.entries()) {
      if (ask.leaves !== true) judged = worse(judged, judge.judge(ask, given[index], right[index]))
    }
    return judged
  }

  /** What the twin answers, which remembers nothing: once is enough. */
  async #right(attack: Attack, ask: Ask): Promise<Wired | undefined> {
    const known = this.#rights.get(attack) ?? new Map<Ask, Promise<Wired | undefined>>()
    this.#rights.set(attack, known)
    const asked = known.get(ask) ?? this.#send(this.#twin, ask, this.#base(attack, 'f'))
    known.set(ask, asked)
    return await asked
  }

  #hear(): void {
    this.#heard++
    const { open } = this.#crowd ?? {}
    if (open === undefined || this.#heard < this.#expected) return
    // The last has come, and is about to be one of those who wait.
    setImmediate(() => setImmediate(() => setImmediate(open)))
  }

  #base(attack: Attack, round: Round): string {
    return `/${attack.profile ?? 'plain'}/${round}${this.#attacks.indexOf(attack)}`
  }

  async #view(call: Call): Promise<Made> {
    if (/^\/\w+\/control$/.test(call.url)) return { body: 'control' }
    const number = /\/[fbc](\d+)(?![^/?;#\\])/i.exec(call.url)?.[1]
    const attack = number === undefined ? undefined : this.#attacks[Number(number)]
    const made = (await attack?.view(call)) ?? { status: 404, body: `nothing at ${call.url}` }
    const isTyped = made.fields?.some(([field]) => /^content-type$/i.test(field)) === true
    // What servers call text by themselves differs from answer to answer.
    return isTyped ? made : { ...made, fields: [...(made.fields ?? []), TEXT] }
  }

  async #send(app: Wire, ask: Ask, base: string): Promise<Wired | undefined> {
    const { as, body, headers = [], hosts = ['site.test'], leaves = false, method = 'GET' } = ask
    const target = ask.target?.(base) ?? base + (ask.path ?? '')
    // What a server may stumble over must not be behind or before another request.
    const isPlain = [body, ask.hosts, ask.method, ask.target].every((each) => each === undefined)
    const isAlone = this.#crowd !== undefined || leaves || !isPlain
    const head = [
      `${method} ${target} HTTP/1.1`,
      ...hosts.map((host) => `Host: ${host}`),
      ...(isAlone ? ['Connection: close'] : []),
      ...headers.map(([name, value]) => `${name}: ${value}`),
    ]
    const bytes = `${head.join('\r\n')}\r\n\r\n${body ?? ''}`
    try {
      if (isAlone) return await app.sendApart(bytes, { method, leaves })
      return await app.send(bytes, { method })
    } catch (error) {
      throw new Error(`${as} was not answered: ${String(error)}`, { cause: error })
    }
  }
}

/** Whether an attack can be made on an adapter. */
export function concerns(attack: Attack, adapter: AdapterName): boolean {
  return attack.on === undefined || attack.on.includes(adapter)
}

async function portOf(server: Server): Promise<number> {
  if (!server.listening) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  }
  return (server.address() as AddressInfo).port
}
