namespace Drydock.Clients.Ssh;

/// <summary>A host and who logs in there.</summary>
/// <param name="Host">Name or address; behind a jump host, as the jump host knows it.</param>
public sealed partial record SshEndpoint(string Host, string User, int Port = SshEndpoint.DefaultPort)
{
    public const int DefaultPort = 22;

    public SshJump? Jump { get; init; }

    /// <summary>Whether host and user, and those of the jump host, can be passed on the ssh program's command
    /// line.</summary>
    public bool IsSafe => SafeUser().IsMatch(User)
        && SafeHost().IsMatch(Host)
        && Port is > 0 and <= ushort.MaxValue
        && Jump is null or { Endpoint: { IsSafe: true, Jump: null } };

    internal SshEndpoint First => Jump?.Endpoint ?? this;

    public override string ToString() => $"{User}@{Host}:{Port}";

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_.-]*\\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SafeUser();

    [GeneratedRegex("^[A-Za-z0-9:][A-Za-z0-9.:%-]*\\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SafeHost();
}

/// <summary>A jump host (bastion) and its own credentials. It must not be behind another one.</summary>
public sealed record SshJump(SshEndpoint Endpoint, SshMaterial Material)
{
    public override string ToString() => Endpoint.ToString();
}
