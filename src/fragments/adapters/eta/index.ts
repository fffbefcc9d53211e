export type { Views } from '../../views.ts'
export { etaViews, type EtaViewsOptions } from './eta-views.ts'
