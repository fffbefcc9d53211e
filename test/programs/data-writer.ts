// Writes rows with a library of one's choice, in a process of its own, to the same database and Redis as others: told which
// rows by messages, and how. `holds`: between COMMIT and its invalidation it says so, and stays there until it is told to go on;
// or is killed there.
import { createCaches } from 'breakwater'
import { trackChanges } from 'breakwater/data'
import { redis } from 'breakwater/redis'
import { LIBRARIES } from './writers/libraries.ts'
import type { WriterSetup } from './writers/writer.ts'

/** What it is told. */
interface Order {
  readonly turn: number
  readonly ids: readonly number[]
  readonly how: 'plain' | 'transaction' | 'rolled back'
  readonly holds: boolean
}

class RolledBack extends Error {}

const setup = JSON.parse(process.argv[2] ?? '') as WriterSetup
/** The order whose invalidation is held, and what lets it go on. */
let held: Order | undefined
let goOn: () => void = () => {}

// However busy the machine is: an announcement that was given up would be an outage, and those are judged elsewhere.
const definition = redis(setup.store, { commandTimeout: '20s', connectTimeout: '20s' })
const cache = createCaches({
  default: {
    prefix: setup.prefix,
    onOutage: 'throw',
    store: {
      name: definition.name,
      open(context) {
        const store = definition.open(context)
        const bump = store.bump.bind(store)
        // The first word that the fleet hears of what was committed.
        store.bump = async (...parts) => {
          if (held !== undefined) {
            const { turn } = held
            held = undefined
            // Whatever else it has said to the store by now arrives before it is killed.
            setImmediate(() => {
              void cache.get('nothing').then(() => process.send?.({ turn, said: 'committed' }))
            })
            await new Promise<void>((resolve) => {
              goOn = resolve
            })
          }
          return await bump(...parts)
        }
        return store
      },
    },
  },
}).default
const tracker = trackChanges(cache, { timeout: setup.timeout as '2s' })
const writer = await LIBRARIES[setup.by]?.({ setup, cache, tracker })
if (writer === undefined) throw new Error(`Nobody knows how ${setup.by} writes.`)

async function write({ ids, how }: Order): Promise<void> {
  if (how === 'plain') {
    await writer?.add(ids)
    return
  }
  try {
    await writer?.transaction(ids, () => {
      if (how === 'rolled back') throw new RolledBack()
    })
  } catch (error) {
    if (!(error instanceof RolledBack)) throw error
  }
}

process.on('message', (message: Order | 'go on') => {
  if (message === 'go on') return goOn()
  if (message.holds) held = message
  write(message).then(
    () => process.send?.({ turn: message.turn, said: 'done' }),
    (error: unknown) => process.send?.({ turn: message.turn, said: String(error) }),
  )
})
process.send?.({ turn: 0, said: 'ready' })
