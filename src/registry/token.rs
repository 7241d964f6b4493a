//! Tokens: what a registry's token service gives for a login (distribution spec, token authentication; OAuth 2 for
//! identity tokens).

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use reqwest::{RequestBuilder, Url};
use serde_json::Value;

use super::credentials::Login;
use super::limits::LARGEST_TOKEN;
use super::retry::Failure;
use super::session::Session;

/// Asks the service at `realm` for a token with the session's scopes; the Authorization header that it makes.
pub(super) async fn fetch(
    session: &Session,
    realm: &str,
    service: Option<&str>,
) -> Result<HeaderValue, Failure> {
    let none = || session.answer("it names a token service that is none");
    let realm = Url::parse(realm).map_err(|_| none())?;
    if !session.may_ask(&realm) || !realm.has_host() {
        return Err(none());
    }
    let response = session.send(request(session, realm, service)).await?;
    if response.status() == 400 && matches!(session.access.login, Login::Identity(_)) {
        return Err(session.of_status(401, None)); // OAuth 2: the token has run out, or was withdrawn.
    }
    if response.status() != 200 {
        return Err(session.refusal(response).await);
    }
    let body = session.small(response, "a token", LARGEST_TOKEN).await?;
    let unreadable = || session.answer("its token cannot be read");
    let answer: Value = serde_json::from_slice(&body).map_err(|_| unreadable())?;
    let token = [&answer["token"], &answer["access_token"]].into_iter().find_map(Value::as_str);
    let token = token.filter(|token| !token.is_empty()).ok_or_else(unreadable)?;
    let mut header = HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| unreadable())?;
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
