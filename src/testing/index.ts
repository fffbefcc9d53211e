export type { StoreHarness } from './contract/bench.ts'
export { fakeClock, type FakeClock } from './fake-clock.ts'
export { checkStore, contractCases, storeContract, type ContractRunner } from './store-contract.ts'
