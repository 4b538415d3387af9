"""What the template's managed policies allow."""

from tests.template.expanded import resources


def actions_of(policy: str) -> set[str]:
    """The IAM actions of a managed policy's statements."""
    statements = resources("AWS::IAM::ManagedPolicy")[policy]["PolicyDocument"]["Statement"]
    listed = [each["Action"] if isinstance(each["Action"], list) else [each["Action"]] for each in statements]
    return {action for actions in listed for action in actions}
