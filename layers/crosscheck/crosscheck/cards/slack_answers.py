"""What each refusal of Slack means for us: the whole published list of chat.postMessage and chat.update.

https://docs.slack.dev/reference/methods/chat.postMessage and https://docs.slack.dev/reference/methods/chat.update. A
refusal that is on neither list is for a person.
"""

from collections.abc import Mapping
from enum import Enum


class Remedy(Enum):
    """What to do about a refusal; the value of a person's says what they have to do."""

    LATER = "again later"
    ANEW = "post anew"
    PLAIN = "send plain text"
    TOKEN = "put a bot token with the scope chat:write into the secret that SlackSecret names"  # noqa: S105 - advice
    CHANNEL = "invite the app to the channel, or unarchive or open it, or change SlackChannel"
    WORKSPACE = "ask the workspace's administrators to let the app post"
    CALL = "Slack does not take what was sent: look up the error in Slack's documents and report it"

    @property
    def waits(self) -> bool:
        """Whether a person has to mend something for every card: none gets through until then, and none is lost."""
        return self in {Remedy.TOKEN, Remedy.CHANNEL, Remedy.WORKSPACE}

    @property
    def for_a_person(self) -> bool:
        """Whether a person has to look."""
        return self.waits or self is Remedy.CALL


_WORDS: Mapping[Remedy, str] = {
    Remedy.LATER: """
        external_channel_migrating fatal_error internal_error message_limit_exceeded org_login_required rate_limited
        ratelimited request_timeout service_unavailable streaming_state_conflict team_added_to_org update_failed
    """,
    # For an update: that message will never be edited again. For a reply: that thread takes none.
    Remedy.ANEW: """
        block_mismatch cannot_reply_to_message cant_broadcast_message cant_update_message edit_window_closed
        message_not_found restricted_action_non_threadable_channel restricted_action_thread_locked
    """,
    Remedy.PLAIN: """
        invalid_arguments invalid_blocks invalid_blocks_format invalid_metadata_format invalid_metadata_schema
        metadata_must_be_sent_from_app metadata_too_large msg_blocks_too_long
    """,
    Remedy.TOKEN: """
        account_inactive invalid_auth missing_scope not_allowed_token_type not_authed team_access_not_granted
        token_expired token_revoked
    """,
    Remedy.CHANNEL: """
        channel_not_found is_archived is_inactive messages_tab_disabled no_permission not_in_channel restricted_action
        restricted_action_read_only_channel restricted_action_thread_only_channel team_not_found
    """,
    Remedy.WORKSPACE: """
        access_denied accesslimited app_access_restricted ekm_access_denied enterprise_is_restricted
        two_factor_setup_required
    """,
    Remedy.CALL: """
        agent_prompt_display_not_allowed as_user_not_supported attachment_payload_limit_exceeded
        deprecated_endpoint draft_already_deleted draft_already_sent draft_has_conflict draft_not_found
        duplicate_channel_not_found duplicate_message_not_found invalid_arg_name invalid_array_arg invalid_attachments
        invalid_charset invalid_form_data invalid_post_type markdown_text_conflict method_deprecated missing_file_data
        missing_post_type msg_too_long no_dual_broadcast_content_update no_text send_on_behalf_not_allowed
        slack_connect_canvas_sharing_blocked slack_connect_file_link_sharing_blocked
        slack_connect_lists_sharing_blocked too_many_attachments too_many_contact_cards
    """,
}
_REMEDIES: Mapping[str, Remedy] = {word: remedy for remedy, words in _WORDS.items() for word in words.split()}
KNOWN = frozenset(_REMEDIES)


def remedy_of(word: str) -> Remedy:
    """What to do about the refusal that Slack calls so."""
    return _REMEDIES.get(word, Remedy.CALL)
