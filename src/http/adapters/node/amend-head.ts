import type { ServerResponse } from 'node:http'
import { type Amendment, amended, isValidated } from '../../word.ts'
import { fieldsOf, takeGiven } from './capture.ts'

/**
 * Lets a word have its say in the head of a response, whichever way the view writes it, before layers around see it.
 *
 * @returns ends it: the head is amended by other means
 */
export function amendHead(response: ServerResponse, said: Amendment): () => void {
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse
  let ended = false
  // Node calls this method by itself for a head that nobody wrote.
  response.writeHead = (status: number, ...rest: unknown[]): ServerResponse => {
    if (ended || response.headersSent) return writeHead(status, ...rest)
    const given = takeGiven(response, rest)
    // Node refuses it, and says so.
    if (given === 'odd') return writeHead(status, ...rest)
    const { reason } = given
    ended = true
    if (!isValidated(status)) dropOwn(response, said.validators ?? [])
    const fields = amended(said, { status, fields: fieldsOf(response) })
    for (let index = 0; index + 1 < fields.length; index += 2) {
      response.setHeader(fields[index] as string, fields[index + 1] as string)
    }
    return reason === undefined ? writeHead(status) : writeHead(status, reason)
  }
  return () => {
    ended = true
  }
}

/** Set before the view ran, and not meant for a failure. */
function dropOwn(response: ServerResponse, validators: readonly string[]): void {
  for (let index = 0; index + 1 < validators.length; index += 2) {
    const name = validators[index] as string
    if (response.getHeader(name) === validators[index + 1]) response.removeHeader(name)
  }
}
