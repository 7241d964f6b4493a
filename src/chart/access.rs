//! The templates of Service, Ingress and HTTPRoute: which places of each values decide.

use super::templates::{block, lifted, optional, optional_block, optional_text, scalar};
use crate::objects::Object;

/// The Service.
pub(super) fn service(service: &Object) -> String {
    lifted(
        service,
        vec![
            block("/metadata/annotations", "include \"wrtpod.serviceAnnotations\" ."),
            scalar("/spec/type", ".Values.service.type | quote"),
            block("/spec/ports", "include \"wrtpod.servicePorts\" . | trim"),
        ],
    )
}

/// The Ingress.
pub(super) fn ingress(ingress: &Object) -> String {
    let path = "/spec/rules/0/http/paths/0";
    lifted(
        ingress,
        vec![
            block("/metadata/annotations", "include \"wrtpod.ingressAnnotations\" ."),
            optional_text("/spec/ingressClassName", ".Values.ingress.className"),
            scalar("/spec/rules/0/host", ".Values.ingress.host | quote"),
            scalar(&format!("{path}/path"), ".Values.ingress.path | quote"),
            scalar(&format!("{path}/backend/service/port/name"), "include \"wrtpod.ingressPort\" . | quote"),
            optional_block("/spec/tls", "include \"wrtpod.ingressTls\" . | trim"),
        ],
    )
}

/// The HTTPRoute.
pub(super) fn route(route: &Object) -> String {
    let rule = "/spec/rules/0";
    lifted(
        route,
        vec![
            block("/metadata/annotations", "include \"wrtpod.routeAnnotations\" ."),
            block("/spec/parentRefs", "include \"wrtpod.routeParents\" . | trim"),
            optional("/spec/hostnames", ".Values.httpRoute.hostnames"),
            scalar(&format!("{rule}/matches/0/path/value"), ".Values.httpRoute.path | quote"),
            scalar(&format!("{rule}/backendRefs/0/port"), "include \"wrtpod.routePort\" ."),
        ],
    )
}
