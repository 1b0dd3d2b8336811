using Drydock.Clients.Ssh;

namespace Drydock.Tests.Unit.Databases.Hosts;

/// <summary>A host with one instance, on which everything goes well unless a test says otherwise.</summary>
internal sealed class ReplacedHost : IRemoteClient
{
    private static readonly string[] Looks = ["look", "process-losses", "sums", "command-line"];
    private static readonly string[] Acts =
    [
        "stage-binary", "stop-systemd", "stop-supervise", "record-process", "stop-process", "swap-binary", "write",
        "swap-link", "start-systemd", "start-supervise", "start-process"
    ];

    public List<string> Asked { get; } = [];

    public List<string> Arguments { get; } = [];

    public string? Running { get; set; } = HostCases.Old;

    public Become Become { get; init; }

    public bool OutlivesGrace { get; init; }

    public (string Script, string Code)? Refuses { get; set; }

    /// <summary>It refuses after the stop.</summary>
    public bool IsStoppedThen { get; init; }

    public string Why { get; init; } = "because.";

    /// <summary>After a stop, something else starts the old program.</summary>
    public bool HasWatchdog { get; init; }

    /// <summary>The start brings the old program.</summary>
    public bool RunsOld { get; init; }

    /// <summary>What the unit starts.</summary>
    public string Starts { get; init; } = "/data/deploy/bin/tikv-server";

    public string Load { get; init; } = "loaded";

    public string? Link { get; init; }

    /// <summary>The unit starts the program in deployDir by another path.</summary>
    public bool StartsInstalled { get; init; }

    /// <summary>It is between two starts when it is looked at, and up when the first stop arrives.</summary>
    public bool ComesUp { get; set; }

    /// <summary>How long a look takes, in seconds.</summary>
    public double Slow { get; init; } = 0.4;

    /// <summary>When an action arrives after the look, in seconds; it refuses what is late as the scripts do.</summary>
    public double Delay { get; init; }

    private int Pid { get; set; } = 17;

    /// <summary>A process of the instance in some state, by the real host and channel.</summary>
    public BoundDatabaseHosts Bind(InstanceControl control, IActFence? fence = null, TimeProvider? time = null)
    {
        var spec = HostCases.Spec(DatabaseEngine.TiDB, HostCases.Instance(DatabaseComponent.TiKV, control: control));
        spec = spec with { Access = new HostAccess { Ssh = spec.Access.Ssh! with { Become = Become } } };
        var secrets = new DatabaseSecrets { Ssh = new SshMaterial("key"u8.ToArray(), "hosts"u8.ToArray()) };
        var services = new DatabaseHostServices(null!, null!, time ?? new ManualTimeProvider())
        {
            Clients = (_, _, _) => this,
            Fence = fence
        };
        return new BoundDatabaseHosts(HostCases.Upgrade(spec), secrets, services, SupportedEngines.All.Of(spec));
    }

    public string Name => HostCases.Host;

    public Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken = default)
    {
        var script = command.Arguments[2].Replace(HostScripts.ForOwnUnits(""), "", StringComparison.Ordinal);
        var name = Looks.FirstOrDefault(n => HostScripts.Looking(n) == script)
            ?? Acts.FirstOrDefault(n => HostScripts.ForActing(n) == script)
            ?? Together(script, [.. command.Arguments.Skip(8)]);
        Asked.Add(name);
        Arguments.AddRange(command.Arguments.Skip(4));
        var at = Array.IndexOf([.. command.Arguments], "b-1");
        var isLate = at > 0
            && Math.Floor(1000 + Slow + Delay) > long.Parse(command.Arguments[at + 1], CultureInfo.InvariantCulture);
        var hasUnseen = ComesUp && name.Contains("stop-", StringComparison.Ordinal);
        (Running, ComesUp) = hasUnseen ? (HostCases.Old, false) : (Running, ComesUp);
        hasUnseen = hasUnseen && command.Arguments.First(
            a => a == "tikv-server" || a.StartsWith("tikv-server ", StringComparison.Ordinal)) == "tikv-server";
        if (IsStoppedThen && Refuses?.Script == name)
        {
            Stop();
        }

        string[] lines = hasUnseen
            ? ["", "refused CameUp", "process 17 of tikv-server came up since the look"]
            : isLate ? ["", "refused Late", "it came late"] : Refuses is { } refused && refused.Script == name
                ? ["", $"refused {refused.Code}", Why]
                : [.. Answer(name), "end"];
        return Task.FromResult(new RemoteResult(0, string.Join('\n', [.. lines, ""]), ""));
    }

    public Task<bool> UploadAsync(
        RemoteFile file, Func<long, CancellationToken, Task<Stream>> open, IProgress<long>? progress = null,
        CancellationToken cancellationToken = default) =>
        throw new NotSupportedException("nothing is uploaded");

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private string[] Answer(string name)
    {
        switch (name)
        {
            case "look":
                return
                [
                    "look 1", "user tidb", "boot b-1", "up 1000.00",
                    string.Create(CultureInfo.InvariantCulture, $"seen {1000 + Slow:F2}"), "load 0.10", "tick 100",
                    "btime 1700000000", $"sum old {HostCases.Old}", $"sum new {HostCases.New}",
                    .. Units(),
                    .. Running is { } sum
                        ? [HostCases.Process(
                            Pid, "/data/deploy/bin/tikv-server", "bin/tikv-server --port 20160", began: Pid,
                            parent: 700, sum: sum == HostCases.Old ? "old" : "new"), $"listener {Pid}"]
                        : Array.Empty<string>(),
                    "installed old",
                    .. Link is { } link
                        ? [$"link {HostCases.Base64(link)}", $"target {HostCases.Base64(link)}"]
                        : Array.Empty<string>(),
                    "real -",
                ];
            case "sums":
                return [$"sum new {HostCases.New}", "file new"];
            case "stage-binary":
                return [$"sum staged {HostCases.New}"];
            case "stop-systemd" or "stop-supervise" or "stop-process" or "process-losses+record-process+stop-process":
                if (!OutlivesGrace || name == "stop-process")
                {
                    Stop();
                    return ["ended"];
                }

                return ["left"];
            case var act when act.Contains("stop-", StringComparison.Ordinal) && OutlivesGrace:
                return ["left"];
            case "command-line":
                return [$"command {HostCases.Base64("/bin/sh\0/opt/watchdog.sh\0--password=x\0")}"];
            case "swap-link" or "process-losses" or "record-process" or "swap-binary" or "write":
                return [];
            default:
                Running = RunsOld ? HostCases.Old : HostCases.New;
                return name == "start-process" ? ["started 18"] : [];
        }
    }

    // The parts of an act by its arguments.
    internal static string Together(string script, string[] arguments)
    {
        var parts = new List<string>();
        for (var at = 0; at < arguments.Length;)
        {
            parts.Add(arguments[at].Replace('_', '-'));
            at += 2 + int.Parse(arguments[at + 1], CultureInfo.InvariantCulture);
        }

        script.ShouldBe(HostScripts.Together(parts));
        return string.Join('+', parts);
    }

    private void Stop()
    {
        Running = HasWatchdog ? HostCases.Old : null;
        Pid += HasWatchdog ? 1 : 0;
    }

    private string[] Units() => Asked.Count == 0 ? [] :
    [
        .. HostCases.Unit(
            "tikv-20160.service", Running is not null ? "active" : ComesUp ? "activating" : "inactive",
            Running is not null ? "running" : ComesUp ? "auto-restart" : "dead", Running is null ? 0 : Pid, load: Load,
            starts: Starts),
        .. Enumerable.Range(0, 1).SelectMany(n => HostCases.Unit(
            string.Create(CultureInfo.InvariantCulture, $"other-{n}.service"), "inactive", "dead", load: "not-found")),
        .. StartsInstalled ? ["starts installed"] : Array.Empty<string>(),
        Running is null
            ? ComesUp ? "svstat down 0 seconds, normally up, want up" : "svstat down 3 seconds"
            : $"svstat up (pid {Pid}) 3 seconds",
    ];
}
