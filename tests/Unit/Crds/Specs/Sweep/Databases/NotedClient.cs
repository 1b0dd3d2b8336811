using Drydock.Clients.Ssh;
using Drydock.Tests.Unit.Databases;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep.Databases;

/// <summary>
/// Writes down what goes to a host, with the command line of the OpenSSH client or the engine and container that would
/// take it there, and answers as a host where everything goes well.
/// </summary>
internal sealed class NotedClient : IRemoteClient
{
    private const int Pid = 17;
    private static readonly Dictionary<string, string> Names = Scripts();
    private readonly string _host;
    private readonly NotedHosts _hosts;

    private NotedClient(string host, NotedHosts hosts) => (_host, _hosts) = (host, hosts);

    public string Name => _host;

    public static NotedClient Ssh(SshEndpoint endpoint, SshMaterial material, NotedHosts hosts)
    {
        using var files = SshFiles.Write(endpoint.ToString(), material, endpoint.Jump);
        var arguments = string.Join(
            ' ', SshArguments.Arguments("ssh", endpoint, files, TimeSpan.FromSeconds(10), null));
        foreach (var file in new[]
        {
            files.PrivateKey, files.KnownHosts, files.Jump?.PrivateKey, files.Jump?.KnownHosts, files.Jump?.Log
        }.OfType<string>().OrderByDescending(path => path.Length))
        {
            arguments = arguments.Replace(file, File.ReadAllText(file), StringComparison.Ordinal);
        }

        hosts.Asked.Add($"ssh {arguments}");
        return new NotedClient(endpoint.Host, hosts);
    }

    public static NotedClient Container(
        DockerEndpoint endpoint, ContainerHost container, string? user, NotedHosts hosts)
    {
        var tls = endpoint.Tls is { } material
            ? material.CertificateAuthority + material.Certificate + material.PrivateKey
            : "none";
        var ssh = endpoint.Ssh is { } keys
            ? Encoding.UTF8.GetString([.. keys.PrivateKey.Span, .. keys.KnownHosts.Span])
            : "none";
        var jump = endpoint.Jump is { } through
            ? $"{through} with "
                + $"{Encoding.UTF8.GetString(
                    [.. through.Material.PrivateKey.Span, .. through.Material.KnownHosts.Span])}"
            : "none";
        hosts.Asked.Add(
            $"exec at {endpoint} (tls {tls}, ssh {ssh}, jump {jump}, root {endpoint.AsRoot}, insecure "
            + $"{endpoint.Insecure}) in {container.Container} as {user ?? "its user"}");
        return new NotedClient(container.Host, hosts);
    }

    public async Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken = default)
    {
        var sudo = HostScripts.ThroughSudo("");
        var name = command.Arguments is ["sh", "-c", var script, "sh", ..]
            ? Names.GetValueOrDefault(script.Replace(sudo, "", StringComparison.Ordinal), script)
            : "";
        var arguments = name.Length > 0 ? [.. command.Arguments.Skip(4)] : command.Arguments;
        using var input = new StreamReader(command.Input ?? Stream.Null);
        _hosts.Asked.Add(
            $"{_host}{(command.AsRoot ? " as root" : command.AsUser is { } user ? $" as {user}" : "")}"
            + $"{(command.Arguments.Any(a => a.StartsWith(sudo, StringComparison.Ordinal)) ? " with sudo" : "")} "
            + $"{name} {string.Join(" | ", arguments)} < {await input.ReadToEndAsync(cancellationToken)}");
        return new RemoteResult(0, string.Join('\n', [.. Answer(name, [.. arguments]), "end", ""]), "");
    }

    public Task<bool> UploadAsync(
        RemoteFile file,
        Func<long, CancellationToken, Task<Stream>> open,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        _hosts.Asked.Add($"{_host} upload {file.Path} {file.Length} {file.Sha256}");
        return Task.FromResult(true);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private string[] Answer(string name, string[] arguments)
    {
        switch (name)
        {
            case "look":
                return Look(arguments);
            case "sums":
                return [$"sum new {HostCases.New}", .. arguments.Skip(1).Select(_ => "file new")];
            case "stop-process" or "stop-systemd" or "stop-supervise":
                _hosts.IsRunning = false;
                return ["ended"];
            case "start-process" or "start-systemd" or "start-supervise":
                _hosts.IsRunning = true;
                return [];
            case "run-script":
                _hosts.IsRunning = !_hosts.IsRunning;
                return ["exit 0", "output ", "ended"];
            case "package-look":
                return Package(arguments);
            case "package-begin":
                return ["room 1000000 4096", .. arguments.Skip(1).Select(_ => "there 0")];
            case "package-unpack":
                _hosts.Markers[_host] = arguments[1];
                return [];
            case "package-post-install":
                _hosts.PostInstalled.Add(_host);
                return [];
            case "package-extensions":
                _hosts.Extended.Add(_host);
                return [];
            case "read":
                return ["absent"];
            case "room":
                return ["room 1000000 4096"];
            default:
                return [];
        }
    }

    private string[] Look(string[] arguments)
    {
        var (kind, units, program, port, deployDir) =
            (arguments[0], arguments[1].Split(' '), arguments[3], arguments[4], arguments[5]);
        var up = _hosts.IsRunning;
        return
        [
            "look 1", "user tidb", "boot b-1", "up 1000.00", "seen 1000.40", "load 0.10", "tick 100",
            "btime 1700000000", $"sum old {HostCases.Old}",
            .. kind == "systemd"
                ? units.SelectMany((unit, i) => HostCases.Unit(
                    unit, i == 0 && up ? "active" : "inactive", i == 0 && up ? "running" : "dead",
                    i == 0 && up ? Pid : 0, i == 0 ? "loaded" : "not-found"))
                : kind == "supervise"
                    ? [up ? $"svstat up (pid {Pid}) 3 seconds" : "svstat down 3 seconds"]
                    : Array.Empty<string>(),
            .. up
                ? [
                    HostCases.Process(
                        Pid, $"{deployDir}/bin/{(program.Length > 0 ? program : "service")}", $"{program} {port}"),
                    string.Create(CultureInfo.InvariantCulture, $"listener {Pid}")]
                : Array.Empty<string>(),
            "real -",
        ];
    }

    private string[] Package(string[] arguments)
    {
        var marker = _hosts.Markers.GetValueOrDefault(_host);
        var isThere = marker is not null || !_hosts.HasArchives;
        var lines = new List<string>
        {
            $"sum old {HostCases.Old}", $"sum new {HostCases.New}", $"directory {(isThere ? "yes" : "no")}"
        };
        if (marker is not null)
        {
            lines.Add($"marker {HostCases.Base64(marker)}");
        }

        if (_hosts.PostInstalled.Contains(_host))
        {
            lines.Add("post-install done");
        }

        for (var i = 2; i < arguments.Length; i += 2)
        {
            switch (arguments[i])
            {
                case "program" or "file":
                    lines.Add($"{arguments[i]} {(isThere ? "new" : "-")}");
                    break;
                case "post-install":
                    lines.Add("post-install-program no");
                    break;
                case "mark":
                    break;
                case "archive":
                    lines.Add("archive new");
                    break;
                case "sent":
                    lines.Add("sent no");
                    break;
                default:
                    lines.AddRange(["from old", $"to {(_hosts.Extended.Contains(_host) ? "old" : "-")}"]);
                    i++;
                    break;
            }
        }

        return [.. lines];
    }

    private static Dictionary<string, string> Scripts()
    {
        string[] looks =
        [
            "look", "sums", "package-look", "read", "room", "machine", "clock", "process-losses", "processes",
            "control-rights"
        ];
        string[] acts =
        [
            "package-begin", "package-extensions", "package-forget", "package-post-install", "package-unpack",
            "record-process", "run-script", "start-process", "start-supervise", "start-systemd", "stage-binary",
            "stop-process", "stop-supervise", "stop-systemd", "swap-binary", "swap-link", "unstage-binary", "write",
        ];
        return looks.Select(name => (name, Text: HostScripts.Looking(name)))
            .Concat(acts.Select(name => (name, Text: HostScripts.ForActing(name))))
            .ToDictionary(s => s.Text, s => s.name, StringComparer.Ordinal);
    }
}
