using Drydock.Reconcilers.Databases.TiDb;
using Drydock.Reconcilers.Databases.Yugabyte;

namespace Drydock.Tests.Unit.Upgrades.Steps;

/// <summary>Which type a stored name stands for, and what that type says of its steps.</summary>
public sealed class StepRegistryTests
{
    private static readonly StepRegistry Oms = StepRegistry.Of<OmsTargets>();
    private static readonly StepRegistry TiDb = StepRegistry.Of<TiDbTargets>();
    private static readonly StepRegistry Yugabyte = StepRegistry.Of<YugabyteCluster>();

    [Fact]
    public void Second_type_with_one_stored_name_is_refused() =>
        Should.Throw<InvalidOperationException>(() => new StepRegistry(typeof(First), typeof(Second)))
            .Message.ShouldEndWith("are both stored as First.");

    [Fact]
    public void Kinds_share_only_the_known_names()
    {
        StepRegistry[] kinds = [Oms, TiDb, Yugabyte];
        kinds.ShouldAllBe(kind => kind.Names.Count() > 15);
        kinds.SelectMany(kind => kind.Names).GroupBy(name => name, StringComparer.Ordinal)
            .Where(name => name.Count() > 1)
            .Select(name => name.Key)
            .Order(StringComparer.Ordinal)
            .ShouldBe(["PreparePackage", "TakeSnapshot"]);
        TiDb.Find("PreparePackage").ShouldBe(typeof(PrepareTiDbPackage));
        Yugabyte.Find("PreparePackage").ShouldBe(typeof(PrepareYugabytePackage));
    }

    [Fact]
    public void Stored_step_of_another_operator_says_nothing()
    {
        var step = new StoredStep { Id = "A/b", Action = "Later", Timeout = "17m", Attempt = 1 }.AsStep();

        Oms.Find("Later").ShouldBeNull();
        Oms.Of(step).ShouldBe(StepTraits.None);
        Oms.Read(step.Planned).ShouldBeNull();
        Oms.TimeLimit(new OmsUpgradeSpec(), step).ShouldBe(TimeSpan.FromMinutes(17));
    }

    [Fact]
    public void Effect_counts_only_in_its_phase()
    {
        Run("StopOld/a/stop").ShouldBe((true, true));
        Run("Cleanup/a/stop").ShouldBe((true, false));

        static (bool Changed, bool IsPastUndo) Run(string id)
        {
            var run =
                new StoredPlan { Steps = [new StoredStep { Id = id, Action = nameof(StopContainer), Attempt = 1 }] }
                    .AsRun();
            return (Oms.Changed(run), Oms.IsPastUndo(run));
        }
    }

    [Fact]
    public void Image_that_is_present_changes_nothing()
    {
        Changed("Present").ShouldBeFalse();
        Changed("Pull").ShouldBeTrue();

        static bool Changed(string source) => Oms.Changed(new StoredPlan
        {
            Steps =
            [
                new StoredStep
                {
                    Id = "PrepareImage/a/image",
                    Action = nameof(PrepareImage),
                    Attempt = 1,
                    Parameters = new SortedDictionary<string, string>(StringComparer.Ordinal)
                    {
                        ["image"] = "oms:4",
                        ["source"] = source
                    },
                },
            ],
        }.AsRun());
    }

    // What may be repeated only on restored data is never repeated by itself.
    [Fact]
    public void Step_that_wants_restored_data_runs_once()
    {
        var step = new RunCorrectionJar("a", Last: false).In("Jar", "a", []);

        (step.Retry, step.RunOnce).ShouldBe((RetryRule.RestoreFirst, true));
    }

    private abstract class First;

    [StoredAs("First")]
    private abstract class Second;
}
