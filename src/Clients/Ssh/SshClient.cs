using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using Drydock.Clients.Remote;
using Drydock.Clients.Safety;

namespace Drydock.Clients.Ssh;

/// <summary>
/// <see cref="IRemoteClient"/> by the OpenSSH client of this machine, with its multiplexing (ControlMaster): one shared
/// connection, opened when it is needed and again when it broke.
/// </summary>
public sealed class SshClient : IRemoteClient
{
    // The kernel's limit for the path of a socket, less what ssh adds while it makes it.
    private const int MaxControlPath = 88;
    private const int MaxWords = 300;

    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(5);

    private readonly SshOptions _options;
    private readonly SshFiles _files;

    /// <summary>Takes key and known hosts into memory; nothing is connected yet.</summary>
    /// <exception cref="RemoteException">The endpoint cannot be written on a command line, or there is no place for the
    /// files.</exception>
    public SshClient(SshEndpoint endpoint, SshMaterial material, SshOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        ArgumentNullException.ThrowIfNull(material);
        Endpoint = endpoint;
        _options = options ?? new SshOptions();
        if (!endpoint.IsSafe)
        {
            throw new RemoteException(endpoint.ToString(), $"{endpoint}: no usable host, user or port; give a host name or address, a login name, and a port from 1 to 65535", RemoteRefusal.LocalClient);
        }

        _files = SshFiles.WriteShared(endpoint.ToString(), material, _options.RuntimeDirectory);
        if (_files.Control!.Length > MaxControlPath)
        {
            _files.Dispose();
            throw new RemoteException(endpoint.ToString(), $"{endpoint}: the path of the shared connection, {_files.Control}, is longer than {MaxControlPath} characters; choose a shorter runtime directory", RemoteRefusal.LocalClient);
        }
    }

    /// <inheritdoc />
    public string Name => Endpoint.ToString();

    /// <summary>Where to.</summary>
    public SshEndpoint Endpoint { get; }

    /// <inheritdoc />
    public async Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        await CheckAddressAsync(cancellationToken).ConfigureAwait(false);
        using var process = Start(SshText.Of(command));
        try
        {
            var output = TailAsync(process, process.StandardOutput.BaseStream, cancellationToken);
            var errors = TailAsync(process, process.StandardError.BaseStream, cancellationToken);
            await FeedAsync(process, command, cancellationToken).ConfigureAwait(false);
            await Task.WhenAll(output, errors).ConfigureAwait(false);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return Read(command, process.ExitCode, await output.ConfigureAwait(false), await errors.ConfigureAwait(false));
        }
        catch
        {
            End(process);
            throw;
        }
        finally
        {
            // Process leaves pipes that were asked for open until they are collected.
            process.StandardInput.BaseStream.Dispose();
            process.StandardOutput.BaseStream.Dispose();
            process.StandardError.BaseStream.Dispose();
        }
    }

    /// <inheritdoc />
    public Task<bool> UploadAsync(RemoteFile file, Func<long, CancellationToken, Task<Stream>> open, IProgress<long>? progress = null, CancellationToken cancellationToken = default) =>
        new RemoteUpload(this, file, open, progress).RunAsync(cancellationToken);

    /// <summary>Ends the shared connection and removes the private files.</summary>
    public async ValueTask DisposeAsync()
    {
        if (File.Exists(_files.Control!))
        {
            var start = SshArguments.To(_options.SshProgram, Endpoint, _files, _options.ConnectTimeout, _options.KeepConnection);
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

    // The ssh program resolves the name again for itself: of several addresses it may take any, so each of them must be
    // allowed.
    private async Task CheckAddressAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _options.Endpoints.CheckAsync(Endpoint.Host, cancellationToken).ConfigureAwait(false);
        }
        catch (EndpointRefusedException e)
        {
            throw new RemoteException(Endpoint.ToString(), $"{Endpoint}: {e.Message}", RemoteRefusal.LocalClient, innerException: e);
        }
        catch (SocketException e)
        {
            throw new RemoteException(Endpoint.ToString(), $"{Endpoint}: the host name cannot be resolved: {e.Message}", RemoteRefusal.Connection, innerException: e);
        }
    }

    private Process Start(string command)
    {
        var start = SshArguments.To(_options.SshProgram, Endpoint, _files, _options.ConnectTimeout, _options.KeepConnection);
        start.ArgumentList.Add(command);
        try
        {
            return Process.Start(start) ?? throw new Win32Exception("no process");
        }
        catch (Win32Exception exception)
        {
            throw new RemoteException(Endpoint.ToString(), $"{Endpoint}: '{_options.SshProgram}' cannot be started here: {exception.Message}", RemoteRefusal.LocalClient, innerException: exception);
        }
    }

    private RemoteResult Read(RemoteCommand command, int exitCode, string output, string errors)
    {
        var reason = SshWords.Classify(exitCode, errors);
        if (reason != RemoteRefusal.RemoteCommand)
        {
            var mayHaveRun = reason == RemoteRefusal.Connection && !SshWords.NeverStood(errors);
            var what = mayHaveRun ? "the connection broke; whether the command ran is not known" : SshWords.Describe(reason, "");
            throw new RemoteException(Endpoint.ToString(), $"{Endpoint}: {what}: {SshWords.Shorten(errors, _files)}", reason, mayHaveRun);
        }

        if (command.AsRoot && exitCode != 0 && errors.TrimStart().StartsWith("sudo:", StringComparison.Ordinal))
        {
            throw new RemoteException(
                Endpoint.ToString(), $"{Endpoint}: sudo does not let {Endpoint.User} run this without a password: {HttpTrouble.Clip(errors.Trim(), MaxWords)}; allow it there (NOPASSWD in sudoers)", RemoteRefusal.Sudo);
        }

        return new RemoteResult(exitCode, output, errors);
    }

    private static async Task FeedAsync(Process process, RemoteCommand command, CancellationToken cancellationToken)
    {
        if (command.Input is null || await RemoteInput.SendAsync(command.Input, process.StandardInput.BaseStream, command.Sent, cancellationToken).ConfigureAwait(false))
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
                    $"{Endpoint}: the command printed more than {_options.MaxTotalOutput} bytes, so it was ended. See on the host what prints so much.",
                    RemoteRefusal.RemoteCommand,
                    mayHaveRun: true);
            }
        }

        return kept.Text;
    }

    // "ssh -O exit" only speaks to the socket beside it; one that is stopped must not stop us.
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

    // The client alone: what it shares its connection with goes on.
    private static void End(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
            return;
        }
    }
}
