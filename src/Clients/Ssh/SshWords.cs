using System.Text.RegularExpressions;
using Drydock.Clients.Remote;

namespace Drydock.Clients.Ssh;

/// <summary>Reads out of the OpenSSH client's words why there is no connection.</summary>
internal static partial class SshWords
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

        if (Says(errors, "Host key verification failed") || Says(errors, "REMOTE HOST IDENTIFICATION HAS CHANGED") || Says(errors, "host key is known for"))
        {
            return RemoteRefusal.HostKey;
        }

        if (Says(errors, "Load key") || Says(errors, "No user exists for uid") || Says(errors, "Bad owner or permissions") || Says(errors, "Bad configuration option"))
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
        RemoteRefusal.HostKey => "its host key is not the one in known_hosts; nothing was sent to it",
        RemoteRefusal.Authentication => "it refused our key",
        RemoteRefusal.RemoteCommand => remote,
        RemoteRefusal.LocalClient => "our key or configuration cannot be used by the ssh program here",
        _ => "no connection",
    };

    /// <summary>
    /// The last of the program's words, without where our key lies; of the large warning about a changed host key what
    /// is needed to compare it.
    /// </summary>
    public static string Shorten(string errors, SshFiles files)
    {
        if (ChangedKey().Match(errors) is { Success: true } changed)
        {
            return $"it showed the {Short(changed.Groups["type"].Value)} key {Short(changed.Groups["fingerprint"].Value)}";
        }

        var text = files.Hide(errors).Trim();
        return text.Length == 0 ? "no further words" : text.Length > MaxText ? text[^MaxText..] : text;
    }

    /// <summary>
    /// Whether the connection never stood, so that nothing was run: refused, timed out, unknown. A connection that
    /// stood and broke says something else.
    /// </summary>
    public static bool NeverStood(string errors) =>
        Says(errors, "connect to host") || Says(errors, "Could not resolve hostname") || Says(errors, "kex_exchange_identification") || Says(errors, "banner exchange") || Says(errors, "Connection timed out during");

    private static string Short(string word) => word.Length > MaxWord ? word[..MaxWord] : word;

    private static bool Says(string errors, string words) => errors.Contains(words, StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"fingerprint for the (?<type>\S+) key sent by the remote host is\s+(?<fingerprint>\S+?)\.?\s", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ChangedKey();
}
