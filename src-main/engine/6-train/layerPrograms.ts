import type { ModelConfig } from '../4-graph/config.ts'
import { afterAttentionParameters, beforeAttentionParameters, layerParameterName } from '../4-graph/parameters.ts'
import type { Program } from '../4-graph/program.ts'
import { afterAttention } from '../4-graph/programs/afterAttention.ts'
import { beforeAttention } from '../4-graph/programs/beforeAttention.ts'
import { SQUARED_NORM, type FactoredPrograms } from '../4-graph/programs/factoredGradients.ts'
import { dropoutMaskName } from '../4-graph/programs/layerWeights.ts'
import { adapterName, trainedLayers, type TrainedHalf, type TrainedParts } from '../4-graph/trainedParts.ts'
import type { Executable, Executor, Tensor } from '../5-exec/executor.ts'
import { runParts } from '../5-exec/runParts.ts'
import { tokenBlocks } from '../5-exec/tokenBlocks.ts'
import { createDropoutMasks, type MaskPlace } from './dropoutMasks.ts'
import { entries } from './entries.ts'
import type { ModelWeights, WeightInputs } from './modelWeights.ts'

export type LayerHalf = 'before' | 'after'

/** A moment of a run, on which dropout depends. */
export type TrainingMoment = Pick<MaskPlace, 'step' | 'microBatch'>

/**
 * The programs of the layers' halves before and after attention, with whatever they need of the layer's weights. Layers of which the same is
 * trained share their programs; a layer with frozen weights has them compiled for itself, when they are first run.
 */
export interface LayerPrograms {
  run(
    layer: number,
    half: LayerHalf,
    kind: 'forward' | 'inference' | 'recompute',
    inputs: Readonly<Record<string, Tensor>>,
    destinations: Readonly<Record<string, Tensor | undefined>>,
    moment: TrainingMoment,
  ): Promise<Record<string, Tensor>>
  /**
   * Adds the gradients of the trained weights.
   * @param factored whether those of matrices are added as factors, from which they are made when the optimizer uses them
   * @returns the gradients of activations that something below needs
   */
  runBackward(
    layer: number,
    half: LayerHalf,
    inputs: Readonly<Record<string, Tensor>>,
    moment: TrainingMoment,
    factored: boolean,
  ): Promise<Record<string, Tensor>>
}

export function createLayerPrograms(
  config: ModelConfig,
  executor: Executor,
  weights: ModelWeights,
  parts: TrainedParts,
  seed: number,
): LayerPrograms {
  const layers = trainedLayers(config, parts)
  const kinds = new Map<string, ReturnType<typeof programsOf>>()
  const programsOf = (layer: number) => {
    const trained = at(layers, layer)
    return { before: beforeAttention(config, trained), after: afterAttention(config, trained) }
  }
  const programs = layers.map((trained, layer) => {
    const kind = JSON.stringify(trained)
    const known = kinds.get(kind) ?? programsOf(layer)
    kinds.set(kind, known)
    return known
  })
  const shapes = { before: beforeAttentionParameters(config), after: afterAttentionParameters(config) }

  /** The program's inputs that are weights or adapters. */
  const weightInputs = (layer: number, half: LayerHalf): WeightInputs => {
    const own = shapes[half].map(({ name }) => name)
    return Object.fromEntries(
      [...own, ...adapterNames(at(layers, layer)[half])].map((name) => [name, layerParameterName(layer, name)]),
    )
  }

  const compiled = new Map<Program, Map<number | 'all', Promise<Executable>>>()
  function executable(program: Program, layer: number, half: LayerHalf): Promise<Executable> {
    const frozen = weights.frozen(weightInputs(layer, half))
    const owner = program.inputs.some(({ name }) => name in frozen) ? layer : 'all'
    const known = compiled.get(program) ?? new Map<number | 'all', Promise<Executable>>()
    compiled.set(program, known)
    const found = known.get(owner) ?? executor.compile(program, frozen)
    known.set(owner, found)
    return found
  }

  const dropoutMask = createDropoutMasks(executor, parts.adapters?.dropout ?? 0, seed)
  /** The masks that programs ask for, as many rows of each as there are tokens. */
  function masks(asking: readonly Program[], layer: number, half: LayerHalf, rows: number, moment: TrainingMoment) {
    const found: Record<string, Tensor> = {}
    at(layers, layer)[half].adapted.forEach((module, index) => {
      const name = dropoutMaskName(module)
      const input = asking.flatMap(({ inputs }) => inputs).find((each) => each.name === name)
      const place = { ...moment, layer, module: half === 'before' ? index : index + shapes.before.length }
      if (input) found[name] = dropoutMask([rows, Number(input.shape[1])], place)
    })
    return found
  }

  /** @param packed what is fed of each token */
  async function run<Name extends string>(
    program: Program,
    layer: number,
    half: LayerHalf,
    packed: Readonly<Record<string, Tensor>>,
    destinations: Readonly<Record<Name, Tensor | undefined>>,
    inBlocks: boolean,
  ): Promise<Record<Name, Tensor>> {
    const compiled = await executable(program, layer, half)
    const inputs = weightInputs(layer, half)
    const isRead = new Set(program.inputs.map(({ name }) => name))
    const unpacked = await weights.unpacked(Object.fromEntries(Object.entries(inputs).filter(([input]) => isRead.has(input))))
    const fed = { ...weights.fed(inputs), ...unpacked }
    const results = inBlocks
      ? await runParts(executor, compiled, tokenBlocks(tokensOf(packed), fed), packed, destinations)
      : await executor.run(compiled, { ...packed, ...fed }, destinations)
    executor.release(...Object.values(unpacked))
    return entries(results, ...(Object.keys(destinations) as Name[]))
  }

  /** What a backward program gives of every token beside the gradients of weights, each in a buffer that all layers use one after another. */
  function activationPlaces(program: Program, layer: number, tokens: number): Record<string, Tensor | undefined> {
    const names = [...program.outputs.keys()].filter((name) => !isWeightGradient(name) && name !== SQUARED_NORM)
    return Object.fromEntries(
      names.map((name) => {
        const shape = program.graph.shape(program.outputs.get(name) ?? NaN)
        // The gradient of a layer's input is read while that of the layer below is written: two buffers in turn. Factors stay until the optimizer's step.
        const turn = name.startsWith(FACTOR) ? layer : name === 'gradient.hidden' ? layer % 2 : 0
        const lengths = shape.map((length) => (typeof length === 'string' ? tokens : length))
        return [name, executor.scratch(`backward.${name}.${turn}`, lengths)]
      }),
    )
  }
  function weightPlaces(program: Program, layer: number): Record<string, Tensor | undefined> {
    const names = [...program.outputs.keys()].filter(isWeightGradient)
    return Object.fromEntries(names.map((name) => [name, weights.trained.gradientDestination(parameterOf(name, layer))]))
  }
  async function addGradients(results: Readonly<Record<string, Tensor>>, layer: number): Promise<void> {
    for (const [name, gradient] of Object.entries(results))
      if (isWeightGradient(name)) await weights.trained.addGradient(parameterOf(name, layer), gradient)
  }

  /** The backward pass of which the matrices' gradients are factors. */
  async function runFactored(
    { backward, factors }: FactoredPrograms,
    layer: number,
    half: LayerHalf,
    packed: Readonly<Record<string, Tensor>>,
  ): Promise<Record<string, Tensor>> {
    const places: Record<string, Tensor | undefined> = {
      ...activationPlaces(backward, layer, tokensOf(packed)),
      ...weightPlaces(backward, layer),
      [SQUARED_NORM]: undefined,
    }
    const results = await run(backward, layer, half, packed, places, false)
    await addGradients(results, layer)
    const output = (name: string): Tensor => {
      const found = results[name]
      if (!found) throw new Error(`${backward.name} gives no ${name}`)
      return found
    }
    const [squaredNorm = NaN] = await executor.download(output(SQUARED_NORM))
    const named = [...factors].map(([weight, { gradient, input }]) => ({
      name: layerParameterName(layer, weight),
      gradient: output(gradient),
      input: output(input),
    }))
    weights.trained.addFactors(named, squaredNorm)
    return results
  }

  return {
    async run(layer, half, kind, inputs, destinations, moment) {
      const program = at(programs, layer)[half][kind]
      const dropped = masks([program], layer, half, tokensOf(inputs), moment)
      const results = await run(program, layer, half, { ...inputs, ...dropped }, destinations, half === 'after')
      executor.release(...Object.values(dropped))
      return results
    },
    async runBackward(layer, half, inputs, moment, factored) {
      const { before, after } = at(programs, layer)
      const ofFactors = half === 'before' ? before.factored : after.factored
      if (factored && ofFactors) return runFactored(ofFactors, layer, half, inputs)
      const [first, second] = half === 'before' ? [before.backward, null] : [after.backward, after.weights]
      if (!first) return {}
      const rows = tokensOf(inputs)
      const dropped = masks(second ? [first, second] : [first], layer, half, rows, moment)
      const packed = { ...inputs, ...dropped }
      const places = { ...activationPlaces(first, layer, rows), ...weightPlaces(first, layer) }
      const results = await run(first, layer, half, packed, places, half === 'after')
      await addGradients(results, layer)
      if (second)
        await addGradients(await run(second, layer, half, { ...packed, ...results }, weightPlaces(second, layer), false), layer)
      executor.release(...Object.values(dropped))
      return results
    },
  }
}

const FACTOR = 'factor.'
const GRADIENT = 'gradient.'
const isWeightGradient = (output: string): boolean => output.startsWith(GRADIENT) && /\.(weight|bias)$/.test(output)
const parameterOf = (weightGradient: string, layer: number): string =>
  layerParameterName(layer, weightGradient.slice(GRADIENT.length))

const tokensOf = (packed: Readonly<Record<string, Tensor>>): number => Object.values(packed)[0]?.shape[0] ?? 0
const adapterNames = ({ adapted }: Pick<TrainedHalf, 'adapted'>): string[] =>
  adapted.flatMap((module) => [adapterName(module, 'A'), adapterName(module, 'B')])

function at<T>(list: readonly T[], index: number): T {
  const found = list[index]
  if (found === undefined) throw new RangeError(`there is no layer ${index}`)
  return found
}
