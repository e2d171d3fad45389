// As in a browser that can't set a guest's stack aside.
for (const name of ["Suspending", "promising", "SuspendError"]) {
  Reflect.deleteProperty(WebAssembly, name);
}
