/**
 * Stands for the package's built files: `scripts/build.ts` puts their digest here. Undefined where Tenon runs from its
 * sources; then a store that outlives the process tells one state of them from another itself.
 */
export const ENGINE_DIGEST: string | undefined = undefined;
