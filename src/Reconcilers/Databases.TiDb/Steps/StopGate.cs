using System.Globalization;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// Checks that the cluster can lose a process right before it is stopped, so that two are never down at once: every
/// other process that it needs is running, PD has a leader, all stores are Up, no Region would lose its quorum, no DDL
/// is running. PD's view may be 20 s old (docs/research/tidb.md#rules), so the hosts are asked as well.
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

    // Replicas that are down, missing or pending elsewhere are normal while data is written. The stop of another
    // component takes no replica away.
    private async Task<IEnumerable<string>> StoresAsync(DatabaseInstance about, CancellationToken cancellationToken)
    {
        var stores = await targets.Pd().StoresAsync(cancellationToken);
        var problems = stores
            .Where(s => !s.IsTombstone && !s.IsUp && !targets.Spec().Service(about).IsAddress(s.Address))
            .Select(s => string.Create(CultureInfo.InvariantCulture, $"Store {s.Id} ({s.Address}) is {s.State}."))
            .ToList();
        var own = stores.FirstOrDefault(s => !s.IsTombstone && targets.Spec().Service(about).IsAddress(s.Address));
        if (about.Component == DatabaseComponent.TiKV && own is not null)
        {
            var regions = await RegionSurvey.WithoutAsync(targets, own.Id, stores, cancellationToken);
            if (regions.AtRisk.Count > 0)
            {
                problems.Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"Without {about.Name}, {regions.AtRiskText} would lose the quorum of replicas that are up to "
                    + $"date. See `pd-ctl region {regions.AtRisk[0]}`."));
            }
        }

        return problems;
    }
}
