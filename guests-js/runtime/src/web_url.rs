//! URLs as the web has them, and forms in a query: the crate `url`.

use crate::natives::Arguments;
use crate::realm::ctx;
use crate::text;
use crate::value::{Thrown, Value};
use rquickjs_sys as q;
use url::{Url, form_urlencoded, quirks};

pub fn parse(given: Arguments) -> Result<Value, Thrown> {
    let input = text::string(&given.text(0)?);
    let base = if unsafe { q::JS_IsUndefined(given.at(1)) } {
        None
    } else {
        match Url::parse(&text::string(&given.text(1)?)) {
            Ok(base) => Some(base),
            Err(_) => return Ok(Value::undefined()),
        }
    };
    match Url::options().base_url(base.as_ref()).parse(&input) {
        Ok(url) => parts(&url),
        Err(_) => Ok(Value::undefined()),
    }
}

// In the order that the prelude has.
fn parts(url: &Url) -> Result<Value, Thrown> {
    let origin = quirks::origin(url);
    let parts = [
        quirks::href(url),
        quirks::protocol(url),
        quirks::username(url),
        quirks::password(url),
        quirks::host(url),
        quirks::hostname(url),
        quirks::port(url),
        quirks::pathname(url),
        quirks::search(url),
        quirks::hash(url),
        &origin,
    ];
    Value::array(parts.into_iter().map(Value::string).collect::<Result<_, _>>()?)
}

pub fn set(given: Arguments) -> Result<Value, Thrown> {
    let part = given.text(1)?.text();
    let value = text::string(&given.text(2)?);
    let Ok(mut url) = Url::parse(&given.text(0)?.text()) else { return Ok(Value::undefined()) };
    let done = match part.as_str() {
        "href" => quirks::set_href(&mut url, &value).map_err(|_| ()),
        "protocol" => quirks::set_protocol(&mut url, &value),
        "username" => quirks::set_username(&mut url, &value),
        "password" => quirks::set_password(&mut url, &value),
        "host" => quirks::set_host(&mut url, &value),
        "hostname" => quirks::set_hostname(&mut url, &value),
        "port" => quirks::set_port(&mut url, &value),
        "pathname" => {
            quirks::set_pathname(&mut url, &value);
            Ok(())
        }
        "search" => {
            quirks::set_search(&mut url, &value);
            Ok(())
        }
        _ => {
            quirks::set_hash(&mut url, &value);
            Ok(())
        }
    };
    if done.is_ok() { parts(&url) } else { Ok(Value::undefined()) }
}

pub fn form_parse(given: Arguments) -> Result<Value, Thrown> {
    let query = text::string(&given.text(0)?);
    let mut strings = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        strings.push(Value::string(&name)?);
        strings.push(Value::string(&value)?);
    }
    Value::array(strings)
}

pub fn form_serialize(given: Arguments) -> Result<Value, Thrown> {
    let mut length = 0;
    if unsafe { q::JS_GetLength(ctx(), given.at(0), &mut length) } < 0 {
        return Err(Thrown);
    }
    let string = |at: i64| -> Result<String, Thrown> {
        let value = Value::of(unsafe { q::JS_GetPropertyInt64(ctx(), given.at(0), at) })?;
        Ok(text::string(&crate::value::Text::of(value.raw())?))
    };
    let mut serializer = form_urlencoded::Serializer::new(String::new());
    for at in (0..length - 1).step_by(2) {
        serializer.append_pair(&string(at)?, &string(at + 1)?);
    }
    Value::string(&serializer.finish())
}
