"""Programs of the asynchronous ABI, run by the specification's definitions.py.

Usage: reference.py FOLDER, where FOLDER holds definitions.py. A program a line, as a JSON array of
[guest, operation, x, y]; x and y are numbers, or ["handle", n]: the nth handle that there is, or 0.
An answer a line: a JSON array of what each operation answered, up to the one that trapped.
See component.ts for the operations and the two guests.
"""

import json
import sys

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import definitions as d  # noqa: E402

d.DETERMINISTIC_PROFILE = True
FROM, TO, EVENT, RESULT = 512, 1024, 64, 72
STREAM, FUTURE = d.StreamType(d.U8Type()), d.FutureType(d.U8Type())

# Events are delivered in the order in which they happened; the specification leaves it open.
clock = 0


def now():
  global clock
  clock += 1
  return clock


happen, join, took = d.Waitable.set_pending_event, d.Waitable.join, d.Waitable.get_pending_event


def set_pending_event(self, event):
  if not self.has_pending_event():
    self.since = now()
  happen(self, event)


def joins(self, wset):
  join(self, wset)
  if self.has_pending_event():
    self.since = now()


def first_event(self):
  first = min((w for w in self.elems if w.has_pending_event()), key=lambda w: w.since)
  return first.get_pending_event()


d.Waitable.set_pending_event, d.Waitable.join = set_pending_event, joins
d.WaitableSet.get_pending_event = first_event


# A trap ends the thread that it happens in, and with it whoever continued that one.
begin, go_on = d.cont_new, d.resume


def cont_new(f):
  def guarded(cancelled):
    try:
      return f(cancelled)
    except d.Trap:
      d.thread_local_handler.value.trapped = True
      return None
  return begin(guarded)


def resume(cont, block_result, current_thread):
  outcome = go_on(cont, block_result, current_thread)
  if getattr(cont.handler, 'trapped', False):
    raise d.Trap()
  return outcome


d.cont_new, d.resume = cont_new, resume


class Guest:
  def __init__(self, store, parent, other=None):
    self.store = store
    self.inst = d.ComponentInstance(store, parent)
    self.memory = d.MemInst(bytearray(65536), 'i32')
    self.memory.bytes[FROM:FROM + 26] = b'abcdefghijklmnopqrstuvwxyz'
    self.copies = d.CanonicalOptions(memory=self.memory, async_=True)
    self.other = other

  def sync(self, core, params, result):
    """A function that is lifted from a core function, without `async`."""
    ft = d.FuncType(params, result)
    opts = d.CanonicalOptions(memory=self.memory)
    return ft, self.store.lift(core, ft, opts, self.inst)

  def taking(self, t):
    return self.sync(lambda args: args, [('s', t)], [d.U32Type()])

  def running(self):
    ft = d.FuncType([('set', d.U32Type())], [d.U32Type()], async_=True)
    opts = d.CanonicalOptions(async_=True, memory=self.memory)

    def core(args):
      [wset] = args
      return [(2 | wset << 4) if wset else 1]

    def callback(args):
      code, p1, _ = args
      if code == d.EventCode.TASK_CANCELLED:
        d.canon_task_cancel()
      else:
        d.canon_task_return([d.U32Type()], opts, [code * 1000 + p1])
      return [0]

    opts.callback = callback
    return ft, self.store.lift(core, ft, opts, self.inst)

  def call(self, function, options, args):
    ft, func = function
    return self.store.lower(func, ft, options, self.inst)(args)

  def operate(self, op, x, y):
    table = [
      lambda: d.canon_stream_new(STREAM),
      lambda: d.canon_stream_write(STREAM, self.copies, x, FROM, y),
      lambda: d.canon_stream_read(STREAM, self.copies, x, TO, y),
      lambda: d.canon_stream_cancel_write(STREAM, True, x),
      lambda: d.canon_stream_cancel_read(STREAM, True, x),
      lambda: d.canon_stream_drop_writable(STREAM, x),
      lambda: d.canon_stream_drop_readable(STREAM, x),
      lambda: d.canon_future_new(FUTURE),
      lambda: d.canon_future_write(FUTURE, self.copies, x, FROM),
      lambda: d.canon_future_read(FUTURE, self.copies, x, TO),
      lambda: d.canon_future_cancel_write(FUTURE, True, x),
      lambda: d.canon_future_cancel_read(FUTURE, True, x),
      lambda: d.canon_future_drop_writable(FUTURE, x),
      lambda: d.canon_future_drop_readable(FUTURE, x),
      d.canon_waitable_set_new,
      lambda: d.canon_waitable_join(x, y),
      lambda: d.canon_waitable_set_poll(False, self.memory, x, EVENT),
      lambda: d.canon_waitable_set_drop(x),
      lambda: d.canon_subtask_cancel(True, x),
      lambda: d.canon_subtask_drop(x),
      d.canon_backpressure_inc,
      d.canon_backpressure_dec,
      lambda: self.call(self.other.taking(STREAM), d.CanonicalOptions(memory=self.memory), [x]),
      lambda: self.call(self.other.taking(FUTURE), d.CanonicalOptions(memory=self.memory), [x]),
      lambda: self.call(self.other.running(), self.copies, [x, RESULT]),
    ]
    [answer] = table[op]() or [0]
    return int(answer)


class Run:
  def __init__(self):
    self.store = d.Store()
    root = d.ComponentInstance(self.store)
    callee = Guest(self.store, root)
    self.guests = [Guest(self.store, root, callee), callee]

  def do(self, which, op, x, y):
    """What the operation answers; None: it traps."""
    guest = self.guests[which]
    answer = []

    def core(_):
      answer.append(guest.operate(op, x, y))
      return []

    ft, func = guest.sync(core, [], [])
    self.store.invoke(func, lambda: [], lambda _: None)
    # Whatever is ready, in the order in which it began to wait.
    while True:
      ready = [one for one in self.store.waiting if one.ready()]
      if not ready:
        break
      self.store.nesting_depth += 1
      ready[0].task.inst.enter_from(None)
      ready[0].resume()
      ready[0].task.inst.leave_to(None)
      self.store.nesting_depth -= 1
    return answer[0]


def signed(value):
  value &= (1 << 64) - 1
  return value - (1 << 64) if value >> 63 else value


def run(program):
  state = Run()
  told = []
  for which, op, x, y in program:
    try:
      answer = state.do(which, op, x, y)
    except d.Trap:
      told.append(None)
      break
    guest = state.guests[which]
    peek = lambda at: int.from_bytes(guest.memory.bytes[at:at + 8], 'little', signed=True)
    if op not in (0, 7) and answer >> 31 == 1:
      answer -= 1 << 32
    told.append([str(signed(answer)), *(str(peek(at)) for at in (TO, EVENT, RESULT))])
  return told


for line in sys.stdin:
  print(json.dumps(run(json.loads(line))), flush=True)
