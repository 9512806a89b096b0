/** The part of the WebAssembly interface that is used here; Node's types leave it to the browser's. */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }
  interface Instance {
    readonly exports: Record<string, unknown>
  }
  function instantiate(bytes: Uint8Array): Promise<{ instance: Instance }>
}
