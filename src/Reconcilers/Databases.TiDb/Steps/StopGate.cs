using System.Globalization;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Checks that the cluster can lose a process right before it is stopped, so that two are never down at once: every
/// other process that it needs is running, PD has a leader, all stores are Up, no Region lacks a peer, no DDL is
/// running. PD's view may be 20 s old (docs/research/tidb.md#rules), so the hosts are asked as well.
/// </summary>
internal sealed class StopGate(ITiDbTargets targets)
{
    private const int AtATime = 16;

    /// <summary>
    /// Why an instance must not be stopped, as sentences; empty if it may. Anything that cannot be read is a reason.
    /// </summary>
    public async Task<IReadOnlyList<string>> ProblemsAsync(DatabaseInstance about, CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (var check in new Func<Task<IEnumerable<string>>>[]
        {
            () => OthersAsync(about, cancellationToken),
            () => DdlAsync(cancellationToken),
            () => PdAsync(about, cancellationToken),
            () => StoresAsync(about, cancellationToken),
            () => RegionsAsync(cancellationToken),
        })
        {
            try
            {
                problems.AddRange(await check());
            }
            catch (TargetException exception)
            {
                problems.Add(exception.Message);
            }
        }

        return problems;
    }

    // The processes that hold quorum and data, and those of the same component.
    private async Task<IEnumerable<string>> OthersAsync(DatabaseInstance about, CancellationToken cancellationToken)
    {
        var others = targets.Spec().Instances.Where(i => i.Name != about.Name
            && (i.Component is DatabaseComponent.PD or DatabaseComponent.TiKV || i.Component == about.Component));
        var problems = new List<string>();
        foreach (var some in others.Chunk(AtATime))
        {
            problems.AddRange((await Task.WhenAll(some.Select(i => ProblemAsync(i, cancellationToken))))
                .OfType<string>());
        }

        return problems;
    }

    private async Task<string?> ProblemAsync(DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var process = await targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        return process switch
        {
            { Pid: null } => $"{instance.Name} on {instance.Host} is not running ({process.SupervisionText}).",
            { IsListening: false } => $"{instance.Name} on {instance.Host} does not listen on port "
                + $"{targets.Spec().Service(instance).Port} ({process.SupervisionText}).",
            _ => null,
        };
    }

    private async Task<IEnumerable<string>> DdlAsync(CancellationToken cancellationToken) =>
        (await targets.Sql.UnfinishedDdlAsync(cancellationToken)).Select(job => $"DDL is running: {job}.");

    private async Task<IEnumerable<string>> PdAsync(DatabaseInstance about, CancellationToken cancellationToken)
    {
        var pd = targets.Pd();
        var problems = new List<string>();
        foreach (var member in targets.Spec().Of(DatabaseComponent.PD).Where(i => i.Name != about.Name))
        {
            if (!await pd.IsHealthyAsync(targets.Spec().Service(member), cancellationToken))
            {
                problems.Add($"PD member {member.Name} does not report that it is healthy.");
            }
        }

        if (!(await pd.MembersAsync(cancellationToken)).IsSettled)
        {
            problems.Add("PD leadership is moving.");
        }

        return problems;
    }

    private async Task<IEnumerable<string>> StoresAsync(DatabaseInstance about, CancellationToken cancellationToken) =>
        (await targets.Pd().StoresAsync(cancellationToken))
            .Where(s => !s.IsTombstone && !s.IsUp && !targets.Spec().Service(about).IsAddress(s.Address))
            .Select(s => string.Create(CultureInfo.InvariantCulture, $"Store {s.Id} ({s.Address}) is {s.State}."));

    private async Task<IEnumerable<string>> RegionsAsync(CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (var check in PdClient.RegionChecks)
        {
            if (await targets.Pd().RegionCheckAsync(check, cancellationToken) is > 0 and var count)
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"{count} Regions with {check}."));
            }
        }

        return problems;
    }
}
