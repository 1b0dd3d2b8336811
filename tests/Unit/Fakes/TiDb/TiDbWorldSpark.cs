using Drydock.Reconcilers.Databases.TiDb;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// A Spark with TiSpark beside the cluster: the JARs on its hosts, its master and workers. What it loaded is what lay
/// in jars when it was started.
/// </summary>
internal sealed class TiDbWorldSpark
{
    public const string Directory = "/opt/spark";
    public const string NewJar = "/opt/new/tispark-assembly-3.0.jar";
    public const string Former = "tispark-core-2.1.jar";
    public const string OfNew = "the JAR for 3.0";
    public const string OfOld = "the JAR for 2.1";
    private const int WebPort = 8080;
    private readonly TiDbWorld _world;

    public TiDbWorldSpark(TiDbWorld world)
    {
        _world = world;
        foreach (var host in Hosts)
        {
            world.Files[(host, $"{Directory}/jars/{Former}")] = OfOld;
            world.Files[(host, $"{Directory}/jars/spark-core.jar")] = "Spark's own";
            world.Files[(host, NewJar)] = OfNew;
        }

        Start();
    }

    public static IReadOnlyList<string> Hosts { get; } = ["192.0.2.1", "192.0.2.2"];

    public static TiSparkSpec Spec { get; } = new()
    {
        Hosts = [.. Hosts],
        Directory = Directory,
        Jar = NewJar,
        JarSha256 = ContentHash.Of(OfNew),
        Smoke = ["bin/spark-sql", "-e", "select 1"],
    };

    public bool IsRunning { get; private set; }

    /// <summary>The master's host says nothing at all.</summary>
    public bool IsSilent { get; set; }

    /// <summary>Workers that come up at the next start.</summary>
    public int Workers { get; set; } = Hosts.Count;

    /// <summary>What each host has loaded.</summary>
    public IReadOnlyList<string> Loaded { get; private set; } = [];

    public static bool IsMaster(string host, int port) => host == Hosts[0] && port == WebPort;

    /// <summary>TiSpark's JARs where Spark loads them.</summary>
    public IReadOnlyList<string> Jars(string host) =>
        [.. _world.Files.Keys.Where(f => f.Host == host && IsTiSpark(f.Path)).Select(f => Name(f.Path))
            .Order(StringComparer.Ordinal)];

    /// <summary>The master's page; null if nothing listens there.</summary>
    public string? Page(string host, int port) => IsMaster(host, port) && IsRunning
        ? $$"""{"workers":[{{string.Join(',', Enumerable.Range(0, Workers).Select(_ => """{"state":"ALIVE","cores":4,"memory":2048}"""))}},{"state":"DEAD","cores":4,"memory":2048}]}"""
        : null;

    /// <summary>What a command that is about Spark changes; null if it is about something else.</summary>
    public (string What, Func<RemoteResult> CarryOut)? Change(string host, IReadOnlyList<string> arguments) =>
        arguments switch
        {
            [$"{Directory}/sbin/start-all.sh"] => ("start spark", () => Did("start spark", Start)),
            [$"{Directory}/sbin/stop-all.sh"] => ("stop spark", () => Did("stop spark", () => IsRunning = false)),
            [_, _, var script, _, var directory, var stays] when script.Contains(
                "tispark*.jar", StringComparison.Ordinal) =>
                ($"set jars aside {host}", () => SetAside(host, directory, stays)),
            _ => null,
        };

    /// <summary>What a command that only looks prints; null if it is about something else.</summary>
    public string? Look(string host, IReadOnlyList<string> arguments) => arguments switch
    {
        [_, _, var script, _, Directory + "/jars"] when script.Contains("ls -1", StringComparison.Ordinal) =>
            string.Join('\n', Jars(host)),
        [.., "bin/spark-sql", "-e", "select 1"] when IsRunning => "1",
        _ => null,
    };

    private void Start() => (IsRunning, Loaded) = (true, [.. Hosts.Select(host => string.Join('+', Jars(host)))]);

    private RemoteResult SetAside(string host, string directory, string stays)
    {
        foreach (var jar in Jars(host).Where(jar => jar != stays))
        {
            _world.Files.Remove((host, $"{directory}/{jar}"), out var content);
            _world.Files[(host, $"{directory}/{jar}.old")] = content!;
        }

        return new RemoteResult(0, "", "");
    }

    private RemoteResult Did(string what, Action act)
    {
        _world.Did(what);
        act();
        return new RemoteResult(0, "", "");
    }

    private static bool IsTiSpark(string path) =>
        path.StartsWith($"{Directory}/jars/tispark", StringComparison.Ordinal)
            && path.EndsWith(".jar", StringComparison.Ordinal);

    private static string Name(string path) => path[(path.LastIndexOf('/') + 1)..];
}
