//! Korean.

use super::Words;
use doorward_domain::lockout::Counted;

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
    new_password_title: "새 암호를 직접 정하세요",
    new_password_text: "지금 암호는 관리자가 설정한 것으로, 이번 한 번만 쓸 수 있습니다. 현재 계정:",
    old_password: "현재 암호",
    new_password: "새 암호",
    password_rule: "8자 이상이어야 합니다. 서로 관련 없는 단어 몇 개를 이어 쓰면 외우기 쉽고 추측하기 어렵습니다.",
    new_password_again: "새 암호 다시 입력",
    set_password: "암호 설정",
    new_password_ends: "다른 곳의 로그인은 모두 끝납니다.",
    passwords_differ: "새 암호 두 개가 서로 다릅니다. 같은 암호를 두 번 입력하세요.",
    wrong_old_password: "현재 암호가 올바르지 않습니다.",
    password_short: "새 암호가 너무 짧습니다. 8자 이상이어야 합니다.",
    password_long: "새 암호가 너무 깁니다. 1024바이트까지 쓸 수 있습니다.",
    password_same: "새 암호가 현재 암호와 같습니다. 다른 암호를 정하세요.",
    password_unprintable: "새 암호에 입력할 수 없는 문자가 있습니다. 다른 암호를 정하세요.",
    change_password: "암호 변경",
    locked: |counted, seconds| {
        let wait = span(seconds);
        match counted {
            Counted::Account => format!(
                "다른 곳에서 이 계정으로 잘못된 시도가 너무 많았습니다. 전에 로그인한 적이 있는 브라우저에서 로그인하거나, \
                 관리자에게 새 암호를 요청하세요. 이 브라우저에서는 {wait} 뒤에 다시 시도할 수 있습니다."
            ),
            Counted::AccountFromSource | Counted::Source => format!(
                "이 네트워크에서 잘못된 시도가 너무 많았습니다. {wait} 뒤에 다시 시도하거나, 전에 로그인한 적이 있는 \
                 브라우저에서 로그인하세요."
            ),
            Counted::KnownBrowser => format!(
                "이 브라우저에서 잘못된 시도가 너무 많았습니다. {wait} 뒤에 다시 시도하거나, 관리자에게 새 암호를 요청하세요."
            ),
        }
    },
    unavailable: "서버를 잠시 사용할 수 없습니다. 잠시 후 다시 시도하세요.",
    stale_form: "페이지가 너무 오래 열려 있었거나 다른 곳에서 전송되었습니다. 여기에서 다시 시작하세요.",
    sign_in_to: "다음으로 계속하려면",
    other_tenant_app: "애플리케이션이 다른 조직의 계정을 요청했습니다.",
    choose_title: "이 계정으로 계속할까요?",
    choose_text: "직접 시작한 경우에만 계속하세요. 이 컴퓨터의 프로그램이 응답을 기다리고 있습니다.",
    go_on: "계속",
    other_account: "다른 계정 사용",
    cancel: "취소",
    going_back: "애플리케이션으로 돌아가는 중",
    going_back_text: "자동으로 진행되지 않으면 단추를 누르세요.",
    bad_request: "로그인을 계속할 수 없습니다",
    bad_request_cure: "이 페이지를 닫고, 처음 시작한 애플리케이션에서 다시 시도하세요.",
    signed_out: "이 브라우저에서 로그아웃했습니다",
    signed_out_text: "이미 로그인한 프로그램은 그 프로그램에서 로그아웃할 때까지 로그인 상태로 남습니다.",
    cookies_title: "브라우저에 쿠키가 저장되지 않습니다",
    cookies_text: "로그인하려면 이 사이트의 쿠키가 필요하지만, 브라우저가 쿠키를 거부했거나 잃어버렸습니다.",
    cookies_cure: "이 사이트의 쿠키를 허용하거나, 비공개 창 또는 다른 페이지에 삽입된 창에서 벗어나 다시 시도하세요.",
    factor_title: "앱의 코드 입력",
    factor_text: "인증 앱에 다음 계정의 숫자 6자리가 표시됩니다.",
    six_digits: "숫자 6자리",
    no_app: "지금 앱을 사용할 수 없습니다",
    no_app_text: "보관해 둔 복구 코드를 사용하세요. 복구 코드가 없으면 관리자에게 두 번째 인증 수단의 초기화를 요청하세요.",
    recovery_code: "복구 코드",
    use_recovery_code: "복구 코드 사용",
    wrong_factor: "코드가 올바르지 않습니다. 앱에 지금 표시된 코드를 입력하고, 장치의 시계가 맞는지 확인하세요.",
    code_used: "이미 사용한 코드입니다. 앱에 다음 코드가 표시될 때까지 기다리세요.",
    enrol_title: "인증 앱 설정",
    enrol_text: "인증 앱으로 이 그림을 스캔하세요. 앞으로 로그인할 때 암호와 함께 앱에 표시되는 숫자 6자리가 필요합니다. 계정:",
    qr_label: "인증 앱용 QR 코드. 아래 키와 내용이 같습니다",
    enrol_by_hand: "또는 앱에 다음 키를 직접 입력하세요.",
    enrol_confirm: "앱에 지금 표시된 숫자 6자리",
    wrong_enrolment: "이 키에 대한 코드가 아닙니다. 가장 최근 코드를 입력하고, 장치의 시계가 맞는지 확인하세요.",
    codes_title: "복구 코드를 보관하세요",
    codes_text: "앱을 사용할 수 없을 때 각 코드로 한 번 로그인할 수 있습니다. 인쇄하거나 적어 두세요. 다시 표시되지 않습니다.",
    codes_kept: "보관했습니다",
    my_sign_in: "내 로그인 방법",
    app_there: "암호와 인증 앱으로 로그인합니다.",
    app_missing: "암호만으로 로그인합니다. 인증 앱을 설정하면 다른 사람이 암호를 알아내도 로그인할 수 없습니다.",
    set_up_app: "인증 앱 설정",
    remove_app: "앱 제거",
    remove_app_text: "새 복구 코드를 만들면 이전 코드는 사용할 수 없습니다. 다른 앱으로 옮기려면 먼저 이 앱을 제거한 뒤 새 앱을 설정하세요.",
    new_codes: "새 복구 코드 만들기",
    sign_in_again: "로그인한 지 10분이 지났습니다. 로그인 방법을 변경하려면 다시 로그인하세요.",
    sign_out: "로그아웃",
    codes_left: |left| match left {
        0 => "남은 복구 코드가 없습니다.".to_owned(),
        _ => format!("복구 코드가 {left}개 남았습니다."),
    },
    consent_title: "이 애플리케이션이 귀하를 대신하도록 허용하시겠습니까?",
    consent_text: "신뢰하는 경우에만 동의하십시오. 관리자가 이 동의를 철회할 수 있습니다.",
    consent_wants: "요청하는 권한",
    consent_for_all: "조직의 모든 사용자를 대신하여 동의",
    agree: "동의",
    ask_administrator: "먼저 관리자의 동의가 필요합니다",
    ask_administrator_text: "이 애플리케이션이 요청하는 권한은 직접 허용할 수 없습니다. 조직의 관리자에게 이 애플리케이션에 로그인하여 동의해 달라고 요청하십시오.",
    go_back: "애플리케이션으로 돌아가기",
    scope: |value| {
        Some(match value {
            "openid" => "로그인 처리",
            "profile" => "이름 보기",
            "email" => "이메일 주소 보기",
            "offline_access" => "자리에 없을 때에도 허용된 작업 유지",
            "User.Read" => "디렉터리의 내 계정 읽기",
            "User.Read.All" => "모든 계정 읽기",
            "User.ReadWrite.All" => "모든 계정 읽기 및 변경",
            "Group.Read.All" => "모든 그룹 읽기",
            "Group.ReadWrite.All" => "모든 그룹 읽기 및 변경",
            "GroupMember.Read.All" => "그룹 구성원 보기",
            "GroupMember.ReadWrite.All" => "그룹 구성원 보기 및 변경",
            "Application.Read.All" => "모든 애플리케이션 읽기",
            "Application.ReadWrite.All" => "모든 애플리케이션 읽기 및 변경",
            "AuditLog.Read.All" => "감사 로그 읽기",
            "Directory.Read.All" => "디렉터리 읽기",
            "Directory.ReadWrite.All" => "디렉터리 읽기 및 변경",
            "Directory.AccessAsUser.All" => "디렉터리에서 귀하가 할 수 있는 모든 작업 수행",
            "user_impersonation" => "그곳에서 귀하의 이름으로 가능한 모든 작업 수행",
            _ => return None,
        })
    },
};

/// Seconds as people say it, rounded up.
fn span(seconds: i64) -> String {
    match seconds {
        ..=5400 => format!("{}분", (seconds + 59) / 60),
        _ => format!("{}시간", (seconds + 3599) / 3600),
    }
}
