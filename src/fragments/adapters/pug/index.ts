export type { Views } from '../../views.ts'
export { pugViews, type PugViewsOptions } from './pug-views.ts'
