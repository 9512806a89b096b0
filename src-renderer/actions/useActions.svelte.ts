import { untrack } from 'svelte'
import { getApp } from '../state/app.svelte.ts'
import type { Action } from './action.ts'

/** Makes actions available for as long as the component is there. Called while a component is set up. */
export function useActions(list: readonly Action[]): void {
  const { actions } = getApp()
  // An effect, because the list of actions lies outside of what this component draws.
  $effect(() => untrack(() => actions.add(list)))
}
