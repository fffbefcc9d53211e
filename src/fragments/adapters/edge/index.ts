export type { Views } from '../../views.ts'
export { edgeViews, type EdgeViewsOptions } from './edge-views.ts'
