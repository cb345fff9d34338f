//! What the page of a one-time link says.

use doorward_domain::setup_link::LinkRefusal;

/// Every sentence of that page in one language.
pub struct SetupWords {
    /// Title for the first administrator.
    pub first: &'static str,
    /// What they will be.
    pub first_text: &'static str,
    /// Title for a lost password.
    pub lost: &'static str,
    /// What a new one ends.
    pub lost_text: &'static str,
    /// Before the organisation's name.
    pub organisation: &'static str,
    /// Before the account's name.
    pub account: &'static str,
    /// Label of the sign-in name.
    pub sign_in_name: &'static str,
    /// Label of the password's repetition.
    pub again: &'static str,
    /// Makes the administrator.
    pub create: &'static str,
    /// How long the link is good.
    pub link: &'static str,
    /// Title when it is done.
    pub done: &'static str,
    /// Whose password is set.
    pub done_text: fn(&str) -> String,
    /// Where the server answers.
    pub done_cure: fn(&str) -> String,
    /// Title when it is not.
    pub nothing: &'static str,
    /// Nobody made this link.
    pub unknown_link: &'static str,
    /// It is good no more.
    pub link_over: fn(LinkRefusal) -> &'static str,
    /// Where another one comes from.
    pub link_cure: &'static str,
    /// The form was cut off, or is none.
    pub unreadable: &'static str,
    /// The store fails.
    pub unavailable: &'static str,
    /// What to do then.
    pub again_cure: &'static str,
    /// Somebody else has the name.
    pub taken: &'static str,
    /// The name can't be one.
    pub bad_name: &'static str,
    /// The name ends in another domain than this.
    pub domain: fn(&str) -> String,
}

pub(super) const EN: SetupWords = SetupWords {
    first: "Become the first administrator",
    first_text: "You will be able to change everything in its directory.",
    lost: "Choose a new password",
    lost_text: "Every session of this account ends.",
    organisation: "Organisation",
    account: "Account",
    sign_in_name: "Sign-in name",
    again: "Password again",
    create: "Create administrator",
    link: "This link works once, within 60 minutes of being printed.",
    done: "You are set up",
    done_text: |account| format!("The password of {account} is set, and this link is spent."),
    done_cure: |origin| format!("{origin} is where Doorward answers."),
    nothing: "Nothing was changed",
    unknown_link: "This link is not known.",
    link_over: |refusal| match refusal {
        LinkRefusal::Used => "This link was used before.",
        LinkRefusal::Expired => "This link is older than 60 minutes.",
    },
    link_cure: "The owner of the data prints another with `doorward init` or `doorward admin recover`.",
    unreadable: "The form could not be read.",
    unavailable: "The server cannot reach its store. Try again.",
    again_cure: "Go back and try again.",
    taken: "This name is taken.",
    bad_name: "This can't be a sign-in name: letters, digits and few signs, and no more than 64 before the @.",
    domain: |domain| format!("The name has to end in @{domain}."),
};

pub(super) const KO: SetupWords = SetupWords {
    first: "첫 관리자 만들기",
    first_text: "이 조직의 디렉터리에 있는 모든 것을 바꿀 수 있게 됩니다.",
    lost: "새 암호를 정하세요",
    lost_text: "이 계정의 로그인은 모두 끝납니다.",
    organisation: "조직",
    account: "계정",
    sign_in_name: "로그인 이름",
    again: "암호 다시 입력",
    create: "관리자 만들기",
    link: "이 링크는 출력된 뒤 60분 안에 한 번만 쓸 수 있습니다.",
    done: "설정이 끝났습니다",
    done_text: |account| format!("{account}의 암호가 설정되었고, 이 링크는 더 이상 쓸 수 없습니다."),
    done_cure: |origin| format!("Doorward의 주소는 {origin}입니다."),
    nothing: "아무것도 바뀌지 않았습니다",
    unknown_link: "알 수 없는 링크입니다.",
    link_over: |refusal| match refusal {
        LinkRefusal::Used => "이미 사용한 링크입니다.",
        LinkRefusal::Expired => "60분이 지난 링크입니다.",
    },
    link_cure: "데이터의 소유자가 `doorward init`이나 `doorward admin recover`로 새 링크를 출력할 수 있습니다.",
    unreadable: "양식을 읽을 수 없습니다.",
    unavailable: "서버가 저장소에 연결할 수 없습니다. 다시 시도하세요.",
    again_cure: "뒤로 돌아가 다시 시도하세요.",
    taken: "이미 있는 이름입니다.",
    bad_name: "로그인 이름으로 쓸 수 없습니다. @ 앞에는 문자, 숫자와 몇 가지 기호를 64자까지 쓸 수 있습니다.",
    domain: |domain| format!("이름은 @{domain}(으)로 끝나야 합니다."),
};
