using System.Globalization;
using Drydock.Clients.Remote;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// PD is healthy, every store is Up on the new version, no Region lacks a peer, no evict-leader scheduler is left, and
/// the TiDB servers are consistent.
/// </summary>
internal sealed class CheckCluster(ITiDbTargets targets) : TiDbStep<CheckCluster.Args>(targets), IWaitsOnly
{
    public sealed record Args;

    protected override Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var problems = new List<string>();
        var pd = Targets.Pd();
        problems.AddRange((await pd.HealthAsync(cancellationToken))
            .Where(m => !m.IsHealthy)
            .Select(m => $"PD member {m.Name} is not healthy."));
        if (await OtherBuildAsync(pd, cancellationToken) is { } other)
        {
            problems.Add(other);
        }

        var stores = (await pd.StoresAsync(cancellationToken)).Where(s => !s.IsTombstone).ToList();
        problems.AddRange(stores
            .Where(s => !s.IsUp || !TiDbVersion.Same(s.Version, Spec.ToVersion))
            .Select(s => string.Create(
                CultureInfo.InvariantCulture, $"Store {s.Id} ({s.Address}) is {s.State}, version {s.Version}.")));
        foreach (var check in PdClient.RegionChecks)
        {
            if (await pd.RegionCheckAsync(check, cancellationToken) is > 0 and var count)
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"{count} Regions with {check}."));
            }
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
            ? new Observation.Done(
                string.Create(CultureInfo.InvariantCulture, $"{stores.Count} stores are Up on {Spec.ToVersion}."))
            : new Observation.Running(string.Join(" ", problems));
    });

    // PD of this age reports "1.0.0" for every release, so the git hash of its build is compared with that of the new
    // program (docs/research/tidb.md#rules).
    private async Task<string?> OtherBuildAsync(PdClient pd, CancellationToken cancellationToken)
    {
        if (Spec.Of(DatabaseComponent.PD).FirstOrDefault() is not { } first)
        {
            return null;
        }

        var program = Spec.NewProgram(TiDbLayout.Program(DatabaseComponent.PD));
        var command = new RemoteCommand(program, "-V");
        var result = await Targets.Hosts.Files(first.Host).RunAsync(command, cancellationToken);
        var leader = await pd.LeaderGitHashAsync(cancellationToken);
        return ToolOutput.GitHash(result.Output + "\n" + result.Errors) is { } expected && expected != leader
            ? $"The PD leader runs build {leader}; {program} is build {expected}."
            : null;
    }
}
