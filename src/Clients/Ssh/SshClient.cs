namespace Drydock.Clients.Ssh;

/// <summary><see cref="IRemoteClient"/> by the local OpenSSH client with its multiplexing (ControlMaster): one shared
/// connection, opened when needed and reopened when it broke.</summary>
public sealed class SshClient : IRemoteClient
{
    // The kernel's limit for the path of a socket, minus the suffix that ssh adds temporarily.
    private const int MaxControlPath = 88;
    private const int MaxErrorCharacters = 300;

    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(5);

    private readonly SshOptions _options;
    private readonly SshFiles _files;

    /// <summary>Loads key and known hosts into memory; nothing is connected yet.</summary>
    /// <exception cref="RemoteException">The endpoint cannot be used on a command line, or the files cannot be
    /// created.</exception>
    public SshClient(SshEndpoint endpoint, SshMaterial material, SshOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(material);
        Endpoint = endpoint;
        _options = options ?? new SshOptions();
        if (!endpoint.IsSafe)
        {
            throw new RemoteException(
                endpoint.ToString(),
                $"{endpoint}: host, user or port cannot be used. Set a host name or address, a login name, and a port "
                    + "from 1 to 65535.",
                RemoteRefusal.LocalClient);
        }

        _files = SshFiles.WriteShared(endpoint.ToString(), material, endpoint.Jump, _options.RuntimeDirectory);
        if (_files.Control!.Length > MaxControlPath)
        {
            _files.Dispose();
            throw new RemoteException(
                endpoint.ToString(),
                $"{endpoint}: the path of the shared connection, {_files.Control}, is longer than {MaxControlPath} "
                    + "characters. Set a shorter runtime directory.",
                RemoteRefusal.LocalClient);
        }
    }

    public string Name => Endpoint.ToString();

    public SshEndpoint Endpoint { get; }

    public async Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        await CheckAddressAsync(cancellationToken).ConfigureAwait(false);
        await _files.OpenAsync(cancellationToken).ConfigureAwait(false);
        var mark = _files.MarkReports();
        using var process = Start(SshCommandLine.Of(command));
        try
        {
            var output = TailAsync(process, process.StandardOutput.BaseStream, cancellationToken);
            var errors = TailAsync(process, process.StandardError.BaseStream, cancellationToken);
            await FeedAsync(process, command, cancellationToken).ConfigureAwait(false);
            await Task.WhenAll(output, errors).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            var result = new RemoteResult(
                process.ExitCode, await output.ConfigureAwait(false), await errors.ConfigureAwait(false));
            return Read(command, result, _files.ReportsAfter(mark));
        }
        catch
        {
            End(process);
            throw;
        }
        finally
        {
            // Process leaves redirected pipes open until they are garbage collected.
            process.StandardInput.BaseStream.Dispose();
            process.StandardOutput.BaseStream.Dispose();
            process.StandardError.BaseStream.Dispose();
        }
    }

    public Task<bool> UploadAsync(
        RemoteFile file,
        Func<long, CancellationToken, Task<Stream>> open,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default) =>
        new RemoteUpload(this, file, open, progress).RunAsync(cancellationToken);

    public async Task<Stream> ConnectAsync(string host, int port, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(host);

        // It is an argument of the ssh program.
        var destination = new SshEndpoint(host.Trim('[', ']'), Endpoint.User, port);
        if (!destination.IsSafe)
        {
            throw new RemoteException(
                Name, $"{Endpoint}: {host}:{port} is not an address. Correct the host.", RemoteRefusal.LocalClient);
        }

        await CheckAddressAsync(cancellationToken).ConfigureAwait(false);
        await _files.OpenAsync(cancellationToken).ConfigureAwait(false);
        var mark = _files.MarkReports();
        var start = Arguments();
        var address = string.Create(CultureInfo.InvariantCulture, $"[{destination.Host}]:{port}");
        start.ArgumentList.Insert(0, address);
        start.ArgumentList.Insert(0, "-W");
        return new ForwardedStream(
            new ProcessStream(Start(start)),
            (exitCode, errors) =>
            {
                var failure = new SshFailure(Endpoint, _files, exitCode, errors, _files.ReportsAfter(mark));
                var what = errors.Contains("forwarding", StringComparison.OrdinalIgnoreCase)
                    ? $"sshd opens no connection to {address}. Check that the process runs, and AllowTcpForwarding and "
                        + "permitopen on the host"
                    : failure.Describe("no connection was established");
                return new RemoteException(
                    Name, $"{Endpoint}: {what}: {Sentences.Close(failure.Text)}", failure.Reason)
                {
                    AtJump = failure.AtJump,
                };
            });
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(_files.Control!))
        {
            var start = Arguments();
            start.ArgumentList.Insert(0, "exit");
            start.ArgumentList.Insert(0, "-O");
            using var process = Process.Start(start);
            if (process is not null)
            {
                await EndAsync(process).ConfigureAwait(false);
            }
        }

        _files.Dispose();
    }

    // The ssh program resolves the name itself and may use any of its addresses, so each of them must be allowed. A
    // host behind a jump host is resolved and connected to by the jump host.
    private async Task CheckAddressAsync(CancellationToken cancellationToken)
    {
        var first = Endpoint.First;
        try
        {
            await _options.Endpoints.CheckAsync(first.Host, cancellationToken).ConfigureAwait(false);
        }
        catch (EndpointRefusedException e)
        {
            throw NotReached(first, e.Message, RemoteRefusal.LocalClient, e);
        }
        catch (SocketException e)
        {
            throw NotReached(
                first, $"the host name cannot be resolved: {Sentences.Close(e.Message)}", RemoteRefusal.Connection, e);
        }
    }

    private RemoteException NotReached(SshEndpoint first, string why, RemoteRefusal reason, Exception cause)
    {
        var isJump = Endpoint.Jump is not null;
        return new RemoteException(
            Endpoint.ToString(), $"{Endpoint}: {(isJump ? $"jump host {first}: " : "")}{why}", reason, false, cause)
        {
            AtJump = isJump,
        };
    }

    private ProcessStartInfo Arguments() =>
        SshArguments.To(_options.SshProgram, Endpoint, _files, _options.ConnectTimeout, _options.KeepConnection);

    private Process Start(string command)
    {
        var start = Arguments();
        start.ArgumentList.Add(command);
        return Start(start);
    }

    private Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new Win32Exception("No process was started.");
        }
        catch (Win32Exception exception)
        {
            throw new RemoteException(
                Endpoint.ToString(),
                $"{Endpoint}: '{_options.SshProgram}' cannot be started in the operator: "
                    + $"{Sentences.Close(exception.Message)}",
                RemoteRefusal.LocalClient,
                innerException: exception);
        }
    }

    private RemoteResult Read(RemoteCommand command, RemoteResult result, string reports)
    {
        var errors = result.Errors;
        var failure = new SshFailure(Endpoint, _files, result.ExitCode, errors, reports);
        if (failure.Reason != RemoteRefusal.RemoteCommand)
        {
            var mayHaveRun = failure.Reason == RemoteRefusal.Connection && !failure.NeverConnected;
            var what = mayHaveRun
                ? "the connection broke, and it is unknown whether the command ran"
                : failure.Describe("");
            throw new RemoteException(
                Endpoint.ToString(),
                $"{Endpoint}: {what}: {Sentences.Close(failure.Text)}",
                failure.Reason,
                mayHaveRun)
            {
                AtJump = failure.AtJump,
            };
        }

        if ((command.AsRoot || command.AsUser is not null) && result.ExitCode != 0 && IsSudoRefusal(errors))
        {
            var account = command.AsRoot ? "" : $" as {command.AsUser}";
            throw new RemoteException(
                Endpoint.ToString(),
                $"{Endpoint}: sudo refuses this command{account} to {Endpoint.User} without a password: "
                    + $"{Sentences.Close(ForeignText.Words(errors.Trim(), MaxErrorCharacters))} Allow it on the "
                    + "host (NOPASSWD in sudoers).",
                RemoteRefusal.Sudo);
        }

        return result;
    }

    // "sudo: a password is required"; "Sorry, user drydock is not allowed to execute '…' as tidb on tikv-1."
    private static bool IsSudoRefusal(string errors) =>
        errors.TrimStart() is var text
        && (text.StartsWith("sudo:", StringComparison.Ordinal)
            || text.StartsWith("Sorry, user ", StringComparison.Ordinal));

    private static async Task FeedAsync(Process process, RemoteCommand command, CancellationToken cancellationToken)
    {
        if (command.Input is null
            || await RemoteInput.SendAsync(
                command.Input, process.StandardInput.BaseStream, command.Sent, cancellationToken).ConfigureAwait(false))
        {
            process.StandardInput.Close();
        }
    }

    private async Task<string> TailAsync(Process process, Stream stream, CancellationToken cancellationToken)
    {
        var kept = new TailBuffer(_options.MaxOutput);
        var buffer = new byte[16 * 1024];
        var total = 0L;
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            kept.Append(buffer.AsSpan(0, read));
            total += read;
            if (total > _options.MaxTotalOutput)
            {
                End(process);
                throw new RemoteException(
                    Endpoint.ToString(),
                    $"{Endpoint}: the command printed more than {_options.MaxTotalOutput} bytes, so it was ended. "
                        + "Check on the host what prints so much.",
                    RemoteRefusal.RemoteCommand,
                    mayHaveRun: true);
            }
        }

        return kept.Text;
    }

    // "ssh -O exit" talks only to the local control socket; a stopped ssh process must not block the operator.
    private static async Task EndAsync(Process process)
    {
        using var limit = new CancellationTokenSource(ExitLimit);
        try
        {
            await process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            End(process);
        }
        finally
        {
            process.StandardInput.BaseStream.Dispose();
            process.StandardOutput.BaseStream.Dispose();
            process.StandardError.BaseStream.Dispose();
        }
    }

    // Kills only this client; others that share its connection continue.
    private static void End(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended already.
            return;
        }
    }
}

/// <summary>Limits and places of the ssh program.</summary>
public sealed record SshOptions
{
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan KeepConnection { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many bytes of the end of a command's stdout and stderr are kept.</summary>
    public int MaxOutput { get; init; } = 1 << 20;

    /// <summary>Maximum output of a command in bytes, before it is ended. No command of an upgrade prints nearly as
    /// much.</summary>
    public long MaxTotalOutput { get; init; } = 64L << 20;

    /// <summary>Directory in which a private directory is created for the socket of the shared connection. Default: the
    /// system's temporary directory.</summary>
    public string? RuntimeDirectory { get; init; }

    /// <summary>The OpenSSH client, found over PATH unless it is a path.</summary>
    public string SshProgram { get; init; } = "ssh";

    public EndpointPolicy Endpoints { get; init; } = EndpointPolicy.Default;
}
