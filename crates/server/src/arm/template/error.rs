//! Every way in which a template can be wrong, and what is said then: Azure's words where they are known.

/// Why a template comes to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The text of an expression can't be read.
    #[error("The language expression '{expression}' is not valid: {reason} at position '{at}'.")]
    Syntax {
        /// The expression, cut.
        expression: String,
        /// What is wrong.
        reason: &'static str,
        /// Where, in characters from the start of the text.
        at: usize,
    },
    /// A function that isn't served.
    #[error("The template function '{0}' is not supported here.")]
    UnsupportedFunction(String),
    /// A function that may not stand where it does.
    #[error("The template function '{0}' is not expected at this location.")]
    Misplaced(String),
    /// A function can't do with its arguments.
    #[error("Unable to evaluate template language function '{function}': {problem}.")]
    Function {
        /// Its name, as written.
        function: String,
        /// What is wrong.
        problem: String,
    },
    /// An object hasn't that property.
    #[error(
        "The language expression property '{name}' doesn't exist, available properties are '{available}'."
    )]
    NoProperty {
        /// The property.
        name: String,
        /// Those that it has.
        available: String,
    },
    /// An array isn't that long, or what is asked is no array.
    #[error("The language expression property '{key}' can't be evaluated: {problem}.")]
    NoElement {
        /// The index or name.
        key: String,
        /// What is wrong.
        problem: &'static str,
    },
    /// A part of the language that isn't served.
    #[error("'{what}' in {place} is not supported here.")]
    Unsupported {
        /// The part.
        what: String,
        /// Where it stands.
        place: String,
    },
    /// A part is missing.
    #[error("Required property '{what}' not found in {place}.")]
    Missing {
        /// The part.
        what: &'static str,
        /// Where it should stand.
        place: String,
    },
    /// A part isn't what it must be.
    #[error("The property '{what}' in {place} is not valid: {problem}.")]
    Invalid {
        /// The part.
        what: String,
        /// Where it stands.
        place: String,
        /// What is wrong.
        problem: String,
    },
    /// Values for parameters that the template hasn't.
    #[error(
        "The following parameters were supplied, but do not correspond to any parameters defined in the template: '{}'",
        .0.join(", ")
    )]
    UnknownParameters(Vec<String>),
    /// A parameter without value.
    #[error("The value for the template parameter '{0}' is not provided.")]
    ParameterMissing(String),
    /// A parameter of another type.
    #[error(
        "The provided value for the template parameter '{name}' is not valid. Expected a value of type '{expected}', \
         but received a value of type '{found}'."
    )]
    ParameterType {
        /// The parameter.
        name: String,
        /// Its type.
        expected: &'static str,
        /// The type of the value.
        found: &'static str,
    },
    /// A value that the template doesn't allow.
    #[error("The provided value for the template parameter '{name}' is not valid. {problem}")]
    ParameterValue {
        /// The parameter.
        name: String,
        /// What is wrong, a sentence.
        problem: String,
    },
    /// An expression asks for a parameter that isn't there.
    #[error("The template parameter '{0}' is not found.")]
    NoSuchParameter(String),
    /// An expression asks for a variable that isn't there.
    #[error("The template variable '{0}' is not found.")]
    NoSuchVariable(String),
    /// A parameter or variable that is made of itself.
    #[error("Circular dependency detected on the template {what} '{name}'.")]
    Cycle {
        /// `parameter` or `variable`.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// Resources that wait for each other.
    #[error("Circular dependency detected on resource: '{0}'.")]
    ResourceCycle(String),
    /// A resource waits for one that the template hasn't.
    #[error("The resource '{0}' is not defined in the template.")]
    NotDefined(String),
    /// A resource waits for a name that several have.
    #[error("The resource name '{0}' is not unique in the template: name the resource with 'resourceId'.")]
    Ambiguous(String),
    /// Two resources with one id.
    #[error("The resource '{0}' is defined multiple times in the template.")]
    Duplicate(String),
    /// A name with more or fewer parts than its type.
    #[error(
        "The template resource '{name}' for type '{kind}' has incorrect segment lengths. The name must have as many \
         segments as the type has after its provider."
    )]
    Segments {
        /// The name.
        name: String,
        /// The type.
        kind: String,
    },
    /// A name that no resource can have.
    #[error("The template resource '{name}' of type '{kind}' is not valid: {problem}.")]
    Name {
        /// The name.
        name: String,
        /// The type.
        kind: String,
        /// What is wrong.
        problem: String,
    },
    /// A deployment of a subscription must say where it is kept.
    #[error("The 'location' property must be specified for '{0}'.")]
    LocationNeeded(String),
    /// A deployment of a resource group must not.
    #[error("The 'location' property is not allowed for '{0}' at resource group scope.")]
    LocationNotAllowed(String),
    /// A deployment to another subscription.
    #[error(
        "The deployment '{name}' is to the subscription '{subscription}': only its own is supported here."
    )]
    OtherSubscription {
        /// The deployment.
        name: String,
        /// The other subscription.
        subscription: String,
    },
    /// Too many of something.
    #[error("The limit of {what} is exceeded. Limit: '{limit}'.")]
    Limit {
        /// Of what.
        what: &'static str,
        /// How many there may be.
        limit: usize,
    },
    /// Something is wrong within a part of the template.
    #[error("{place} is not valid: {cause}")]
    Within {
        /// The part, with its name: `The template output 'x'`.
        place: String,
        /// What is wrong.
        cause: Box<TemplateError>,
    },
}

impl TemplateError {
    /// The word for programs.
    pub fn code(&self) -> &'static str {
        match self.root() {
            Self::LocationNeeded(_) | Self::LocationNotAllowed(_) => "InvalidDeployment",
            _ => "InvalidTemplate",
        }
    }

    /// The words for people, as a deployment's answer has them: at most 2000 characters of what is wrong.
    pub fn message(&self) -> String {
        match self.code() {
            "InvalidTemplate" => {
                let problem = cut_to(&self.to_string(), 2000);
                format!("Deployment template validation failed: '{problem}'.")
            }
            _ => cut_to(&self.root().to_string(), 2000),
        }
    }

    /// What is wrong, without the parts of the template that it is within.
    pub fn root(&self) -> &Self {
        let mut error = self;
        while let Self::Within { cause, .. } = error {
            error = cause;
        }
        error
    }

    /// This error, in a part of the template.
    pub(super) fn within(self, place: impl Into<String>) -> Self {
        Self::Within {
            place: place.into(),
            cause: Box::new(self),
        }
    }

    pub(super) fn function(function: &str, problem: impl Into<String>) -> Self {
        Self::Function {
            function: function.to_owned(),
            problem: problem.into(),
        }
    }

    pub(super) fn unsupported(what: &str, place: &str) -> Self {
        Self::Unsupported {
            what: what.to_owned(),
            place: place.to_owned(),
        }
    }

    pub(super) fn invalid(what: &str, place: &str, problem: impl Into<String>) -> Self {
        Self::Invalid {
            what: what.to_owned(),
            place: place.to_owned(),
            problem: problem.into(),
        }
    }
}

/// A text of the template for an error: cut to 200 characters.
pub(super) fn cut(text: &str) -> String {
    cut_to(text, 200)
}

fn cut_to(text: &str, characters: usize) -> String {
    let mut short: String = text.chars().take(characters).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
