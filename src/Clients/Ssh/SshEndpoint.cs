using System.Globalization;
using System.Text.RegularExpressions;

namespace Drydock.Clients.Ssh;

/// <summary>A host and who logs in there.</summary>
/// <param name="Host">Name or address.</param>
/// <param name="User">The account.</param>
/// <param name="Port">sshd's port.</param>
public sealed partial record SshEndpoint(string Host, string User, int Port = SshEndpoint.DefaultPort)
{
    /// <summary>22.</summary>
    public const int DefaultPort = 22;

    /// <summary>Whether host and user can go to the ssh program's command line.</summary>
    public bool IsSafe => SafeUser().IsMatch(User) && SafeHost().IsMatch(Host) && Port is > 0 and <= ushort.MaxValue;

    /// <inheritdoc />
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{User}@{Host}:{Port}");

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_.-]*\\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SafeUser();

    [GeneratedRegex("^[A-Za-z0-9:][A-Za-z0-9.:%-]*\\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SafeHost();
}
