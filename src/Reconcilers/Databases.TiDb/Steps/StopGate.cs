using System.Globalization;
using Drydock.Crds.DatabaseRollingUpgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>
/// What must be so right before a process is stopped, so that never two are down at once: every other one that the
/// cluster needs lives, PD has a leader, all stores are Up, no Region lacks a peer, no DDL is under way. What PD says
/// may be 20 s old (docs/research/tidb.md#rules): the hosts themselves are asked as well.
/// </summary>
internal sealed class StopGate(ITiDbTargets targets)
{
    private const int AtATime = 16;

    /// <summary>
    /// What stands in the way of stopping an instance; empty if nothing does. What cannot be read stands in the way.
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
            catch (Exception exception) when (exception is HostException or ServiceException or TiDbApiException or DatabaseSqlException)
            {
                problems.Add(exception.Message);
            }
        }

        return problems;
    }

    // Of those that keep quorum and data, and of its own kind.
    private async Task<IEnumerable<string>> OthersAsync(DatabaseInstance about, CancellationToken cancellationToken)
    {
        var others = targets.Spec().Instances.Where(i => i.Name != about.Name && (i.Component is DatabaseComponent.PD or DatabaseComponent.TiKV || i.Component == about.Component));
        var problems = new List<string>();
        foreach (var some in others.Chunk(AtATime))
        {
            var looks = await Task.WhenAll(some.Select(async i => (Instance: i, Process: await targets.Hosts.Instance(i.Name).LookAsync(cancellationToken))));
            problems.AddRange(looks
                .Where(l => l.Process is not { Pid: not null, IsListening: true })
                .Select(l => $"{l.Instance.Name} on {l.Instance.Host} {(l.Process.Pid is null ? "does not run" : $"does not listen on {targets.Spec().Service(l.Instance).Port}")} ({l.Process.SupervisionText})"));
        }

        return problems;
    }

    private async Task<IEnumerable<string>> DdlAsync(CancellationToken cancellationToken) =>
        (await targets.Sql.UnfinishedDdlAsync(cancellationToken)).Select(job => $"DDL {job}");

    private async Task<IEnumerable<string>> PdAsync(DatabaseInstance about, CancellationToken cancellationToken)
    {
        var pd = targets.Pd();
        var problems = new List<string>();
        foreach (var member in targets.Spec().Of(DatabaseComponent.PD).Where(i => i.Name != about.Name))
        {
            if (!await pd.IsHealthyAsync(targets.Spec().Service(member), cancellationToken))
            {
                problems.Add($"PD {member.Name} does not say that it is healthy");
            }
        }

        if (!(await pd.MembersAsync(cancellationToken)).IsSettled)
        {
            problems.Add("PD's leadership is moving");
        }

        return problems;
    }

    private async Task<IEnumerable<string>> StoresAsync(DatabaseInstance about, CancellationToken cancellationToken) =>
        (await targets.Pd().StoresAsync(cancellationToken))
            .Where(s => !s.IsTombstone && !s.IsUp && !targets.Spec().Service(about).IsAddress(s.Address))
            .Select(s => string.Create(CultureInfo.InvariantCulture, $"store {s.Id} ({s.Address}) is {s.State}"));

    private async Task<IEnumerable<string>> RegionsAsync(CancellationToken cancellationToken)
    {
        var problems = new List<string>();
        foreach (var check in PdClient.RegionChecks)
        {
            if (await targets.Pd().RegionCheckAsync(check, cancellationToken) is > 0 and var count)
            {
                problems.Add(string.Create(CultureInfo.InvariantCulture, $"{count} Regions with {check}"));
            }
        }

        return problems;
    }
}
