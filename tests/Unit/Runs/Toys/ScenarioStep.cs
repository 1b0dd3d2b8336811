using FsCheck;
using FsCheck.Fluent;

namespace Drydock.Tests.Unit.Runs.Toys;

/// <summary>One step of a random plan.</summary>
/// <param name="Action">The toy action.</param>
/// <param name="AfterMask">Which of the steps before it it waits for, as bits.</param>
/// <param name="Seconds">How long it takes.</param>
/// <param name="RefusedActs">Acts that are refused.</param>
/// <param name="BadEnds">Executions that end badly.</param>
/// <param name="RefusedPreparations">Preparations that are refused.</param>
/// <param name="UnreadableLooks">Looks that tell nothing.</param>
/// <param name="BrokenWaits">Waits that break.</param>
internal sealed record ScenarioStep(
    string Action, int AfterMask, int Seconds, int RefusedActs, int BadEnds, int RefusedPreparations,
    int UnreadableLooks, int BrokenWaits)
{
    public static Gen<ScenarioStep> Any =>
        from action in Gen.Elements("plain", "plain", "once", "once", "restart", "check")
        from after in Gen.Choose(0, 255)
        from seconds in Gen.Elements(0, 0, 1, 40, 300)
        from trouble in Gen.Choose(0, 7)
        from unreadable in Gen.Elements(0, 0, 0, 1, 2, 5)
        from broken in Gen.Elements(0, 0, 0, 2)
        let idempotent = action is "plain" or "restart"
        select new ScenarioStep(
            action,
            after,
            seconds,
            idempotent && trouble is 1 or 2 ? trouble : 0,
            action == "plain" && trouble is 3 or 4 ? trouble - 2 : 0,
            action != "check" && trouble is 5 or 6 ? trouble - 4 : 0,
            unreadable,
            broken);

    public PlannedStep ToStep(int index)
    {
        var after = Enumerable.Range(0, index).Where(i => (AfterMask & (1 << i)) != 0).Select(Id).ToArray();
        return Action switch
        {
            "once" => ToyPlans.Once(Id(index), RetryRule.RestoreFirst, after),
            "check" => ToyPlans.Step(Id(index), Action, 1, after),
            _ => ToyPlans.Step(Id(index), Action, 3, after),
        };
    }

    public void Prepare(Simulation simulation, int index)
    {
        var item = simulation.World[Id(index)];
        (item.RefusedActs, item.BadEnds, item.RefusedPreparations) = (RefusedActs, BadEnds, RefusedPreparations);
        (item.UnreadableLooks, item.BrokenWaits, item.Duration) =
            (UnreadableLooks, BrokenWaits, TimeSpan.FromSeconds(Seconds));
        item.ThrowsWhenUnreadable = index % 2 == 0;
        item.LosesEvents = index % 3 == 2;
        if (Action == "check")
        {
            // Some say when they end, of which some are wrong.
            item.EndsAt = index % 2 == 0 ? null
                : simulation.Time.GetUtcNow().AddSeconds(Seconds + (BrokenWaits * 20) - (UnreadableLooks * 3));
            simulation.Time.CreateTimer(
                _ =>
                {
                    item.IsGood = true;
                    item.Change();
                },
                null,
                TimeSpan.FromSeconds(Seconds),
                Timeout.InfiniteTimeSpan);
        }
    }

    public static string Id(int index) => $"P/{index}";
}
