"""The specification's definitions.py as a process: a JSON request a line, an answer a line.

Usage: reference.py FOLDER, where FOLDER holds definitions.py. See reference.ts for the requests.
"""

import base64
import json
import struct
import sys

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import definitions as d  # noqa: E402

# NaNs are written in their one canonical form.
d.DETERMINISTIC_PROFILE = True

BASE = 1024
PAGE = 65536
# Lists of one lift together; what is longer is not compared.
MOST_ELEMENTS = 50_000


class TooLong(Exception):
  pass


class Context(d.LiftLowerContext):
  """With a bump allocator in place of a guest's realloc, the same as in reference.ts."""

  def __init__(self, encoding):
    self.memory = d.MemInst(bytearray(PAGE), 'i32')
    opts = d.CanonicalOptions(memory=self.memory, string_encoding=encoding)
    super().__init__(opts, d.ComponentInstance(d.Store()))
    self.next = BASE
    self.calls = []

  def reallocate(self, old, old_size, align, size):
    self.calls.append([old, old_size, align, size])
    pointer = -(-self.next // align) * align
    self.next = pointer + size
    self.grow(self.next)
    if old != 0:
      self.memory[pointer : pointer + old_size] = self.memory[old : old + old_size]
    return pointer

  def grow(self, size):
    missing = -(-(size - len(self.memory)) // PAGE)
    if missing > 0:
      self.memory.bytes.extend(bytes(missing * PAGE))

  def image(self):
    return base64.b64encode(bytes(self.memory[BASE : self.next])).decode()

  def fill(self, image):
    data = base64.b64decode(image)
    self.grow(BASE + len(data))
    self.memory[BASE : BASE + len(data)] = data


PRIMITIVES = {
  'bool': d.BoolType, 'char': d.CharType, 'string': d.StringType,
  'u8': d.U8Type, 's8': d.S8Type, 'u16': d.U16Type, 's16': d.S16Type, 'u32': d.U32Type,
  's32': d.S32Type, 'u64': d.U64Type, 's64': d.S64Type, 'f32': d.F32Type, 'f64': d.F64Type,
}


def read_type(t):
  if t is None:
    return None
  kind = t['kind']
  match kind:
    case 'list': return d.ListType(read_type(t['item']), t.get('length'))
    case 'map': return d.MapType(read_type(t['key']), read_type(t['value']))
    case 'record': return d.RecordType([d.FieldType(f['name'], read_type(f['type'])) for f in t['fields']])
    case 'tuple': return d.TupleType([read_type(one) for one in t['items']])
    case 'variant': return d.VariantType([d.CaseType(c['name'], read_type(c.get('type'))) for c in t['cases']])
    case 'enum': return d.EnumType(t['names'])
    case 'flags': return d.FlagsType(t['names'])
    case 'option': return d.OptionType(read_type(t['item']))
    case 'result': return d.ResultType(read_type(t.get('ok')), read_type(t.get('err')))
    case _: return PRIMITIVES[kind]()


def float_of(text):
  return struct.unpack('<d', bytes.fromhex(text))[0]


def text_of(value):
  return struct.pack('<d', value).hex()


def read_value(t, v, encoding):
  match d.despecialize(t):
    case d.BoolType(): return v
    case d.F32Type() | d.F64Type(): return float_of(v)
    case d.CharType(): return chr(v)
    case d.StringType(): return read_string(v, encoding)
    case d.ListType(item): return [read_value(item, one, encoding) for one in v]
    case d.RecordType(fields):
      return {f.label: read_value(f.t, one, encoding) for f, one in zip(fields, v)}
    case d.VariantType(cases):
      case = cases[v[0]]
      return {case.label: None if case.t is None else read_value(case.t, v[1], encoding)}
    case d.FlagsType(labels): return dict(zip(labels, v))
    case _: return int(v)


def read_string(v, encoding):
  """As a host holds it that can have it in UTF-8 or in UTF-16."""
  if encoding == 'utf8':
    return (v, 'utf8', len(v.encode('utf-8')))
  return (v, 'utf16', len(v.encode('utf-16-le')) // 2)


def write_value(t, v):
  match d.despecialize(t):
    case d.BoolType(): return v
    case d.F32Type() | d.F64Type(): return text_of(v)
    case d.CharType(): return ord(v)
    case d.StringType(): return v[0]
    case d.ListType(item): return [write_value(item, one) for one in v]
    case d.RecordType(fields): return [write_value(f.t, v[f.label]) for f in fields]
    case d.VariantType(cases):
      index, value = d.match_case(v, cases)
      return [index, None if cases[index].t is None else write_value(cases[index].t, value)]
    case d.FlagsType(labels): return [v[label] for label in labels]
    case _: return str(v)


def write_flat(flat, types):
  return [text_of(v) if t[0] == 'f' else str(v) for v, t in zip(flat, types, strict=True)]


def read_flat(flat, types):
  return [float_of(v) if t[0] == 'f' else int(v) for v, t in zip(flat, types)]


def describe(t, encoding):
  cx = Context(encoding)
  ft = d.FuncType([('p', t)], [t])
  shapes = {}
  for name, options in (('sync', {}), ('async', {'async_': True})):
    opts = d.CanonicalOptions(memory=cx.memory, string_encoding=encoding, **options)
    for side in ('lift', 'lower'):
      shape = d.flatten_functype(opts, ft, side)
      shapes[f'{name} {side}'] = [shape.params, shape.results]
  return {'size': d.elem_size(t, 'i32'), 'align': d.alignment(t, 'i32'), 'shapes': shapes}


def lower(t, encoding, value):
  v = read_value(t, value, encoding)
  params = Context(encoding)
  flat = d.lower_flat_values(params, d.MAX_FLAT_PARAMS, [v], [t])
  shape = d.flatten_functype(params.opts, d.FuncType([('p', t)], [t]), 'lift')
  back = d.lift_flat_values(params, d.MAX_FLAT_PARAMS, d.CoreValueIter(flat), [t])
  result = Context(encoding)
  if len(d.flatten_type(t, result.opts)) > d.MAX_FLAT_RESULTS:
    core = [result.allocate(d.alignment(t, 'i32'), d.elem_size(t, 'i32'))]
    d.lower_flat_values(result, d.MAX_FLAT_RESULTS, [v], [t], d.CoreValueIter(core))
  else:
    core = d.lower_flat_values(result, d.MAX_FLAT_RESULTS, [v], [t])
  return {
    'params': {'flat': write_flat(flat, shape.params), 'image': params.image(), 'calls': params.calls},
    'result': {'flat': write_flat(core, shape.results), 'image': result.image(), 'calls': result.calls},
    'lifted': write_value(t, back[0]),
  }


def lift(t, encoding, flat, image):
  """As the result of a guest's function: what may be damaged."""
  cx = Context(encoding)
  cx.fill(image)
  [core] = d.flatten_functype(cx.opts, d.FuncType([], [t]), 'lift').results
  values = d.CoreValueIter(read_flat(flat, [core]))
  elements = 0
  whole = d.load_list_from_valid_range

  def counted(cx, pointer, length, item):
    nonlocal elements
    elements += length
    if elements > MOST_ELEMENTS:
      raise TooLong()
    return whole(cx, pointer, length, item)

  d.load_list_from_valid_range = counted
  try:
    [v] = d.lift_flat_values(cx, d.MAX_FLAT_RESULTS, values, [t])
    return {'value': write_value(t, v)}
  except d.Trap:
    return {'trap': True}
  except TooLong:
    return {'skipped': True}
  finally:
    d.load_list_from_valid_range = whole


def answer(request):
  t = read_type(request['type'])
  encoding = request['encoding']
  if request['op'] == 'lower':
    lowered = [lower(t, encoding, value) for value in request['values']]
    return {**describe(t, encoding), 'lowered': lowered}
  return {'lifted': [lift(t, encoding, one['flat'], one['image']) for one in request['damaged']]}


for line in sys.stdin:
  try:
    reply = answer(json.loads(line))
  except Exception as error:  # The test fails by it.
    reply = {'error': repr(error)}
  print(json.dumps(reply), flush=True)
