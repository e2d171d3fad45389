//! Fetches a web page and says what it links to. A request that is not allowed is an answer like
//! any other: the caller learns what was refused and why. What a page says is kept for a while, where
//! the plugin has a cache.

mod kept;
mod page;

use serde::{Deserialize, Serialize};
use serde_json::json;
use url::{Position, Url};

use crate::exports::tenon::plugin::commands::{Call, Failure, Guest, Problem};
use crate::page::Page;
use crate::tenon::plugin::capabilities::{self, Status};
use crate::tenon::plugin::http::{self, Request, Response};
use crate::tenon::plugin::types::Refusal;

wit_bindgen::generate!({ path: "../../wit", world: "command-plugin" });

struct WebFetch;

export!(WebFetch);

impl Guest for WebFetch {
    fn run(call: Call) -> Result<String, Failure> {
        panics::to_log();
        match call.id.as_str() {
            "web-fetch.fetch" => {
                let input: Input = serde_json::from_str(&call.input)
                    .map_err(|error| invalid("", error.to_string()))?;
                let url = Url::parse(&input.url)
                    .map_err(|error| invalid("/url", format!("not a URL: {error}")))?;
                let limit = input.limit.unwrap_or(200).min(2000);
                if input.fresh.unwrap_or_default() {
                    kept::forget(&url);
                } else if let Some(answer) = kept::find(&url, limit) {
                    return Ok(answer);
                }
                let answer = visit(&url, limit)?;
                let json = serde_json::to_string(&answer).expect("texts and numbers are JSON");
                if let Answer::Fetched { status: 200, .. } = answer {
                    kept::keep(&url, limit, &json);
                }
                Ok(json)
            }
            _ => Err(Failure::UnknownCommand),
        }
    }
}

#[derive(Deserialize)]
struct Input {
    url: String,
    /// How many links.
    limit: Option<usize>,
    /// Whether what was kept of the page is not to be used.
    fresh: Option<bool>,
}

#[derive(Serialize)]
#[serde(tag = "outcome", rename_all = "kebab-case", rename_all_fields = "camelCase")]
enum Answer {
    Fetched {
        /// After redirects.
        url: String,
        status: u16,
        content_type: Option<String>,
        /// Of the body, as far as it was read.
        bytes: usize,
        /// The body went on.
        cut: bool,
        /// Where the content is HTML.
        #[serde(flatten)]
        page: Option<Page>,
    },
    /// The request was not allowed.
    Refused { kind: &'static str, reason: String },
    /// The request was made and came to nothing.
    Failed { reason: String },
}

fn visit(url: &Url, limit: usize) -> Result<Answer, Failure> {
    let response = match get(url) {
        Err(http::Error::Refused(Refusal::Denied(_))) if ask(url) => get(url),
        other => other,
    };
    match response.and_then(|response| describe(&response, limit)) {
        Ok(answer) => Ok(answer),
        Err(error) => explain(error),
    }
}

fn get(url: &Url) -> Result<Response, http::Error> {
    http::fetch(&Request {
        method: "GET".into(),
        url: url.as_str().into(),
        headers: vec![("accept".into(), "text/html, */*;q=0.5".into())],
        body: None,
        timeout_ms: Some(8_000),
    })
}

/// Asks the person for this one host, where asking can help.
fn ask(url: &Url) -> bool {
    capabilities::query("http") == Status::Askable && {
        // With its port, where that is not the scheme's own.
        let host = &url[Position::BeforeHost..Position::AfterPort];
        let scope = json!({ "hosts": [host], "methods": ["GET"] }).to_string();
        capabilities::request("http", &scope, "To fetch the page you asked for.") == Status::Granted
    }
}

/// The head of a page says what it is, and most links come early: more is not read.
const MOST: usize = 2 * 1024 * 1024;
const PIECE: u32 = 64 * 1024;

fn describe(response: &Response, limit: usize) -> Result<Answer, http::Error> {
    let headers = response.headers();
    let content_type =
        headers.into_iter().find(|(name, _)| name == "content-type").map(|(_, value)| value);
    let mut body = Vec::new();
    let mut ended = false;
    while !ended && body.len() < MOST {
        let piece = response.read(PIECE)?;
        ended = piece.is_empty();
        body.extend(piece);
    }
    let url = response.url();
    let html = content_type.as_deref().is_some_and(|kind| kind.contains("html"));
    let page = Url::parse(&url).ok().filter(|_| html).map(|url| page::read(&body, &url, limit));
    Ok(Answer::Fetched {
        url,
        status: response.status(),
        content_type,
        bytes: body.len(),
        cut: !ended,
        page,
    })
}

/// What the caller can go on with is an answer; what they did wrong, and a cancellation, is not.
fn explain(error: http::Error) -> Result<Answer, Failure> {
    let failed = |reason: &str| Ok(Answer::Failed { reason: reason.into() });
    let refused = |kind, reason| Ok(Answer::Refused { kind, reason });
    match error {
        http::Error::Refused(Refusal::Denied(reason)) => refused("denied", reason),
        http::Error::Refused(Refusal::Unavailable(reason)) => refused("unavailable", reason),
        http::Error::Refused(Refusal::Quota(reason)) => refused("quota", reason),
        http::Error::Refused(Refusal::Cancelled) => Err(Failure::Cancelled),
        http::Error::InvalidRequest(reason) => Err(invalid("/url", reason)),
        http::Error::NameNotResolved => failed("there is no host of this name"),
        http::Error::ConnectionFailed => failed("no connection to the host"),
        http::Error::TlsFailed => failed("no secure connection to the host"),
        http::Error::TimedOut => failed("the host took too long"),
        http::Error::TooLarge(most) => failed(&format!("the answer has more than {most} bytes")),
        http::Error::TooManyRedirects => failed("redirected too often"),
    }
}

fn invalid(path: &str, message: impl Into<String>) -> Failure {
    Failure::InvalidInput(vec![Problem { path: path.into(), message: message.into() }])
}
