namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Verifies that every process is of the wanted version, by what each process reports and by the program that
/// each host reports, and that no instance has a second process. A process of the old version must not exist when
/// AutoFlags are promoted: it ends with a fatal error and cannot start again
/// (docs/research/yugabytedb.md#autoflags).</summary>
/// <param name="Version">In a rollback: the wanted version; null for toVersion.</param>
internal sealed record VerifyVersions(string? Version = null) : YugabyteStep, IWaitsOnly
{
    internal override string Verb => Version is null ? "verify" : "verify-versions";

    internal override int Attempts => 1;

    internal override string Title(DatabaseRollingUpgradeSpec spec, string? node) =>
        $"Verify that every process is of {Version ?? spec.ToVersion}";

    internal override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        VerifyPatience(spec) + Margin;

    private const int Named = 8;

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var version = Version ?? Cluster.Spec.ToVersion;
        var report = await new VersionCheck(Cluster).ReadAsync(YugabyteVersion.Parse(version), cancellationToken);
        var processes = await YugabyteCluster.EachAsync(
            Cluster.Spec.Instances, (i, token) => WrongAsync(context, i, token), cancellationToken);
        var wrong = report.Others.Concat(processes.OfType<string>()).ToList();
        if (wrong.Count > 0)
        {
            var more = wrong.Count > Named ? $" {wrong.Count - Named} more processes are wrong." : "";
            return new Observation.Failed(
                Reasons.VersionMismatch,
                $"Not every process is of {version}. {string.Join(" ", wrong.Take(Named))}{more} "
                + "Stop processes that do not belong there, or start the right program; then the upgrade continues "
                + "automatically.");
        }

        if (report.IsClean)
        {
            return new Observation.Done($"Every process is of {version}.");
        }

        return Elapsed(context) < VerifyPatience(Cluster.Spec)
            ? new Observation.Running($"Waiting until every process reports its version. {report.Describe()}")
            : new Observation.Failed(
                Reasons.InstanceUnhealthy, $"Not every process reports its version. {report.Describe()}");
    }

    private async Task<string?> WrongAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var process = await Cluster.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        if (process.Strays is [var stray, ..])
        {
            return $"{instance.Name}: unexpected second process on {instance.Host} (pid {stray.Pid}, "
                + $"{stray.Executable}), which its supervisor does not know.";
        }

        // In a rollback the program of each instance is verified by its own step.
        var name = Cluster.Vocabulary.Program(instance.Component);
        var program = PreparePackage.Program(context.Plan, instance.Host, name);
        return program is null || process.ExecutableSha256 is null || process.ExecutableSha256 == program
            ? null
            : $"{instance.Name} runs {process.Executable} on {instance.Host}, which is not the program of the package.";
    }
}

/// <summary>Whether every process is of one version: each is asked itself, and what the masters list besides is asked
/// too (docs/research/yugabytedb.md#rules).</summary>
internal sealed class VersionCheck(YugabyteCluster cluster)
{
    public async Task<VersionReport> ReadAsync(YugabyteVersion version, CancellationToken cancellationToken)
    {
        var (processes, problem) = await ProcessesAsync(cancellationToken);
        var asked = await YugabyteCluster.EachAsync(
            processes,
            async (process, token) => (
                process.Name,
                Seen: await YugabyteCluster.TryAsync(() => cluster.Client.VersionAsync(process.Web, token))),
            cancellationToken);
        return new VersionReport(
            [
                .. from one in asked
                   where one.Seen.Answer is { } running && !version.Covers(running)
                   select $"{one.Name} runs {one.Seen.Answer}.",
            ],
            [
                .. asked.Where(a => a.Seen.Problem is not null).Select(a => $"{a.Name}: {a.Seen.Problem}"),
                .. problem is null ? Array.Empty<string>() : [problem],
            ]);
    }

    // Without a leader, processes that the spec does not list are unknown, so their absence cannot be concluded.
    private async Task<(IReadOnlyList<(string Name, ServiceAddress Web)> Processes, string? Problem)> ProcessesAsync(
        CancellationToken cancellationToken)
    {
        var known = cluster.Spec.Instances.Select(i => (i.Name, Web: cluster.Web(i))).ToList();
        var addresses = known.Select(k => k.Web).ToHashSet();
        try
        {
            var leader = await cluster.LeaderAsync(cancellationToken);
            var masters = (await cluster.Client.MastersAsync(leader, cancellationToken))
                .Select(m => m.Web)
                .OfType<ServiceAddress>();
            var listed = await cluster.Client.TserversAsync(leader, cancellationToken);
            var gone = cluster.TakenOut(
                listed, await cluster.Client.ClusterConfigAsync(leader, cancellationToken));
            var tservers = listed.Except(gone).Select(t => t.Web);
            known.AddRange(masters.Concat(tservers).Where(addresses.Add).Select(a => (a.ToString(), a)));
        }
        catch (TargetException exception)
        {
            return (known, exception.Message);
        }

        return (known, null);
    }
}

/// <summary>The processes that are not of a version.</summary>
/// <param name="Others">Processes that report another version, one sentence each.</param>
/// <param name="Silent">Processes that do not report a version, one sentence each.</param>
internal sealed record VersionReport(IReadOnlyList<string> Others, IReadOnlyList<string> Silent)
{
    private const int Named = 6;

    public bool IsClean => Others.Count == 0 && Silent.Count == 0;

    public string Describe()
    {
        var all = Others.Concat(Silent).ToList();
        var more = all.Count > Named ? $" {all.Count - Named} more processes are not of the version." : "";
        return string.Join(" ", all.Take(Named)) + more;
    }
}
