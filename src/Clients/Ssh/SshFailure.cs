namespace Drydock.Clients.Ssh;

/// <summary>Why the ssh program failed: on the way to the jump host, from there to the host, or on the host.</summary>
internal sealed class SshFailure
{
    private readonly SshEndpoint _endpoint;
    private readonly string _reports;

    /// <summary>Reads the failure.</summary>
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
