//! The one realm of an instance: what it holds, and the calls of it.

use crate::bindings::tenon::javascript::host;
use crate::classes::{Kind, of_class};
use crate::codec::decode::{Bad, Decoder};
use crate::codec::encode::{Encoder, Names, Stop};
use crate::codec::{tag, varint};
use crate::modules::{self, compile};
use crate::value::{Atom, Text, Thrown, Value, caught, throw_type};
use crate::{memory, natives, resources};
use core::cell::{Cell, OnceCell, RefCell};
use core::ffi::{CStr, c_void};
use rquickjs_sys as q;
use std::collections::BTreeMap;

/// What `tenon:internal` exports.
pub const INTERNAL_NAMES: &[&CStr] =
    &[c"call", c"start", c"resourceClass", c"drop", c"forget", c"isResource"];

/// How many unhandled rejections one entry tells of.
const MOST_UNHANDLED: usize = 32;

/// How many dropped resources wait to be told.
const MOST_DROPPED: usize = 64;

/// Functions of the prelude's that we call.
pub struct Hooks {
    pub date_value: Value,
    pub regexp_parts: Value,
    pub regexp: Value,
    pub unbox: Value,
    pub map_entries: Value,
    pub set_values: Value,
    pub map: Value,
    pub set: Value,
    pub bigint: Value,
    pub error: Value,
    pub view_bytes: Value,
    pub data_view: Value,
    pub open: Value,
    /// An object with what `tenon:internal` exports.
    pub internal: Value,
}

impl Hooks {
    fn of(object: &Value) -> Result<Hooks, Thrown> {
        Ok(Hooks {
            date_value: object.get(c"dateValue")?,
            regexp_parts: object.get(c"regexpParts")?,
            regexp: object.get(c"regexp")?,
            unbox: object.get(c"unbox")?,
            map_entries: object.get(c"mapEntries")?,
            set_values: object.get(c"setValues")?,
            map: object.get(c"map")?,
            set: object.get(c"set")?,
            bigint: object.get(c"bigint")?,
            error: object.get(c"error")?,
            view_bytes: object.get(c"viewBytes")?,
            data_view: object.get(c"dataView")?,
            open: object.get(c"open")?,
            internal: object.get(c"internal")?,
        })
    }
}

pub struct Realm {
    rt: Cell<*mut q::JSRuntime>,
    ctx: Cell<*mut q::JSContext>,
    hooks: OnceCell<Hooks>,
    // By the number of QuickJS's class.
    kinds: RefCell<Vec<Kind>>,
    resource_class: Cell<q::JSClassID>,
    prototypes: RefCell<BTreeMap<u32, Value>>,
    value_limit: Cell<usize>,
    // How the promise of a call that was begun is settled.
    begun: RefCell<BTreeMap<u32, [Value; 2]>>,
    last_call: Cell<u32>,
    // What has settled since the last answer, each encoded.
    settled: RefCell<Vec<Vec<u8>>>,
    // Promises that were rejected while nobody listened, with their reasons.
    unhandled: RefCell<Vec<(Value, Value)>>,
    dropped: RefCell<Vec<(u32, u32)>>,
    // The text goes when it is compiled.
    files: RefCell<BTreeMap<String, Option<String>>>,
    main: RefCell<Option<Value>>,
}

struct Single(Realm);
// This target has one thread.
unsafe impl Sync for Single {}

static REALM: Single = Single(Realm {
    rt: Cell::new(core::ptr::null_mut()),
    ctx: Cell::new(core::ptr::null_mut()),
    hooks: OnceCell::new(),
    kinds: RefCell::new(Vec::new()),
    resource_class: Cell::new(0),
    prototypes: RefCell::new(BTreeMap::new()),
    value_limit: Cell::new(0),
    begun: RefCell::new(BTreeMap::new()),
    last_call: Cell::new(0),
    settled: RefCell::new(Vec::new()),
    unhandled: RefCell::new(Vec::new()),
    dropped: RefCell::new(Vec::new()),
    files: RefCell::new(BTreeMap::new()),
    main: RefCell::new(None),
});

pub fn realm() -> &'static Realm {
    &REALM.0
}

pub fn ctx() -> *mut q::JSContext {
    REALM.0.ctx.get()
}

impl Realm {
    // Makes the realm, with nothing in it but the language.
    fn make(&self) {
        unsafe {
            let rt = q::JS_NewRuntime2(&memory::FUNCTIONS, core::ptr::null_mut());
            self.rt.set(rt);
            q::JS_SetMaxStackSize(rt, 192 * 1024);
            self.ctx.set(q::JS_NewContext(rt));
            self.resource_class.set(resources::register(rt));
            let tracker = Some(on_rejection as unsafe extern "C" fn(_, _, _, _, _));
            q::JS_SetHostPromiseRejectionTracker(rt, tracker, core::ptr::null_mut());
        }
        self.value_limit.set(usize::MAX);
        self.learn_kinds();
    }

    /// Compiles the prelude. The build does this in an instance of its own, so that nothing of it is
    /// left in the memory of those that others start with.
    pub fn compile(&self, prelude: &str) -> Result<Vec<u8>, Thrown> {
        self.make();
        let script = compile(prelude.to_owned(), "tenon:prelude", 1, q::JS_EVAL_TYPE_GLOBAL)?;
        // Without its text: what its functions are made of is nobody's business.
        let flags = q::JS_WRITE_OBJ_BYTECODE | q::JS_WRITE_OBJ_STRIP_SOURCE;
        let mut length = 0;
        unsafe {
            let start = q::JS_WriteObject(ctx(), &mut length, script.raw(), flags as i32);
            if start.is_null() {
                return Err(Thrown);
            }
            Ok(core::slice::from_raw_parts(start, length as usize).to_vec())
        }
    }

    /// Makes the realm and evaluates the compiled prelude. The build does this, once for all instances.
    pub fn prepare(&self, prelude: &[u8]) -> Result<(), Thrown> {
        self.make();
        let flags = q::JS_READ_OBJ_BYTECODE as i32;
        let script = Value::of(unsafe {
            q::JS_ReadObject(ctx(), prelude.as_ptr(), prelude.len() as u32, flags)
        })?;
        let setup = evaluate(script)?;
        let native = natives::object()?;
        let hooks = setup.call(q::JS_UNDEFINED, &[native.raw()])?;
        let _ = self.hooks.set(Hooks::of(&hooks)?);
        modules::install(self.rt.get(), INTERNAL_NAMES)?;
        unsafe { q::JS_RunGC(self.rt.get()) };
        Ok(())
    }

    fn learn_kinds(&self) {
        let mut kinds = vec![Kind::Other];
        while unsafe { q::JS_IsRegisteredClass(self.rt.get(), kinds.len() as u32) } {
            let id = kinds.len() as u32;
            kinds.push(if id == self.resource_class.get() {
                Kind::Resource
            } else {
                of_class(&self.name_of_class(id))
            });
        }
        self.kinds.replace(kinds);
    }

    fn name_of_class(&self, id: q::JSClassID) -> String {
        let atom = Atom(unsafe { q::JS_GetClassName(self.rt.get(), id) });
        Text::of_atom(atom.0).map(|text| text.text()).unwrap_or_default()
    }

    pub fn class_name(&self, value: q::JSValue) -> String {
        self.name_of_class(unsafe { q::JS_GetClassID(value) })
    }

    pub fn kind_of(&self, value: q::JSValue) -> Kind {
        if unsafe { q::JS_IsFunction(ctx(), value) } {
            return Kind::Function;
        }
        let id = unsafe { q::JS_GetClassID(value) } as usize;
        match self.kinds.borrow().get(id).copied().unwrap_or(Kind::Other) {
            Kind::Plain if unsafe { q::JS_IsArray(value) } => Kind::Array,
            kind => kind,
        }
    }

    pub fn hooks(&self) -> &Hooks {
        self.hooks.get().expect("the realm is prepared")
    }

    pub fn resource_class(&self) -> q::JSClassID {
        self.resource_class.get()
    }

    pub fn prototype(&self, class: u32) -> Option<Value> {
        self.prototypes.borrow().get(&class).map(|value| Value::again(value.raw()))
    }

    pub fn register_class(&self, class: u32, prototype: Value) {
        let earlier = self.prototypes.borrow_mut().insert(class, prototype);
        drop(earlier);
    }

    pub fn value_limit(&self) -> usize {
        self.value_limit.get()
    }

    pub fn has_file(&self, name: &str) -> bool {
        self.files.borrow().contains_key(name)
    }

    pub fn take_source(&self, name: &str) -> Option<String> {
        self.files.borrow_mut().get_mut(name)?.take()
    }

    pub fn open(&self, memory: u32, stack: u32, value: u32, eval: bool) {
        memory::limit(memory as usize);
        unsafe {
            q::JS_SetMaxStackSize(self.rt.get(), stack);
            q::JS_UpdateStackTop(self.rt.get());
        }
        self.value_limit.set(value as usize);
        let eval = Value::bool(eval);
        if self.hooks().open.call(q::JS_UNDEFINED, &[eval.raw()]).is_err() {
            drop(caught());
        }
    }

    /// One call of the realm from outside: does it, runs what is ready, and answers what has settled.
    pub fn entry(&self, what: impl FnOnce()) -> Vec<u8> {
        unsafe { q::JS_UpdateStackTop(self.rt.get()) };
        what();
        self.run_jobs();
        self.tell_unhandled();
        self.tell_dropped();
        let settled = self.settled.take();
        let mut answer = Vec::with_capacity(8 + settled.iter().map(Vec::len).sum::<usize>());
        answer.push(tag::ARRAY);
        varint(&mut answer, settled.len());
        for one in settled {
            answer.extend_from_slice(&one);
        }
        answer
    }

    fn run_jobs(&self) {
        let mut context = core::ptr::null_mut();
        loop {
            match unsafe { q::JS_ExecutePendingJob(self.rt.get(), &mut context) } {
                0 => return,
                1.. => {}
                _ => self.settle(0, Err(caught())),
            }
        }
    }

    fn tell_unhandled(&self) {
        let unhandled = self.unhandled.take();
        for (at, (_, reason)) in unhandled.into_iter().enumerate() {
            if at < MOST_UNHANDLED {
                self.settle(0, Err(reason));
            }
        }
    }

    /// A resource was collected.
    pub fn dropped(&self, class: u32, handle: u32) {
        self.dropped.borrow_mut().push((class, handle));
    }

    /// Tells the host of resources that were collected, before it is asked anything else.
    pub fn tell_dropped_if_many(&self) {
        if self.dropped.borrow().len() >= MOST_DROPPED {
            self.tell_dropped();
        }
    }

    fn tell_dropped(&self) {
        for (class, handle) in self.dropped.take() {
            resources::tell_dropped(class, handle);
        }
    }

    // Where there was no memory even for an error, QuickJS throws null.
    fn said(&self, error: Value) -> Value {
        let was_refused = memory::has_refused();
        if !was_refused || !unsafe { q::JS_IsNull(error.raw()) } {
            return error;
        }
        unsafe { q::JS_RunGC(self.rt.get()) };
        unsafe { q::JS_ThrowInternalError(ctx(), c"out of memory".as_ptr()) };
        caught()
    }

    /// A run has ended; with number 0, an error that nobody handled.
    pub fn settle(&self, run: u32, outcome: Result<Value, Value>) {
        let mut encoder = Encoder::new(self.value_limit.get());
        encoder.out.push(tag::ARRAY);
        varint(&mut encoder.out, 3);
        encoder.out.push(tag::I32);
        varint(&mut encoder.out, (run as usize) << 1);
        let start = encoder.out.len();
        let (is_ok, value) = match outcome {
            Ok(value) => (tag::TRUE, value),
            Err(error) => (tag::FALSE, self.said(error)),
        };
        encoder.out.push(is_ok);
        let mut done = encoder.value(value.raw());
        // What can't be said is an error itself; that one can, unless there is no memory at all.
        for _ in 0..2 {
            let Err(stop) = done else { break };
            stop.throw("result");
            let error = caught();
            encoder.out.truncate(start);
            encoder.out.push(tag::FALSE);
            done = encoder.value(error.raw());
        }
        if let Err(stop) = done {
            if let Stop::Thrown = stop {
                drop(caught());
            }
            encoder.out.truncate(start);
            encoder.out.extend_from_slice(&[tag::FALSE, tag::UNDEFINED]);
        }
        self.settled.borrow_mut().push(encoder.out);
    }

    /// Settles the run when the value does: at once, or when it is a promise or the like, later.
    fn follow(&self, run: u32, value: Value, settled: q::JSCFunctionData) {
        if !value.is_object() {
            return self.settle(run, Ok(value));
        }
        let followed = (|| -> Result<(), Thrown> {
            let promise = if unsafe { q::JS_IsPromise(value.raw()) } {
                value
            } else {
                let mut settle = [q::JS_UNDEFINED; 2];
                let promise =
                    Value::of(unsafe { q::JS_NewPromiseCapability(ctx(), settle.as_mut_ptr()) })?;
                let settle = settle.map(|raw| Value::of(raw).unwrap_or_else(|_| caught()));
                settle[0].call(q::JS_UNDEFINED, &[value.raw()])?;
                promise
            };
            let hears = |ok: i32| {
                let mut data = [q::JS_MKVAL(q::JS_TAG_INT, run as i32)];
                Value::of(unsafe {
                    q::JS_NewCFunctionData(ctx(), settled, 1, ok, 1, data.as_mut_ptr())
                })
            };
            let (ok, failed) = (hears(1)?, hears(0)?);
            let next = unsafe { q::JS_PromiseThen(ctx(), promise.raw(), ok.raw(), failed.raw()) };
            Value::of(next).map(drop)
        })();
        if followed.is_err() {
            self.settle(run, Err(caught()));
        }
    }

    pub fn load(&self, run: u32, files: Vec<(String, String)>, main: &str) {
        for (name, source) in files {
            self.files.borrow_mut().entry(name).or_insert(Some(source));
        }
        let name = crate::value::c_text(main);
        let loaded = unsafe { q::JS_LoadModule(ctx(), c"".as_ptr(), name.as_ptr()) };
        match Value::of(loaded) {
            Ok(promise) => self.follow(run, promise, Some(on_loaded)),
            Err(Thrown) => self.settle(run, Err(caught())),
        }
    }

    pub fn evaluate(&self, run: u32, name: &str, source: String) {
        let may_close = may_close_what_is_around(&source);
        let begun = match compile_script(&source, name, may_close) {
            Ok(script) => {
                drop(source);
                evaluate(script).map(|promise| (promise, on_script as Settled))
            }
            Err(Thrown) => {
                // A `return` makes it the body of a function. Where it is neither, the second error
                // is about the source as it is.
                drop(caught());
                let body = compile_body(&source, name, may_close);
                drop(source);
                body.and_then(evaluate)
                    .and_then(|function| function.call(q::JS_UNDEFINED, &[]))
                    .map(|promise| (promise, on_settled as Settled))
            }
        };
        match begun {
            Ok((promise, settled)) => self.follow(run, promise, Some(settled)),
            Err(Thrown) => self.settle(run, Err(caught())),
        }
    }

    pub fn enter(&self, run: u32, path: &[String], arguments: &[u8]) {
        let called = (|| {
            let (function, this) = self.exported(path)?;
            let arguments = Decoder::new(arguments).list().map_err(|bad| bad.throw())?;
            let raw: Vec<q::JSValue> = arguments.iter().map(Value::raw).collect();
            function.call(this.raw(), &raw)
        })();
        match called {
            Ok(value) => self.follow(run, value, Some(on_settled)),
            Err(Thrown) => self.settle(run, Err(caught())),
        }
    }

    // What the main module exports under a path, and what that is a method of.
    fn exported(&self, path: &[String]) -> Result<(Value, Value), Thrown> {
        let main = self.main.borrow().as_ref().map(|main| Value::again(main.raw()));
        let mut value = main.unwrap_or_else(Value::undefined);
        let mut this = Value::undefined();
        for (depth, name) in path.iter().enumerate() {
            let atom = Atom::of(name)?;
            let own = value.is_object()
                && unsafe {
                    q::JS_GetOwnProperty(ctx(), core::ptr::null_mut(), value.raw(), atom.0)
                } == 1;
            if !own {
                throw_type(&format!("The module exports no {}.", path.join(".")));
                return Err(Thrown);
            }
            let next = Value::of(unsafe { q::JS_GetProperty(ctx(), value.raw(), atom.0) })?;
            // A module is no `this`.
            this = if depth == 0 { Value::undefined() } else { value };
            value = next;
        }
        if value.is_function() {
            return Ok((value, this));
        }
        throw_type(&format!("What the module exports as {} is no function.", path.join(".")));
        Err(Thrown)
    }

    pub fn resume(&self, outcomes: &[u8]) {
        if let Err(bad) = self.settle_begun(Decoder::new(outcomes)) {
            bad.throw();
            self.settle(0, Err(caught()));
        }
    }

    // An outcome for which there is no memory, or of which a program keeps the realm from making a
    // value, fails its own call; the others' calls get theirs.
    fn settle_begun(&self, mut decoder: Decoder) -> Result<(), Bad> {
        for _ in 0..decoder.count()? {
            if decoder.count()? != 3 {
                return Err(Bad::Malformed);
            }
            let call = decoder.value()?;
            let is_ok = decoder.value()?;
            let begin = decoder.clone();
            let outcome = match decoder.value() {
                Ok(value) if unsafe { q::JS_VALUE_GET_BOOL(is_ok.raw()) } => Ok(value),
                Ok(error) => Err(error),
                Err(bad) => {
                    bad.throw();
                    decoder = begin;
                    decoder.skip()?;
                    Err(self.said(caught()))
                }
            };
            self.answered(unsafe { q::JS_VALUE_GET_INT(call.raw()) } as u32, outcome);
        }
        Ok(())
    }

    fn answered(&self, call: u32, outcome: Result<Value, Value>) {
        let Some([resolve, reject]) = self.begun.borrow_mut().remove(&call) else { return };
        let (settle, value) = match outcome {
            Ok(value) => (resolve, value),
            Err(error) => (reject, error),
        };
        if settle.call(q::JS_UNDEFINED, &[value.raw()]).is_err() {
            self.settle(0, Err(caught()));
        }
    }

    /// A number for a call, and the promise of its answer.
    pub fn begin(&self) -> Result<(u32, Value), Thrown> {
        let mut settle = [q::JS_UNDEFINED; 2];
        let promise = Value::of(unsafe { q::JS_NewPromiseCapability(ctx(), settle.as_mut_ptr()) })?;
        let [resolve, reject] = settle;
        let settle = [Value::of(resolve)?, Value::of(reject)?];
        let call = self.last_call.get() + 1;
        self.last_call.set(call);
        self.begun.borrow_mut().insert(call, settle);
        Ok((call, promise))
    }

    pub fn last_call(&self) -> u32 {
        self.last_call.get()
    }

    /// A call's answer is not wanted any more.
    pub fn abandon(&self, call: u32) {
        let settle = self.begun.borrow_mut().remove(&call);
        if settle.is_some() {
            host::cancel(call);
        }
    }
}

type Settled = unsafe extern "C" fn(
    *mut q::JSContext,
    q::JSValue,
    i32,
    *mut q::JSValue,
    i32,
    *mut q::JSValue,
) -> q::JSValue;

/// The line at which `wrapped` begins, so that the source begins at line 1. (QuickJS takes 0 for 1.)
const FIRST_LINE: i32 = -1;

fn wrapped(before: &str, source: &str, after: &str) -> String {
    // With room for the NUL that is put behind it.
    let mut text = String::with_capacity(before.len() + source.len() + after.len() + 4);
    for part in [before, "\n\n", source, "\n", after] {
        text.push_str(part);
    }
    text
}

// Whether there may be a brace in a source that closes one around it. Braces within texts and comments
// are counted as well, so where there may be such, every closing brace is doubtful.
fn may_close_what_is_around(source: &str) -> bool {
    let (mut depth, mut has_closing, mut has_text) = (0usize, false, false);
    for byte in source.bytes() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 0 => return true,
            b'}' => (depth, has_closing) = (depth - 1, true),
            b'"' | b'\'' | b'`' | b'/' => has_text = true,
            _ => {}
        }
    }
    has_closing && has_text
}

// A script in a block, so that what it declares is its own. A source such as `} {` fits the block, but is
// no script by itself.
fn compile_script(source: &str, name: &str, may_close: bool) -> Result<Value, Thrown> {
    let flags = q::JS_EVAL_TYPE_GLOBAL | q::JS_EVAL_FLAG_ASYNC;
    if may_close {
        compile(source.to_owned(), name, 1, flags)?;
    }
    compile(wrapped("{", source, "}"), name, FIRST_LINE, flags)
}

// A source that closes the function around it goes on with a comma or a bracket in the one place, and
// with a statement in the other: none fits both.
fn compile_body(source: &str, name: &str, may_close: bool) -> Result<Value, Thrown> {
    let flags = q::JS_EVAL_TYPE_GLOBAL;
    if may_close {
        compile(wrapped("async function body() {", source, "}"), name, FIRST_LINE, flags)?;
    }
    compile(wrapped("(async () => {", source, "})"), name, FIRST_LINE, flags)
}

/// Runs what was compiled.
fn evaluate(script: Value) -> Result<Value, Thrown> {
    Value::of(unsafe { q::JS_EvalFunction(ctx(), script.give()) })
}

unsafe extern "C" fn on_rejection(
    _: *mut q::JSContext,
    promise: q::JSValue,
    reason: q::JSValue,
    is_handled: bool,
    _: *mut c_void,
) {
    let mut unhandled = realm().unhandled.borrow_mut();
    if !is_handled {
        unhandled.push((Value::again(promise), Value::again(reason)));
        return;
    }
    let at = unhandled.iter().position(|(other, _)| other.raw() == promise);
    let gone = at.map(|at| unhandled.remove(at));
    drop(unhandled);
    drop(gone);
}

fn run_of(data: *mut q::JSValue) -> u32 {
    unsafe { q::JS_VALUE_GET_INT(*data) as u32 }
}

fn outcome_of(count: i32, arguments: *mut q::JSValue, ok: i32) -> Result<Value, Value> {
    let value = if count > 0 { Value::again(unsafe { *arguments }) } else { Value::undefined() };
    if ok == 1 { Ok(value) } else { Err(value) }
}

unsafe extern "C" fn on_settled(
    _: *mut q::JSContext,
    _: q::JSValue,
    count: i32,
    arguments: *mut q::JSValue,
    ok: i32,
    data: *mut q::JSValue,
) -> q::JSValue {
    realm().settle(run_of(data), outcome_of(count, arguments, ok));
    q::JS_UNDEFINED
}

// A script that awaits settles with `{ value }`.
unsafe extern "C" fn on_script(
    _: *mut q::JSContext,
    _: q::JSValue,
    count: i32,
    arguments: *mut q::JSValue,
    ok: i32,
    data: *mut q::JSValue,
) -> q::JSValue {
    let run = run_of(data);
    match outcome_of(count, arguments, ok) {
        Ok(result) => match result.get(c"value") {
            Ok(value) => realm().follow(run, value, Some(on_settled)),
            Err(Thrown) => realm().settle(run, Err(caught())),
        },
        Err(error) => realm().settle(run, Err(error)),
    }
    q::JS_UNDEFINED
}

unsafe extern "C" fn on_loaded(
    _: *mut q::JSContext,
    _: q::JSValue,
    count: i32,
    arguments: *mut q::JSValue,
    ok: i32,
    data: *mut q::JSValue,
) -> q::JSValue {
    let run = run_of(data);
    let outcome = outcome_of(count, arguments, ok).and_then(|namespace| {
        let described = described(&namespace, 1).map_err(|_| caught());
        let earlier = realm().main.replace(Some(namespace));
        drop(earlier);
        described
    });
    realm().settle(run, outcome);
    q::JS_UNDEFINED
}

// The `typeof` of each own property; of objects, that of their own, as often as `levels` says.
fn described(object: &Value, levels: usize) -> Result<Value, Thrown> {
    let names = Names::of(object.raw())?;
    let described_object = Value::object()?;
    for name in names.atoms() {
        let value = Value::of(unsafe { q::JS_GetProperty(ctx(), object.raw(), name.atom) })?;
        let said = if value.is_object() && !value.is_function() && levels > 0 {
            described(&value, levels - 1)?
        } else {
            Value::string(type_of(&value))?
        };
        let flags = q::JS_PROP_C_W_E as i32;
        let raw = described_object.raw();
        if unsafe { q::JS_DefinePropertyValue(ctx(), raw, name.atom, said.give(), flags) } < 0 {
            return Err(Thrown);
        }
    }
    Ok(described_object)
}

fn type_of(value: &Value) -> &'static str {
    match unsafe { q::JS_VALUE_GET_TAG(value.raw()) } {
        q::JS_TAG_UNDEFINED => "undefined",
        q::JS_TAG_BOOL => "boolean",
        q::JS_TAG_STRING | q::JS_TAG_STRING_ROPE => "string",
        q::JS_TAG_SYMBOL => "symbol",
        q::JS_TAG_BIG_INT | q::JS_TAG_SHORT_BIG_INT => "bigint",
        q::JS_TAG_NULL => "object",
        _ if value.is_function() => "function",
        _ if value.is_object() => "object",
        _ => "number",
    }
}
