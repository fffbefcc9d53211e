// The courses of events that most requirements are shown by: a page is made, and then it is kept or made again.
import type { Fields, WantedFields } from '../scenario/fields.ts'
import type { Stage } from '../scenario/stage.ts'
import type { Step } from '../scenario/step.ts'
import type { Said } from '../scenario/view.ts'
import type { Play } from './requirement.ts'

interface Ask {
  readonly target?: string
  readonly method?: string
  readonly fields?: Fields
  readonly body?: string
}

interface Got {
  readonly status?: number
  readonly body?: string
  readonly age?: number | undefined
  readonly fields?: WantedFields
}

const TARGET = '/p'

/** Client a asks, and the view answers. */
export function makes({ client, view }: Stage, said: Said, ask: Ask = {}): readonly Step[] {
  const { target = TARGET, ...rest } = ask
  return [
    client('a').asks(target, rest),
    view.receives({ target, method: ask.method ?? 'GET' }),
    view.answers(said),
    client('a').gets({ status: said.status ?? 200 }),
  ]
}

/** Client b asks, and gets the page that was made first. */
export function keeps({ client }: Stage, got: Got = {}, ask: Ask = {}): readonly Step[] {
  const { target = TARGET, ...rest } = ask
  return [client('b').asks(target, rest), client('b').gets({ body: 'page 1', ...got })]
}

/** Client b asks, and the view is asked and answers. */
export function asksAgain(
  { client, view }: Stage,
  ask: Ask & { readonly received?: WantedFields } = {},
  said: Said = {},
  got: Got = {},
): readonly Step[] {
  const { received = {}, target = TARGET, ...rest } = ask
  return [
    client('b').asks(target, rest),
    view.receives({ target, fields: received }),
    view.answers(said),
    client('b').gets({ status: said.status ?? 200, ...got }),
  ]
}

/** A response with these fields is kept: the next request gets it. */
export function kept(said: Fields | Said, ask: Ask = {}, again: Ask = ask): Play {
  const response = saidOf(said)
  return (stage) => [
    ...makes(stage, response, ask),
    ...keeps(stage, { status: response.status ?? 200, ...bodyOf(again) }, again),
  ]
}

/** A response with these fields is not kept, or not for this request: the view is asked again. */
export function notKept(said: Fields | Said, ask: Ask = {}, again: Ask = ask): Play {
  return (stage) => [...makes(stage, saidOf(said), ask), ...asksAgain(stage, again)]
}

/** It is kept for so many seconds and no longer. */
export function keptFor(seconds: number, said: Fields | Said, got: Got = {}): Play {
  return (stage) => {
    const { time } = stage
    return [
      ...makes(stage, saidOf(said)),
      time.passes({ seconds: seconds - 1 }),
      ...keeps(stage, got),
      time.passes('1s'),
      ...asksAgain(stage),
    ]
  }
}

function saidOf(said: Fields | Said): Said {
  const isSaid = ['status', 'reason', 'fields', 'body'].some((name) => name in said)
  return isSaid ? said : { fields: said as Fields }
}

function bodyOf({ method }: Ask): { body?: string } {
  return method === 'HEAD' ? { body: '' } : {}
}
