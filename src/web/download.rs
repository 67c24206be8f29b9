//! One file, from Cache Storage or the network, checked by SHA-256.

use super::bytes::JsBytes;
use super::failure::Failure;
use super::page::scope;
use crate::model::sha256_of;
use crate::protocol::{Code, Source};
use js_sys::{Array, Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Cache, ReadableStreamDefaultReader, Request, RequestCache, RequestInit, Response};

/// The cache that holds model files. Page files are another cache's business.
const CACHE: &str = "fabula-models";

/// A checked file.
pub struct Download {
    /// In JavaScript's memory; see [`JsBytes`].
    pub bytes: Uint8Array,
    pub from: Source,
    /// None where it cannot be kept, or is kept already.
    keeping: Option<Keeping>,
}

/// A file on its way into the cache. The browser stores it while the engine already reads it.
struct Keeping {
    cache: Cache,
    /// Made into a future at once: a promise that fails while nobody listens would count as an error of the page.
    put: JsFuture,
    url: String,
    key: String,
}

impl Download {
    /// Waits until the file is stored; whether the next visit will find it in the cache.
    pub async fn kept(self) -> bool {
        match self.keeping {
            None => self.from == Source::Cache,
            Some(keeping) => keeping.finish().await.is_ok(),
        }
    }
}

impl Keeping {
    fn start(cache: Cache, expected: &Expected<'_>, bytes: &Uint8Array) -> Option<Self> {
        let response = Response::new_with_opt_js_u8_array(Some(bytes)).ok()?;
        let put = JsFuture::from(cache.put_with_str(&expected.key(), &response));
        Some(Self { cache, put, url: expected.url.into(), key: expected.key() })
    }

    /// Waits for the end, then drops older versions of the file.
    async fn finish(self) -> Result<(), JsValue> {
        self.put.await?;
        let keys: Array = JsFuture::from(self.cache.keys()).await?.unchecked_into();
        for request in keys.iter() {
            let url = request.unchecked_into::<Request>().url();
            if url.split('?').next() == Some(&self.url) && url != self.key {
                JsFuture::from(self.cache.delete_with_str(&url)).await?;
            }
        }
        Ok(())
    }
}

/// What the manifest says of a file.
pub struct Expected<'a> {
    pub url: &'a str,
    pub bytes: usize,
    pub sha256: &'a str,
}

impl Expected<'_> {
    /// The file's name in the cache: its address and what it must be.
    fn key(&self) -> String {
        format!("{}?sha256={}", self.url, self.sha256)
    }

    fn name(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or(self.url)
    }

    /// Whether these are the bytes that were promised.
    async fn is(&self, bytes: &Uint8Array) -> bool {
        bytes.length() as usize == self.bytes && sha256(bytes).await.is_ok_and(|hash| hash == self.sha256)
    }
}

/// Gets a file. `progress` is told the bytes so far and where they come from.
pub async fn get(expected: &Expected<'_>, mut progress: impl FnMut(usize, Source)) -> Result<Download, Failure> {
    let cache = open_cache().await;
    if let Some(cache) = &cache
        && let Some(bytes) = from_cache(cache, expected).await
    {
        progress(expected.bytes, Source::Cache);
        return Ok(Download { bytes, from: Source::Cache, keeping: None });
    }
    let bytes = from_network(expected, |loaded| progress(loaded, Source::Network)).await?;
    if !expected.is(&bytes).await {
        let (name, got, wanted) = (expected.name(), bytes.length(), expected.bytes);
        return Err(Failure::new(
            Code::Corrupt,
            format!(
                "The file {name} arrived damaged ({got} bytes, {wanted} expected, or its checksum differs). Try again; if it happens again, the copy on the server is damaged."
            ),
        ));
    }
    let keeping = cache.and_then(|cache| Keeping::start(cache, expected, &bytes));
    Ok(Download { bytes, from: Source::Network, keeping })
}

/// A small text, always asked of the server (the HTTP cache may answer if the server says unchanged).
pub async fn get_text(url: &str) -> Result<String, Failure> {
    let response = fetch(url, RequestCache::NoCache).await?;
    let text = response.text().map_err(|_| interrupted(url))?;
    let text = JsFuture::from(text).await.map_err(|_| interrupted(url))?;
    Ok(text.as_string().unwrap_or_default())
}

/// None where the browser has no Cache Storage for us: pages without HTTPS, private windows.
async fn open_cache() -> Option<Cache> {
    // The property is missing without HTTPS, and web-sys would throw on it.
    let caches = Reflect::get(&scope(), &"caches".into()).ok().filter(|caches| !caches.is_undefined())?;
    let caches: web_sys::CacheStorage = caches.unchecked_into();
    JsFuture::from(caches.open(CACHE)).await.ok().map(JsCast::unchecked_into)
}

/// The file, if it is there and right. A damaged copy is thrown away.
async fn from_cache(cache: &Cache, expected: &Expected<'_>) -> Option<Uint8Array> {
    let found = JsFuture::from(cache.match_with_str(&expected.key())).await.ok()?;
    let response: Response = found.dyn_into().ok()?;
    let buffer = JsFuture::from(response.array_buffer().ok()?).await.ok()?;
    let bytes = Uint8Array::new(&buffer);
    if expected.is(&bytes).await {
        return Some(bytes);
    }
    let _ = JsFuture::from(cache.delete_with_str(&expected.key())).await;
    None
}

async fn from_network(expected: &Expected<'_>, mut progress: impl FnMut(usize)) -> Result<Uint8Array, Failure> {
    let bytes = allocate(expected.bytes)?;
    let mut loaded = 0;
    // Past the HTTP cache: a damaged copy there would come back at every retry. We keep our own, checked.
    let response = fetch(expected.url, RequestCache::NoStore).await?;
    let interrupted = || interrupted(expected.url);
    let body = response.body().ok_or_else(interrupted)?;
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    loop {
        let part = JsFuture::from(reader.read()).await.map_err(|_| interrupted())?;
        let field = |name: &str| Reflect::get(&part, &name.into()).unwrap_or(JsValue::UNDEFINED);
        if field("done").is_truthy() {
            return Ok(bytes.subarray(0, loaded));
        }
        let chunk: Uint8Array = field("value").unchecked_into();
        if loaded + chunk.length() > bytes.length() {
            // More than promised can only be wrong, and must not fill the memory.
            let _ = reader.cancel();
            return Ok(bytes.subarray(0, loaded.saturating_sub(1)));
        }
        bytes.set(&chunk, loaded);
        loaded += chunk.length();
        progress(loaded as usize);
    }
}

/// SHA-256 as hexadecimal digits: the browser's own, or ours where pages without HTTPS are denied it.
async fn sha256(bytes: &Uint8Array) -> std::io::Result<String> {
    let digest = async || -> Option<Vec<u8>> {
        let subtle = Reflect::get(&scope(), &"crypto".into()).ok()?.unchecked_into::<web_sys::Crypto>().subtle();
        if subtle.is_undefined() {
            return None;
        }
        let digest = subtle.digest_with_str_and_js_u8_array("SHA-256", bytes).ok()?;
        Some(Uint8Array::new(&JsFuture::from(digest).await.ok()?).to_vec())
    };
    match digest().await {
        Some(digest) => Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect()),
        None => sha256_of(&mut JsBytes::new(bytes.clone())).map(|(_, hash)| hash),
    }
}

/// Room in JavaScript's memory. Its constructor throws where there is none.
fn allocate(bytes: usize) -> Result<Uint8Array, Failure> {
    let class = Reflect::get(&scope(), &"Uint8Array".into()).map(JsCast::unchecked_into::<Function>);
    class.and_then(|class| Reflect::construct(&class, &Array::of1(&(bytes as f64).into()))).map_or_else(
        |_| {
            let megabytes = bytes as f64 / 1e6;
            Err(Failure::new(
                Code::Memory,
                format!("There is not enough memory for a file of {megabytes:.1} MB. Close other tabs and try again."),
            ))
        },
        |array| Ok(array.unchecked_into()),
    )
}

async fn fetch(url: &str, cache: RequestCache) -> Result<Response, Failure> {
    let options = RequestInit::new();
    options.set_cache(cache);
    let request = Request::new_with_str_and_init(url, &options).map_err(|_| interrupted(url))?;
    let response = JsFuture::from(scope().fetch_with_request(&request)).await.map_err(|_| {
        if scope().navigator().on_line() {
            interrupted(url)
        } else {
            let name = url.rsplit('/').next().unwrap_or(url);
            Failure::new(Code::Offline, format!("You are offline, and {name} has not been stored on this device yet. Connect to the internet and try again; after one visit it works offline."))
        }
    })?;
    let response: Response = response.unchecked_into();
    if !response.ok() {
        let (status, name) = (response.status(), url.rsplit('/').next().unwrap_or(url));
        return Err(Failure::new(
            Code::Network,
            format!(
                "The server does not give out {name} (it answered {status}). Try again later, or check that the whole folder was published."
            ),
        ));
    }
    Ok(response)
}

fn interrupted(url: &str) -> Failure {
    let name = url.rsplit('/').next().unwrap_or(url);
    Failure::new(
        Code::Network,
        format!("The connection broke while loading {name}. Check your connection and try again."),
    )
}
