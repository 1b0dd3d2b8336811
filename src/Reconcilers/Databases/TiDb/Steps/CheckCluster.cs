namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>PD is healthy, every store is Up on the new version, every Region has its quorum and no replica that is
/// down, no evict-leader scheduler is left, and the TiDB servers are consistent and answer SQL: for
/// spec.minHealthySeconds without interruption.</summary>
[Step("cluster", "Check the cluster as a whole")]
internal sealed record CheckCluster : FinalCheck, IWaitsOnly
{
    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var healthy = HealthyTime.Of(context);
        healthy.BeginLook();
        var problems = new List<string>();
        var pd = Targets.Pd;
        problems.AddRange((await pd.HealthAsync(cancellationToken))
            .Where(m => !m.IsHealthy)
            .Select(m => $"PD member {m.Name} is not healthy."));
        if (await OtherBuildAsync(context, pd, cancellationToken) is { } other)
        {
            return other;
        }

        var stores = (await pd.StoresAsync(cancellationToken)).Where(s => !s.IsTombstone).ToList();
        problems.AddRange(stores
            .Where(s => !s.IsUp || !TiDbVersion.Same(s.Version, Spec.ToVersion))
            .Select(s => $"Store {s.Id} ({s.Address}) is {s.State}, version {s.Version}."));
        var regions = await RegionSurvey.NowAsync(pd, stores, cancellationToken);
        if (regions.AtRisk.Count > 0)
        {
            problems.Add($"{regions.AtRiskText} have no quorum of replicas that are up to date.");
        }

        if (regions.UnderReplicated is > 0 and var few)
        {
            problems.Add($"{few} {(few == 1 ? "Region has" : "Regions have")} a replica that is down, or too few.");
        }

        var evicted = (await pd.ScheduleAsync(cancellationToken)).Evicted;
        problems.AddRange(stores
            .Where(s => evicted.Contains(s.Id))
            .Select(s => $"evict-leader-scheduler-{s.Id} keeps leaders away from {s.Address}."));
        if (await AwaitConsistentServers.ProblemAsync(Targets, cancellationToken) is { } problem)
        {
            problems.Add(problem);
        }

        foreach (var server in Spec.Of(DatabaseComponent.TiDB))
        {
            if (!await Targets.Sql.AnswersAsync(Spec.Service(server), cancellationToken))
            {
                problems.Add($"{server.Name} does not answer SQL at {Spec.Service(server)}.");
            }
        }

        if (problems.Count > 0)
        {
            return new Observation.Running(string.Join(" ", problems));
        }

        var left = healthy.Left(context.Time, Spec.Settle);
        return left > TimeSpan.Zero
            ? new Observation.Running(
                $"The cluster is healthy. Waiting until it has been healthy for {Spec.MinHealthySeconds} s.")
            {
                EndsAt = context.Time.GetUtcNow() + left,
            }
            : new Observation.Done(Sentences.Join(
                $"{Sentences.Count(stores.Count, "store is", "stores are")} Up on {Spec.ToVersion}.",
                regions.Listed is { } listed
                    ? $"All Regions have their quorum; PD lists as incomplete: {listed}."
                    : null));
    });

    // PD of this age reports "1.0.0" for every release, so the git hash of its build is compared with that of the new
    // program (docs/project/research/tidb.md#rules). If they differ, the leader's program on its host decides. Waiting
    // does not help: only an administrator can replace the program, or move the leader.
    private async Task<Observation?> OtherBuildAsync(
        StepContext context, PdClient pd, CancellationToken cancellationToken)
    {
        if (Spec.Of(DatabaseComponent.PD).FirstOrDefault() is not { } first)
        {
            return null;
        }

        var program = Spec.NewProgram(ProgramNames.Of(Spec, DatabaseComponent.PD));
        var asked = await ToolOutput.AskAsync(Targets.Hosts.Files(first.Host), program, cancellationToken);
        var build = await pd.LeaderGitHashAsync(cancellationToken);
        if (asked.GitHash is not { } expected || expected == build)
        {
            return null;
        }

        var members = await pd.MembersAsync(cancellationToken);
        if (!members.IsSettled)
        {
            return new Observation.Running("PD leadership is moving.");
        }

        var leader = Spec.Of(DatabaseComponent.PD).FirstOrDefault(i => PdLeadership.Leads(Spec, members, i));
        if (leader is not null
            && Targets.Goal(context.Plan, leader).IsReached(
                await Targets.Hosts.Instance(leader.Name).LookAsync(cancellationToken)))
        {
            return null;
        }

        var name = leader?.Name ?? members.Leader!.Name;
        return new Observation.Failed(
            Reasons.VersionMismatch,
            $"The PD leader {name} runs build {build}; {program} on {first.Host} is build {expected}. Install that "
            + $"program on {name} and restart it, or move the leader to an upgraded member "
            + "(`pd-ctl member leader transfer NAME`), then retry.");
    }
}

/// <summary>Every process runs the new program and its service port is open; TiKV's status port, which Prometheus
/// scrapes, is read too (docs/project/research/tidb.md#tikv).</summary>
[Step("processes", "Check every process and service port")]
internal sealed record CheckProcesses : FinalCheck, IWaitsOnly
{
    public const string NoMetricsFact = "noMetrics";

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var found = await SideBySide.EachAsync(
            Spec.Instances, (i, token) => ProblemAsync(context, i, token), cancellationToken);
        var problems = found.OfType<string>().ToList();
        if (problems.Count > 0)
        {
            return new Observation.Running(string.Join(" ", problems));
        }

        var silent = new List<string>();
        foreach (var instance in Spec.Of(DatabaseComponent.TiKV))
        {
            if (!await Targets.Tikv.AnswersAsync(Spec.Status(instance), cancellationToken))
            {
                silent.Add(instance.Name);
            }
        }

        return new Observation.Done(
            $"{Sentences.Count(Spec.Instances.Count, "process runs", "processes run")} the new programs.",
            silent.Count == 0 ? null : Entry(NoMetricsFact, string.Join(", ", silent)));
    });

    private async Task<string?> ProblemAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var where = $"{instance.Name} on {instance.Host}";
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        return !Targets.Goal(context.Plan, instance).IsReached(process)
            ? $"{where} does not run the new program ({process.SupervisionText})."
            : process.IsListening
            ? null
            : $"{where} does not listen on port {Spec.Service(instance).Port}.";
    }
}

/// <summary>Waits until PD has raised the version of the cluster, which shows that all TiKVs are upgraded
/// (docs/project/research/tidb.md#pd).</summary>
[Step("cluster-version")]
internal sealed record AwaitClusterVersion : TiDbStep, IWaitsOnly
{
    private const int Named = 6;

    internal override string Title(DatabaseRollingUpgradeSpec spec, string? node) =>
        $"Wait for cluster version {spec.ToVersion}";

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var version = await Targets.Pd.ClusterVersionAsync(cancellationToken);
        if (TiDbVersion.Same(version, Spec.ToVersion))
        {
            return new Observation.Done($"cluster-version is {version}.");
        }

        if (TiDbVersion.IsHigher(version, Spec.ToVersion))
        {
            return new Observation.Failed(
                Reasons.VersionMismatch, TiDbVersion.TooHigh("cluster-version", version, Spec.ToVersion));
        }

        var old = (await Targets.Pd.StoresAsync(cancellationToken))
            .Where(s => !s.IsTombstone && !TiDbVersion.Same(s.Version, Spec.ToVersion))
            .ToList();
        return new Observation.Running(old.Count == 0
            ? $"cluster-version is still {version}, although every store runs {Spec.ToVersion}. PD may not raise it "
                + $"when the last old store leaves: {Raise}."
            : $"cluster-version is still {version}, because {Sentences.List([.. old.Select(Described)], Named)}."
                + Advice([.. old.Where(s => !Spec.Of(DatabaseComponent.TiKV).Any(
                    i => Spec.Service(i).Is(s.Address)))]));
    });

    // Before a fix in 4.0, PD raises it only when a TiKV registers (docs/project/research/tidb.md#pd).
    private string Raise =>
        $"restart one TiKV, or run `pd-ctl config set cluster-version {TiDbVersion.Plain(Spec.ToVersion)}`";

    private static string Described(PdStore store) => $"store {store.Id} ({store.Address}) runs {store.Version}";

    private string Advice(List<PdStore> unplanned) => unplanned.Count == 0 ? "" : " Not in the plan: "
        + $"{Sentences.List([.. unplanned.Select(s => $"store {s.Id}")], Named)}. Upgrade it, or remove it with "
        + $"`pd-ctl store delete {unplanned[0].Id}`; once it is Tombstone, {Raise}.";
}

/// <summary>The base of the steps at the end of an upgrade.</summary>
internal abstract record FinalCheck : TiDbStep
{
    public sealed override TimeSpan TimeLimit(DatabaseRollingUpgradeSpec spec) =>
        KubernetesDuration.Parse(spec.Timeouts.Verify) + spec.Settle;
}
