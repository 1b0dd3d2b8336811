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

    public override string ToString() => $"{User}@{Host}:{Port}";

    /// <summary>Why no connection may be opened; null if it may. The ssh program resolves the name itself and may use
    /// any of its addresses, so each of them must be allowed. A host behind a jump host is resolved and connected to by
    /// the jump host.</summary>
    internal async Task<(RemoteRefusal Reason, string Why, Exception Cause)?> RefusalAsync(
        EndpointPolicy endpoints, CancellationToken cancellationToken)
    {
        var (first, jump) = Jump is null ? (this, "") : (Jump.Endpoint, $"jump host {Jump}: ");
        try
        {
            await endpoints.CheckAsync(first.Host, cancellationToken);
            return null;
        }
        catch (EndpointRefusedException e)
        {
            return (RemoteRefusal.LocalClient, jump + e.Message, e);
        }
        catch (SocketException e)
        {
            return (
                RemoteRefusal.Connection,
                $"{jump}the host name cannot be resolved: {Sentences.Close(e.Message)}",
                e);
        }
    }

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
