import { type Duration, toMs } from '../base/duration.ts'
import { CacheError } from '../base/errors.ts'
import type { Cache } from '../cache/cache.ts'
import type { Board } from './board.ts'
import { given } from './views/ask.ts'
import { viewOf } from './views/keys.ts'

/** What somebody asks for. */
export class Asked {
  readonly board: Board
  readonly params: URLSearchParams

  constructor(board: Board, params: URLSearchParams) {
    this.board = board
    this.params = params
  }

  get alias(): string {
    return this.need('alias', 'a cache')
  }

  get namespace(): string | undefined {
    return given(this.params, 'ns')
  }

  get cache(): Cache {
    return viewOf(this.board.cache(this.alias), this.namespace)
  }

  /** As it is; a key may begin with a blank. */
  get key(): string {
    const key = this.params.get('key')
    if (key === null || key === '') throw missing('a key')
    return key
  }

  get tags(): readonly string[] {
    const tags = this.need('tags', 'one tag or more').split(',')
    return tags.map((tag) => tag.trim()).filter((tag) => tag !== '')
  }

  get ttl(): Duration {
    const ttl = this.need('ttl', "a time such as '15m'") as Duration
    toMs(ttl, 'ttl')
    return ttl
  }

  need(name: string, what: string): string {
    const text = given(this.params, name)
    if (text === undefined) throw missing(what)
    return text
  }
}

function missing(what: string): CacheError {
  return new CacheError('E_OPTION', `Expected ${what}, got nothing.`)
}
