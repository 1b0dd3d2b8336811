using Drydock.Reconcilers.Databases.TiDb;

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

    // What an earlier run left, a copy that somebody made, or what somebody applied again from `kubectl get -o yaml`.
    [Theory]
    [InlineData(null, null, true)]
    [InlineData(Labels.UpgradeUid, "2", false)]
    [InlineData(Labels.PlanId, "zzzzzzzz", false)]
    [InlineData(Annotations.Step, "Backup/other", false)]
    [InlineData(Annotations.Attempt, "2", false)]
    [InlineData(Annotations.LastApplied, "{}", false)]
    public void Object_is_ours_only_with_plan_step_and_attempt_of_the_receipt(string? key, string? value, bool isOurs)
    {
        var step = new StoredStep { Id = "Backup/snapshot", Attempt = 1 }.AsStep();
        var context = new StepContext
        {
            OwnerUid = "1",
            Plan = PlanProgress.Of(new Plan { Number = 3, Id = "k7f2m9x1" }, [step], []),
            Step = step,
            Time = TimeProvider.System
        };
        var made = ChildMetadata.Of("s", "OmsUpgrade", new V1ObjectMeta { Name = "up", Uid = "1" }).MadeBy(context);
        if (key is not null)
        {
            (key is Labels.UpgradeUid or Labels.PlanId ? made.Labels : made.Annotations)![key] = value!;
        }

        made.IsMadeBy(context).ShouldBe(isOurs);
    }

    private static async Task<string> NameAsync(int attempt, string? recorded = null)
    {
        var step = new StoredStep
        {
            Id = "Backup/snapshot",
            Action = "TakeSnapshot",
            Attempt = attempt,
            Receipt = recorded is null ? null : new SortedDictionary<string, string>(StringComparer.Ordinal)
            {
                [SnapshotReceipts.SnapshotKey] = recorded
            },
            Parameters = StepArguments.Write(new TakeTiDbSnapshot(["d"], "", 1)),
        }.AsStep();
        var context = new StepContext
        {
            OwnerUid = "1",
            Plan = PlanProgress.Of(new Plan { Number = 3, Id = "k7f2m9x1" }, [step], []),
            Step = step,
            Time = TimeProvider.System,
        };
        var action = new StepCatalog<TiDbTargets>(new TiDbWorld().Life.Targets).Action(step.Planned);
        return (await action.PrepareAsync(context, default))[SnapshotReceipts.SnapshotKey];
    }
}
