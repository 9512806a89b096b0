import { electronProgram, hasDisplay } from '../../scripts/app/electronProgram.ts'

/** This tier needs Electron's program and a display. Where they are missing its tests are skipped, and nobody is left to overlook that. */
export default function sayWhetherItRuns(): void {
  const missing =
    electronProgram() === null
      ? 'Electron’s program is not installed (npx install-electron)'
      : hasDisplay(process.platform, process.env)
        ? null
        : 'there is no display for a window (xvfb-run gives one)'
  if (missing !== null)
    process.stderr.write(
      `\n━━ THE TESTS IN ELECTRON DID NOT RUN: ${missing}. The tests of the window run in a browser instead. ━━\n\n`,
    )
}
