export { addFragments, type NunjucksOptions } from './add-fragments.ts'
