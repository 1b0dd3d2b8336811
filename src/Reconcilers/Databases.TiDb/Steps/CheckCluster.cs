namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>PD is healthy, every store is Up on the new version, every Region has its quorum, no evict-leader scheduler
/// is left, and the TiDB servers are consistent.</summary>
internal sealed record CheckCluster : TiDbStep, IWaitsOnly
{
    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var problems = new List<string>();
        var pd = Targets.Pd();
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
            .Select(s => string.Create(
                CultureInfo.InvariantCulture, $"Store {s.Id} ({s.Address}) is {s.State}, version {s.Version}.")));
        var regions = await RegionSurvey.NowAsync(pd, stores, cancellationToken);
        if (regions.AtRisk.Count > 0)
        {
            problems.Add($"{regions.AtRiskText} have no quorum of replicas that are up to date.");
        }

        var evicted = (await pd.ScheduleAsync(cancellationToken)).Evicted;
        problems.AddRange(stores
            .Where(s => evicted.Contains(s.Id))
            .Select(s => string.Create(
                CultureInfo.InvariantCulture,
                $"evict-leader-scheduler-{s.Id} keeps leaders away from {s.Address}.")));
        if (await AwaitConsistentServers.ProblemAsync(Targets, cancellationToken) is { } problem)
        {
            problems.Add(problem);
        }

        return problems.Count == 0
            ? new Observation.Done(Sentences.Join(
                string.Create(CultureInfo.InvariantCulture, $"{stores.Count} stores are Up on {Spec.ToVersion}."),
                regions.Listed is { } listed
                    ? $"All Regions have their quorum; PD lists as incomplete: {listed}."
                    : null))
            : new Observation.Running(string.Join(" ", problems));
    });

    // PD of this age reports "1.0.0" for every release, so the git hash of its build is compared with that of the new
    // program (docs/research/tidb.md#rules). If they differ, the leader's program on its host decides. Waiting does not
    // help: only an administrator can replace the program, or move the leader.
    private async Task<Observation?> OtherBuildAsync(
        StepContext context, PdClient pd, CancellationToken cancellationToken)
    {
        if (Spec.Of(DatabaseComponent.PD).FirstOrDefault() is not { } first)
        {
            return null;
        }

        var program = Spec.NewProgram(TiDbLayout.Program(DatabaseComponent.PD));
        var command = new RemoteCommand(program, "-V");
        var result = await Targets.Hosts.Files(first.Host).RunAsync(command, cancellationToken);
        var build = await pd.LeaderGitHashAsync(cancellationToken);
        if (ToolOutput.GitHash(result.Output + "\n" + result.Errors) is not { } expected || expected == build)
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
            && InstancePrograms.RunsNew(
                await Targets.Hosts.Instance(leader.Name).LookAsync(cancellationToken),
                InstancePrograms.NewSha256(Targets, context.Plan, leader)))
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
