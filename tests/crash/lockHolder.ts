// Holds the lock of a folder until it is killed, or says that somebody else has it.
import { lockFolder } from '../../src-main/files/lock.ts'

const [folder = ''] = process.argv.slice(2)
const lock = await lockFolder(folder)
process.stdout.write(lock ? 'held\n' : 'refused\n')
if (lock) setInterval(() => undefined, 1000)
