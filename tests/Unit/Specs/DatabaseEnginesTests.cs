using Drydock.Abstractions.Plans;
using Drydock.Crds.DatabaseRollingUpgrades;
using Drydock.Reconcilers.Databases;
using Drydock.Reconcilers.Upgrades;
using Drydock.Tests.Unit.Crds;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Specs;

/// <summary>An engine that is added to the enum without code must not run as another engine.</summary>
public sealed class DatabaseEnginesTests
{
    private const DatabaseEngine Unknown = (DatabaseEngine)99;

    private static readonly DatabaseRollingUpgradeSpec Spec = new() { Engine = Unknown };

    [Fact]
    public void Every_engine_of_the_enum_has_code_of_its_own()
    {
        var chosen = Enum.GetValues<DatabaseEngine>().ToDictionary(engine => engine, engine => engine.Choose(() => "TiDB", () => "YugabyteDB"));

        chosen.ShouldAllBe(pair => pair.Value == pair.Key.ToString());
    }

    [Fact]
    public void Unknown_engine_is_refused_wherever_a_run_asks_for_it()
    {
        var status = new DatabaseRollingUpgradeStatus();
        var plan = new Plan();
        Action[] questions =
        [
            () => DatabaseMilestones.Of(Spec),
            () => new DatabaseReport().Summarize(Spec, status, PlanSlot.Upgrade, isDone: false),
            () => new DatabaseReport().LeftBehind(Spec, status),
            () => new DatabaseRest().IsLeft(Spec, status),
            () => new DatabaseWork().TimeoutOf(Spec, new PlanStep()),
            () => new DatabaseWayBack().Refusal(Spec, plan),
            () => Unknown.Has(DatabaseComponent.Tserver),
        ];

        foreach (var question in questions)
        {
            Should.Throw<NotSupportedException>(question).Message.ShouldContain("spec.engine is 99");
        }
    }

    [Fact]
    public void Reconcilers_decide_by_the_engine_in_one_place()
    {
        foreach (var file in Directory.EnumerateFiles(Repository.PathOf("src", "Reconcilers"), "*.cs", SearchOption.AllDirectories))
        {
            File.ReadAllText(file).ShouldNotContain("== DatabaseEngine.", customMessage: $"{file}: use {nameof(DatabaseEngines)}.{nameof(DatabaseEngines.Choose)}");
        }
    }
}
