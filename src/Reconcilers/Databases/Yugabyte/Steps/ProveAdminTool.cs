namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Verifies before anything is stopped that the admin tool of the new package runs on the tool host, has the
/// commands that the upgrade needs and reaches the masters; that all masters are ALIVE with one LEADER; and that the
/// load balancer is idle; and that the package knows the AutoFlags of the universe. Records the AutoFlags
/// configuration, by which a promotion is noticed and rolled back
/// (docs/project/research/yugabytedb.md#admin-tool).</summary>
[Step("prove-admin-tool", "Verify the admin tool of the new package")]
[Acceptable(OnlyIf = "if the package has no auto_flags.json")]
internal sealed record ProveAdminTool : YugabyteStep, IWaitsOnly
{
    public const string FlagsFact = "autoFlags";
    public const string FlagsDigestFact = "autoFlagsDigest";
    public const string NodesSafeFact = "nodesSafe";

    public static NodesSafeForm NodesSafe(PlanProgress plan) =>
        Enum.TryParse<NodesSafeForm>(plan.Step<ProveAdminTool>()?.Recorded(NodesSafeFact), out var form)
            ? form
            : NodesSafeForm.Absent;

    // The package may be whole, and the programs start: then only the proof is missing.
    protected override bool MayBeAccepted(Observation.Failed failure) => failure.Reason == Reasons.PackageMissing;

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        try
        {
            return await ProveAsync(Cluster.Tool(), cancellationToken);
        }
        catch (Exception exception) when (Failure(exception) is { } failure)
        {
            return failure.NotTaken
                ? new Observation.Running($"Waiting for the masters. {failure.Message}")
                : new Observation.Failed(failure.Reason, failure.Message);
        }
    }

    private async Task<Observation> ProveAsync(AdminTool tool, CancellationToken cancellationToken)
    {
        var from = YugabyteVersion.Parse(Cluster.Spec.FromVersion);
        var to = YugabyteVersion.Parse(Cluster.Spec.ToVersion);
        var help = await tool.HelpAsync(cancellationToken);
        if (Missing(help, from, to) is { } missing)
        {
            return new Observation.Failed(
                Reasons.AdminToolFailed,
                $"{tool.Display} has no command {missing}. Either it is not of {to}, or spec.yugabyte.names is wrong.");
        }

        var masters = await tool.MastersAsync(cancellationToken);
        if (masters.FirstOrDefault(m => !m.IsAlive) is { } dead)
        {
            return new Observation.Running(
                $"Waiting until all masters are ALIVE. Master {dead.RpcAddress} is {dead.State}.");
        }

        if (masters.Count(m => m.IsLeader) != 1)
        {
            return new Observation.Running("Waiting until exactly one master is LEADER.");
        }

        if (!await tool.IsBalancerIdleAsync(cancellationToken))
        {
            return new Observation.Running("Waiting until the load balancer is idle.");
        }

        var facts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [FlagsFact] = "0",
            [NodesSafeFact] = help.NodesSafeForm.ToString(),
        };

        // Masters without AutoFlags do not have the command.
        if (YugabyteFeatures.HasAutoFlags(from))
        {
            var flags = await tool.AutoFlagsAsync(cancellationToken);
            facts[FlagsFact] = flags.Version.ToString(CultureInfo.InvariantCulture);
            facts[FlagsDigestFact] = flags.Digest;
            var unknown = await new PackageFlags(Cluster).UnknownAsync(
                Cluster.Masters[0].Name, Cluster.Spec.Package.Directory, cancellationToken);
            if (unknown is null && flags.Promoted.Count > 0)
            {
                var (master, files) = (Cluster.Masters[0], string.Join(", ", PackageFlags.Files));
                return new Observation.Failed(
                    Reasons.PackageMissing,
                    $"spec.package.directory {Cluster.Spec.Package.Directory} on {master.Host} has none of {files}. "
                    + $"Without it nothing shows that the programs of {to} know the promoted AutoFlags "
                    + $"({flags.Promoted.Count}). Nothing was stopped. Unpack the whole package there, then retry. If "
                    + "the vendor's package has no such file, accept the step.")
                { Facts = facts };
            }

            if (unknown?.Count > 0)
            {
                return new Observation.Failed(
                    Reasons.VersionPathUnsupported,
                    $"The programs of {to} do not know {PackageFlags.Count(unknown)} that the universe has promoted: "
                    + $"{Sentences.List(unknown, PackageFlags.Named)}. They would end at start (AutoFlag is not "
                    + $"found). Nothing was stopped. Create a new upgrade to a release that came out after {from}.");
            }
        }

        return new Observation.Done(null, facts);
    }

    private string? Missing(AdminHelp help, YugabyteVersion from, YugabyteVersion to)
    {
        var wanted = new List<string> { "change_leader_blacklist" };
        if (YugabyteFeatures.HasAutoFlags(to))
        {
            wanted.AddRange(["get_auto_flags_config", "promote_auto_flags"]);
        }

        if (YugabyteFeatures.UpgradesCatalog(from, to))
        {
            wanted.Add(Cluster.Vocabulary.UpgradeCatalogCommand);
        }

        return help.IsKnown ? wanted.Find(w => !help.Has(w)) : null;
    }
}
