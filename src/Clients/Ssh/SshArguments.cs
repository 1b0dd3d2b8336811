using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Drydock.Clients.Remote;

namespace Drydock.Clients.Ssh;

/// <summary>
/// The command line of the OpenSSH client. Only listed host keys are accepted, only the given key is offered, and no
/// configuration of the local user is read.
/// </summary>
internal static class SshArguments
{
    private static readonly string[] Alone = ["ControlMaster=no", "ControlPath=none"];

    /// <summary>The process to start, with arguments up to the host; the caller adds the remote command.</summary>
    /// <param name="program">The ssh program.</param>
    /// <param name="endpoint">The host; it must be <see cref="SshEndpoint.IsSafe"/>.</param>
    /// <param name="files">Key and known hosts, and the path of the shared connection if there is one.</param>
    /// <param name="connectTimeout">Limit for opening a connection.</param>
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
        foreach (var argument in Arguments(endpoint, files, connectTimeout, keep))
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
        SshEndpoint endpoint, SshFiles files, TimeSpan connectTimeout, TimeSpan? keep)
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
            .. keep is { } shared && files.Control is { } control
                ? ["ControlMaster=auto", $"ControlPath={control}", $"ControlPersist={Seconds(shared)}"]
                : Alone,
            "ForwardAgent=no", "ForwardX11=no", "ClearAllForwardings=yes", "PermitLocalCommand=no",
            $"ConnectTimeout={Seconds(connectTimeout)}",
            "ServerAliveInterval=10",
            "ServerAliveCountMax=3",
            "LogLevel=ERROR",
        ];
        return
        [
            "-F", "none", "-T", .. options.SelectMany(option => new[] { "-o", option }),
            "-i", files.PrivateKey, "-p", endpoint.Port.ToString(
                CultureInfo.InvariantCulture), "-l", endpoint.User, "--", endpoint.Host,
        ];
    }

    private static string Seconds(TimeSpan time) =>
        Math.Max(1, (int)time.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}

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

    private static string Quote(string argument) => $"'{argument.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

/// <summary>Reads from the OpenSSH client's error text why there is no connection.</summary>
internal static partial class SshErrors
{
    /// <summary>OpenSSH's own exit code; any other is the remote command's.</summary>
    public const int OwnExitCode = 255;

    private const int MaxText = 600;
    private const int MaxWord = 100;

    public static RemoteRefusal Classify(int exitCode, string errors)
    {
        if (exitCode != OwnExitCode)
        {
            return RemoteRefusal.RemoteCommand;
        }

        if (Says(errors, "Host key verification failed")
            || Says(errors, "REMOTE HOST IDENTIFICATION HAS CHANGED")
            || Says(errors, "host key is known for"))
        {
            return RemoteRefusal.HostKey;
        }

        if (Says(errors, "Load key")
            || Says(errors, "No user exists for uid")
            || Says(errors, "Bad owner or permissions")
            || Says(errors, "Bad configuration option"))
        {
            return RemoteRefusal.LocalClient;
        }

        return Says(errors, "Permission denied") || Says(errors, "Too many authentication failures")
            ? RemoteRefusal.Authentication
            : RemoteRefusal.Connection;
    }

    /// <summary>What happened, for a message.</summary>
    public static string Describe(RemoteRefusal reason, string remote) => reason switch
    {
        RemoteRefusal.HostKey => "its host key is not in known_hosts, so nothing was sent to it",
        RemoteRefusal.Authentication => "it refused the key",
        RemoteRefusal.RemoteCommand => remote,
        RemoteRefusal.LocalClient => "the ssh program in the operator cannot use the key or its configuration",
        _ => "no connection was established",
    };

    /// <summary>
    /// The end of the program's error text, without the path of the key; of the long warning about a changed host key
    /// only what is needed to compare it.
    /// </summary>
    public static string Shorten(string errors, SshFiles files)
    {
        if (ChangedKey().Match(errors) is { Success: true } changed)
        {
            return $"it presented the {Short(changed.Groups["type"].Value)} key "
                + $"{Short(changed.Groups["fingerprint"].Value)}";
        }

        var text = files.Hide(errors).Trim();
        return text.Length == 0 ? "ssh gave no reason" : text.Length > MaxText ? text[^MaxText..] : text;
    }

    /// <summary>
    /// Whether the connection was never established, so that nothing ran: refused, timed out, unknown host. The text is
    /// different for an established connection that broke.
    /// </summary>
    public static bool NeverConnected(string errors) =>
        Says(errors, "connect to host")
            || Says(errors, "Could not resolve hostname")
            || Says(errors, "kex_exchange_identification")
            || Says(errors, "banner exchange")
            || Says(errors, "Connection timed out during");

    private static string Short(string word) => word.Length > MaxWord ? word[..MaxWord] : word;

    private static bool Says(string errors, string words) => errors.Contains(words, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(
        @"fingerprint for the (?<type>\S+) key sent by the remote host is\s+(?<fingerprint>\S+?)\.?\s",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex ChangedKey();
}
