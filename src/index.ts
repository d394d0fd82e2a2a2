/** What amifile.ts imports from `amigraph`. */
export { defineConfig } from './config/written-config.ts';
export type {
  AffectedOptions,
  BuilderOptions,
  Provider,
  SandboxSettings,
  StepScripts,
  WrittenConfig,
} from './config/written-config.ts';
export type { Architecture, BaseImage } from './core/template.ts';
