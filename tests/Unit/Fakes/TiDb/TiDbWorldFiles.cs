using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>Files and programs of one of the world's hosts.</summary>
internal sealed class TiDbWorldFiles(TiDbWorld world, TiDbLife life, string host) : IHostFiles
{
    public string Host => host;

    public Task<RemoteResult> AskAsync(RemoteCommand command, CancellationToken cancellationToken) =>
        RunAsync(command, cancellationToken);

    public Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken) =>
        command.Arguments.FirstOrDefault(a => a.Contains(".drydock-part", StringComparison.Ordinal)) is not null
        ? ReplaceAsync([.. command.Arguments.TakeLast(4)])
        : command.Arguments.Count > 2 && command.Arguments[2].Contains("daemon-reload", StringComparison.Ordinal)
        ? AliasAsync([.. command.Arguments.TakeLast(2)])
        : world.Spark?.Change(host, command.Arguments) is { } change ? life.ChangeAsync(
            change.What, change.CarryOut,
            () => new HostException(host, Reasons.HostUnreachable, $"{host}: the connection was cut", mayHaveRun: true))
        : AnswerAsync(command);

    // The script that puts a file of the host in the place of another: from, to, SHA-256, the name under which what is
    // there is kept.
    private Task<RemoteResult> ReplaceAsync(string[] arguments) =>
        life.ChangeAsync($"replace {host}:{arguments[1]}", () =>
        {
            var (from, to, sha256, keepAs) = (arguments[0], arguments[1], arguments[2], arguments[3]);
            if (world.Files.TryGetValue((host, to), out var present) && ContentHash.Of(present) == sha256)
            {
                return new RemoteResult(0, "", "");
            }

            if (!world.Files.TryGetValue((host, from), out var content) || ContentHash.Of(content) != sha256)
            {
                return new RemoteResult(3, "", $"{from} is not there");
            }

            if (present is not null)
            {
                world.Files.TryAdd((host, keepAs), present);
            }

            world.Did($"replace {host}:{to}");
            world.Files[(host, to)] = content;
            return new RemoteResult(0, "", "");
        });

    private Task<RemoteResult> AliasAsync(string[] names) => life.ChangeAsync($"alias {host}:{names[1]}", () =>
    {
        if (world.AliasRefusal is { } refusal)
        {
            return new RemoteResult(3, "", refusal);
        }

        world.Did($"alias {host}:{names[1]} of {names[0]}");
        world.Aliases[(host, names[1])] = names[0];
        return new RemoteResult(0, "", "");
    });

    private Task<RemoteResult> AnswerAsync(RemoteCommand command) => life.LookAsync(() =>
    {
        Reach();
        if (world.Programs(host, command.Arguments) is { } own)
        {
            return new RemoteResult(own.Code, own.Output, "");
        }

        if (world.Spark?.Look(host, command.Arguments) is { } said)
        {
            return new RemoteResult(0, said, "");
        }

        if (command.Arguments is ["systemctl", "show", .., var unit])
        {
            return new RemoteResult(0, $"Id={world.Aliases.GetValueOrDefault((host, unit), unit)}\n", "");
        }

        if (Script(command.Arguments) is { } answer)
        {
            return answer;
        }

        if (command.Arguments.Contains("-V", StringComparer.Ordinal))
        {
            var path = command.Arguments[0];
            var version = path.StartsWith(TiDbWorld.PackageDirectory, StringComparison.Ordinal)
                ? TiDbWorld.New
                : world.Processes.Single(p => path.StartsWith(p.DeployDir + "/", StringComparison.Ordinal)).Installed;
            return new RemoteResult(0, $"Release Version: v{version}\nGit Commit Hash: {TiDbWorld.GitHash}\n", "");
        }

        return command.Arguments.Any(a => a.EndsWith("config-check", StringComparison.Ordinal))
            ? new RemoteResult(0, "config check successful\n", "")
            : throw new NotSupportedException(command.ToString());
    });

    // The scripts that look at monitoring services.
    private RemoteResult? Script(IReadOnlyList<string> arguments)
    {
        if (arguments.Count < 3 || arguments[0] != "sh")
        {
            return null;
        }

        var (script, rest) = (arguments[2], arguments.Skip(4));
        return script switch
        {
            _ when script.Contains("check config", StringComparison.Ordinal) => new RemoteResult(
                world.PromtoolRefusal is null ? 0 : 1, world.PromtoolRefusal ?? "SUCCESS", ""),
            _ when script.Contains("cannot write", StringComparison.Ordinal) => new RemoteResult(
                0, string.Concat(rest.Where(world.MissingDirectories.Contains).Select(d => $"{d} does not exist\n")),
                ""),
            _ when script.Contains("-mmin", StringComparison.Ordinal) => new RemoteResult(
                0, string.Concat(rest.Select(d => world.Logs.GetValueOrDefault(d))), ""),
            _ when script.Contains(".json", StringComparison.Ordinal) => List([.. rest]),
            _ => null,
        };
    }

    private RemoteResult List(IReadOnlyList<string> from)
    {
        var lines = new List<string>();
        foreach (var path in from)
        {
            var below = world.Files.Keys.Where(f => f.Host == host && f.Path.StartsWith(
                path + "/", StringComparison.Ordinal)).Select(f => f.Path).Order(StringComparer.Ordinal).ToList();
            if (below.Count == 0 && !world.Files.ContainsKey((host, path)))
            {
                return new RemoteResult(3, "", $"{path} does not exist");
            }

            lines.AddRange(below.Count > 0 ? below.Select(b => $"d {b}") : [$"f {path}"]);
        }

        return new RemoteResult(0, string.Concat(lines.Select(l => l + "\n")), "");
    }

    public Task<string?> ReadAsync(string path, CancellationToken cancellationToken) => life.LookAsync(() =>
    {
        Reach();
        return world.Files.GetValueOrDefault((host, path));
    });

    public Task WriteAsync(
        string path, string content, string? expectedSha256, string? keepAs, CancellationToken cancellationToken) =>
        life.ChangeAsync(
            $"write {host}:{path}",
            () =>
            {
                Reach();
                var present = world.Files.GetValueOrDefault((host, path));
                if (present == content)
                {
                    return true;
                }

                if ((present is null ? null : ContentHash.Of(present)) != expectedSha256)
                {
                    throw new HostException(host, Reasons.TargetChanged, $"{path} is another file");
                }

                if (keepAs is not null && present is not null)
                {
                    world.Files.TryAdd((host, keepAs), present);
                }

                world.Did($"write {host}:{path}");
                world.Files[(host, path)] = content;
                return true;
            },
            () => new HostException(
                host, Reasons.HostUnreachable, $"{host}: the connection was cut", mayHaveRun: true));

    public Task<IReadOnlyList<string?>> Sha256Async(IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        life.LookAsync<IReadOnlyList<string?>>(() => [.. paths.Select(Sha256)]);

    // New files of services are as the spec says, unless a test made them.
    private string? Sha256(string path)
    {
        var isPacked = path.StartsWith(TiDbWorld.PackageDirectory, StringComparison.Ordinal);
        return isPacked && !world.Packages[host] ? null
            : world.Processes.Find(p => path.StartsWith(p.DeployDir + "/bin/", StringComparison.Ordinal)) is { } process
            ? TiDbWorld.Sha(process.Component, process.Installed)
            : world.Files.TryGetValue((host, path), out var content) ? ContentHash.Of(content)
            : (world.Upgrade.Spec.Tidb ?? new TiDbSpec()).Services().SelectMany(s => s.Files)
                .FirstOrDefault(f => f.From == path) is { } file ? file.Sha256
            : isPacked ? TiDbWorld.Sha(ComponentOf(path), TiDbWorld.New) : null;
    }

    public Task<long> FreeBytesAsync(string path, CancellationToken cancellationToken) =>
        life.LookAsync(() => 100L << 30);

    public Task<(long Memory, int Cpus)> MachineAsync(CancellationToken cancellationToken) =>
        life.LookAsync(() => (32L << 30, 16));

    public Task<ClockReading> ClockAsync(CancellationToken cancellationToken) =>
        life.LookAsync(() => new ClockReading(world.Clocks.GetValueOrDefault(host), TimeSpan.FromMilliseconds(25)));

    public Task<PackageState> PackageAsync(PackageRequest request, CancellationToken cancellationToken) =>
        life.LookAsync(() =>
        {
            Reach();
            return world.Packages[host]
                ? new PackageState
                {
                    IsComplete = true,
                    Problem = "",
                    Programs = request.Components.ToDictionary(
                        c => ProgramNames.Of(world.Upgrade.Spec, c), c => TiDbWorld.Sha(c, TiDbWorld.New),
                        StringComparer.Ordinal)
                }
                : new PackageState { IsComplete = false, Problem = $"{request.Package.Directory} is not there" };
        });

    public Task PreparePackageAsync(PackageRequest request, CancellationToken cancellationToken) => life.ChangeAsync(
        $"package {host}",
        () =>
        {
            world.Did($"package {host}");
            return world.Packages[host] = true;
        },
        () => new HostException(host, Reasons.HostUnreachable, $"{host}: the connection was cut", mayHaveRun: true));

    private void Reach()
    {
        if (world.Unreachable.Contains(host))
        {
            throw new HostException(host, Reasons.HostUnreachable, $"{host} does not answer");
        }
    }

    private static DatabaseComponent ComponentOf(string path) => path[(path.LastIndexOf('/') + 1)..] switch
    {
        "pd-server" => DatabaseComponent.PD,
        "tikv-server" => DatabaseComponent.TiKV,
        "tidb-server" => DatabaseComponent.TiDB,
        "pump" => DatabaseComponent.Pump,
        _ => DatabaseComponent.Drainer,
    };
}
