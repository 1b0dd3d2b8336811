using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>What lies on the hosts of the universe besides its processes.</summary>
internal sealed partial class YugaWorld
{
    /// <summary>What of the package is on a host, where a test says so itself.</summary>
    public Func<string, PackageState>? PackageStates { get; set; }

    /// <summary>Room on every host.</summary>
    public long FreeBytes { get; set; } = 1L << 40;

    /// <summary>Half the time that a question for the time takes.</summary>
    public TimeSpan ClockError { get; set; }

    /// <summary>The password of the SQL account.</summary>
    public string SqlPassword { get; set; } = "";

    /// <summary>Text files on every host, by their paths. The new package lists the flag that it promotes.</summary>
    public Dictionary<string, string> Texts { get; } = new(StringComparer.Ordinal)
    {
        [$"{NewDirectory}/bin/auto_flags.json"] =
            """{"auto_flags":[{"program":"yb-master","flags":[{"name":"new_flag","class":1}]}]}""",
    };

    /// <summary>What a program of the package says otherwise when it is asked for its version, by host and
    /// name.</summary>
    public Dictionary<string, RemoteResult> VersionAnswers { get; } = new(StringComparer.Ordinal);

    /// <summary>Versions that a host has programs of, besides the two of the upgrade.</summary>
    public List<string> MoreVersions { get; } = [];

    /// <summary>Objects of the Kubernetes cluster.</summary>
    public FakeKubernetes Objects { get; }

    /// <summary>No two plans of a world have the same.</summary>
    public string NextPlanId() => $"plan{++_plans:D4}";

    /// <summary>Hosts on which the node agent of YugabyteDB Anywhere runs.</summary>
    public HashSet<string> NodeAgents { get; } = new(StringComparer.Ordinal);

    /// <summary>Hosts that cannot be reached.</summary>
    public HashSet<string> UnreachableHosts { get; } = new(StringComparer.Ordinal);

    /// <summary>Further flags of every process.</summary>
    public Dictionary<string, string> MoreFlags { get; } = new(StringComparer.Ordinal);

    /// <summary>What masters say of the flag that switches SQL on; null for what tablet servers say.</summary>
    public string? MasterSql { get; set; }

    /// <summary>The migrations of the SQL catalogue in a package, by its directory.</summary>
    public Dictionary<string, IReadOnlyList<string>> Migrations { get; } = new(StringComparer.Ordinal);

    /// <summary>What yb-ts-cli answers instead of setting a flag.</summary>
    public RemoteResult? FlagAnswer { get; set; }

    /// <summary>yb-ts-cli sets a flag of a running process.</summary>
    public RemoteResult SetFlag(IReadOnlyList<string> arguments)
    {
        if (FlagAnswer is { } given)
        {
            return given;
        }

        var address = arguments.Single(a => a.StartsWith("--server_address=", StringComparison.Ordinal))[17..];
        var server = Servers.Single(s => s.Rpc.ToString() == address);
        if (arguments.SkipWhile(a => a != "set_flag").ToList() is not [_, var flag, var text]
            || server is not { IsUp: true, Moves: { } moves })
        {
            return new RemoteResult(1, "", "Unable to set flag: Network error");
        }

        var value = long.Parse(text, CultureInfo.InvariantCulture);
        server.Moves = flag == LeaderMoves.AllFlag ? moves with { All = value } : moves with { PerTable = value };
        Acts.Add($"set {server.Name} {flag} {text}");
        return new RemoteResult(0, "", "");
    }

    /// <summary>Passwords that reached the SQL shell.</summary>
    public List<string> PasswordsSeen { get; } = [];
}
