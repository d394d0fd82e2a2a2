/** What the sandbox asks of whatever runs steps for real. It does not know how they are confined, nor which AWS call wants them. */

/** Runs the shell lines of a command for real in an instance's own folder, detached from this process, so that it outlives it. */
export interface Confinement {
  /** Makes the root folder of a new instance from its image's folder (absent: an empty root). */
  prepareInstance(instance: string, image: string | undefined): void;
  /** Starts the lines; the run is found again by its id from any process. */
  start(run: {
    readonly id: string;
    readonly instance: string;
    readonly lines: readonly string[];
    readonly timeoutSeconds: number;
    /** What the lines may ask the parameter store for, by name. */
    readonly parameters: Readonly<Record<string, string>>;
  }): void;
  /** What is known of the run now. `lost`: its process died without a result. */
  result(
    id: string,
  ):
    | { readonly state: 'running' }
    | { readonly state: 'lost' }
    | { readonly state: 'done'; readonly exitCode: number; readonly stdout: string; readonly stderr: string };
  cancel(id: string): void;
  /** Keeps the instance's root as the image's. */
  capture(instance: string, image: string): void;
  removeInstance(instance: string): void;
  removeImage(image: string): void;
}
