namespace Drydock.Clients.Docker;

/// <summary><c>docker system dial-stdio</c> on the host, through the OpenSSH client, as the docker client does it.
/// Every connection is one ssh process; with a jump host that process starts another one.</summary>
internal sealed partial class SshConnector : IConnector
{
    private readonly string _name;
    private readonly SshEndpoint _host;
    private readonly DialCommand _dial;
    private readonly DockerClientOptions _options;
    private readonly SshFiles _files;

    public SshConnector(DockerEndpoint endpoint, SshMaterial material, DockerClientOptions options)
    {
        var (name, uri) = (endpoint.DisplayName, endpoint.Uri);
        _name = name;
        _options = options;
        _host = new SshEndpoint(
            uri.IdnHost, Uri.UnescapeDataString(uri.UserInfo), uri.Port > 0 ? uri.Port : SshEndpoint.DefaultPort)
        {
            Jump = endpoint.Jump,
        };
        _dial = new DialCommand(
            _host.User, uri.AbsolutePath is "/" or "" ? "" : Uri.UnescapeDataString(uri.AbsolutePath), endpoint.AsRoot);

        // These are passed to another program's command line, and the path also to a remote shell.
        if (!_host.IsSafe || !SafePath().IsMatch(_dial.Socket))
        {
            throw new DockerEndpointException(
                $"endpoint {name}: host, user, port, jump host or socket path cannot be used. "
                    + "Write `ssh://user@host[:port]`, optionally with the path of the remote socket.");
        }

        try
        {
            _files = SshFiles.Write($"endpoint {name}", material, endpoint.Jump);
        }
        catch (RemoteException e)
        {
            throw new DockerEndpointException(e.Message, e);
        }
    }

    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        if (await _host.RefusalAsync(_options.Endpoints, cancellationToken).ConfigureAwait(false) is { } refused)
        {
            DockerException failure = refused.Reason == RemoteRefusal.LocalClient
                ? new DockerEndpointException($"endpoint {_name}: {refused.Why}", refused.Cause)
                : new DockerSshException($"ssh to {_name}: {refused.Why}", refused.Reason, refused.Cause);
            throw failure;
        }

        ProcessStream stream;
        long mark;
        try
        {
            await _files.OpenAsync(cancellationToken).ConfigureAwait(false);
            mark = _files.MarkReports();
            var process = SshProcess.Start(Command(), $"ssh to {_name}");
            stream = new ProcessStream(process, hasChildren: _host.Jump is not null);
        }
        catch (RemoteException e)
        {
            throw new DockerSshException(e.Message, e.Reason, e);
        }

        try
        {
            await ConnectionCheck.RunAsync(stream, cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch (IOException e)
        {
            var (exitCode, errors) = await stream.EndAsync(cancellationToken).ConfigureAwait(false);
            throw Failed(new SshFailure(_host, _files, exitCode, errors, _files.ReportsAfter(mark)), exitCode, e);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public void Dispose() => _files.Dispose();

    internal ProcessStartInfo Command()
    {
        var command = SshArguments.To(_options.SshProgram, _host, _files, _options.ConnectTimeout);
        command.ArgumentList.Add(_dial.ToString());
        return command;
    }

    private DockerSshException Failed(SshFailure failure, int exitCode, IOException cause)
    {
        var isDial = failure.Reason == RemoteRefusal.RemoteCommand;
        var what = failure.Describe($"the login worked, but `{_dial}` on the host ended with {exitCode}");
        return new DockerSshException(
            Sentences.Join(
                $"ssh to {_name}: {what}: {Sentences.Close(failure.Text)}", isDial ? _dial.Advice(failure.Text) : null),
            isDial && _dial.IsRefusedBySudo(failure.Text) ? RemoteRefusal.Sudo : failure.Reason,
            cause);
    }

    [GeneratedRegex("^(/[A-Za-z0-9_.-]+)*\\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SafePath();
}

/// <summary>The command that connects an ssh session to the engine: <c>docker system dial-stdio</c>, as the login user
/// or as root.</summary>
/// <param name="Socket">The path of the engine's socket on the host; empty for the usual one.</param>
internal sealed record DialCommand(string User, string Socket, bool AsRoot)
{
    // sudoers names programs by their paths; this is where the packages of Debian, Red Hat and Docker have it.
    private const string DockerPath = "/usr/bin/docker";

    private string Arguments =>
        Socket.Length == 0 ? "system dial-stdio" : $"--host unix://{Socket} system dial-stdio";

    public override string ToString() => $"{(AsRoot ? "sudo -n " : "")}docker {Arguments}";

    public bool IsRefusedBySudo(string errors) => AsRoot && SshErrors.IsSudoRefusal(errors);

    public string? Advice(string errors)
    {
        if (Says(errors, "must have a tty"))
        {
            return $"Add the line `Defaults:{User} !requiretty` to sudoers on the host.";
        }

        if (IsRefusedBySudo(errors))
        {
            // In sudoers a colon in an argument is escaped.
            var arguments = Arguments.Replace(":", "\\:", StringComparison.Ordinal);
            return $"Add the line `{User} ALL=(root) NOPASSWD: {DockerPath} {arguments}` with `visudo -f "
                + "/etc/sudoers.d/drydock` on the host. If `command -v docker` prints another path there, use that "
                + "path.";
        }

        return !AsRoot && Says(errors, "permission denied")
            ? $"Set become: Sudo for this endpoint, or allow {User} to use the socket on the host (`usermod -aG docker "
                + $"{User}`)."
            : null;
    }

    private static bool Says(string errors, string words) => errors.Contains(words, StringComparison.OrdinalIgnoreCase);
}
