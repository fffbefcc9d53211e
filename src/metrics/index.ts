export { between, type Difference } from './between.ts'
export { familyOf } from '../base/family.ts'
export { hitRateOf } from './hit-rate-of.ts'
export type {
  Counts,
  FamilyMeasures,
  Health,
  Histogram,
  Measured,
  Measures,
  OperationMeasures,
  SlowLoad,
} from '../base/measures.ts'
export { merged } from './merged.ts'
export { quantileOf } from './quantile-of.ts'
