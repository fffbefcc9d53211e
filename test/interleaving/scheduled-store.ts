import type { StoreRecord } from '../../src/base/record.ts'
import type { Inbox, Store, StoreDefinition } from '../../src/base/store.ts'
import type { Schedule } from './schedule.ts'

const WORDS = 'read write remove touch increment bump intend withdraw acquire commit renew release'
const ACTS: ReadonlySet<PropertyKey> = new Set(WORDS.split(' '))

/** The store as `process` sees it: each act waits for its turn to arrive, each answer and each message for its turn back. */
export function scheduledStore(
  definition: StoreDefinition,
  process: string,
  schedule: Schedule,
): StoreDefinition {
  return {
    name: definition.name,
    open(context) {
      const store = definition.open(context)
      return new Proxy(store, {
        get(target, name: keyof Store) {
          const member: unknown = Reflect.get(target, name, target)
          if (typeof member !== 'function') return member
          const call = (...args: unknown[]): unknown => Reflect.apply(member, target, args)
          if (name === 'listen')
            return (inbox: Inbox) => store.listen(lateInbox(inbox, process, schedule))
          if (!ACTS.has(name)) return call
          return async (...args: unknown[]) => {
            const words = wordsOf(name, args)
            await schedule.turn(process, `→ ${words}`)
            try {
              return await call(...args)
            } finally {
              await schedule.turn(process, `← ${words}`)
            }
          }
        },
      })
    },
  }
}

function lateInbox(inbox: Inbox, process: string, schedule: Schedule): Inbox {
  const later = (words: string, act: () => void): void => {
    void schedule.turn(process, `hears ${words}`).then(act)
  }
  return {
    wake: (key: string, committed?: StoreRecord) =>
      later(`wake ${key}`, () => inbox.wake(key, committed)),
    doom: (token) => later('doom', () => inbox.doom(token)),
    lost: () => later('lost', () => inbox.lost()),
    reset: () => later('reset', () => inbox.reset?.()),
  }
}

function wordsOf(name: string, [first]: unknown[]): string {
  const keys = Array.isArray(first) ? first : [first]
  const said = keys.map((each) => (typeof each === 'string' ? each : (each as { key: string }).key))
  return `${name} ${said.join(' ')}`
}
