namespace Drydock.Clients.Ssh;

/// <summary><see cref="IRemoteClient"/> by the local OpenSSH client with its multiplexing (ControlMaster): one shared
/// connection, opened when needed and reopened when it broke.</summary>
public sealed class SshClient : IRemoteClient
{
    /// <summary>Of the private directories below <see cref="SshOptions.RuntimeDirectory"/>.</summary>
    public const string DirectoryPrefix = "drydock-ssh-";

    // The kernel's limit for the path of a socket, minus the suffix that ssh adds temporarily.
    private const int MaxControlPath = 88;
    private const int MaxErrorCharacters = 300;
    private static readonly TimeSpan KeepConnection = TimeSpan.FromSeconds(60);

    private readonly SshOptions _options;
    private readonly SshFiles _files;

    /// <summary>Loads key and known hosts into memory; nothing is connected yet.</summary>
    /// <exception cref="RemoteException">The endpoint cannot be used on a command line, or the files cannot be
    /// created.</exception>
    public SshClient(SshEndpoint endpoint, SshMaterial material, SshOptions? options = null)
    {
        Endpoint = endpoint;
        _options = options ?? new SshOptions();
        if (!endpoint.IsSafe)
        {
            throw Failed(
                "host, user or port cannot be used. Set a host name or address, a login name, and a port from 1 to "
                    + "65535.",
                RemoteRefusal.LocalClient);
        }

        _files = SshFiles.Write(Name, material, endpoint.Jump, _options.RuntimeDirectory);
        if (_files.Control!.Length > MaxControlPath)
        {
            _files.Dispose();
            throw Failed(
                $"the path of the shared connection, {_files.Control}, is longer than {MaxControlPath} characters. Set "
                    + "a shorter runtime directory.",
                RemoteRefusal.LocalClient);
        }
    }

    public string Name => Endpoint.ToString();

    public bool IsInteractive => true;

    public SshEndpoint Endpoint { get; }

    public async Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken = default)
    {
        var mark = await OpenAsync(cancellationToken);
        var start = Arguments();
        start.ArgumentList.Add(SshCommandLine.Of(command));
        using var process = SshProcess.Start(start, Name);
        try
        {
            var output = TailAsync(process, command, isError: false, cancellationToken);
            var errors = TailAsync(process, command, isError: true, cancellationToken);
            await FeedAsync(process, command, Task.WhenAll(output, errors), cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            var result = new RemoteResult(process.ExitCode, await output, await errors);
            return Read(command, result, _files.ReportsAfter(mark));
        }
        catch
        {
            SshProcess.Kill(process);
            throw;
        }
        finally
        {
            SshProcess.ClosePipes(process);
        }
    }

    public async Task<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken = default)
    {
        // It is an argument of the ssh program.
        var destination = new SshEndpoint(host.Trim('[', ']'), Endpoint.User, port);
        if (!destination.IsSafe)
        {
            throw Failed($"{host}:{port} is not an address. Correct the host.", RemoteRefusal.LocalClient);
        }

        var mark = await OpenAsync(cancellationToken);
        var start = Arguments();
        var address = $"[{destination.Host}]:{port}";
        start.ArgumentList.Insert(0, address);
        start.ArgumentList.Insert(0, "-W");
        return new ForwardedStream(
            SshProcess.Start(start, Name),
            (exitCode, errors) =>
            {
                var failure = new SshFailure(Endpoint, _files, exitCode, errors, _files.ReportsAfter(mark));
                var what = errors.Contains("forwarding", StringComparison.OrdinalIgnoreCase)
                    ? $"sshd opens no connection to {address}. Check that the process runs, and AllowTcpForwarding and "
                        + "permitopen on the host"
                    : failure.Describe("no connection was established");
                return Failed($"{what}: {Sentences.Close(failure.Text)}", failure.Reason, atJump: failure.AtJump);
            });
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(_files.Control!))
        {
            var start = Arguments();
            start.ArgumentList.Insert(0, "exit");
            start.ArgumentList.Insert(0, "-O");
            if (Process.Start(start) is { } process)
            {
                // It talks only to the local control socket; a stopped ssh process must not block the operator.
                await using var exit = new ProcessStream(process);
                await exit.EndAsync(CancellationToken.None);
            }
        }

        _files.Dispose();
    }

    // The mark of what the jump host's program reports from now on.
    private async Task<long> OpenAsync(CancellationToken cancellationToken)
    {
        if (await Endpoint.RefusalAsync(_options.Endpoints, cancellationToken) is { } refused)
        {
            throw Failed(refused.Why, refused.Reason, false, refused.Cause, atJump: Endpoint.Jump is not null);
        }

        await _files.OpenAsync(cancellationToken);
        return _files.MarkReports();
    }

    private ProcessStartInfo Arguments() =>
        SshArguments.To(_options.SshProgram, Endpoint, _files, _options.ConnectTimeout, KeepConnection);

    private RemoteResult Read(RemoteCommand command, RemoteResult result, string reports)
    {
        var failure = new SshFailure(Endpoint, _files, result.ExitCode, result.Errors, reports);
        if (failure.Reason != RemoteRefusal.RemoteCommand)
        {
            var mayHaveRun = failure.Reason == RemoteRefusal.Connection && !failure.NeverConnected;
            var what = mayHaveRun
                ? "the connection broke, and it is unknown whether the command ran"
                : failure.Describe("");
            throw Failed(
                $"{what}: {Sentences.Close(failure.Text)}", failure.Reason, mayHaveRun, atJump: failure.AtJump);
        }

        if ((command.AsRoot || command.AsUser is not null) && result.ExitCode != 0
            && SshErrors.IsSudoRefusal(result.Errors))
        {
            var account = command.AsRoot ? "" : $" as {command.AsUser}";
            throw Failed(
                $"sudo refuses this command{account} to {Endpoint.User} without a password: "
                    + $"{Sentences.Close(ForeignText.Words(result.Errors.Trim(), MaxErrorCharacters))} Allow it on the "
                    + "host (NOPASSWD in sudoers).",
                RemoteRefusal.Sudo);
        }

        return result;
    }

    // An input that stays open ends with the outputs.
    private static async Task FeedAsync(
        Process process, RemoteCommand command, Task outputs, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var sending = command.Input is { } data
            ? RemoteInput.SendAsync(data, process.StandardInput.BaseStream, command.Sent, enough.Token)
            : Task.FromResult(true);
        if (await Task.WhenAny(sending, outputs) != sending)
        {
            await enough.CancelAsync();
            await ((Task)sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        else if (await sending)
        {
            process.StandardInput.Close();
        }

        await outputs;
    }

    private async Task<string> TailAsync(
        Process process, RemoteCommand command, bool isError, CancellationToken cancellationToken)
    {
        var stream = (isError ? process.StandardError : process.StandardOutput).BaseStream;
        var kept = new TailBuffer(command.Kept(_options.MaxOutput));
        var buffer = new byte[16 * 1024];
        var total = 0L;
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            kept.Append(buffer.AsSpan(0, read));
            command.Output?.Invoke(isError, buffer.AsMemory(0, read));
            total += read;
            if (total > _options.MaxTotalOutput)
            {
                SshProcess.Kill(process);
                throw Failed(
                    $"the command printed more than {_options.MaxTotalOutput} bytes, so it was ended. Check on the "
                        + "host what prints so much.",
                    RemoteRefusal.RemoteCommand,
                    mayHaveRun: true);
            }
        }

        return kept.Text;
    }

    private RemoteException Failed(
        string what, RemoteRefusal reason, bool mayHaveRun = false, Exception? cause = null, bool atJump = false) =>
        new($"{Endpoint}: {what}", reason, mayHaveRun, cause) { AtJump = atJump };
}

public sealed record SshOptions
{
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How many bytes of the end of a command's stdout and stderr are kept.</summary>
    public int MaxOutput { get; init; } = 1 << 20;

    /// <summary>Maximum output of a command in bytes, before it is ended. No command of an upgrade prints nearly as
    /// much.</summary>
    public long MaxTotalOutput { get; init; } = 64L << 20;

    /// <summary>Directory in which a private directory is created for the socket of the shared connection. Default: the
    /// system's temporary directory.</summary>
    public string RuntimeDirectory { get; init; } = Path.GetTempPath();

    /// <summary>The OpenSSH client, found over PATH unless it is a path.</summary>
    public string SshProgram { get; init; } = "ssh";

    public EndpointPolicy Endpoints { get; init; } = EndpointPolicy.Default;
}
