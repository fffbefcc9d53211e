import type { Measures } from '../../src/base/measures.ts'
import type { Store, StoreDefinition } from '../../src/base/store.ts'
import type { AliasOptions } from '../../src/config/alias.ts'
import { type Caches, createCaches } from '../../src/config/create-caches.ts'
import {
  type FleetCaches,
  type FleetMember,
  type FleetOptions,
  joinFleet,
} from '../../src/fleet/join-fleet.ts'
import { memory } from '../../src/stores/memory/memory.ts'
import { type ChaosStore, chaosStore } from '../../src/testing/chaos-store.ts'
import { fakeClock, type FakeClock } from '../../src/testing/fake-clock.ts'
import { recordingStore, type RecordingStore } from '../../src/testing/recording-store.ts'

export interface MadeProcess {
  readonly caches: Caches
  readonly member: FleetMember
  /** Its way to the store, which it can lose. */
  readonly way: ChaosStore
  readonly told: FleetCaches
}

/** Processes on one store and one fake clock. */
export class FleetWorld {
  readonly clock: FakeClock = fakeClock()
  readonly store: RecordingStore = recordingStore(seenByOthers(memory()))
  readonly #opened: Caches[] = []
  #seed = 1

  /** @param measures what each of its caches measures; default: what it does */
  join(
    options: FleetOptions = {},
    alias: AliasOptions = {},
    measures?: () => readonly Measures[],
  ): MadeProcess {
    const way = chaosStore(this.store, { seed: 1 })
    // Dice of our own: what comes at which moment is the same in each run.
    const random = (): number =>
      (this.#seed = (this.#seed * 16_807) % 2_147_483_647) / 2_147_483_647
    const { clock } = this
    const caches = createCaches({ default: { store: way, clock, random, ...alias } })
    this.#opened.push(caches)
    const told =
      measures === undefined
        ? caches
        : { ...toolsOf(caches), opened: () => measures().map(measured) }
    return { caches, way, told, member: joinFleet(told, options) }
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.map((caches) => caches.close()))
  }
}

/** Who is seen by a member, by their labels. */
export async function labelsSeen({ member }: MadeProcess): Promise<string[]> {
  return (await member.look()).map(({ label = '' }) => label).toSorted()
}

function toolsOf(caches: Caches): Omit<FleetCaches, 'opened'> & { readonly default: unknown } {
  return { toJSON: () => caches.toJSON(), default: caches.default }
}

function measured(measures: Measures): { alias: string; measures(): Measures } {
  return { alias: measures.alias, measures: () => measures }
}

/** Memory that claims what a server has: other processes see what is in it. */
function seenByOthers(definition: StoreDefinition): StoreDefinition {
  return {
    name: definition.name,
    open(context) {
      const store = definition.open(context)
      return new Proxy(store, {
        get(target, name) {
          if (name === 'can') return { ...target.can, shared: true }
          const value: unknown = Reflect.get(target, name)
          return typeof value === 'function' ? (value.bind(target) as unknown) : value
        },
      }) satisfies Store
    },
  }
}
