/** What amifile.ts imports from `amigraph`. */
export { defineConfig } from './config/written-config.ts';
export type {
  AffectedOptions,
  BuilderOptions,
  Provider,
  SandboxSettings,
  StepScript,
  StepScripts,
  StepScriptWithInputs,
  WrittenConfig,
} from './config/written-config.ts';
export type { Architecture, BaseImage } from './core/template.ts';
