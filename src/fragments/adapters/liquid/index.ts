export { addFragments, type LiquidOptions } from './add-fragments.ts'
