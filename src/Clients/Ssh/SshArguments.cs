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
        string program, SshEndpoint endpoint, SshFiles files, TimeSpan connectTimeout, TimeSpan? keep = null)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in Arguments(program, endpoint, files, connectTimeout, keep))
        {
            start.ArgumentList.Add(argument);
        }

        // The child must not see the operator's environment, and the keys of an ssh agent must not be offered.
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin";
        start.Environment["LC_ALL"] = "C";
        return start;
    }

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
            "ServerAliveInterval=10",
            "ServerAliveCountMax=3",
        ];
        return
        [
            "-F", "none", "-T", .. options.SelectMany(option => new[] { "-o", option }),
            "-i", files.PrivateKey, "-p", endpoint.Port.ToString(
                CultureInfo.InvariantCulture), "-l", endpoint.User,
        ];
    }

    // What ProxyJump would do, but ProxyJump has no key and no known hosts of its own. ssh fills in %h and %p and gives
    // the line to a shell. What the jump host refuses is reported on the level INFO. It goes to a file, because ssh
    // discards the error output of this program where a connection is shared.
    private static string Proxy(string program, SshJump jump, SshFiles files, TimeSpan connectTimeout)
    {
        static string Literal(string argument) =>
            SshCommandLine.Quote(argument).Replace("%", "%%", StringComparison.Ordinal);

        string[] more = [.. Alone, $"ConnectTimeout={Seconds(connectTimeout)}", "LogLevel=INFO"];
        IEnumerable<string> options = [program, .. Options(jump.Endpoint, files, more), "-E", files.Log!];
        return string.Join(
            ' ',
            [
                .. options.Select(Literal),
                "-W",
                SshCommandLine.Quote("[%h]:%p"),
                "--",
                Literal(jump.Endpoint.Host),
                "2>/dev/null",
            ]);
    }

    private static string Seconds(TimeSpan time) =>
        Math.Max(1, (int)time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
