using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Drydock.Clients.Docker.Transport;

/// <summary>
/// <c>docker system dial-stdio</c> on the host, through the OpenSSH client: the way the docker client itself goes. Every connection is one
/// ssh process. Only listed host keys are accepted, only our key is offered, and no configuration of this machine's user is read.
/// </summary>
internal sealed partial class SshConnector : IConnector
{
    private readonly string _name;
    private readonly string _host;
    private readonly string _user;
    private readonly int _port;
    private readonly string _socket;
    private readonly DockerClientOptions _options;
    private readonly SshFiles _files;

    public SshConnector(string name, Uri uri, DockerSshMaterial material, DockerClientOptions options)
    {
        _name = name;
        _options = options;
        _host = uri.IdnHost;
        _user = Uri.UnescapeDataString(uri.UserInfo);
        _port = uri.Port > 0 ? uri.Port : 22;
        _socket = uri.AbsolutePath is "/" or "" ? "" : Uri.UnescapeDataString(uri.AbsolutePath);

        // These go to another program's command line, the path to a remote shell as well.
        if (!SafeUser().IsMatch(_user) || !SafeHost().IsMatch(_host) || !SafePath().IsMatch(_socket))
        {
            throw new DockerEndpointException(name, $"endpoint {name}: write ssh://user@host[:port], optionally with the remote socket's path");
        }

        _files = SshFiles.Write(name, material, options.RuntimeDirectory);
    }

    public async ValueTask<Stream> ConnectAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(_options.SshProgram)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var argument in Arguments())
        {
            start.ArgumentList.Add(argument);
        }

        // Nothing of our environment is the child's business, and an agent's keys must not be offered.
        start.Environment.Clear();
        start.Environment["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin";
        start.Environment["LC_ALL"] = "C";

        Process process;
        try
        {
            process = Process.Start(start) ?? throw new Win32Exception("no process");
        }
        catch (Win32Exception e)
        {
            throw new DockerSshException(_name, $"ssh to {_name}: '{_options.SshProgram}' cannot be started here: {e.Message}", SshRefusal.LocalClient, e);
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
            var cleaned = errors.Replace(_files.Directory, "(private directory)", StringComparison.Ordinal).Trim();
            throw SshFailure.From(_name, exitCode, cleaned, e);
        }
        catch
        {
            await stream.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public void Dispose() => _files.Dispose();

    internal IEnumerable<string> Arguments()
    {
        var seconds = Math.Max(1, (int)_options.ConnectTimeout.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        string[] options =
        [
            "BatchMode=yes", "StrictHostKeyChecking=yes", $"UserKnownHostsFile={_files.KnownHosts}", "GlobalKnownHostsFile=/dev/null", "UpdateHostKeys=no",
            "IdentitiesOnly=yes", "PreferredAuthentications=publickey", "PasswordAuthentication=no", "KbdInteractiveAuthentication=no",
            "ControlMaster=no", "ControlPath=none", "ForwardAgent=no", "ForwardX11=no", "ClearAllForwardings=yes", "PermitLocalCommand=no",
            $"ConnectTimeout={seconds}", "ServerAliveInterval=10", "ServerAliveCountMax=3", "LogLevel=ERROR",
        ];
        yield return "-F";
        yield return "none";
        yield return "-T";
        foreach (var option in options)
        {
            yield return "-o";
            yield return option;
        }

        yield return "-i";
        yield return _files.PrivateKey;
        yield return "-p";
        yield return _port.ToString(CultureInfo.InvariantCulture);
        yield return "-l";
        yield return _user;
        yield return "--";
        yield return _host;
        yield return _socket.Length == 0 ? "docker system dial-stdio" : $"docker --host unix://{_socket} system dial-stdio";
    }

    [GeneratedRegex("^[A-Za-z0-9_][A-Za-z0-9_.-]*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SafeUser();

    [GeneratedRegex("^[A-Za-z0-9:][A-Za-z0-9.:%-]*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SafeHost();

    [GeneratedRegex("^(/[A-Za-z0-9_.-]+)*$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SafePath();
}
