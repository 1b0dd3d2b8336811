using Drydock.Abstractions.Plans;
using Drydock.Engine.Actions;
using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Unit.Fakes;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Upgrades;

/// <summary>The names of the BackupSnapshots that the attempts of a step create.</summary>
public sealed class TakeSnapshotTests
{
    [Fact]
    public async Task Each_attempt_names_another_snapshot()
    {
        (await NameAsync(attempt: 1)).ShouldEndWith("-3-k7f2m9x1-1");
        (await NameAsync(attempt: 2)).ShouldEndWith("-3-k7f2m9x1-2");
    }

    [Fact]
    public async Task Attempt_prepared_again_keeps_its_recorded_name() =>
        (await NameAsync(attempt: 1, recorded: "of-an-older-operator")).ShouldBe("of-an-older-operator");

    private static async Task<string> NameAsync(int attempt, string? recorded = null)
    {
        var step = new PlanStep
        {
            Id = "Backup/snapshot",
            Action = nameof(TakeSnapshot),
            Attempt = attempt,
            Receipt = recorded is null ? null : new SortedDictionary<string, string>(StringComparer.Ordinal) { [SnapshotReceipts.SnapshotKey] = recorded },
            Parameters = StepArguments.Write(new TakeSnapshot(["d"], "", 1)),
        };
        var context = new StepContext
        {
            OwnerUid = "1",
            Plan = new Plan { Steps = [step], Number = 3, Id = "k7f2m9x1" },
            Step = step,
            Time = TimeProvider.System,
        };
        var action = new StepCatalog<TiDbTargets>(new TiDbWorld().Life.Targets).Action(step);
        return (await action.PrepareAsync(context, default))[SnapshotReceipts.SnapshotKey];
    }
}
