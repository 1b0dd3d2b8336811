using System.ComponentModel;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Drydock.Clients.Remote;
using Drydock.Clients.Safety;
using Drydock.Clients.Ssh;

namespace Drydock.Clients.Docker.Transport;

/// <summary>
/// <c>docker system dial-stdio</c> on the host, through the OpenSSH client: the way the docker client itself goes.
/// Every connection is one ssh process.
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
        _host = new SshEndpoint(uri.IdnHost, Uri.UnescapeDataString(uri.UserInfo), uri.Port > 0 ? uri.Port : SshEndpoint.DefaultPort);
        _socket = uri.AbsolutePath is "/" or "" ? "" : Uri.UnescapeDataString(uri.AbsolutePath);

        // These go to another program's command line, the path to a remote shell as well.
        if (!_host.IsSafe || !SafePath().IsMatch(_socket))
        {
            throw new DockerEndpointException(name, $"endpoint {name}: write ssh://user@host[:port], optionally with the remote socket's path");
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
            process = Process.Start(start) ?? throw new Win32Exception("no process");
        }
        catch (Win32Exception e)
        {
            throw new DockerSshException(_name, $"ssh to {_name}: '{_options.SshProgram}' cannot be started here: {e.Message}", RemoteRefusal.LocalClient, e);
        }

        var stream = new ProcessStream(process);
        try
        {
            await FirstExchange.RunAsync(stream, cancellationToken).ConfigureAwait(false);
            return stream;
        }
        catch (IOException e)
        {
            var (exitCode, errors) = await stream.EndAsync(cancellationToken).ConfigureAwait(false);
            var reason = SshWords.Classify(exitCode, errors);
            var what = SshWords.Describe(reason, $"the login worked, 'docker system dial-stdio' there ended with {exitCode}");
            throw new DockerSshException(_name, $"ssh to {_name}: {what}: {SshWords.Shorten(errors, _files)}", reason, e);
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

    // The ssh program resolves the name again for itself: of several addresses it may take any, so each of them must be
    // allowed.
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
            throw new DockerSshException(_name, $"ssh to {_name}: the host name cannot be resolved: {e.Message}", RemoteRefusal.Connection, e);
        }
    }

    private string Remote() =>
        _socket.Length == 0 ? "docker system dial-stdio" : $"docker --host unix://{_socket} system dial-stdio";

    [GeneratedRegex("^(/[A-Za-z0-9_.-]+)*\\z", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SafePath();
}
