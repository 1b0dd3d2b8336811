namespace Drydock.Tests.Unit.Upgrades.Steps;

public class StepArgumentsTests
{
    private static readonly Copy Full = new(
        "oms-a", 3, true, ["/a:/b,ro", "/c 'd'"], new() { ["hb_1"] = ["192.0.2.1"] }, "größe", DumpTool.MyDumper);

    [Fact]
    public void Full_arguments_survive_writing_and_reading()
    {
        var step = Step(StepArguments.Write(Full));

        var read = step.As<Copy>();

        StepArguments.Write(read).ShouldBe(step.Parameters);
        (read.Binds[0], read.Hosts!["hb_1"][0], read.Note, read.Tool)
            .ShouldBe(("/a:/b,ro", "192.0.2.1", "größe", DumpTool.MyDumper));
    }

    [Fact]
    public void Text_is_stored_verbatim_and_other_values_as_JSON()
    {
        var entries = StepArguments.Write(Full);

        (entries["container"], entries["count"], entries["force"], entries["tool"])
            .ShouldBe(("oms-a", "3", "true", "MyDumper"));
        entries["binds"].ShouldBe("""["/a:/b,ro","/c 'd'"]""");
    }

    [Theory]
    [InlineData("true")]
    [InlineData("12")]
    [InlineData("{\"a\":1}")]
    [InlineData("")]
    public void Text_that_looks_like_json_stays_text(string text) =>
        Step(StepArguments.Write(Full with { Container = text })).As<Copy>().Container.ShouldBe(text);

    [Fact]
    public void Default_values_are_omitted()
    {
        var entries = StepArguments.Write(new Copy("oms-a", 0, false, []));

        entries.Keys.ShouldBe(["binds", "container", "count", "force"]);
        Step(entries).As<Copy>().Tool.ShouldBe(DumpTool.MySqlDump);
    }

    [Fact]
    public void Missing_required_entry_is_refused_with_its_name()
    {
        var entries = StepArguments.Write(Full);
        entries.Remove("count");

        Should.Throw<FormatException>(() => Step(entries).As<Copy>()).Message.ShouldContain("count");
    }

    [Fact]
    public void Unknown_entry_is_refused_with_its_name()
    {
        var entries = StepArguments.Write(Full);
        entries["dryRun"] = "true";

        var message = Should.Throw<FormatException>(() => Step(entries).As<Copy>()).Message;

        message.ShouldContain("dryRun");
        message.ShouldContain("Copy/oms-a");
    }

    [Fact]
    public void Entry_of_another_type_is_refused()
    {
        var entries = StepArguments.Write(Full);
        entries["count"] = "three";

        Should.Throw<FormatException>(() => Step(entries).As<Copy>());
    }

    [Fact]
    public void Planned_step_has_the_name_of_its_record()
    {
        var step = Full.In("Copy", "oms-a", ["P/x"]);

        (step.Id, step.Action, step.Phase, step.Is<Copy>(), step.MaxAttempts)
            .ShouldBe(("Copy/oms-a", "Copy", "Copy", true, 5));
    }

    private static PlannedStep Step(SortedDictionary<string, string> entries) =>
        new() { Id = "Copy/oms-a", Action = "Copy", Parameters = entries };

    private sealed record Copy(
        string Container,
        int Count,
        bool Force,
        List<string> Binds,
        Dictionary<string, List<string>>? Hosts = null,
        string? Note = null,
        DumpTool Tool = DumpTool.MySqlDump) : StepBase<object>
    {
        public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken) =>
            Task.FromResult<Observation>(new Observation.Done($"{Container} {Targets}"));
    }
}
