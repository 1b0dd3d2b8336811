namespace Drydock.Reconcilers.Upgrades;

/// <summary>Determines whether two statuses would be stored identically. A status is mostly its plans, and an advance
/// leaves most of their steps the same objects: those need not be serialized for the comparison.</summary>
internal sealed class StatusComparison(RunKind kind)
{
    private static readonly PlanSlot[] Slots = Enum.GetValues<PlanSlot>();
    private static readonly List<PlanStep> NoSteps = [];

    public bool AreAlike(RunStatus? a, RunStatus? b)
    {
        if (a is null || b is null)
        {
            return ReferenceEquals(a, b);
        }

        return Array.TrueForAll(Slots, slot => AreAlike(kind.Plans.Of(a, slot), kind.Plans.Of(b, slot)))
            && Bytes(WithoutPlans(a)).AsSpan().SequenceEqual(Bytes(WithoutPlans(b)));
    }

    private static bool AreAlike(Plan? a, Plan? b)
    {
        if (a is null || b is null || ReferenceEquals(a, b))
        {
            return ReferenceEquals(a, b);
        }

        var (frame, other) = (a with { Steps = NoSteps }, b with { Steps = NoSteps });
        return a.Steps.Count == b.Steps.Count
            && (frame == other || Same(frame, other, CrdsJsonContext.Default.Plan))
            && a.Steps.Zip(b.Steps)
                .All(pair => ReferenceEquals(pair.First, pair.Second) || AreAlike(pair.First, pair.Second));
    }

    // Equal as records means: equal values, and lists that are the same objects.
    private static bool AreAlike(PlanStep a, PlanStep b) =>
        a == b || Same(new Plan { Steps = [a] }, new Plan { Steps = [b] }, CrdsJsonContext.Default.Plan);

    private RunStatus WithoutPlans(RunStatus status) =>
        Slots.Aggregate(status, (rest, slot) => kind.Plans.With(rest, slot, null));

    private byte[] Bytes(RunStatus status) => JsonSerializer.SerializeToUtf8Bytes(status, kind.StatusJson);

    private static bool Same<T>(T a, T b, JsonTypeInfo<T> info) =>
        JsonSerializer.SerializeToUtf8Bytes(a, info)
            .AsSpan()
            .SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(b, info));
}
