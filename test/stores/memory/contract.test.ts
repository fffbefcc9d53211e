import { describe, it } from 'vitest'
import type { StoreDefinition } from '../../../src/base/store.ts'
import { memory } from '../../../src/stores/memory/memory.ts'
import { storeContract } from '../../../src/testing/store-contract.ts'
import { inFakeTime } from '../../testing/harness.ts'
import { asIfPoorer } from '../../testing/poorer-store.ts'

const runner = { describe, it }
const inTurn = (name: string, definition: () => StoreDefinition): void =>
  storeContract(name, () => inFakeTime(definition()), runner)

inTurn('memory, frozen values,', () => memory())
inTurn('memory, copied values,', () => memory({ values: 'copied' }))

// The suite itself: what a store declares to lack is not asked of it, and not skipped either.
inTurn('a store of whole seconds', () => asIfPoorer(memory(), { expiry: 's' }))
inTurn('a store without messages', () => asIfPoorer(memory(), { pushWake: false }))
inTurn('a store without a list of keys', () => asIfPoorer(memory(), { scan: false }))
