//! Tokens: what a registry's token service gives for a login (distribution spec, token authentication; OAuth 2 for
//! identity tokens).
//!
//! oci-client fetches them. It knows neither identity tokens nor more than one scope, which a mount wants (to push here,
//! to pull there): such tokens are fetched with a request of ours.

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{RequestBuilder, Url};
use serde_json::Value;
use tokio::time::timeout;

use super::credentials::Login;
use super::error::Said;
use super::limits::LARGEST_TOKEN;
use super::retry::Failure;
use super::session::Session;
use super::{Error, guard, oci};

/// Whether the session's tokens are such as oci-client cannot fetch, or must not: a registry with TLS could have it show a
/// password to a service without.
pub(super) fn is_ours(session: &Session) -> bool {
    let has_secret = match session.access.login {
        Login::Identity(_) => true,
        Login::Basic { .. } => session.has_tls(),
        Login::Anonymous => false,
    };
    has_secret || session.scopes.len() > 1
}

/// The Authorization header with a token of the service at `realm`.
pub(super) async fn of(
    session: &Session,
    realm: &str,
    service: Option<&str>,
) -> Result<HeaderValue, Failure> {
    let none = || session.answer("it names a token service that is none");
    let realm = Url::parse(realm).map_err(|_| none())?;
    if !session.may_ask(&realm) || !realm.has_host() {
        return Err(none());
    }
    if is_ours(session) {
        return exchange(session, realm, service).await;
    }
    fetch(session).await?.ok_or_else(|| session.of_status(401, Said::default()))
}

/// The same from the service that the registry names when oci-client asks it; `None` when it names none.
pub(super) async fn fetch(session: &Session) -> Result<Option<HeaderValue>, Failure> {
    let oci = session.oci()?;
    // oci-client reads an answer of any length: the time is what bounds it.
    let limit = session.limits.stall.min(session.limits.total);
    let asking = timeout(limit, guard::caught(oci.token(&session.access.login)));
    let (registry, seconds) = (session.place.registry.clone(), limit.as_secs());
    let slow = |_| {
        let slow = Error::Slow { registry, seconds };
        if session.is_reached() { Failure::passing(slow) } else { Failure::last(slow) }
    };
    let result = asking.await.map_err(slow)?;
    let result = result.ok_or_else(|| session.answer("it names a token service that is none"))?;
    oci::heard(session, &result);
    let token = result.map_err(|error| oci::failure(session, &error))?;
    token.map(|token| header(session, &token)).transpose()
}

async fn exchange(session: &Session, realm: Url, service: Option<&str>) -> Result<HeaderValue, Failure> {
    let response = session.send(request(session, realm, service)).await?;
    if response.status() == 400 && matches!(session.access.login, Login::Identity(_)) {
        return Err(session.of_status(401, Said::default())); // OAuth 2: the token has run out, or was withdrawn.
    }
    if response.status() != 200 {
        return Err(session.refusal(response).await);
    }
    let body = session.small(response, "a token", LARGEST_TOKEN).await?;
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    let token = [&answer["token"], &answer["access_token"]].into_iter().find_map(Value::as_str);
    header(session, token.unwrap_or_default())
}

/// Tokens are words of somebody else: not every one can be a header.
fn header(session: &Session, token: &str) -> Result<HeaderValue, Failure> {
    let header = HeaderValue::from_str(&format!("Bearer {token}")).ok().filter(|_| !token.is_empty());
    let mut header = header.ok_or_else(|| session.answer("its token cannot be read"))?;
    header.set_sensitive(true);
    Ok(header)
}

fn request(session: &Session, mut realm: Url, service: Option<&str>) -> RequestBuilder {
    if let Login::Identity(token) = &session.access.login {
        let mut form = realm.clone();
        form.set_query(None);
        form.query_pairs_mut()
            .append_pair("grant_type", "refresh_token")
            .append_pair("client_id", "wrtpod")
            .append_pair("service", service.unwrap_or_default())
            .append_pair("scope", &session.scopes.join(" "))
            .append_pair("refresh_token", token);
        let form = form.query().unwrap_or_default().to_owned();
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        return session.http.post(realm).header(CONTENT_TYPE, kind).body(form);
    }
    {
        let mut query = realm.query_pairs_mut();
        if let Some(service) = service {
            query.append_pair("service", service);
        }
        for scope in &session.scopes {
            query.append_pair("scope", scope);
        }
    }
    let request = session.http.get(realm);
    match &session.access.login {
        Login::Basic { user, password } => request.basic_auth(user, Some(password)),
        _ => request,
    }
}
