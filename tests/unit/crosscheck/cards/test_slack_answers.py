"""Every error that Slack publishes for the two methods has one meaning for us."""

import pytest

from crosscheck.cards.slack_answers import KNOWN, Remedy, remedy_of

# https://docs.slack.dev/reference/methods/chat.postMessage#errors
POST = """
    access_denied accesslimited account_inactive agent_prompt_display_not_allowed app_access_restricted
    as_user_not_supported attachment_payload_limit_exceeded cannot_reply_to_message channel_not_found
    deprecated_endpoint draft_already_deleted draft_already_sent draft_has_conflict draft_not_found
    duplicate_channel_not_found duplicate_message_not_found ekm_access_denied enterprise_is_restricted fatal_error
    internal_error invalid_arg_name invalid_arguments invalid_array_arg invalid_auth invalid_blocks
    invalid_blocks_format invalid_charset invalid_form_data invalid_metadata_format invalid_metadata_schema
    invalid_post_type is_archived markdown_text_conflict message_limit_exceeded messages_tab_disabled
    metadata_must_be_sent_from_app metadata_too_large method_deprecated missing_file_data missing_post_type
    missing_scope msg_blocks_too_long msg_too_long no_permission no_text not_allowed_token_type not_authed
    not_in_channel org_login_required rate_limited ratelimited request_timeout restricted_action
    restricted_action_non_threadable_channel restricted_action_read_only_channel restricted_action_thread_locked
    restricted_action_thread_only_channel send_on_behalf_not_allowed service_unavailable
    slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked slack_connect_lists_sharing_blocked
    team_access_not_granted team_added_to_org team_not_found token_expired token_revoked too_many_attachments
    too_many_contact_cards two_factor_setup_required
"""
# https://docs.slack.dev/reference/methods/chat.update#errors
UPDATE = """
    access_denied accesslimited account_inactive as_user_not_supported block_mismatch cant_broadcast_message
    cant_update_message channel_not_found deprecated_endpoint edit_window_closed ekm_access_denied
    enterprise_is_restricted external_channel_migrating fatal_error internal_error invalid_arg_name invalid_arguments
    invalid_array_arg invalid_attachments invalid_auth invalid_blocks invalid_blocks_format invalid_charset
    invalid_form_data invalid_metadata_format invalid_metadata_schema invalid_post_type is_inactive
    markdown_text_conflict message_not_found metadata_must_be_sent_from_app metadata_too_large method_deprecated
    missing_post_type missing_scope msg_too_long no_dual_broadcast_content_update no_permission no_text
    not_allowed_token_type not_authed org_login_required ratelimited request_timeout service_unavailable
    slack_connect_file_link_sharing_blocked streaming_state_conflict team_access_not_granted team_added_to_org
    team_not_found token_expired token_revoked too_many_attachments two_factor_setup_required update_failed
"""


@pytest.mark.parametrize("word", sorted({*POST.split(), *UPDATE.split()}))
def test_f40_every_published_error_is_on_the_table(word: str) -> None:
    assert word in KNOWN


def test_the_table_has_nothing_that_slack_does_not_publish() -> None:
    assert {*POST.split(), *UPDATE.split()} == KNOWN


def test_f40_an_error_that_nobody_published_is_for_a_person() -> None:
    assert remedy_of("a_new_error") is Remedy.CALL
    assert Remedy.CALL.for_a_person


@pytest.mark.parametrize("word", ["cant_update_message", "edit_window_closed", "message_not_found"])
def test_f70_what_can_never_be_edited_is_posted_anew(word: str) -> None:
    assert remedy_of(word) is Remedy.ANEW
    assert not Remedy.ANEW.for_a_person
