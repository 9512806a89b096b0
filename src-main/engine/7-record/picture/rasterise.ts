import { renderAsync, Resvg } from '@resvg/resvg-js'

/** Twice the SVG's size, for sharp screens. */
const ZOOM = 2

/** An SVG as PNG. Its text is drawn with the system's fonts: where there are none, it is left out. */
export async function rasterise(svg: string): Promise<Uint8Array> {
  const picture = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: ZOOM },
    font: { loadSystemFonts: svg.includes('<text') },
  })
  return picture.asPng()
}

/**
 * Whether the system's fonts have all of these characters. A font draws the same box for every letter that it does not have, so what comes out like a
 * character that does not exist is not there.
 */
export function systemFontsHave(characters: string): boolean {
  const visible = [...new Set(characters.replace(/\s/g, ''))]
  const texts = [...visible, '\u{10ffff}'].map((character) => `<text>${character}</text>`).join('')
  const drawn = new Resvg(`<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">${texts}</svg>`).toString()
  const shapes = [...drawn.matchAll(/ d="([^"]*)"/g)].map(([, shape]) => shape)
  return shapes.length === visible.length + 1 && !shapes.slice(0, -1).includes(shapes.at(-1))
}
