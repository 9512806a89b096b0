/** Where in the window a person is. */
export const STEPS = ['examples', 'learns', 'train', 'test'] as const
export type Step = (typeof STEPS)[number]
export type Place = 'home' | Step | 'models' | 'settings'

const PLACES: readonly string[] = ['home', ...STEPS, 'models', 'settings']

export const isStep = (place: Place): place is Step => (STEPS as readonly string[]).includes(place)

/** The place that an address of the page names. */
export function placeOf(hash: string): Place {
  const name = hash.replace(/^#/, '')
  return PLACES.includes(name) ? (name as Place) : 'home'
}

/**
 * - `empty`: there is nothing yet
 * - `attention`: something should be looked at first
 * - `ready`: what the next step needs is there
 * - `busy`: the computer works on it
 */
export type StepState = 'empty' | 'attention' | 'ready' | 'busy' | 'done'
