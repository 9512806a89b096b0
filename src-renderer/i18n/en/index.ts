import { app } from './app.ts'
import { examples } from './examples.ts'
import { imports } from './imports.ts'
import { learns } from './learns.ts'
import { models } from './models.ts'
import { settings } from './settings.ts'
import { test } from './test.ts'
import { train } from './train.ts'
import { welcome } from './welcome.ts'

export const en = { ...app, ...examples, ...imports, ...learns, ...models, ...settings, ...test, ...train, ...welcome }
