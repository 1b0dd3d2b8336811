namespace Drydock.Tests.Unit.Operator;

/// <summary>An engine that is added to the enum without code must not run as another engine.</summary>
public sealed partial class DatabaseEnginesTests
{
    private const DatabaseEngine Unknown = (DatabaseEngine)99;

    private static readonly DatabaseRollingUpgradeSpec Spec = new() { Engine = Unknown };

    [Fact]
    public void Every_engine_is_supported_and_has_components()
    {
        SupportedEngines.All.All.SelectMany(e => e.Names).Order().ShouldBe(Enum.GetValues<DatabaseEngine>().Order());
        Enum.GetValues<DatabaseEngine>().SelectMany(engine => engine.Components()).Distinct()
            .ShouldBe(Enum.GetValues<DatabaseComponent>(), ignoreOrder: true);
    }

    [Fact]
    public void Unknown_engine_is_refused_by_every_operation()
    {
        var engines = SupportedEngines.All;
        var kind = new DatabaseUpgradeKind(engines, (_, _) => throw new NotSupportedException());
        var status = new DatabaseRollingUpgradeStatus();
        var plan = new StoredPlan().AsRun();
        Action[] questions =
        [
            () => kind.Report.System(Spec, status),
            () => kind.Report.Summarize(Spec, status, PlanKind.Upgrade, isDone: false),
            () => kind.Report.LeftBehind(Spec, status),
            () => new DatabaseParkedState(engines).MayRemain(Spec, status),
            () => kind.Steps(Spec),
            () => kind.Rollback.Refusal(Spec, plan),
            () => Unknown.Components(),
        ];

        foreach (var question in questions)
        {
            Should.Throw<NotSupportedException>(question).Message.ShouldBeWorded();
        }
    }

    [Fact]
    public void Reconcilers_never_decide_by_the_engine()
    {
        foreach (var file in Directory.EnumerateFiles(
            Repository.PathOf("src", "Reconcilers"), "*.cs", SearchOption.AllDirectories))
        {
            Dispatch().IsMatch(File.ReadAllText(file))
                .ShouldBeFalse($"{file}: add a member to {nameof(IDatabaseEngine)}");
        }
    }

    [GeneratedRegex(@"[=!]= DatabaseEngine\.|is (not )?DatabaseEngine\.")]
    private static partial Regex Dispatch();
}
