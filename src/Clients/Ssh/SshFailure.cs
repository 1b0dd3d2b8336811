namespace Drydock.Clients.Ssh;

/// <summary>Why the ssh program failed: on the way to the jump host, from there to the host, or on the host.</summary>
internal sealed class SshFailure
{
    private readonly SshEndpoint _endpoint;
    private readonly string _reports;

    /// <param name="files">The files of the program, which messages must not name.</param>
    /// <param name="reports">What the program for the jump host reported; empty without a jump host.</param>
    public SshFailure(SshEndpoint endpoint, SshFiles files, int exitCode, string errors, string reports)
    {
        _endpoint = endpoint;
        _reports = reports;
        NeverConnected = SshErrors.NeverConnected(errors);
        var endedAtJump = exitCode == SshErrors.OwnExitCode
            && SshErrors.EndedBeforeBanner(errors)
            && !string.IsNullOrWhiteSpace(reports);
        AtJump = endedAtJump && !SshErrors.CannotForward(reports);
        Reason = AtJump
            ? SshErrors.Classify(exitCode, reports)
            : endedAtJump ? RemoteRefusal.Connection : SshErrors.Classify(exitCode, errors);
        Text = SshErrors.Shorten(endedAtJump ? reports : errors, files);
    }

    public RemoteRefusal Reason { get; }

    public bool AtJump { get; }

    /// <summary>Whether the connection was never established, so that nothing ran.</summary>
    public bool NeverConnected { get; }

    public string Text { get; }

    public string Describe(string remote)
    {
        if (_endpoint.Jump is { } jump && Reason == RemoteRefusal.Connection)
        {
            return SshErrors.CannotForward(_reports)
                ? $"the jump host {jump} accepted the login, but it opens no connection to {_endpoint.Host} port "
                    + $"{_endpoint.Port}"
                : $"no connection was established through the jump host {jump}";
        }

        var (who, whose) = AtJump
            ? ($"the jump host {_endpoint.Jump}", $"the host key of the jump host {_endpoint.Jump}")
            : ("it", "its host key");
        return Reason switch
        {
            RemoteRefusal.HostKey => $"{whose} is not in known_hosts, so nothing was sent to it",
            RemoteRefusal.Authentication => $"{who} refused the key",
            RemoteRefusal.RemoteCommand => remote,
            RemoteRefusal.LocalClient => "the ssh program in the operator cannot use the key or its configuration",
            _ => "no connection was established",
        };
    }
}

/// <summary>Reads from the OpenSSH client's error text why there is no connection.</summary>
internal static partial class SshErrors
{
    /// <summary>OpenSSH's own exit code; any other is the remote command's.</summary>
    public const int OwnExitCode = 255;

    private const int MaxText = 600;
    private const int MaxWord = 100;

    // The first that is said counts: a key that cannot be read also ends with "Permission denied".
    private static readonly (string Words, RemoteRefusal Reason)[] Signs =
    [
        ("Host key verification failed", RemoteRefusal.HostKey),
        ("REMOTE HOST IDENTIFICATION HAS CHANGED", RemoteRefusal.HostKey),
        ("host key is known for", RemoteRefusal.HostKey),
        ("Load key", RemoteRefusal.LocalClient),
        ("No user exists for uid", RemoteRefusal.LocalClient),
        ("Bad owner or permissions", RemoteRefusal.LocalClient),
        ("Bad configuration option", RemoteRefusal.LocalClient),
        ("Permission denied", RemoteRefusal.Authentication),
        ("Too many authentication failures", RemoteRefusal.Authentication),
    ];

    public static RemoteRefusal Classify(int exitCode, string errors) => exitCode == OwnExitCode
        ? Signs.Where(sign => Says(errors, sign.Words)).Select(sign => sign.Reason)
            .FirstOrDefault(RemoteRefusal.Connection)
        : RemoteRefusal.RemoteCommand;

    /// <summary>The end of the program's error text, without the path of the key; of the long warning about a changed
    /// host key only what is needed to compare it.</summary>
    public static string Shorten(string errors, SshFiles files)
    {
        if (ChangedKey().Match(errors) is { Success: true } changed)
        {
            return $"it presented the {Short(changed.Groups["type"].Value)} key "
                + $"{Short(changed.Groups["fingerprint"].Value)}";
        }

        var text = files.Hide(errors).Trim();
        return text.Length == 0 ? "ssh gave no reason"
            : ForeignText.Words(text.Length > MaxText ? text[^MaxText..] : text, MaxText);
    }

    /// <summary>Whether the connection was never established, so that nothing ran: refused, timed out, unknown host.
    /// The text is different for an established connection that broke.</summary>
    public static bool NeverConnected(string errors) => Says(errors, "connect to host")
            || Says(errors, "Could not resolve hostname")
            || EndedBeforeBanner(errors)
            || Says(errors, "Connection timed out during");

    /// <summary>Whether the connection ended before the host's first line.</summary>
    public static bool EndedBeforeBanner(string errors) =>
        Says(errors, "kex_exchange_identification") || Says(errors, "banner exchange");

    public static bool CannotForward(string reports) => Says(reports, "stdio forwarding failed");

    /// <summary>Whether sudo ran nothing. It also warns, and then runs the command, which may end with any
    /// code.</summary>
    public static bool IsSudoRefusal(string errors) => SudoRefusal().IsMatch(errors);

    private static string Short(string word) => word.Length > MaxWord ? word[..MaxWord] : word;

    private static bool Says(string errors, string words) => errors.Contains(words, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(
        @"fingerprint for the (?<type>\S+) key sent by the remote host is\s+(?<fingerprint>\S+?)\.?\s",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex ChangedKey();

    // acting.sh has the same.
    [GeneratedRegex(
        "sudo: .{0,300}?(a password is required|a terminal is required|must have a tty|not allowed to|unknown user|"
        + "account validation)|Sorry, user |is not in the sudoers file|is not allowed to run sudo",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture | RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex SudoRefusal();
}
