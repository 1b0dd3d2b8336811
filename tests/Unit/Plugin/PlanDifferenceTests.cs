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
            "    point of no return: [red](none)[/] → [green]yes[/]",
            "[yellow]~ guard Stopped/a[/]",
            "    until: [red]Start/a[/] → [green]Verify/a[/]",
            "[yellow]~ plan[/]",
            "    acknowledged: [red]NoBackup[/] → [green]UnsupportedPath[/]",
            "[red]- Note:[/] Old.",
            "[green]+ Note:[/] New.",
        ]);
    }

    [Fact]
    public void Parameter_that_is_named_like_a_field_is_no_other_value_of_it()
    {
        var plan = PlanProgress.Of(new Plan { Steps = [Step("A/1", ("node", "one")) with { Node = "host" }] });
        var other = PlanProgress.Of(new Plan { Steps = [Step("A/1", ("node", "two")) with { Node = "host" }] });

        DifferenceView.Lines(plan, other)
            .ShouldBe(["[yellow]~ A/1[/]", "    node: [red]one[/] → [green]two[/]"]);
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
