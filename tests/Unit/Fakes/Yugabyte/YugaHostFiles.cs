using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>Files and programs of a host of the universe.</summary>
internal sealed class YugaHostFiles(string host, YugaLife life) : IHostFiles
{
    private readonly YugaWorld _world = life.World;

    public string Host { get; } = host;

    // What changes something is a command of its own.
    public Task<RemoteResult> AskAsync(RemoteCommand command, CancellationToken cancellationToken) =>
        command.Arguments.Any(Changes)
            ? throw new InvalidOperationException($"{command} changes something")
            : RunAsync(command, cancellationToken);

    private static bool Changes(string argument) => argument is "promote_auto_flags" or "rollback_auto_flags"
        or "change_leader_blacklist" or "set_universe_replication_enabled" or "set_flag"
        || argument.StartsWith("upgrade_", StringComparison.Ordinal);

    public Task<RemoteResult> RunAsync(RemoteCommand command, CancellationToken cancellationToken)
    {
        _world.Commands++;
        var arguments = command.Arguments;
        var name = arguments[0][(arguments[0].LastIndexOf('/') + 1)..];
        if (_world.UnreachableHosts.Contains(Host))
        {
            return Task.FromException<RemoteResult>(
                new HostException(Host, Reasons.HostUnreachable, $"{Host}: connection refused"));
        }

        if (name == LeaderSpeed.ProgramName)
        {
            return life.ChangeAsync(Host, string.Join(' ', arguments.Skip(1)), () => _world.SetFlag(arguments));
        }

        return name == _world.Names.AdminProgram && YugaTool.Changes(arguments)
            ? life.ChangeAsync(
                Host, string.Join(' ', YugaTool.CommandOf(arguments)), () => new YugaTool(_world).Run(arguments))
            : life.LookAsync(() => Run(name, arguments, command.Input));
    }

    public Task<string?> ReadAsync(string path, CancellationToken cancellationToken) =>
        life.LookAsync(() => _world.Texts.GetValueOrDefault(path));

    public Task WriteAsync(
        string path, string content, string? expectedSha256, string? keepAs, CancellationToken cancellationToken) =>
        throw new NotSupportedException(path);

    public Task<IReadOnlyList<string?>> Sha256Async(IReadOnlyList<string> paths, CancellationToken cancellationToken) =>
        life.LookAsync<IReadOnlyList<string?>>(() =>
        [
            .. paths.Select(path =>
            {
                var program = path[(path.LastIndexOf('/') + 1)..];
                return path.StartsWith(YugaWorld.NewDirectory, StringComparison.Ordinal)
                    ? _world.PackageIsThere ? YugaWorld.Sha(program, _world.Setup.To) : null
                    : YugaWorld.Sha(program, _world.Setup.From);
            }),
        ]);

    public Task<long> FreeBytesAsync(string path, CancellationToken cancellationToken) =>
        life.LookAsync(() => _world.FreeBytes);

    public Task<(long Memory, int Cpus)> MachineAsync(CancellationToken cancellationToken) =>
        throw new NotSupportedException("memory and CPUs");

    public Task<ClockReading> ClockAsync(CancellationToken cancellationToken) => life.LookAsync(() => new ClockReading(
        _world.Servers.Where(s => s.Host == Host).Select(s => s.ClockOffset).FirstOrDefault(o => o != TimeSpan.Zero),
        _world.ClockError));

    public Task<PackageState> PackageAsync(PackageRequest request, CancellationToken cancellationToken) =>
        life.LookAsync(() => Package is { } given ? given(Host) : State(request));

    public Task PreparePackageAsync(PackageRequest request, CancellationToken cancellationToken) =>
        life.ChangeAsync(Host, $"package {Host}", () =>
        {
            _world.Acts.Add($"package {Host}");
            _world.PackageIsThere = true;
            return true;
        });

    private Func<string, PackageState>? Package => _world.PackageStates;

    private PackageState State(PackageRequest request) => new()
    {
        IsComplete = _world.PackageIsThere,
        Problem = _world.PackageIsThere ? "" : $"{request.Package.Directory} is not there",
        Programs = _world.PackageIsThere || request.Package.Archives.Count == 0
            ? request.Programs.ToDictionary(p => p, p => YugaWorld.Sha(p, _world.Setup.To), StringComparer.Ordinal)
            : new Dictionary<string, string>(StringComparer.Ordinal),
    };

    private string Version(string name)
    {
        var whole = YugabyteVersion.Parse(_world.Setup.To).ToString();
        var parts = whole.Split("-b");
        return name == "postgres"
            ? $"postgres (PostgreSQL) 11.2-YB-{parts[0]}-b0"
            : $"version {parts[0]} build {(parts.Length > 1 ? parts[1] : "PRE_RELEASE")} revision 0 build_type RELEASE "
                + "built at 01 Jan 2024 00:00:00 UTC";
    }

    private RemoteResult Run(string name, IReadOnlyList<string> arguments, Stream? input)
    {
        if (name == _world.Names.AdminProgram)
        {
            return new YugaTool(_world).Run(arguments);
        }

        if (arguments is [_, "--version"])
        {
            return _world.VersionAnswers.TryGetValue($"{Host} {name}", out var given)
                ? given
                : new RemoteResult(0, Version(name), "");
        }

        switch (name)
        {
            case "sh" when arguments[^1].Contains("]pgrade_", StringComparison.Ordinal):
                return new RemoteResult(_world.CatalogUpgradesByHand.Contains(Host) ? 0 : 1, "", "");
            case "stat":
                return new RemoteResult(0, "1048576\n", "");
            case "find" when arguments.Contains("*/ysql_migrations/*"):
                var package = arguments[2].TrimEnd('/');
                return new RemoteResult(0, string.Concat((_world.Migrations.GetValueOrDefault(package) ?? []).Select(
                    m => $"{package}/share/ysql_migrations/{m}\n")), "");
            case "find":
                return new RemoteResult(0, string.Join('\n', _world.PackagedExtensions.Select(
                    e => $"{YugaWorld.NewDirectory}/postgres/share/extension/{e}.control")), "");
            case "sh" when arguments[2].Contains("-mmin", StringComparison.Ordinal):
                return new RemoteResult(
                    0, string.Concat(arguments.Skip(4).Select(d => _world.Logs.GetValueOrDefault(d))), "");
            case "sh" when arguments[2].Contains("cmdline", StringComparison.Ordinal):
                return new RemoteResult(0, "/home/yugabyte\nyb-server\n--flagfile=conf/server.conf\n", "");
            case "systemctl":
                return new RemoteResult(0, "FragmentPath=/etc/systemd/system/yb.service\nDropInPaths=\n", "");
            case "sh" when arguments[2].Contains("/proc/net/tcp6", StringComparison.Ordinal):
                var main = _world.Servers.Single(s => $"{s.Pid}" == arguments[4]);
                return new RemoteResult(
                    0,
                    main.OldPostgres is { } old && arguments.Skip(5).Contains("5433", StringComparer.Ordinal)
                        ? $"5433 {old} /home/yugabyte/old/postgres/bin/postgres\n"
                        : "",
                    "");
            case "sh" when input is null:
                return new RemoteResult(0, _world.NodeAgents.Contains(Host) ? "node-agent\n" : "", "");
            case "sh":
                using (var reader = new StreamReader(input!))
                {
                    var password = reader.ReadToEnd().TrimEnd('\n');
                    _world.PasswordsSeen.Add(password);
                    return _world.SqlPassword != password
                        ? new RemoteResult(2, "", "fe_sendauth: no password supplied")
                        : new RemoteResult(0, arguments[^1].Contains("pg_database", StringComparison.Ordinal)
                            ? "postgres\nshop\n"
                            : string.Join('\n', _world.Extensions), "");
                }

            default:
                throw new HostException(Host, Reasons.AdminToolFailed, $"no {name}");
        }
    }
}
