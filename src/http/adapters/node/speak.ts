import type { ServerResponse } from 'node:http'
import type { Exchange } from '../../exchange.ts'
import type { Word } from '../../word.ts'
import { amendHead } from './amend-head.ts'

/**
 * Speaks a word on a request that is answered by writing to a `ServerResponse`.
 *
 * @param preset sets a field that the view may replace; frameworks that make validators of their own look for it
 */
export async function speak<Incoming, Answer>(
  word: Word<Incoming>,
  exchange: Exchange<Incoming, Answer>,
  response: ServerResponse,
  preset: (name: string, value: string) => void,
): Promise<Answer> {
  const said = await word(exchange)
  if ('reply' in said) return exchange.reply(said.reply)
  const { around, validators = [] } = said
  for (let index = 0; index + 1 < validators.length; index += 2) {
    preset(validators[index] as string, validators[index + 1] as string)
  }
  amendHead(response, said)
  const run = (): Promise<Answer> | Answer => exchange.run(undefined)
  return await (around === undefined ? run() : around(run))
}

/** For what keeps its fields in the response itself. */
export function presetOn(response: ServerResponse): (name: string, value: string) => void {
  return (name, value) => {
    if (!response.hasHeader(name)) response.setHeader(name, value)
  }
}
