namespace Drydock.Clients.Ssh;

/// <summary>The command line of the OpenSSH client. Only listed host keys are accepted, only the given key is offered,
/// and no configuration of the local user is read.</summary>
internal static class SshArguments
{
    private static readonly string[] Alone = ["ControlMaster=no", "ControlPath=none"];

    /// <summary>The process to start, with arguments up to the host; the caller adds the remote command.</summary>
    /// <param name="endpoint">The host; it must be <see cref="SshEndpoint.IsSafe"/>.</param>
    /// <param name="keep">How long a connection is shared after its last use; null: no sharing.</param>
    public static ProcessStartInfo To(
        string program, SshEndpoint endpoint, SshFiles files, TimeSpan connectTimeout, TimeSpan? keep = null) =>
        SshProcess.Of(program, Arguments(program, endpoint, files, connectTimeout, keep));

    public static IEnumerable<string> Arguments(
        string program, SshEndpoint endpoint, SshFiles files, TimeSpan connectTimeout, TimeSpan? keep)
    {
        // ssh connects to the jump host within its own limit, and then to the host.
        var (proxy, limit) = endpoint.Jump is { } jump
            ? ([$"ProxyCommand={Proxy(program, jump, files.Jump!, connectTimeout)}"], connectTimeout * 2)
            : (Array.Empty<string>(), connectTimeout);
        string[] sharing = keep is { } shared && files.Control is { } control
            ? ["ControlMaster=auto", $"ControlPath={control}", $"ControlPersist={Seconds(shared)}"]
            : Alone;
        return
        [
            .. Options(endpoint, files, [.. sharing, .. proxy, $"ConnectTimeout={Seconds(limit)}", "LogLevel=ERROR"]),
            "--", endpoint.Host,
        ];
    }

    private static IEnumerable<string> Options(SshEndpoint endpoint, SshFiles files, IEnumerable<string> more)
    {
        string[] options =
        [
            "BatchMode=yes",
            "StrictHostKeyChecking=yes",
            $"UserKnownHostsFile={files.KnownHosts}",
            "GlobalKnownHostsFile=/dev/null",
            "UpdateHostKeys=no",
            "IdentitiesOnly=yes",
            "PreferredAuthentications=publickey",
            "PasswordAuthentication=no",
            "KbdInteractiveAuthentication=no",
            .. more,
            "ForwardAgent=no", "ForwardX11=no", "ClearAllForwardings=yes", "PermitLocalCommand=no",

            // A host that is cut off is given up after 14 s without a sign. One answer during the login may take 12 s.
            "ServerAliveInterval=2", "ServerAliveCountMax=6",
        ];
        return
        [
            "-F", "none", "-T", .. options.SelectMany(option => new[] { "-o", option }),
            "-i", files.PrivateKey, "-p", endpoint.Port.ToString(CultureInfo.InvariantCulture), "-l", endpoint.User,
        ];
    }

    // What ProxyJump would do, but ProxyJump has no key and no known hosts of its own. ssh fills in %h and %p and gives
    // the line to a shell. What the jump host refuses is reported on the level INFO. It goes to a file, because ssh
    // discards the error output of this program where a connection is shared.
    private static string Proxy(string program, SshJump jump, SshFiles files, TimeSpan connectTimeout)
    {
        static string Literal(string argument) =>
            RemoteCommand.Quote(argument).Replace("%", "%%", StringComparison.Ordinal);

        string[] more = [.. Alone, $"ConnectTimeout={Seconds(connectTimeout)}", "LogLevel=INFO"];
        IEnumerable<string> options = [program, .. Options(jump.Endpoint, files, more), "-E", files.Log!];
        return string.Join(
            ' ',
            [
                .. options.Select(Literal),
                "-W",
                RemoteCommand.Quote("[%h]:%p"),
                "--",
                Literal(jump.Endpoint.Host),
                "2>/dev/null",
            ]);
    }

    private static string Seconds(TimeSpan time) =>
        Math.Max(1, (int)time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}

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
            RemoteCommand.Quote("\"$@\"; r=$?; [ $r -ne 255 ] || r=254; exit $r"),
            "sh",
            .. Account(command),
            .. command.Limited.Select(RemoteCommand.Quote)]);

    // With -H: the home of the account, as after its own login.
    private static string[] Account(RemoteCommand command) => command switch
    {
        { AsRoot: true } => ["sudo", "-n", "--"],
        { AsUser: { } user } => ["sudo", "-n", "-H", "-u", RemoteCommand.Quote(user), "--"],
        _ => [],
    };
}
