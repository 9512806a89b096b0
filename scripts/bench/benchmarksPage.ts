const HEAD = `# Benchmarks

Each section is what \`npm run bench\` wrote on one machine, with the command that wrote it. Compare numbers of one section only: another machine, or
the same on another day, gives others. Sides that are compared run in turn, so that a disturbance falls on all of them.
[performance.md](performance.md) sets them beside what is wanted, and says what limits them.
`
const SECTION = /^<!-- (\w+) -->\n.*?^<!-- end of \1 -->\n/gms

/**
 * docs/benchmarks.md with a benchmark's section anew, all others as they are.
 * @param order the names of all benchmarks; a section of another name goes
 */
export function withSection(page: string, order: readonly string[], name: string, section: string): string {
  const sections = new Map(Array.from(page.matchAll(SECTION), ([whole, found = '']) => [found, whole]))
  sections.set(name, `<!-- ${name} -->\n\n${section.trim()}\n\n<!-- end of ${name} -->\n`)
  return [HEAD, ...order.flatMap((each) => sections.get(each) ?? [])].join('\n')
}
