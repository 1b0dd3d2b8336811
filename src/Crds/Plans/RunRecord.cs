namespace Drydock.Crds.Plans;

/// <summary>What happened while a plan ran: by the ids of its steps and guards; nothing of those that are
/// absent.</summary>
public sealed record RunRecord
{
    public static RunRecord None { get; } = new();

    public ImmutableDictionary<string, StepRecord> Steps { get; init; } =
        ImmutableDictionary.Create<string, StepRecord>(StringComparer.Ordinal);

    public ImmutableDictionary<string, GuardRecord> Guards { get; init; } =
        ImmutableDictionary.Create<string, GuardRecord>(StringComparer.Ordinal);

    /// <summary>The record with those of these steps and guards, in any order.</summary>
    public RunRecord With(IEnumerable<Step> steps, IEnumerable<Guard> guards) => new()
    {
        Steps = Steps.SetItems(steps.Select(s => KeyValuePair.Create(s.Id, s.Record))),
        Guards = Guards.SetItems(guards.Select(g => KeyValuePair.Create(g.Id, g.Record))),
    };
}
