namespace Drydock.Abstractions.Plans;

/// <summary>What happened while a plan ran: by the ids of its steps and guards; nothing of those that are
/// absent.</summary>
public sealed record RunRecord
{
    public static RunRecord None { get; } = new();

    public ImmutableDictionary<string, StepRecord> Steps { get; init; } =
        ImmutableDictionary.Create<string, StepRecord>(StringComparer.Ordinal);

    public ImmutableDictionary<string, GuardRecord> Guards { get; init; } =
        ImmutableDictionary.Create<string, GuardRecord>(StringComparer.Ordinal);
}
