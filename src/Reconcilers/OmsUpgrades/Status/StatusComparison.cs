using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Drydock.Abstractions.Plans;
using Drydock.Crds;
using Drydock.Crds.OmsUpgrades;
using OmsUpgrade = Drydock.Crds.OmsUpgrades.OmsUpgrade;

namespace Drydock.Reconcilers.OmsUpgrades.Status;

/// <summary>
/// Tells whether two statuses would be stored alike. A status is mostly its plans, and an advance leaves most of their steps the very same objects: those
/// are not written out to be compared.
/// </summary>
internal static class StatusComparison
{
    private static readonly List<PlanStep> NoSteps = [];

    public static bool AreAlike(OmsUpgradeStatus? a, OmsUpgradeStatus? b)
    {
        if (a is null || b is null)
        {
            return ReferenceEquals(a, b);
        }

        return AreAlike(a.Plan, b.Plan)
            && AreAlike(a.RollbackPlan, b.RollbackPlan)
            && AreAlike(a.CleanupPlan, b.CleanupPlan)
            && Same(new OmsUpgrade { Status = WithoutPlans(a) }, new OmsUpgrade { Status = WithoutPlans(b) }, CrdsJsonContext.Default.OmsUpgrade);
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
    private static bool AreAlike(PlanStep a, PlanStep b) => a == b || Same(new Plan { Steps = [a] }, new Plan { Steps = [b] }, CrdsJsonContext.Default.Plan);

    private static OmsUpgradeStatus WithoutPlans(OmsUpgradeStatus status) => status with { Plan = null, RollbackPlan = null, CleanupPlan = null };

    private static bool Same<T>(T a, T b, JsonTypeInfo<T> info) =>
        JsonSerializer.SerializeToUtf8Bytes(a, info).AsSpan().SequenceEqual(JsonSerializer.SerializeToUtf8Bytes(b, info));
}
