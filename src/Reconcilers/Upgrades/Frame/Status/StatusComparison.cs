using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Drydock.Abstractions.Entities;
using Drydock.Abstractions.Plans;
using Drydock.Crds;
using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Upgrades;

/// <summary>
/// Tells whether two statuses would be stored alike. A status is mostly its plans, and an advance leaves most of their
/// steps the very same objects: those are not written out to be compared.
/// </summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <typeparam name="TSpec">What its users write.</typeparam>
/// <typeparam name="TStatus">What it reports.</typeparam>
/// <param name="kind">What makes the kind.</param>
internal sealed class StatusComparison<TEntity, TSpec, TStatus>(RunKind<TEntity, TSpec, TStatus> kind)
    where TEntity : CustomKubernetesEntity<TSpec, TStatus>, new()
    where TSpec : RunSpec, new()
    where TStatus : RunStatus, new()
{
    private static readonly PlanSlot[] Slots = Enum.GetValues<PlanSlot>();
    private static readonly List<PlanStep> NoSteps = [];

    public bool AreAlike(TStatus? a, TStatus? b)
    {
        if (a is null || b is null)
        {
            return ReferenceEquals(a, b);
        }

        return Array.TrueForAll(Slots, slot => AreAlike(kind.Plans.Of(a, slot), kind.Plans.Of(b, slot)))
            && Same(new TEntity { Status = WithoutPlans(a) }, new TEntity { Status = WithoutPlans(b) }, kind.Json);
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
            && a.Steps.Zip(b.Steps).All(pair => ReferenceEquals(pair.First, pair.Second) || AreAlike(pair.First, pair.Second));
    }

    // Equal as records: equal values, and lists that are the same objects.
    private static bool AreAlike(PlanStep a, PlanStep b) =>
        a == b || Same(new Plan { Steps = [a] }, new Plan { Steps = [b] }, CrdsJsonContext.Default.Plan);

    private TStatus WithoutPlans(TStatus status) =>
        Slots.Aggregate(status, (rest, slot) => kind.Plans.With(rest, slot, null));

    private static bool Same<T>(T a, T b, JsonTypeInfo<T> info) =>
        JsonSerializer.SerializeToUtf8Bytes(a, info).AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(b, info));
}
