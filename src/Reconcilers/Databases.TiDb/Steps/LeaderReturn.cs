namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Leaders have some time to return to a TiKV, as with tidb-operator and tiup (docs/research/tidb.md#tiup):
/// two thirds of them, if there were enough, and 400 s at most. Pure.</summary>
internal static class LeaderReturn
{
    private const long Enough = 200;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(400);

    public static string? Missing(StepContext context, DatabaseInstance instance, PdStore store, TimeSpan waited)
    {
        var before = Before(context, instance);
        return before < Enough || waited >= Longest || store.Leaders * 3 >= before * 2
            ? null
            : string.Create(
                CultureInfo.InvariantCulture, $"{store.Leaders} of {before} leaders have returned.");
    }

    private static long Before(StepContext context, DatabaseInstance instance) =>
        long.TryParse(
            context.Recorded(TiDbStepIds.Drain(instance), DrainTikv.LeadersKey),
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var leaders)
            ? leaders
            : 0;
}
