// Edits a project in a process of its own, which a test can kill: from one action on, until it is killed. A line after each.
import { openEditing, takeAction } from './editingSession.ts'

const [folder, first] = process.argv.slice(2) as [string, string]
const store = await openEditing(folder)
for (let index = Number(first); ; index++) {
  await takeAction(store, index)
  process.stdout.write(`${index}\n`)
}
