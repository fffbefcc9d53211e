import fc from 'fast-check'
import { describe, it } from 'vitest'
import { memory } from '../../../src/stores/memory/memory.ts'
import { storeProperties } from '../../../src/testing/store-properties.ts'
import { inFakeTime } from '../../testing/harness.ts'

const runner = { describe, it }

storeProperties('memory, frozen values,', () => inFakeTime(memory()), runner, fc)
storeProperties(
  'memory, copied values,',
  () => inFakeTime(memory({ values: 'copied' })),
  runner,
  fc,
)
