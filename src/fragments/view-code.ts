import { namesOf, isList, objectOf } from './code-names.ts'
import { type CodeArgument, type CodeCall, CodeReading } from './code-reading.ts'
import type { TemplateFacts } from './digest.ts'
import { isSecret } from './personal-names.ts'

/** How an engine's templates, which are code, say things. */
export interface ViewWords {
  /** What the page's data is called. */
  readonly data: readonly string[]
  /** Functions that include a template, and which of their arguments names it. */
  readonly includes: Readonly<Record<string, number>>
}

/** What one template's code tells of it. */
export class ViewCode {
  readonly #reading: CodeReading
  readonly #words: ViewWords
  #unreadable = false

  constructor(words: ViewWords) {
    this.#words = words
    this.#reading = new CodeReading(words.data)
  }

  /** @param isExpression it stands where an expression does */
  add(code: string, line: number, isExpression = false): void {
    this.#try(() => this.#reading.add(code, line, isExpression))
  }

  /** Gives a meaning to the names in `code`. */
  bind(code: string): void {
    this.#try(() => this.#reading.bind(code))
  }

  facts(): Pick<TemplateFacts, 'includes' | 'computed' | 'names' | 'unreadable'> {
    const { bound, calls, uses } = this.#reading
    const includes = new Set<string>()
    const own = new Set(bound)
    let computed = uses.some(({ isCall, path }) => !isCall && this.#includesBy(path))
    for (const call of calls) {
      if (!this.#includesBy(call.path)) continue
      const names = this.#namesIn(call)
      if (names === undefined) computed = true
      for (const name of names ?? []) includes.add(name)
      for (const name of call.args.flatMap(givenNames)) own.add(name)
    }
    const names = { uses, bound: own }
    return { includes: [...includes], computed, names, unreadable: this.#unreadable }
  }

  #try(act: () => void): void {
    try {
      act()
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      this.#unreadable = true
    }
  }

  #includesBy([name = '', ...rest]: readonly string[]): boolean {
    const isOurs = name === 'fragment' || Object.hasOwn(this.#words.includes, name)
    return isOurs && rest.length === 0
  }

  /** @returns `undefined` when it may be any */
  #namesIn({ args, path: [name = ''] }: CodeCall): readonly string[] | undefined {
    const at = this.#words.includes[name]
    return at === undefined ? fragmentNames(args) : namesOf(args[at] ?? [])
  }
}

/** A fragment is a part of what the template shows: `fragment('card')`, `fragment('card', [id], { template: 'cards/small' })`. */
function fragmentNames(args: readonly CodeArgument[]): readonly string[] | undefined {
  const [name = [], second, third] = args
  const last = third ?? (isList(second) ? undefined : second)
  const options = objectOf(last)
  const template = options?.values.get('template')
  if (template !== undefined) return namesOf(template)
  return last !== undefined && options?.isOpen !== false ? undefined : namesOf(name)
}

/** Names to which a call gives another meaning in what it includes: `{ user: author }`. */
function givenNames(argument: CodeArgument): string[] {
  return argument.flatMap(({ type, value }, at) => {
    const [mark, next] = [argument[at + 1], argument[at + 2]]
    if ((type !== 'name' && type !== 'string') || mark?.value !== ':') return []
    // `{ user: user }` and `{ user: it.user }` give what is there already; a token is one whoever gives it.
    const isSame = next?.value === value || argument[at + 4]?.value === value
    return isSame || isSecret(value) ? [] : [value]
  })
}
