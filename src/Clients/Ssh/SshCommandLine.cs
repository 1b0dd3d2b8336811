using System.Buffers;

namespace Drydock.Clients.Ssh;

/// <summary>A command as the single line that sshd passes to the login shell.</summary>
internal static class SshCommandLine
{
    // csh and tcsh end a word at a line break and replace ! by earlier commands, also inside quotes.
    private static readonly SearchValues<char> NotForCsh = SearchValues.Create("\n!");

    // The csh of BSD, which Debian has as csh, refuses longer words ("Word too long").
    private const int LongestWord = 1000;

    public static string Of(RemoteCommand command)
    {
        var line = Plain(command);
        if (line.Length <= LongestWord && line.AsSpan().IndexOfAny(NotForCsh) < 0)
        {
            return line;
        }

        var words = Convert.ToBase64String(Encoding.UTF8.GetBytes(line)).Chunk(LongestWord).Select(w => new string(w));
        return $"sh -c 'eval \"$(printf %s \"$@\" | base64 -d)\"' sh {string.Join(' ', words)}";
    }

    // ssh reports its own failure as 255, so a command's own 255 becomes 254.
    private static string Plain(RemoteCommand command) => string.Join(
        ' ', [
            "sh",
            "-c",
            Quote("\"$@\"; r=$?; [ $r -ne 255 ] || r=254; exit $r"),
            "sh",
            .. Account(command),
            .. command.Arguments.Select(Quote)]);

    // With -H: the home of the account, as after its own login.
    private static string[] Account(RemoteCommand command) => command switch
    {
        { AsRoot: true } => ["sudo", "-n", "--"],
        { AsUser: { } user } => ["sudo", "-n", "-H", "-u", Quote(user), "--"],
        _ => [],
    };

    /// <summary>One word of a shell's command line, unchanged whatever it contains.</summary>
    public static string Quote(string argument) => $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
