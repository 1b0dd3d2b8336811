namespace Drydock.Tests.Unit.Fakes;

/// <content>Where replicas are, and what may be down at once.</content>
internal sealed partial class YugaWorld
{
    /// <summary>The servers with a voting replica, by tablet.</summary>
    public Dictionary<string, List<string>> Tablets { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether two servers may be down, or without leaders, at once.</summary>
    public bool MayBeDownTogether(YugaServer one, YugaServer other) =>
        one == other || (Setup.MaxUnavailablePerZone > 1 && one.Zone is not null && one.Zone == other.Zone);

    /// <summary>The tablets that would have no majority of running replicas without some servers.</summary>
    public IReadOnlyList<string> Lost(IReadOnlyCollection<string> uuids) =>
    [
        .. Tablets.Where(t => t.Value.Select(name => this[name]).Count(
            s => !uuids.Contains(s.Uuid) && IsReady(s)) < (t.Value.Count / 2) + 1)
            .Select(t => t.Key),
    ];

    // As many tablets as servers, each with replicas on neighbours, which are in different zones.
    private void SpreadTablets()
    {
        for (var i = 0; Setup.Zones > 0 && i < Tservers.Count; i++)
        {
            Tablets[string.Create(CultureInfo.InvariantCulture, $"shard{i + 1}")] =
                [.. Enumerable.Range(i, Setup.Replicas).Select(at => Tservers[at % Tservers.Count].Name)];
        }
    }
}
