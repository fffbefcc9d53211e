export { type PanelOptions } from './options.ts'
export { requestPanel, type RequestPanel } from './panel.ts'
export type { PanelCall, PanelRepeat, PanelRequest } from './panel-request.ts'
export type { RequestHead } from './recording.ts'
