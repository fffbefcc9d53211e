import type { Board } from '../board.ts'
import type { Html } from '../markup.ts'

/** One look at a page. */
export interface Ask {
  readonly board: Board
  readonly params: URLSearchParams
  readonly actor: string
}

/** A page below the heading. */
export interface View {
  readonly title: string
  /** It keeps itself up to date, and is the same for everybody. */
  readonly live: boolean
  readonly render: (ask: Ask) => Html | Promise<Html>
}

/** The alias that a page is narrowed to, if there is such an alias. */
export function aliasOf({ board, params }: Ask): string | undefined {
  const alias = params.get('alias')
  return alias !== null && board.aliases.includes(alias) ? alias : undefined
}

/** A parameter without blanks around it; `undefined` when it is empty. */
export function given(params: URLSearchParams, name: string): string | undefined {
  const text = params.get(name)?.trim()
  return text === '' ? undefined : text
}
