// Makes the program's icons from the page's: `npm run icons`.
// Sizes: https://www.electron.build/icons (macOS at least 512, Windows at least 256; Linux takes a folder of pictures named by their size).
import { Resvg } from '@resvg/resvg-js'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { icnsFile } from './icnsFile.ts'
import { icoFile } from './icoFile.ts'

const SOURCE = resolve('src-renderer/public/icon.svg')
const FOLDER = resolve('resources/icon')

const LINUX_SIZES = [16, 32, 48, 64, 128, 256, 512]
const WINDOWS_SIZES = [16, 24, 32, 48, 64, 128, 256]
const MAC_SIZES = [16, 32, 64, 128, 256, 512, 1024]

const svg = readFileSync(SOURCE, 'utf8')
/** macOS leaves a margin around an icon: 824 of 1024 points are the icon's own (Apple's design template). */
const svgForMac = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1024 1024">${svg.replace('<svg ', '<svg x="100" y="100" width="824" height="824" ')}</svg>`

const draw = (picture: string, size: number): { size: number; png: Uint8Array } => ({
  size,
  png: new Resvg(picture, { fitTo: { mode: 'width', value: size } }).render().asPng(),
})

mkdirSync(FOLDER, { recursive: true })
for (const size of LINUX_SIZES) writeFileSync(join(FOLDER, `${size}x${size}.png`), draw(svg, size).png)
writeFileSync(join(FOLDER, 'icon.ico'), icoFile(WINDOWS_SIZES.map((size) => draw(svg, size))))
writeFileSync(join(FOLDER, 'icon.icns'), icnsFile(MAC_SIZES.map((size) => draw(svgForMac, size))))
