using Drydock.Cli.CommandLine;
using Drydock.Cli.Output;
using Drydock.Cli.Runs;
using Drydock.Cli.Verbs;
using Drydock.Cli.Views;
using Drydock.Tests.Unit.Oms;
using Spectre.Console;
using PlanText = Drydock.Cli.Output.PlanText;

namespace Drydock.Tests.Unit.Plugin;

/// <summary>
/// What users read, as files: a change of a word is seen in review. DRYDOCK_REFRESH=cli writes them again.
/// </summary>
public sealed class StatusTextTests
{
    private static readonly Dictionary<string, (Func<OmsWorld> Run, ShownState State)> Cases = new(
        StringComparer.Ordinal)
    {
        ["held"] = (CliRuns.Held, ShownState.Held),
        ["running"] = (() => Until(w => w.Status.Phase == "Backup"), ShownState.InProgress),
        ["failed"] = (() => RollbackTests.Failed(), ShownState.Stalled),
        ["rolling-back"] = (RollingBack, ShownState.InProgress),
        ["succeeded"] = (() => Until(w => w.Is("Succeeded")), ShownState.Ready),
        ["preflight-failed"] = (Findings, ShownState.Stalled),
        ["unseen"] = (() => CliRuns.Begin(), ShownState.InProgress),
    };

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [InlineData("oms", "There is no upgrade in namespace oms. -n names another namespace, -A lists all.")]
    [InlineData(null, "There is no upgrade in any namespace.")]
    public void Empty_list_says_where_it_looked(string? space, string text)
    {
        using var output = new StringWriter();

        CliRuns.Plain(output).CreateConsole().Write(RunTable.Of([], new RunScope(space), isWide: false));

        output.ToString().TrimEnd().ShouldBe(text);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Status_reads_as_in_its_file(string name)
    {
        var world = Cases[name].Run();
        var view = RunViewBuilder.BuildWithOffers(world.Run(), world.Time.GetUtcNow());

        view.State.ShouldBe(Cases[name].State);
        await ShouldBeFileAsync($"status-{name}", Print(new StatusText(isWide: false).Lines(view)));
    }

    [Fact]
    public void Message_that_only_repeats_findings_leaves_no_line()
    {
        var world = Findings();
        var view = RunViewBuilder.Build(world.Run(), world.Time.GetUtcNow());
        FindingView[] findings = [new("NoSpace", "No space.", "oms-a", null), new("Unclear", "", null, null)];

        var lines = new StatusText(isWide: false)
            .Lines(view with { Message = "No space.", Findings = findings, NextAction = null }).ToList();

        lines.ShouldNotContain("");
        lines.Count(line => line.Contains("No space.", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Theory]
    [InlineData(ShownState.Ready, ExitCodes.Done)]
    [InlineData(ShownState.InProgress, ExitCodes.InProgress)]
    [InlineData(ShownState.Stalled, ExitCodes.Stalled)]
    [InlineData(ShownState.Held, ExitCodes.Held)]
    public void Exit_code_of_status_is_the_documented_one(object state, int code) =>
        StatusCommand.ExitCode((ShownState)state).ShouldBe(code);

    [Fact]
    public async Task Plan_reads_as_in_its_file()
    {
        var world = Until(w => w.Is("Held"), s => s with { Approval = ApprovalPolicy.Manual });
        var view = RunViewBuilder.BuildWithOffers(world.Run(), world.Time.GetUtcNow());
        using var output = new StringWriter();
        var console = CliRuns.Plain(output).CreateConsole();
        PlanText.Print(console, view);

        view.Plans.Single().Phases.SelectMany(p => p.Steps).Select(s => s.Node).OfType<string>()
            .Distinct(StringComparer.Ordinal).Count().ShouldBe(2);
        await ShouldBeFileAsync("plan", output.ToString());
        output.ToString().TrimEnd().Split('\n').Length.ShouldBeLessThanOrEqualTo(45);
    }

    [Fact]
    public void Wide_plan_lists_every_step()
    {
        var world = Until(w => w.Is("Held"), s => s with { Approval = ApprovalPolicy.Manual });
        using var output = new StringWriter();
        PlanText.Print(
            CliRuns.Plain(output).CreateConsole(),
            RunViewBuilder.BuildWithOffers(world.Run(), world.Time.GetUtcNow()),
            isWide: true);

        world.Plan.Steps.Where(s => !output.ToString().Contains(s.Id, StringComparison.Ordinal)).ShouldBeEmpty();
        string[] executed =
        [
            "docker exec oms_422 /bin/bash /root/docker_init.sh",
            "/opt/alibaba/java/bin/java -jar correction-*.jar -mupgrade -y/home/admin/conf/config.yaml -ltrue",
            "UPDATE `rm_340`.`oms_normal_config` SET cfg_value = @new WHERE cfg_name = @name",
            "RENAME TABLE `cm_hb_340`.`heatbeat_sequence` TO ",
            "docker update --restart=no oms_322; docker stop oms_322",
            "docker start oms_422",
        ];
        var words = string.Join(' ', output.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        executed.ShouldAllBe(text => words.Contains(text, StringComparison.Ordinal));
        foreach (var (key, value) in world.Plan.Steps.SelectMany(s => s.Parameters))
        {
            words.ShouldContain($"{key}={value}");
        }
    }

    [Fact]
    public void Commands_of_the_sample_add_few_characters_to_its_status()
    {
        var plan = Until(w => w.Is("Succeeded")).Plan;
        var silent = PlanProgress.Of(plan.Plan with
        {
            Steps = plan.Plan.Steps.ConvertAll(s => s with { Runs = null }),
        });

        (Packed(PlanProgress.Of(plan.Plan)) - Packed(silent)).ShouldBeInRange(1, 600);

        static int Packed(PlanProgress of) => JsonSerializer
            .SerializeToNode(of, CrdsJsonContext.Default.PlanProgress)!["packed"]!.GetValue<string>().Length;
    }

    [Fact]
    public void Wide_status_lists_every_step()
    {
        var world = CliRuns.Held();
        var view = RunViewBuilder.BuildWithOffers(world.Run(), world.Time.GetUtcNow());
        var text = Print(new StatusText(isWide: true).Lines(view));

        world.Plan.Steps.Where(s => !text.Contains(s.Id, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Step_held_as_point_of_no_return_is_shown_as_held()
    {
        var world = Until(w => w.Is("Held"), s => s with { HoldBefore = ["PointOfNoReturn"] });
        var next = world.Plan.Steps.First(s => s.PointOfNoReturn);

        var view = RunViewBuilder.Build(world.Run(), world.Time.GetUtcNow());

        view.Plans.Single(p => p.IsActive).Phases.SelectMany(p => p.Steps).Single(s => s.Id == next.Id).Mark
            .ShouldBe(StepMark.Held);
    }

    [Fact]
    public void Step_held_before_whole_rollback_is_shown_as_held()
    {
        var world = Until(w => w.IsOver);
        world.EditSpec(s => s with { DesiredState = DesiredState.RolledBack });
        world.RunUntil(() => world.Is("Held"), "the rollback waits");

        var view = RunViewBuilder.Build(world.Run(), world.Time.GetUtcNow());

        view.Plans.Single(p => p.IsActive).Phases[0].Mark.ShouldBe(StepMark.Held);
    }

    [Theory]
    [InlineData(nameof(StepMark.Failed), "○ oms-a")]
    [InlineData(nameof(StepMark.Running), "● oms-a")]
    [InlineData(nameof(StepMark.Held), "‖ oms-a")]
    public void Node_between_two_steps_is_at_what_its_phase_is_at(string phase, string expected)
    {
        var mark = Enum.Parse<StepMark>(phase);
        var run = CliRuns.Held().Run();
        var view = RunViewBuilder.Build(run, run.Status!.StartedAt!.Value);
        var steps = new[] { ("oms-a", StepMark.Succeeded), ("oms-a", StepMark.Pending), ("oms-b", mark) }
            .Select((s, i) => new StepView { Id = $"StopOld/{i}", Title = "Stop", Node = s.Item1, Mark = s.Item2 });
        var plan = new PlanView("plan", "sha256:0", IsActive: true, [new PhaseView("StopOld", mark, [.. steps])], []);

        Print(new StatusText(isWide: false).Lines(view with { Plans = [plan] })).ShouldContain(expected);
    }

    [Fact]
    public void Downtime_is_counted_while_it_lasts_and_told_afterwards()
    {
        var world = Until(w => w.Count("snapshot") == 1);
        var during = RunViewBuilder.BuildWithOffers(
            world.Run(), world.Status.DowntimeSince!.Value + TimeSpan.FromSeconds(100));
        world.RunToSuccess();
        var afterwards = RunViewBuilder.BuildWithOffers(world.Run(), world.Time.GetUtcNow() + TimeSpan.FromDays(1));

        (during.DowntimeSince is not null, during.DowntimeSeconds).ShouldBe((true, 100));
        (afterwards.DowntimeSince is null, afterwards.DowntimeSeconds > 0).ShouldBe((true, true));
        StatusText.Line(during).ShouldBeWorded();
    }

    private static OmsWorld Until(Func<OmsWorld, bool> condition, Func<OmsUpgradeSpec, OmsUpgradeSpec>? change = null)
    {
        var world = CliRuns.Begin(change);
        world.RunUntil(() => condition(world), "the state");
        return world;
    }

    private static OmsWorld RollingBack()
    {
        var world = Until(w => w.Count("snapshot") == 1);
        world.Annotate(Annotations.Rollback, "1");
        world.RunUntil(() => world.Status is { Phase: RunPhases.RollingBack, RollbackPlan: not null }, "it rolls back");
        return world;
    }

    private static OmsWorld Findings()
    {
        var world = new OmsWorld(new WorldSetup { RealJson = false });
        world["oms-b"].FreeBytes = 10;
        world.Apply();
        world.RunToStall();
        return world;
    }

    private static string Print(IEnumerable<string> lines)
    {
        using var output = new StringWriter();
        var console = CliRuns.Plain(output).CreateConsole();
        foreach (var line in lines)
        {
            console.MarkupLine(line);
        }

        return output.ToString();
    }

    private static async Task ShouldBeFileAsync(string name, string text)
    {
        var path = Repository.PathOf($"tests/Unit/Plugin/Expected/{name}.txt");
        var plain = string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd()));
        if (Environment.GetEnvironmentVariable("DRYDOCK_REFRESH") == "cli")
        {
            await File.WriteAllTextAsync(path, plain, TestContext.Current.CancellationToken);
        }

        plain.ShouldBe(await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }
}
