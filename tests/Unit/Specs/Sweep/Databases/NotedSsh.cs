using System.Globalization;
using Drydock.Clients.Ssh;
using Drydock.Reconcilers.DatabaseRollingUpgrades.Hosts.Channel;
using Drydock.Tests.Unit.DatabaseHosts;

namespace Drydock.Tests.Unit.Specs.Sweep.Databases;

/// <summary>Writes down what goes to a host, with the command line of the OpenSSH client that would take it there, and answers as a host where everything goes well.</summary>
internal sealed class NotedSsh : ISshClient
{
    private const int Pid = 17;
    private static readonly Dictionary<string, string> Names = Scripts();
    private readonly NotedHosts _hosts;

    public NotedSsh(SshEndpoint endpoint, SshMaterial material, NotedHosts hosts)
    {
        (Endpoint, _hosts) = (endpoint, hosts);
        using var files = SshFiles.Write(endpoint.ToString(), material, null);
        var arguments = string.Join(' ', SshArguments.Arguments(endpoint, files, TimeSpan.FromSeconds(10), null));
        hosts.Asked.Add($"ssh {arguments.Replace(files.PrivateKey, File.ReadAllText(files.PrivateKey), StringComparison.Ordinal).Replace(files.KnownHosts, File.ReadAllText(files.KnownHosts), StringComparison.Ordinal)}");
    }

    public SshEndpoint Endpoint { get; }

    public async Task<SshResult> RunAsync(SshCommand command, CancellationToken cancellationToken = default)
    {
        var name = command.Arguments is ["sh", "-c", var script, "sh", ..] ? Names.GetValueOrDefault(script, script) : "";
        var arguments = name.Length > 0 ? [.. command.Arguments.Skip(4)] : command.Arguments;
        using var input = new StreamReader(command.Input ?? Stream.Null);
        _hosts.Asked.Add($"{Endpoint.Host}{(command.Sudo ? " sudo" : "")} {name} {string.Join(" | ", arguments)} < {await input.ReadToEndAsync(cancellationToken)}");
        return new SshResult(0, string.Join('\n', [.. Answer(name, [.. arguments]), "end", ""]), "");
    }

    public Task<bool> UploadAsync(SshFile file, Func<long, CancellationToken, Task<Stream>> open, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        _hosts.Asked.Add($"{Endpoint.Host} upload {file.Path} {file.Length} {file.Sha256}");
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
                return [$"sum new {Cases.New}", .. arguments.Skip(1).Select(_ => "file new")];
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
                _hosts.Markers[Endpoint.Host] = arguments[1];
                return [];
            case "package-post-install":
                _hosts.PostInstalled.Add(Endpoint.Host);
                return [];
            case "package-extensions":
                _hosts.Extended.Add(Endpoint.Host);
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
        var (kind, units, program, port, deployDir) = (arguments[0], arguments[1].Split(' '), arguments[3], arguments[4], arguments[5]);
        var up = _hosts.IsRunning;
        return
        [
            "look 1", "user tidb", "boot b-1", "up 1000.00", "tick 100", "btime 1700000000", $"sum old {Cases.Old}",
            .. kind == "systemd"
                ? units.SelectMany((unit, i) => Cases.Unit(unit, i == 0 && up ? "active" : "inactive", i == 0 && up ? "running" : "dead", i == 0 && up ? Pid : 0, i == 0 ? "loaded" : "not-found"))
                : kind == "supervise" ? [up ? $"svstat up (pid {Pid}) 3 seconds" : "svstat down 3 seconds"] : Array.Empty<string>(),
            .. up ? [Cases.Process(Pid, $"{deployDir}/bin/{(program.Length > 0 ? program : "service")}", $"{program} {port}"), string.Create(CultureInfo.InvariantCulture, $"listener {Pid}")] : Array.Empty<string>(),
            "real -",
        ];
    }

    private string[] Package(string[] arguments)
    {
        var marker = _hosts.Markers.GetValueOrDefault(Endpoint.Host);
        var isThere = marker is not null || !_hosts.HasArchives;
        var lines = new List<string> { $"sum old {Cases.Old}", $"sum new {Cases.New}", $"directory {(isThere ? "yes" : "no")}" };
        if (marker is not null)
        {
            lines.Add($"marker {Cases.Base64(marker)}");
        }

        if (_hosts.PostInstalled.Contains(Endpoint.Host))
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
                case "archive":
                    lines.Add("archive new");
                    break;
                case "sent":
                    lines.Add("sent no");
                    break;
                default:
                    lines.AddRange(["from old", $"to {(_hosts.Extended.Contains(Endpoint.Host) ? "old" : "-")}"]);
                    i++;
                    break;
            }
        }

        return [.. lines];
    }

    private static Dictionary<string, string> Scripts()
    {
        string[] looks = ["look", "sums", "package-look", "read", "room", "machine", "clock"];
        string[] acts =
        [
            "package-begin", "package-extensions", "package-forget", "package-post-install", "package-unpack", "run-script", "start-process", "start-supervise", "start-systemd",
            "stop-process", "stop-supervise", "stop-systemd", "swap-binary", "swap-link", "write",
        ];
        return looks.Select(name => (name, Text: HostScripts.Looking(name))).Concat(acts.Select(name => (name, Text: HostScripts.ForActing(name)))).ToDictionary(s => s.Text, s => s.name, StringComparer.Ordinal);
    }
}
