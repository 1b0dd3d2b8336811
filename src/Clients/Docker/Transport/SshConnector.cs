using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Drydock.Abstractions.Values;
using Drydock.Clients.Remote;
using Drydock.Clients.Safety;
using Drydock.Clients.Ssh;

namespace Drydock.Clients.Docker;

/// <summary>
/// <c>docker system dial-stdio</c> on the host, through the OpenSSH client, as the docker client does it. Every
/// connection is one ssh process.
/// </summary>
internal sealed partial class SshConnector : IConnector
{
    private readonly string _name;
    private readonly SshEndpoint _host;
    private readonly string _socket;
    private readonly DockerClientOptions _options;
    private readonly SshFiles _files;

    public SshConnector(string name, Uri uri, SshMaterial material, DockerClientOptions options)
    {
        _name = name;
        _options = options;
        _host = new SshEndpoint(
            uri.IdnHost, Uri.UnescapeDataString(uri.UserInfo), uri.Port > 0 ? uri.Port : SshEndpoint.DefaultPort);
        _socket = uri.AbsolutePath is "/" or "" ? "" : Uri.UnescapeDataString(uri.AbsolutePath);

        // These are passed to another program's command line, and the path also to a remote shell.
        if (!_host.IsSafe || !SafePath().IsMatch(_socket))
        {
            throw new DockerEndpointException(
                name,
                $"endpoint {name}: host, user, port or socket path cannot be used. "
                    + "Write `ssh://user@host[:port]`, optionally with the path of the remote socket.");
        }

        try
        {
            _files = SshFiles.Write($"endpoint {name}", material);
        }
        catch (RemoteException e)
        {
            throw new DockerEndpointException(name, e.Message, e);
        }
    }

    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        await CheckAddressAsync(cancellationToken).ConfigureAwait(false);
        var start = SshArguments.To(_options.SshProgram, _host, _files, _options.ConnectTimeout);
        start.ArgumentList.Add(Remote());
        Process process;
        try
        {
            process = Process.Start(start) ?? throw new Win32Exception("No process was started.");
        }
        catch (Win32Exception e)
        {
            throw new DockerSshException(
                _name,
                $"ssh to {_name}: '{_options.SshProgram}' cannot be started in the operator: "
                    + $"{Sentences.Close(e.Message)}",
                RemoteRefusal.LocalClient,
                e);
        }

        var stream = new ProcessStream(process);
        try
        {
            await ConnectionCheck.RunAsync(stream, cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch (IOException e)
        {
            var (exitCode, errors) = await stream.EndAsync(cancellationToken).ConfigureAwait(false);
            var reason = SshErrors.Classify(exitCode, errors);
            var what = SshErrors.Describe(
                reason, $"the login worked, but `docker system dial-stdio` on the host ended with {exitCode}");
            throw new DockerSshException(
                _name, $"ssh to {_name}: {what}: {Sentences.Close(SshErrors.Shorten(errors, _files))}", reason, e);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public void Dispose() => _files.Dispose();

    internal IEnumerable<string> Arguments() =>
        [.. SshArguments.Arguments(_host, _files, _options.ConnectTimeout, keep: null), Remote()];

    // The ssh program resolves the name itself and may use any of its addresses, so each of them must be allowed.
    private async Task CheckAddressAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _options.Endpoints.CheckAsync(_host.Host, cancellationToken).ConfigureAwait(false);
        }
        catch (EndpointRefusedException e)
        {
            throw new DockerEndpointException(_name, $"endpoint {_name}: {e.Message}", e);
        }
        catch (SocketException e)
        {
            throw new DockerSshException(
                _name,
                $"ssh to {_name}: the host name cannot be resolved: {Sentences.Close(e.Message)}",
                RemoteRefusal.Connection,
                e);
        }
    }

    private string Remote() =>
        _socket.Length == 0 ? "docker system dial-stdio" : $"docker --host unix://{_socket} system dial-stdio";

    [GeneratedRegex("^(/[A-Za-z0-9_.-]+)*\\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SafePath();
}
