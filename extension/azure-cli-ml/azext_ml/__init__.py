"""`az ml workspace` and `az ml computetarget` as they were in 2020: Doorward's own extension of the name azure-cli-ml.

It is not Microsoft's, which isn't to be had any more. It has the commands of the page on authentication, and those
that a reader of that page needs beside them. Nothing but az itself is wanted, of any version since 2.3.
"""

from azure.cli.core import AzCommandsLoader

HELP = {
    "ml": ("group", "Machine learning: workspaces and computes (Doorward's extension)."),
    "ml workspace": ("group", "Workspaces."),
    "ml workspace create": ("command", "Make a workspace, and what it needs."),
    "ml workspace show": ("command", "Show a workspace."),
    "ml workspace list": ("command", "List the workspaces of a resource group, or of the subscription."),
    "ml workspace share": ("command", "Give somebody a role over a workspace."),
    "ml computetarget": ("group", "Computes of a workspace."),
    "ml computetarget create": ("group", "Make computes."),
    "ml computetarget create amlcompute": ("command", "Make a compute cluster."),
}


def _describe():
    from knack.help_files import helps

    for command, (kind, summary) in HELP.items():
        helps[command] = "type: {}\nshort-summary: {}\n".format(kind, summary)


class MlCommandsLoader(AzCommandsLoader):
    """What az loads."""

    def __init__(self, cli_ctx=None):
        from azure.cli.core.commands import CliCommandType

        _describe()
        super(MlCommandsLoader, self).__init__(
            cli_ctx=cli_ctx, custom_command_type=CliCommandType(operations_tmpl="azext_ml.custom#{}")
        )

    def load_command_table(self, args):
        with self.command_group("ml workspace") as group:
            group.custom_command("create", "create_workspace")
            group.custom_command("show", "show_workspace")
            group.custom_command("list", "list_workspaces")
            group.custom_command("share", "share_workspace")
        with self.command_group("ml computetarget create") as group:
            group.custom_command("amlcompute", "create_cluster")
        return self.command_table

    def load_arguments(self, command):
        with self.argument_context("ml") as context:
            context.argument("workspace_name", options_list=["--workspace-name", "-w"], help="Name of the workspace.")
            context.argument("resource_group_name", options_list=["--resource-group", "-g"], help="Its resource group.")
        with self.argument_context("ml workspace create") as context:
            context.argument("location", options_list=["--location", "-l"], help="Where; where the resource group is, when not given.")
            context.argument("friendly_name", options_list=["--friendly-name", "-f"], help="Its name for people.")
            context.argument("exist_ok", action="store_true", help="One that is there already will do.")
        with self.argument_context("ml workspace share") as context:
            context.argument("user", help="Object id of whom to give the role to, or the sign-in name of a person.")
            context.argument("role", help="Role, by name.")
        with self.argument_context("ml computetarget create amlcompute") as context:
            context.argument("name", options_list=["--name", "-n"], help="Name of the cluster.")
            context.argument("vm_size", options_list=["--vm-size", "-s"], help="Size of its nodes.")
            context.argument("max_nodes", type=int, help="Most nodes that it may have.")
            context.argument("min_nodes", type=int, help="Least nodes that it keeps.")


COMMAND_LOADER_CLS = MlCommandsLoader
