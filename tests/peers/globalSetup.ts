import { preparePeers } from '../../scripts/peers/preparePeers.ts'
import { smollm2 } from '../../scripts/peers/smollm2.ts'

/** Before the first test of this tier: the Python environment and the one real model, both kept for the next time. */
export default async function prepare(): Promise<void> {
  await smollm2(preparePeers((line) => process.stderr.write(`${line}\n`)))
}
