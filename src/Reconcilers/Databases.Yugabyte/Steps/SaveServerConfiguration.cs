namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Saves, before any process is stopped, how every process is started (<see cref="ServerConfiguration"/>) in a
/// Secret, and what the upgrade changes for a while: the speed of leaders, and paused replication groups. Flag files
/// may contain passwords, so there is no other copy.</summary>
internal sealed record SaveServerConfiguration : YugabyteStep
{
    /// <summary>Key of the speed of leaders in the Secret.</summary>
    public const string LeadersFile = "leader-moves.txt";

    /// <summary>Key of the replication groups that are not paused in the Secret.</summary>
    public const string GroupsFile = "replication.txt";

    private const int AtATime = 8;

    protected override bool IsRepeatable => true;

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => ConfigurationSecret.LookAsync(
            Targets, context, also: "", cancellationToken);

    public override Task<IReadOnlyDictionary<string, string>> PrepareAsync(
        StepContext context, CancellationToken cancellationToken) => Task.FromResult(
            context.Receipt(ConfigurationSecret.NameKey) is not null
                ? Receipt(context)
                : Entry(
                    ConfigurationSecret.NameKey,
                    ConfigurationSecret.Name(Targets.Upgrade.Metadata, context.Plan.AttemptsBefore)));

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var reader = new ServerConfiguration(Targets);
        var instances = Cluster.Spec.Instances;
        var texts = await YugabyteCluster.EachAsync(instances, reader.ReadAsync, cancellationToken, AtATime);
        var files = instances.Zip(texts).ToDictionary(
            i => $"{i.First.Name}.txt", i => i.Second, StringComparer.Ordinal);
        files[LeadersFile] = LeaderMoves.Text(
            await new LeaderSpeed(Targets, Cluster).ReadAsync(cancellationToken, whatAnswers: true));
        files[GroupsFile] = string.Join('\n', await RunningGroupsAsync(cancellationToken));
        await ConfigurationSecret.CreateAsync(Targets, context, files, cancellationToken);
    }

    /// <summary>The line of a replication group.</summary>
    public static string Line(string group, ReplicationTarget target) => $"{target} {group}";

    private async Task<IEnumerable<string>> RunningGroupsAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        if (YugabyteFeatures.Replication(Cluster.Settings, YugabyteVersion.Parse(Cluster.Spec.FromVersion))
            != ReplicationMode.PauseBothSides)
        {
            return lines;
        }

        foreach (var group in Cluster.Settings.Replication.Groups)
        {
            foreach (var target in Enum.GetValues<ReplicationTarget>())
            {
                if (await Cluster.InboundAsync(group, target, cancellationToken) is { IsPaused: false })
                {
                    lines.Add(Line(group.Name, target));
                }
            }
        }

        return lines;
    }
}
