using Drydock.Cli.Plans;

namespace Drydock.Tests.Unit.Plugin;

public sealed class PlanDifferenceTests
{
    private static readonly PlanProgress Before = PlanProgress.Of(new Plan
    {
        Steps = [Step("Stop/a"), Step("Start/a", ("image", "one")), Step("Verify/a")],
        Notes = ["Kept.", "Old."],
        Guards = [new PlannedGuard { Id = "Stopped/a", Check = "stays", From = ["Stop/a"], Until = "Start/a" }],
        Acknowledged = ["NoBackup"],
    });

    [Fact]
    public void Progress_is_no_difference()
    {
        var after = Before.With(s => s.Record with { State = StepState.Succeeded, Message = "Done." });

        DifferenceView.Lines(Before, after).ShouldBeEmpty();
    }

    [Fact]
    public void Added_removed_and_changed_steps_are_told_apart()
    {
        var after = Before.Plan with
        {
            Steps =
                [Step("Start/a", ("image", "two")), Step("Verify/a") with { PointOfNoReturn = true }, Step("Settle/a")],
            Notes = ["Kept.", "New."],
            Guards = [Before.Plan.Guards[0] with { Until = "Verify/a" }],
            Acknowledged = ["UnsupportedPath"],
        };

        DifferenceView.Lines(Before, PlanProgress.Of(after)).ShouldBe([
            "[red]- Stop/a[/]  [grey]Title.[/]",
            "[green]+ Settle/a[/]  [grey]Title.[/]",
            "[yellow]~ Start/a[/]",
            "    image: [red]one[/] → [green]two[/]",
            "[yellow]~ Verify/a[/]",
            "    pointOfNoReturn: [red]False[/] → [green]True[/]",
            "[yellow]~ guard Stopped/a[/]",
            "    until: [red]Start/a[/] → [green]Verify/a[/]",
            "[red]- Note:[/] Old.",
            "[green]+ Note:[/] New.",
            "[red]- Acknowledged:[/] NoBackup",
            "[green]+ Acknowledged:[/] UnsupportedPath",
        ]);
    }

    private static PlannedStep Step(string id, params (string Key, string Value)[] parameters) => new()
    {
        Id = id,
        Title = "Title.",
        Action = "act",
        Parameters = new SortedDictionary<string, string>(
            parameters.ToDictionary(p => p.Key, p => p.Value), StringComparer.Ordinal),
    };
}
