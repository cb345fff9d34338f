//! English.

use super::Words;
use doorward_domain::lockout::Counted;

pub const WORDS: Words = Words {
    lang: "en",
    device_message: |url, code| {
        format!("To sign in, open the page {url} in a browser and enter the code {code} to authenticate.")
    },
    enter_code: "Enter the code",
    enter_code_text: "Your device or command line shows eight letters. Type them here only when you started it yourself.",
    code: "Code",
    next: "Next",
    sign_in: "Sign in",
    sign_in_for_device: "Sign in to see what the device asks for. Nothing is given to it before you agree.",
    account: "Account (name@domain)",
    password: "Password",
    approve_title: "Sign in on the device?",
    signed_in_as: "You are",
    application: "Application",
    wants: "It wants to use",
    from_address: "Asked from the address",
    asked_ago: "Asked",
    ago: |seconds| match seconds {
        ..60 => "less than a minute ago".to_owned(),
        60..120 => "a minute ago".to_owned(),
        _ => format!("{} minutes ago", seconds / 60),
    },
    approve_warning: "Approve only what you started yourself just now. Whoever sent you a code wants to act in your name.",
    approve: "Approve",
    deny: "Deny",
    approved: "Signed in on the device",
    approved_text: "The device goes on by itself within a few seconds.",
    declined: "Denied",
    declined_text: "The device was given nothing.",
    close: "You can close this page.",
    wrong_code: "No device shows this code. Check the letters.",
    code_over: "This code was used or is too old. Start again on the device.",
    too_many_codes: "Too many wrong codes came from your network. Wait five minutes.",
    other_tenant: "The device asked for an account of another organisation.",
    wrong_password: "The account or the password is wrong.",
    disabled: "This account is disabled. Ask an administrator to enable it.",
    must_change: "This password was set by an administrator and has to be changed first.",
    wait: |seconds| format!("Too many wrong tries. Wait {seconds} seconds."),
    new_password_title: "Choose a password of your own",
    new_password_text: "An administrator set the present one, which is good for this once. You are",
    old_password: "Present password",
    new_password: "New password",
    password_rule: "At least 8 characters. A few unrelated words are easy to keep in mind and hard to guess; a common word with some digits, or your name, is not taken.",
    new_password_again: "New password again",
    set_password: "Set password",
    new_password_ends: "Wherever else you are signed in, that ends.",
    passwords_differ: "The two new passwords differ. Type the same one twice.",
    wrong_old_password: "The present password is wrong.",
    password_short: "The new password is too short. It needs at least 8 characters.",
    password_long: "The new password is too long. It may have at most 1024 bytes.",
    password_common: "This password is one of those that are guessed first: a common word or pattern with a little around it. Put several words together.",
    password_name: "The new password is little more than your name or your organisation's. Choose another.",
    password_same: "The new password is the present one. Choose another.",
    password_unprintable: "The new password holds a character that can't be typed. Choose another.",
    change_password: "Change the password",
    locked: |counted, seconds| {
        let wait = span(seconds);
        match counted {
            Counted::Account => format!(
                "Too many wrong tries for this account came from elsewhere. Sign in in a browser where you did before, \
                 or ask an administrator for a new password. This browser would have to wait {wait}."
            ),
            Counted::AccountFromSource | Counted::Source => format!(
                "Too many wrong tries came from your network. Wait {wait}, or sign in in a browser where you did before."
            ),
            Counted::KnownBrowser => format!(
                "Too many wrong tries in this browser. Wait {wait}, or ask an administrator for a new password."
            ),
        }
    },
    unavailable: "The server lacks something just now. Try again in a moment.",
    stale_form: "This page was open too long, or came from elsewhere. Please start again here.",
    sign_in_to: "To go on to",
    other_tenant_app: "The application asked for an account of another organisation.",
    choose_title: "Continue with this account?",
    choose_text: "Only when you started this yourself: a program on this computer is waiting for the answer.",
    go_on: "Continue",
    other_account: "Use another account",
    cancel: "Cancel",
    going_back: "Going back to the application",
    going_back_text: "Press the button when nothing happens by itself.",
    bad_request: "This sign-in cannot go on",
    bad_request_cure: "Close this page and start again in the application that brought you here.",
    signed_out: "You are signed out of this browser",
    signed_out_text: "Programs that you signed in to stay so until you sign out there.",
    cookies_title: "Your browser keeps no cookies",
    cookies_text: "Signing in needs a cookie of this site, which your browser refused or lost on the way.",
    cookies_cure: "Allow cookies for this site, or leave the private or embedded window, and try again.",
    factor_title: "Enter the code of your app",
    factor_text: "Your authenticator app shows six digits for",
    six_digits: "Six digits",
    no_app: "I don't have the app at hand",
    no_app_text: "Use one of the recovery codes that you kept. Without those, ask an administrator to reset your second factor.",
    recovery_code: "Recovery code",
    use_recovery_code: "Use the recovery code",
    wrong_factor: "This code is wrong. Enter the one that the app shows now, and check that the clock of its device is right.",
    code_used: "This code was used already. Wait until the app shows the next one.",
    enrol_title: "Set up an authenticator app",
    enrol_text: "Scan this picture with an authenticator app. From then on it shows six digits that you need besides the password, for",
    qr_label: "QR code for the authenticator app; the key below says the same",
    enrol_by_hand: "Or type this key into the app:",
    enrol_confirm: "The six digits that the app shows now",
    wrong_enrolment: "The app should show another code for this key. Enter the newest one, and check that the clock of its device is right.",
    codes_title: "Keep these recovery codes",
    codes_text: "Each lets you in once when you don't have the app. Print them or write them down: they are not shown again.",
    codes_kept: "I have kept them",
    my_sign_in: "How you sign in",
    app_there: "By password and an authenticator app.",
    app_missing: "By password alone. With an authenticator app, somebody who learns your password still can't sign in.",
    set_up_app: "Set up an authenticator app",
    remove_app: "Remove the app",
    remove_app_text: "New recovery codes take the place of those of before. To move to another app, remove this one first and set up the other.",
    new_codes: "Make new recovery codes",
    sign_in_again: "You signed in more than ten minutes ago. Sign in again to change how you do.",
    sign_out: "Sign out",
    codes_left: |left| match left {
        0 => "No recovery code is left.".to_owned(),
        1 => "One recovery code is left.".to_owned(),
        _ => format!("{left} recovery codes are left."),
    },
};

/// Seconds as people say it, rounded up.
fn span(seconds: i64) -> String {
    match seconds {
        ..=60 => "a minute".to_owned(),
        61..=5400 => format!("{} minutes", (seconds + 59) / 60),
        _ => format!("{} hours", (seconds + 3599) / 3600),
    }
}
