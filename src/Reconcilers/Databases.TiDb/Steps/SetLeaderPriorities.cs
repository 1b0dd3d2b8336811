namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Clears leader_priority of PD members for the rolling upgrade, or restores it: a value other than 0 returns
/// leadership to its member (docs/research/tidb.md#pd).</summary>
/// <param name="Priorities">leader_priority before the upgrade, by the members' own names.</param>
/// <param name="Clear">True sets 0; false restores the priorities.</param>
internal sealed record SetLeaderPriorities(Dictionary<string, int> Priorities, bool Clear = false) : TiDbStep
{
    public IEnumerable<(string Member, int Priority)> Wanted() =>
        Priorities.Select(p => (p.Key, Clear ? 0 : p.Value));

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        // Members that have not started yet have no name, so names need not be unique.
        var present = (await Targets.Pd().MembersAsync(cancellationToken)).Members;
        var other = Wanted()
            .Where(w => (present.FirstOrDefault(m => m.Name == w.Member)?.LeaderPriority ?? 0) != w.Priority)
            .Select(w => w.Member)
            .ToList();
        return other.Count == 0
            ? new Observation.Done($"leader_priority: {Text()}.")
            : new Observation.NotStarted($"leader_priority differs for {string.Join(", ", other)}.");
    });

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        foreach (var (member, priority) in Wanted())
        {
            Targets.EnsureMayAct();
            await Targets.Pd().SetLeaderPriorityAsync(member, priority, cancellationToken);
        }
    }

    private string Text() => string.Join(
        ", ",
        Wanted().Select(w => string.Create(CultureInfo.InvariantCulture, $"{w.Member} {w.Priority}")));
}
