using Drydock.Clients.Remote;

namespace Drydock.Clients.Ssh;

/// <summary>A command as the single line that sshd passes to the login shell.</summary>
internal static class SshCommandLine
{
    // ssh reports its own failure as 255, so a command's own 255 becomes 254. One line, so that it works with any login
    // shell.
    public static string Of(RemoteCommand command) => string.Join(
        ' ', [
            "sh",
            "-c",
            Quote("\"$@\"; r=$?; [ $r -ne 255 ] || r=254; exit $r"),
            "sh",
            .. command.AsRoot ? ["sudo", "-n", "--"] : Array.Empty<string>(),
            .. command.Arguments.Select(Quote)]);

    /// <summary>One word of a shell's command line, unchanged whatever it contains.</summary>
    public static string Quote(string argument) => $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
