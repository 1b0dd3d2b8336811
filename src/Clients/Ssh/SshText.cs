using Drydock.Clients.Remote;

namespace Drydock.Clients.Ssh;

/// <summary>A command as the one line that sshd gives to the login shell.</summary>
internal static class SshText
{
    // 255 is how ssh says that it failed itself: a command's own 255 becomes 254. One line, for whatever login shell
    // there is.
    public static string Of(RemoteCommand command) => string.Join(
        ' ', ["sh", "-c", Quote("\"$@\"; r=$?; [ $r -ne 255 ] || r=254; exit $r"), "sh", .. command.AsRoot ? ["sudo", "-n", "--"] : Array.Empty<string>(), .. command.Arguments.Select(Quote)]);

    private static string Quote(string argument) => $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
