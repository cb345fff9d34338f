//! What the whole process logs, for tests that look for secrets in it.

use std::sync::{Arc, Mutex, OnceLock};

/// What stands in it, if it is kept.
pub const SIGN_OF_LIFE: &str = "a sign of life";

/// Everything that is logged, as text.
#[derive(Clone, Default)]
pub struct Log(Arc<Mutex<String>>);

impl tracing::field::Visit for Log {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        let mut text = self.0.lock().unwrap();
        text.push_str(&format!("{field}={value:?}\n"));
    }
}

impl tracing::Subscriber for Log {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, attributes: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        attributes.record(&mut self.clone());
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        values.record(&mut self.clone());
    }
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut self.clone());
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

impl Log {
    /// What was logged so far.
    pub fn text(&self) -> String {
        self.0.lock().unwrap().clone()
    }
}

/// The log, kept from the first call on. There is one in a process.
pub fn whole() -> Log {
    static WHOLE: OnceLock<Log> = OnceLock::new();
    let log = WHOLE.get_or_init(|| {
        let log = Log::default();
        tracing::subscriber::set_global_default(log.clone()).unwrap();
        log
    });
    tracing::error!("{SIGN_OF_LIFE}");
    log.clone()
}
