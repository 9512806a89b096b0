import { afterEach, describe, expect, it } from 'vitest'
import { openChatRenderer, type ChatRenderer, type Conversation } from '../../../../src-main/engine/2-tokens/chatRenderer.ts'

const ask = (content: string): Conversation => ({ messages: [{ role: 'user', content }], addGenerationPrompt: true })
const failure = (code: string, parameters: object): Error => expect.objectContaining({ code, parameters }) as Error

describe('a chat template', () => {
  let renderer: ChatRenderer | undefined
  const open = (source: string): ChatRenderer => (renderer = openChatRenderer(source, { bos_token: '<s>' }))
  afterEach(() => renderer?.close())

  it('sees the messages, the special tokens and whether an answer shall be introduced', async () => {
    const { render } = open(
      '{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content }}{% endfor %}{% if add_generation_prompt %} >{% endif %}',
    )
    expect(await render([ask('{{ 1 + 1 }}'), { ...ask('b'), addGenerationPrompt: false }])).toEqual([
      '<s>[user] {{ 1 + 1 }} >',
      '<s>[user] b',
    ])
  })

  it('writes many conversations at once and one after another, in order', async () => {
    const { render } = open('{{ messages[0].content }}')
    const names = Array.from({ length: 500 }, (_, index) => `row ${index}`)
    const [all, again, none] = await Promise.all([render(names.map(ask)), render([ask('again')]), render([])])
    expect(all).toEqual(names)
    expect([again, none]).toEqual([['again'], []])
  })

  it("passes on a template's own complaint, and goes on", async () => {
    const { render } = open("{% if messages[0].content == 'bad' %}{{ raise_exception('Only good ones') }}{% endif %}ok")
    await expect(render([ask('good'), ask('bad')])).rejects.toThrow(failure('template/failed', { reason: 'Only good ones' }))
    expect(await render([ask('good')])).toEqual(['ok'])
  })

  it('is refused where it is no Jinja', async () => {
    await expect(open('{% for %}').render([ask('x')])).rejects.toThrow(expect.objectContaining({ code: 'template/failed' }))
  })

  it('is stopped after a second, and later ones are served', async () => {
    const { render } = open(
      "{% if messages[0].content == 'slow' %}{% for a in range(3000) %}{% for b in range(3000) %}{% endfor %}{% endfor %}{% endif %}ok",
    )
    await expect(render([ask('slow')])).rejects.toThrow(failure('template/over-limit', { limit: '1 s' }))
    expect(await render([ask('quick')])).toEqual(['ok'])
  })

  it('cannot take all memory', async () => {
    await expect(open('{% for x in range(1000000000) %}{% endfor %}').render([ask('x')])).rejects.toThrow(
      expect.objectContaining({ code: 'template/over-limit' }),
    )
  })

  it('cannot double a text until the memory is full', async () => {
    const doubling = '{% set n = namespace(s="x") %}{% for i in range(28) %}{% set n.s = n.s ~ n.s %}{% endfor %}{{ n.s }}'
    await expect(open(doubling).render([ask('x')])).rejects.toThrow(expect.objectContaining({ code: 'template/over-limit' }))
  })

  it('cannot write without end', async () => {
    const { render } = open("{{ 'x' * 10 }}{% for x in range(200000) %}endless{% endfor %}")
    await expect(render([ask('x')])).rejects.toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^template\//) as string }),
    )
  })

  it('reaches nothing of Node', async () => {
    const escape = "{{ messages.constructor.constructor('return process')() }}"
    await expect(open(escape).render([ask('x')])).rejects.toThrow(expect.objectContaining({ code: 'template/failed' }))
  })
})
