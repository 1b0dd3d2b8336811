namespace Drydock.Clients.Ssh;

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
    public static bool NeverConnected(string errors) =>
        Says(errors, "connect to host")
            || Says(errors, "Could not resolve hostname")
            || EndedBeforeBanner(errors)
            || Says(errors, "Connection timed out during");

    /// <summary>Whether the connection ended before the host's first line.</summary>
    public static bool EndedBeforeBanner(string errors) =>
        Says(errors, "kex_exchange_identification") || Says(errors, "banner exchange");

    public static bool CannotForward(string reports) => Says(reports, "stdio forwarding failed");

    private static string Short(string word) => word.Length > MaxWord ? word[..MaxWord] : word;

    private static bool Says(string errors, string words) => errors.Contains(words, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(
        @"fingerprint for the (?<type>\S+) key sent by the remote host is\s+(?<fingerprint>\S+?)\.?\s",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex ChangedKey();
}
