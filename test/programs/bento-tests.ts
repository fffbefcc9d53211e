import { test } from '@japa/runner'
import { createCaches, memory } from 'breakwater'
import { bentoDriver } from 'breakwater/bentocache'
import { registerCacheDriverTestSuite } from 'bentocache/test_suite'

const url = process.env['SUITE_STORE']
const caches = createCaches({ default: { store: url ?? memory(), prefix: 'bento-suite' } })
const { factory } = bentoDriver(caches.default)

test.group('the driver', (group) => {
  group.teardown(async () => await caches.close())
  registerCacheDriverTestSuite({
    test,
    group,
    createDriver: (options) => factory({ prefix: 'japa', ...options }),
  })
})
