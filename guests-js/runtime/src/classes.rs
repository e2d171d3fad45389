//! What kind of object a value is, by the class that QuickJS made it of: no code of the object's own
//! has a say in it.

/// How an object is encoded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Plain,
    Array,
    Function,
    Error,
    Date,
    RegExp,
    Map,
    Set,
    Bytes,
    Typed,
    Buffer,
    DataView,
    Boxed,
    Resource,
    Other,
}

/// The kind of objects of a built-in class.
pub fn of_class(name: &str) -> Kind {
    match name {
        // A proxy is asked as any object is; the prelude's own classes and authors' are `Object`.
        "Object" | "Arguments" | "Module" | "Proxy" => Kind::Plain,
        "Array" => Kind::Array,
        "Error" | "DOMException" => Kind::Error,
        "Date" => Kind::Date,
        "RegExp" => Kind::RegExp,
        "Map" => Kind::Map,
        "Set" => Kind::Set,
        "Uint8Array" => Kind::Bytes,
        "ArrayBuffer" => Kind::Buffer,
        "DataView" => Kind::DataView,
        "Number" | "String" | "Boolean" | "BigInt" => Kind::Boxed,
        _ if name.ends_with("Array") => Kind::Typed,
        _ => Kind::Other,
    }
}
