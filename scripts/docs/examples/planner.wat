;; The plugin of docs/embedding.md, "Interfaces and worlds of your own": `plan(title) -> u32` adds a task, and
;; answers how many there are. It adds none where it is refused, and answers 0.
(component
  (@custom "tenon:manifest" "{\"name\": \"acme/planner\", \"version\": \"1.0.0\", \"title\": \"Planner\", \"description\": \"Adds tasks.\", \"license\": \"Apache-2.0\", \"authors\": [\"Acme\"], \"api\": \"^0.1.0\", \"capabilities\": {\"acme.tasks\": {\"scope\": {\"most\": 2}, \"reason\": \"To plan your day.\"}}}")
  (import "acme:app/tasks@1.0.0" (instance $tasks
    (export "add" (func (param "title" string) (result (result u32 (error string)))))))
  (core module $Libc
    (memory (export "memory") 1)
    (global $next (mut i32) (i32.const 1024))
    (func (export "realloc") (param i32 i32 i32 i32) (result i32)
      (global.get $next)
      (global.set $next (i32.add (global.get $next) (local.get 3)))))
  (core instance $libc (instantiate $Libc))
  (core func $add (canon lower (func $tasks "add")
    (memory (core memory $libc "memory")) (realloc (core func $libc "realloc"))))
  (core module $Plan
    (import "libc" "memory" (memory 1))
    (import "host" "add" (func $add (param i32 i32 i32)))
    (func (export "plan") (param i32 i32) (result i32)
      (call $add (local.get 0) (local.get 1) (i32.const 0))
      (if (result i32) (i32.load8_u (i32.const 0))
        (then (i32.const 0))
        (else (i32.load (i32.const 4))))))
  (core instance $plan (instantiate $Plan
    (with "libc" (instance $libc))
    (with "host" (instance (export "add" (func $add))))))
  (func (export "plan") (param "title" string) (result u32)
    (canon lift (core func $plan "plan")
      (memory (core memory $libc "memory")) (realloc (core func $libc "realloc")))))
