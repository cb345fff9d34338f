//! Korean.

use super::Words;

pub const WORDS: Words = Words {
    lang: "ko",
    device_message: |url, code| {
        format!("로그인하려면 웹 브라우저에서 {url} 페이지를 열고 코드 {code}를(을) 입력하여 인증하세요.")
    },
    enter_code: "코드 입력",
    enter_code_text: "장치나 명령줄에 영문자 8자리가 표시됩니다. 직접 시작한 경우에만 여기에 입력하세요.",
    code: "코드",
    next: "다음",
    sign_in: "로그인",
    sign_in_for_device: "장치가 요청하는 내용을 보려면 로그인하세요. 동의하기 전에는 장치에 아무것도 제공되지 않습니다.",
    account: "계정(이름@도메인)",
    password: "암호",
    approve_title: "이 장치에서 로그인할까요?",
    signed_in_as: "로그인한 계정",
    application: "애플리케이션",
    wants: "사용하려는 대상",
    from_address: "요청한 주소",
    asked_ago: "요청 시각",
    ago: |seconds| match seconds {
        ..60 => "1분 이내".to_owned(),
        _ => format!("{}분 전", seconds / 60),
    },
    approve_warning: "방금 직접 시작한 요청만 승인하세요. 다른 사람이 보낸 코드라면 그 사람이 내 이름으로 행동하려는 것입니다.",
    approve: "승인",
    deny: "거부",
    approved: "장치에서 로그인되었습니다",
    approved_text: "몇 초 안에 장치에서 자동으로 계속됩니다.",
    declined: "거부했습니다",
    declined_text: "장치에는 아무것도 제공되지 않았습니다.",
    close: "이 페이지를 닫아도 됩니다.",
    wrong_code: "이 코드를 표시하는 장치가 없습니다. 글자를 확인하세요.",
    code_over: "이미 사용했거나 만료된 코드입니다. 장치에서 다시 시작하세요.",
    too_many_codes: "이 네트워크에서 잘못된 코드가 너무 많이 입력되었습니다. 5분 뒤에 다시 시도하세요.",
    other_tenant: "장치가 다른 조직의 계정을 요청했습니다.",
    wrong_password: "계정 또는 암호가 올바르지 않습니다.",
    disabled: "사용할 수 없는 계정입니다. 관리자에게 문의하세요.",
    must_change: "관리자가 설정한 암호입니다. 먼저 암호를 변경해야 합니다.",
    wait: |seconds| format!("잘못된 시도가 너무 많습니다. {seconds}초 뒤에 다시 시도하세요."),
    unavailable: "서버를 잠시 사용할 수 없습니다. 잠시 후 다시 시도하세요.",
    stale_form: "페이지가 너무 오래 열려 있었거나 다른 곳에서 전송되었습니다. 여기에서 다시 시작하세요.",
    cookies_title: "브라우저에 쿠키가 저장되지 않습니다",
    cookies_text: "로그인하려면 이 사이트의 쿠키가 필요하지만, 브라우저가 쿠키를 거부했거나 잃어버렸습니다.",
    cookies_cure: "이 사이트의 쿠키를 허용하거나, 비공개 창 또는 다른 페이지에 삽입된 창에서 벗어나 다시 시도하세요.",
};
